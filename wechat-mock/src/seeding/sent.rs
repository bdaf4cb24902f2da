//! Setting up what was sent and refused in the past.

use std::net::{IpAddr, Ipv4Addr};
use std::time::SystemTime;

use wechat_types::id::MsgId;

use crate::server::MockServer;
use crate::world::past_error::PastError;

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
        self.account().past_errors.insert(rid, error);
    }
}
