//! What a push is about: the kinds that are read into types, and all others by name.

mod mass_send_job_finish;

use wechat_types::mass::report::MassReport;

use crate::callback::Header;
use crate::error::ParseError;
use crate::fields::Fields;

/// What a push is about. Kinds are added over time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A mass-send job is (nearly) done.
    ///
    /// `msg_id` names the job: a repeated push has the same one, and that, not sender and time, is
    /// what tells two jobs apart. A job number or a counter that is no number is an error. Elsewhere
    /// such a number is absent here, and an article without an index or an address is left out of
    /// `article_urls`; both stay in [`Callback::fields`](crate::Callback::fields).
    ///
    /// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Batch_Sends_and_Originality_Checks.html>
    #[doc(alias = "MASSSENDJOBFINISH")]
    MassSendJobFinish(MassReport),
    /// Any other event or message; [`Callback::fields`](crate::Callback::fields) has what it says.
    Other {
        /// The event's name as sent, or the kind of message.
        name: String,
    },
}

impl Event {
    pub(crate) fn read(header: &Header, fields: &Fields) -> Result<Self, ParseError> {
        let Some(name) = &header.event_name else {
            return Ok(Self::Other { name: header.msg_type.clone() });
        };
        // An old field table gives the end of a publish the name of the end of a mass send.
        let publish = fields.get("PublishEventInfo").is_some();
        if name.eq_ignore_ascii_case("MASSSENDJOBFINISH") && !publish {
            return mass_send_job_finish::read(fields).map(Self::MassSendJobFinish);
        }
        Ok(Self::Other { name: name.clone() })
    }
}
