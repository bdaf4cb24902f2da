//! What an account does about its callbacks: a method for each kind, each with a default.

use async_trait::async_trait;
use wechat_types::mass::report::MassReport;

use crate::callback::Callback;
use crate::event::{
    Authorization, Click, Event, KfSession, KfSwitch, LocationReport, MediaCheck, Pictures,
    PublishReport, Scan, ScannedCode, SelectedLocation, Subscribe, SubscribeMsgChoices,
    SubscribeMsgSents, TempSession, TemplateReport, Verified, VerifyFailed, View, ViewMiniProgram,
};
use crate::message::Message;
use crate::reply::Reply;

/// Why a push could not be handled. The text is logged, so no secrets in it.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// What became of a push: handled, with a reply or without one, or not handled.
pub type Handled = Result<Option<Reply>, HandlerError>;

/// Handles the pushes of an account. Implement the methods of the kinds that matter; all others end in
/// [`other`](Self::other), which takes them without a word.
///
/// A push that was handled does not come again. After an error (or a panic) it does, three times in all,
/// within about fifteen seconds; a push lost after that cannot be asked for again. So whatever matters,
/// the end of a job above all, must be **durable before `Ok`**.
///
/// The platform waits five seconds. Slow work belongs behind a queue of one's own;
/// [`Slow`](crate::axum::Slow) says what is answered otherwise. A method must not **block** (file, terminal, SQLite)
/// without `spawn_blocking`, also not in an `async` method that does so, such as those of `wechat-mass`'s `SqliteStore`, which
/// shows how: as many of them as the runtime has threads would stop the endpoint.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Whatever has no method of its own, or none that was implemented; also a known kind that lacks
    /// something ([`Event::Unread`]), of which only the fields can be had. Takes it without a reply.
    ///
    /// # Errors
    ///
    /// In this method and all others: whatever kept the push from being handled. It comes again.
    async fn other(&self, _push: &Callback) -> Handled {
        Ok(None)
    }

    /// A follower sent a message.
    async fn message(&self, push: &Callback, _event: &Message) -> Handled {
        self.other(push).await
    }

    /// Somebody follows the account.
    async fn subscribe(&self, push: &Callback, _event: &Subscribe) -> Handled {
        self.other(push).await
    }

    /// Somebody follows the account no more; their personal data must be deleted.
    async fn unsubscribe(&self, push: &Callback) -> Handled {
        self.other(push).await
    }

    /// A follower scanned one of the account's QR codes.
    #[doc(alias = "SCAN")]
    async fn scan(&self, push: &Callback, _event: &Scan) -> Handled {
        self.other(push).await
    }

    /// Where a follower is: when a chat is opened, or every five seconds while it is open.
    #[doc(alias = "LOCATION")]
    async fn location_report(&self, push: &Callback, _event: &LocationReport) -> Handled {
        self.other(push).await
    }

    /// A menu button with a key.
    #[doc(alias = "CLICK")]
    async fn click(&self, push: &Callback, _event: &Click) -> Handled {
        self.other(push).await
    }

    /// A menu button with an address.
    #[doc(alias = "VIEW")]
    async fn view(&self, push: &Callback, _event: &View) -> Handled {
        self.other(push).await
    }

    /// A menu button with a mini program.
    #[doc(alias = "view_miniprogram")]
    async fn view_mini_program(&self, push: &Callback, _event: &ViewMiniProgram) -> Handled {
        self.other(push).await
    }

    /// A menu button that scans a code; WeChat shows the result.
    #[doc(alias = "scancode_push")]
    async fn scan_code_push(&self, push: &Callback, _event: &ScannedCode) -> Handled {
        self.other(push).await
    }

    /// A menu button that scans a code and waits for the account's answer.
    #[doc(alias = "scancode_waitmsg")]
    async fn scan_code_wait_msg(&self, push: &Callback, _event: &ScannedCode) -> Handled {
        self.other(push).await
    }

    /// A menu button that takes pictures; they follow as messages.
    #[doc(alias = "pic_sysphoto")]
    async fn pic_sys_photo(&self, push: &Callback, _event: &Pictures) -> Handled {
        self.other(push).await
    }

    /// A menu button that takes pictures or chooses them; they follow as messages.
    async fn pic_photo_or_album(&self, push: &Callback, _event: &Pictures) -> Handled {
        self.other(push).await
    }

    /// A menu button that chooses pictures; they follow as messages.
    async fn pic_weixin(&self, push: &Callback, _event: &Pictures) -> Handled {
        self.other(push).await
    }

    /// A menu button that chooses a place; it follows as a message.
    async fn location_select(&self, push: &Callback, _event: &SelectedLocation) -> Handled {
        self.other(push).await
    }

    /// A mass-send job is (nearly) done.
    #[doc(alias = "MASSSENDJOBFINISH")]
    async fn mass_send_job_finish(&self, push: &Callback, _event: &MassReport) -> Handled {
        self.other(push).await
    }

    /// A publication is done.
    #[doc(alias = "PUBLISHJOBFINISH")]
    #[doc(alias = "FREEPUBLISHJOBFINISH")]
    async fn publish_job_finish(&self, push: &Callback, _event: &PublishReport) -> Handled {
        self.other(push).await
    }

    /// A template message is delivered, or is not.
    #[doc(alias = "TEMPLATESENDJOBFINISH")]
    async fn template_send_job_finish(&self, push: &Callback, _event: &TemplateReport) -> Handled {
        self.other(push).await
    }

    /// A follower answered the question for subscription messages.
    #[doc(alias = "subscribe_msg_popup_event")]
    async fn subscribe_msg_popup(&self, push: &Callback, _event: &SubscribeMsgChoices) -> Handled {
        self.other(push).await
    }

    /// A follower changed what they subscribe to.
    #[doc(alias = "subscribe_msg_change_event")]
    async fn subscribe_msg_change(&self, push: &Callback, _event: &SubscribeMsgChoices) -> Handled {
        self.other(push).await
    }

    /// Subscription messages are delivered, or are not.
    #[doc(alias = "subscribe_msg_sent_event")]
    async fn subscribe_msg_sent(&self, push: &Callback, _event: &SubscribeMsgSents) -> Handled {
        self.other(push).await
    }

    /// The account's owner is verified; the account may use its interfaces.
    async fn qualification_verify_success(&self, push: &Callback, _event: &Verified) -> Handled {
        self.other(push).await
    }

    /// The account's owner is not verified.
    async fn qualification_verify_fail(&self, push: &Callback, _event: &VerifyFailed) -> Handled {
        self.other(push).await
    }

    /// The account's name is verified.
    async fn naming_verify_success(&self, push: &Callback, _event: &Verified) -> Handled {
        self.other(push).await
    }

    /// The account's name is not verified; the interfaces may be there all the same.
    async fn naming_verify_fail(&self, push: &Callback, _event: &VerifyFailed) -> Handled {
        self.other(push).await
    }

    /// The verification is to be renewed.
    async fn annual_renew(&self, push: &Callback, _event: &Verified) -> Handled {
        self.other(push).await
    }

    /// The verification has ended.
    async fn verify_expired(&self, push: &Callback, _event: &Verified) -> Handled {
        self.other(push).await
    }

    /// A user changed name or picture.
    async fn user_info_modified(&self, push: &Callback, _event: &Authorization) -> Handled {
        self.other(push).await
    }

    /// A user took back an authorisation; the data it gave must be deleted.
    async fn user_authorization_revoke(&self, push: &Callback, _event: &Authorization) -> Handled {
        self.other(push).await
    }

    /// A user closed their WeChat account.
    async fn user_authorization_cancellation(
        &self,
        push: &Callback,
        _event: &Authorization,
    ) -> Handled {
        self.other(push).await
    }

    /// A customer-service session began.
    async fn kf_create_session(&self, push: &Callback, _event: &KfSession) -> Handled {
        self.other(push).await
    }

    /// A customer-service session ended.
    async fn kf_close_session(&self, push: &Callback, _event: &KfSession) -> Handled {
        self.other(push).await
    }

    /// A customer-service session was handed over.
    async fn kf_switch_session(&self, push: &Callback, _event: &KfSwitch) -> Handled {
        self.other(push).await
    }

    /// A user of a mini program opened its customer service.
    #[doc(alias = "user_enter_tempsession")]
    async fn user_enter_temp_session(&self, push: &Callback, _event: &TempSession) -> Handled {
        self.other(push).await
    }

    /// A picture or sound that was handed in for a check is checked.
    #[doc(alias = "wxa_media_check")]
    async fn media_check(&self, push: &Callback, _event: &MediaCheck) -> Handled {
        self.other(push).await
    }

    /// Every push comes in here and goes on to the method of its kind.
    async fn handle(&self, push: &Callback) -> Handled {
        match &push.event {
            Event::Message(event) => self.message(push, event).await,
            Event::Subscribe(event) => self.subscribe(push, event).await,
            Event::Unsubscribe => self.unsubscribe(push).await,
            Event::Scan(event) => self.scan(push, event).await,
            Event::LocationReport(event) => self.location_report(push, event).await,
            Event::Click(event) => self.click(push, event).await,
            Event::View(event) => self.view(push, event).await,
            Event::ViewMiniProgram(event) => self.view_mini_program(push, event).await,
            Event::ScanCodePush(event) => self.scan_code_push(push, event).await,
            Event::ScanCodeWaitMsg(event) => self.scan_code_wait_msg(push, event).await,
            Event::PicSysPhoto(event) => self.pic_sys_photo(push, event).await,
            Event::PicPhotoOrAlbum(event) => self.pic_photo_or_album(push, event).await,
            Event::PicWeixin(event) => self.pic_weixin(push, event).await,
            Event::LocationSelect(event) => self.location_select(push, event).await,
            Event::MassSendJobFinish(event) => self.mass_send_job_finish(push, event).await,
            Event::PublishJobFinish(event) => self.publish_job_finish(push, event).await,
            Event::TemplateSendJobFinish(event) => self.template_send_job_finish(push, event).await,
            Event::SubscribeMsgPopup(event) => self.subscribe_msg_popup(push, event).await,
            Event::SubscribeMsgChange(event) => self.subscribe_msg_change(push, event).await,
            Event::SubscribeMsgSent(event) => self.subscribe_msg_sent(push, event).await,
            Event::QualificationVerifySuccess(event) => {
                self.qualification_verify_success(push, event).await
            }
            Event::QualificationVerifyFail(event) => {
                self.qualification_verify_fail(push, event).await
            }
            Event::NamingVerifySuccess(event) => self.naming_verify_success(push, event).await,
            Event::NamingVerifyFail(event) => self.naming_verify_fail(push, event).await,
            Event::AnnualRenew(event) => self.annual_renew(push, event).await,
            Event::VerifyExpired(event) => self.verify_expired(push, event).await,
            Event::UserInfoModified(event) => self.user_info_modified(push, event).await,
            Event::UserAuthorizationRevoke(event) => {
                self.user_authorization_revoke(push, event).await
            }
            Event::UserAuthorizationCancellation(event) => {
                self.user_authorization_cancellation(push, event).await
            }
            Event::KfCreateSession(event) => self.kf_create_session(push, event).await,
            Event::KfCloseSession(event) => self.kf_close_session(push, event).await,
            Event::KfSwitchSession(event) => self.kf_switch_session(push, event).await,
            Event::UserEnterTempSession(event) => self.user_enter_temp_session(push, event).await,
            Event::MediaCheck(event) => self.media_check(push, event).await,
            Event::Product(_) | Event::Unread { .. } | Event::Other { .. } => {
                self.other(push).await
            }
        }
    }
}
