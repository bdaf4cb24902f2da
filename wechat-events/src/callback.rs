//! A callback that was verified and read: header, event, and all fields as they came.

use crate::error::ParseError;
use crate::event::Event;
use crate::fields::{Field, Fields};

/// What the platform pushed.
///
/// The platform repeats a push that was not answered within five seconds, so the same callback may
/// come up to three times.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html>
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Callback {
    /// What all pushes have.
    pub header: Header,
    /// What happened.
    pub event: Event,
    /// Every field, those of header and event included.
    pub fields: Fields,
}

/// What all pushes have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The account, by its original id (`gh_` and 12 hexadecimal digits).
    #[doc(alias = "ToUserName")]
    pub to_user: String,
    /// A follower's OpenID; in job events also the account owner's, or `mphelper`.
    #[doc(alias = "FromUserName")]
    pub from_user: String,
    /// Unix seconds.
    #[doc(alias = "CreateTime")]
    pub create_time: u64,
    /// `event`, or the kind of message a follower sent.
    #[doc(alias = "MsgType")]
    pub msg_type: String,
    /// The event's name as sent; its case varies. `None` for messages.
    #[doc(alias = "Event")]
    pub event_name: Option<String>,
}

impl Callback {
    pub(crate) fn read(fields: Fields) -> Result<Self, ParseError> {
        let header = Header::read(fields.root())?;
        let event = Event::read(&header, fields.root())?;
        Ok(Self { header, event, fields })
    }

    /// The same, but a known kind that cannot be read is kept with its fields.
    pub(crate) fn read_or_keep(fields: Fields) -> Result<Self, ParseError> {
        let header = Header::read(fields.root())?;
        let event = Event::read(&header, fields.root()).unwrap_or_else(|error| {
            let name = header.event_name.as_ref().unwrap_or(&header.msg_type).clone();
            Event::Unread { name, problem: error.to_string() }
        });
        Ok(Self { header, event, fields })
    }
}

impl Header {
    fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        let msg_type = fields.required("MsgType")?.to_owned();
        let event_name = if msg_type.eq_ignore_ascii_case("event") {
            Some(fields.required("Event")?.to_owned())
        } else {
            None
        };
        Ok(Self {
            to_user: fields.required("ToUserName")?.to_owned(),
            from_user: fields.required("FromUserName")?.to_owned(),
            create_time: fields.required_number("CreateTime")?,
            msg_type,
            event_name,
        })
    }
}
