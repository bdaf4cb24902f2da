//! The programs of five articles about mass sending, each with its own order of calls, over HTTP.
//!
//! What is still written as the articles have it goes through the typed calls; what only old
//! programs write goes as the literal body. Their finish event is judged by the job it counts.

mod official_page_2014;
mod php_functions;
mod php_tutorial;
mod python_functions;
mod test_account;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;
use wechat_http::Transport;
use wechat_mock::JobCounts;
use wechat_types::codec::multipart::File;
use wechat_types::id::{MediaId, MsgId, OpenId, TagId};
use wechat_types::mass::{GetMassStatus, JobStatus};
use wechat_types::token::GetToken;

use crate::live::Live;

/// A program with a token of its own, as it is before its first call.
struct Program {
    live: Live,
    token: String,
}

impl Program {
    /// Fetches the token by GET, as they all do.
    async fn start() -> Self {
        let live = Live::new().await;
        let get = GetToken::new(live.mock.app_id(), live.mock.app_secret());
        let answer = live.client.send(&get).await.unwrap();
        assert_eq!(answer.expires_in, 7200);
        Self { token: answer.access_token.expose().to_owned(), live }
    }

    /// POSTs the body as it stands.
    async fn post(&self, path: &str, body: impl Into<String>) -> Value {
        self.call(Method::POST, path, body.into()).await
    }

    async fn call(&self, method: Method, path: &str, body: String) -> Value {
        let base = self.live.listening.base_url();
        let request = Request::builder()
            .method(method)
            .uri(format!("{base}{path}?access_token={}", self.token))
            .body(Bytes::from(body))
            .unwrap();
        let answer = self.live.tap.send(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// POSTs a mass send, which must be accepted.
    async fn submit(&self, path: &str, body: impl Into<String>) -> MsgId {
        let answer = self.post(path, body).await;
        assert_eq!(answer["errcode"], 0, "{answer}");
        assert_eq!(answer["errmsg"], "send job submission success");
        MsgId::new(answer["msg_id"].as_u64().unwrap())
    }

    /// So many followers with this tag.
    fn tagged(&self, tag: u64, count: usize) -> Vec<OpenId> {
        let openids = self.live.mock.add_followers(count);
        for openid in &openids {
            self.live.mock.tag_follower(openid, TagId::new(tag));
        }
        openids
    }

    /// All jobs come to their end.
    fn wait(&self) {
        assert!(self.live.mock.advance(Duration::from_secs(10)));
    }

    async fn status(&self, msg_id: MsgId) -> JobStatus {
        self.live.client.send(&GetMassStatus::new(msg_id)).await.unwrap().status
    }

    /// The counters of the finish event: total, left after the filter, sent, failed.
    fn counts(&self, msg_id: MsgId) -> [u64; 4] {
        let JobCounts { total, after_filter, sent, errors, .. } =
            self.live.mock.job(msg_id).unwrap().counts;
        [total, after_filter, sent, errors]
    }
}

fn openid(text: &str) -> OpenId {
    OpenId::new(text).unwrap()
}

fn media_id(answer: &Value) -> MediaId {
    MediaId::new(answer["media_id"].as_str().unwrap()).unwrap()
}

fn jpeg() -> File {
    File::new("test.jpg", "image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec())
}
