//! What a push is about: a message, an event read into a type, or a kind known only by name.

mod account_verification;
mod authorization;
mod customer_service;
mod mass_send_job_finish;
mod media_check;
mod menu;
mod product;
mod publish_job_finish;
mod subscribe_msg;
mod subscription;
mod template_send_job_finish;

use wechat_types::mass::report::MassReport;

use crate::callback::Header;
use crate::error::ParseError;
use crate::fields::Field;
use crate::message::Message;

pub use account_verification::{Verified, VerifyFailed};
pub use authorization::Authorization;
pub use customer_service::{KfSession, KfSwitch, TempSession};
pub use media_check::MediaCheck;
pub use menu::{Click, Pictures, ScannedCode, SelectedLocation, View, ViewMiniProgram};
pub use product::ProductEvent;
pub use publish_job_finish::PublishReport;
pub use subscribe_msg::{
    SubscribeMsgChoice, SubscribeMsgChoices, SubscribeMsgSent, SubscribeMsgSents,
};
pub use subscription::{LocationReport, Scan, Subscribe};
pub use template_send_job_finish::{TemplateReport, TemplateStatus};

/// What a push is about. Kinds are added over time.
///
/// Names are compared without case: the platform's own documents differ.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A follower sent a message.
    Message(Message),

    /// Somebody follows the account.
    #[doc(alias = "subscribe")]
    Subscribe(Subscribe),
    /// Somebody follows the account no more; their personal data must be deleted.
    #[doc(alias = "unsubscribe")]
    Unsubscribe,
    /// A follower scanned one of the account's QR codes.
    #[doc(alias = "SCAN")]
    Scan(Scan),
    /// Where a follower is: when a chat is opened, or every five seconds while it is open.
    #[doc(alias = "LOCATION")]
    LocationReport(LocationReport),

    /// A menu button with a key.
    #[doc(alias = "CLICK")]
    Click(Click),
    /// A menu button with an address.
    #[doc(alias = "VIEW")]
    View(View),
    /// A menu button with a mini program.
    #[doc(alias = "view_miniprogram")]
    ViewMiniProgram(ViewMiniProgram),
    /// A menu button that scans a code; WeChat shows the result.
    #[doc(alias = "scancode_push")]
    ScanCodePush(ScannedCode),
    /// A menu button that scans a code and waits for the account's answer.
    #[doc(alias = "scancode_waitmsg")]
    ScanCodeWaitMsg(ScannedCode),
    /// A menu button that takes pictures; they follow as messages.
    #[doc(alias = "pic_sysphoto")]
    PicSysPhoto(Pictures),
    /// A menu button that takes pictures or chooses them; they follow as messages.
    #[doc(alias = "pic_photo_or_album")]
    PicPhotoOrAlbum(Pictures),
    /// A menu button that chooses pictures; they follow as messages.
    #[doc(alias = "pic_weixin")]
    PicWeixin(Pictures),
    /// A menu button that chooses a place; it follows as a message.
    #[doc(alias = "location_select")]
    LocationSelect(SelectedLocation),

    /// A mass-send job is (nearly) done.
    ///
    /// `msg_id` names the job: a repeated push has the same one, and that, not sender and time, is
    /// what tells two jobs apart. A job number that is no number is an error. Elsewhere such a number
    /// is absent here, and an article without an index or an address is left out of `article_urls`;
    /// both stay in [`Callback::fields`](crate::Callback::fields).
    ///
    /// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Batch_Sends_and_Originality_Checks.html>
    #[doc(alias = "MASSSENDJOBFINISH")]
    MassSendJobFinish(MassReport),
    /// A publication is done.
    #[doc(alias = "PUBLISHJOBFINISH")]
    #[doc(alias = "FREEPUBLISHJOBFINISH")]
    PublishJobFinish(PublishReport),
    /// A template message is delivered, or is not.
    #[doc(alias = "TEMPLATESENDJOBFINISH")]
    TemplateSendJobFinish(TemplateReport),

    /// A follower answered the question for subscription messages.
    #[doc(alias = "subscribe_msg_popup_event")]
    SubscribeMsgPopup(SubscribeMsgChoices),
    /// A follower changed what they subscribe to.
    #[doc(alias = "subscribe_msg_change_event")]
    SubscribeMsgChange(SubscribeMsgChoices),
    /// Subscription messages are delivered, or are not.
    #[doc(alias = "subscribe_msg_sent_event")]
    SubscribeMsgSent(SubscribeMsgSents),

    /// The account's owner is verified; the account may use its interfaces.
    #[doc(alias = "qualification_verify_success")]
    QualificationVerifySuccess(Verified),
    /// The account's owner is not verified.
    #[doc(alias = "qualification_verify_fail")]
    QualificationVerifyFail(VerifyFailed),
    /// The account's name is verified.
    #[doc(alias = "naming_verify_success")]
    NamingVerifySuccess(Verified),
    /// The account's name is not verified; the interfaces may be there all the same.
    #[doc(alias = "naming_verify_fail")]
    NamingVerifyFail(VerifyFailed),
    /// The verification is to be renewed.
    #[doc(alias = "annual_renew")]
    AnnualRenew(Verified),
    /// The verification has ended.
    #[doc(alias = "verify_expired")]
    VerifyExpired(Verified),

    /// A user changed name or picture.
    #[doc(alias = "user_info_modified")]
    UserInfoModified(Authorization),
    /// A user took back an authorisation; the data it gave must be deleted.
    #[doc(alias = "user_authorization_revoke")]
    UserAuthorizationRevoke(Authorization),
    /// A user closed their WeChat account.
    #[doc(alias = "user_authorization_cancellation")]
    UserAuthorizationCancellation(Authorization),

    /// A customer-service session began.
    #[doc(alias = "kf_create_session")]
    KfCreateSession(KfSession),
    /// A customer-service session ended.
    #[doc(alias = "kf_close_session")]
    KfCloseSession(KfSession),
    /// A customer-service session was handed over.
    #[doc(alias = "kf_switch_session")]
    KfSwitchSession(KfSwitch),
    /// A user of a mini program opened its customer service.
    #[doc(alias = "user_enter_tempsession")]
    UserEnterTempSession(TempSession),

    /// A picture or sound that was handed in for a check is checked.
    #[doc(alias = "wxa_media_check")]
    MediaCheck(MediaCheck),

    /// An event of one product, known by name; [`Callback::fields`](crate::Callback::fields) has
    /// what it says.
    Product(ProductEvent),
    /// A known kind that lacks something or is odd, so that it cannot be read into its type;
    /// [`Callback::fields`](crate::Callback::fields) has what it says. Only
    /// [`Opened::read_or_keep`](crate::Opened::read_or_keep), and so the ready endpoint, gives this:
    /// the platform never sends such a push again, and what it does say may be enough.
    Unread {
        /// The event's name as sent, or the kind of message.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An event or a kind of message that this crate does not know;
    /// [`Callback::fields`](crate::Callback::fields) has what it says.
    Other {
        /// The event's name as sent, or the kind of message.
        name: String,
    },
}

impl Event {
    pub(crate) fn read(header: &Header, fields: Field<'_>) -> Result<Self, ParseError> {
        let Some(name) = &header.event_name else {
            let message = Message::read(&header.msg_type, fields)?;
            let other = || Self::Other { name: header.msg_type.clone() };
            return Ok(message.map_or_else(other, Self::Message));
        };
        Ok(match name.to_ascii_lowercase().as_str() {
            // An old page gives the end of a publish the name of the end of a mass send.
            "masssendjobfinish" if fields.get("PublishEventInfo").is_none() => {
                Self::MassSendJobFinish(mass_send_job_finish::read(fields)?)
            }
            "masssendjobfinish" | "publishjobfinish" | "freepublishjobfinish" => {
                Self::PublishJobFinish(PublishReport::read(fields)?)
            }
            "templatesendjobfinish" => Self::TemplateSendJobFinish(TemplateReport::read(fields)?),

            "subscribe" => Self::Subscribe(Subscribe::read(fields)),
            "unsubscribe" => Self::Unsubscribe,
            "scan" => Self::Scan(Scan::read(fields)?),
            "location" => Self::LocationReport(LocationReport::read(fields)?),

            "click" => Self::Click(Click::read(fields)?),
            "view" => Self::View(View::read(fields)?),
            "view_miniprogram" => Self::ViewMiniProgram(ViewMiniProgram::read(fields)?),
            "scancode_push" => Self::ScanCodePush(ScannedCode::read(fields)?),
            "scancode_waitmsg" => Self::ScanCodeWaitMsg(ScannedCode::read(fields)?),
            "pic_sysphoto" => Self::PicSysPhoto(Pictures::read(fields)?),
            "pic_photo_or_album" => Self::PicPhotoOrAlbum(Pictures::read(fields)?),
            "pic_weixin" => Self::PicWeixin(Pictures::read(fields)?),
            "location_select" => Self::LocationSelect(SelectedLocation::read(fields)?),

            "subscribe_msg_popup_event" => {
                Self::SubscribeMsgPopup(SubscribeMsgChoices::read(fields)?)
            }
            "subscribe_msg_change_event" => {
                Self::SubscribeMsgChange(SubscribeMsgChoices::read(fields)?)
            }
            "subscribe_msg_sent_event" => Self::SubscribeMsgSent(SubscribeMsgSents::read(fields)?),

            "qualification_verify_success" => {
                Self::QualificationVerifySuccess(Verified::read(fields)?)
            }
            "qualification_verify_fail" => {
                Self::QualificationVerifyFail(VerifyFailed::read(fields)?)
            }
            "naming_verify_success" => Self::NamingVerifySuccess(Verified::read(fields)?),
            "naming_verify_fail" => Self::NamingVerifyFail(VerifyFailed::read(fields)?),
            "annual_renew" => Self::AnnualRenew(Verified::read(fields)?),
            "verify_expired" => Self::VerifyExpired(Verified::read(fields)?),

            "user_info_modified" => Self::UserInfoModified(Authorization::read(fields)?),
            "user_authorization_revoke" => {
                Self::UserAuthorizationRevoke(Authorization::read(fields)?)
            }
            "user_authorization_cancellation" => {
                Self::UserAuthorizationCancellation(Authorization::read(fields)?)
            }

            "kf_create_session" => Self::KfCreateSession(KfSession::read(fields)?),
            "kf_close_session" => Self::KfCloseSession(KfSession::read(fields)?),
            "kf_switch_session" => Self::KfSwitchSession(KfSwitch::read(fields)?),
            "user_enter_tempsession" => Self::UserEnterTempSession(TempSession::read(fields)),

            "wxa_media_check" => Self::MediaCheck(MediaCheck::read(fields)?),
            lower => match ProductEvent::from_name(lower) {
                Some(product) => Self::Product(product),
                None => Self::Other { name: name.clone() },
            },
        })
    }
}
