//! Setting up what was sent and refused in the past.

use std::net::{IpAddr, Ipv4Addr};
use std::time::SystemTime;

use wechat_types::id::MsgId;

use crate::reply::Refusal;
use crate::server::MockServer;
use crate::turn::catch_up;
use crate::world::originality::OriginalArticle;
use crate::world::past_error::PastError;
use crate::world::website::WebsiteSend;

impl MockServer {
    /// Gives a send's articles these addresses, which mass/delete takes. Ignored for an unknown
    /// number.
    pub fn set_article_urls(&self, msg_id: MsgId, urls: Vec<String>) {
        let mut account = self.account();
        if let Some(job) = account.jobs_mut().find(|job| job.public.msg_id == msg_id) {
            job.public.article_urls = urls;
        }
    }

    /// An error of the past, for openapi/rid/get. Those that the mock itself answers need none.
    pub fn add_past_error(&self, rid: impl Into<String>, at: SystemTime) {
        let rid = rid.into();
        let error = PastError {
            at,
            query: "access_token=75_Pastxxxx".to_owned(),
            request_body: "{}".to_owned(),
            response_body: format!("{{\"errcode\":-1,\"errmsg\":\"system error rid: {rid}\"}}"),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        self.account().past_errors.insert(rid, error, usize::MAX);
    }

    /// Somebody sends on the platform's website: the same quotas, inboxes and report, no key.
    ///
    /// # Errors
    ///
    /// The code that the API would answer: 40007, 40152, 45028.
    pub fn send_on_website(&self, send: &WebsiteSend) -> Result<MsgId, i64> {
        let (settings, now) = (self.settings(), self.clock().now());
        catch_up(self.account_lock(), &settings, now);
        let sent = self.account().send_on_website(send, &settings, now);
        catch_up(self.account_lock(), &settings, now);
        self.changed();
        sent.map_err(|Refusal { code, .. }| code)
    }

    /// An original is known: articles of its title are reprints of it.
    pub fn add_original(&self, original: OriginalArticle) {
        self.account().originals.push(original);
    }

    /// Jobs that wait for the administrator (API群发保护).
    pub fn waiting_jobs(&self) -> Vec<MsgId> {
        let account = self.account();
        account.jobs().filter(|job| job.is_waiting()).map(|job| job.public.msg_id).collect()
    }

    /// The administrator confirms a send; `false`: it waits for nobody.
    pub fn approve_job(&self, msg_id: MsgId) -> bool {
        self.confirm(msg_id, true)
    }

    /// The administrator refuses a send, `err(40001)`; `false`: it waits for nobody.
    pub fn refuse_job(&self, msg_id: MsgId) -> bool {
        self.confirm(msg_id, false)
    }

    fn confirm(&self, msg_id: MsgId, approved: bool) -> bool {
        let (settings, now) = (self.settings(), self.clock().now());
        catch_up(self.account_lock(), &settings, now);
        let done = self.account().confirm(msg_id, approved, &settings, now);
        catch_up(self.account_lock(), &settings, now);
        self.changed();
        done
    }
}
