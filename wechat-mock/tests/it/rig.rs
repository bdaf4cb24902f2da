//! What all tests need: a server, its token, and calls in one line.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Value, json};
#[cfg(feature = "callbacks")]
use wechat_mock::PushOutcome;
use wechat_mock::{Exchange, ManualClock, MockServer, MockServerBuilder};
use wechat_types::id::{MsgId, OpenId};

pub(crate) const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// A server on a clock moved by hand.
pub(crate) struct Rig {
    pub(crate) server: MockServer,
    pub(crate) clock: ManualClock,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(build: impl FnOnce(MockServerBuilder) -> MockServerBuilder) -> Self {
        let server = build(MockServer::builder()).build();
        let clock = server.manual_clock().unwrap();
        Self { server, clock }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Carries the request into the server.
    pub(crate) fn exchange(&self, request: &http::Request<Bytes>) -> Exchange {
        self.server.handle(request, self.now(), PEER)
    }

    pub(crate) fn answer(&self, request: &http::Request<Bytes>) -> Value {
        let response = self.exchange(request).response.expect("an answer");
        assert_eq!(response.status(), 200);
        serde_json::from_slice(response.body()).expect("JSON")
    }

    pub(crate) fn get(&self, path_and_query: &str) -> Value {
        self.answer(&request("GET", path_and_query, Bytes::new()))
    }

    pub(crate) fn post(&self, path_and_query: &str, body: &Value) -> Value {
        self.answer(&request("POST", path_and_query, Bytes::from(body.to_string())))
    }

    /// POST with this token.
    pub(crate) fn post_with(&self, token: &str, path: &str, body: &Value) -> Value {
        self.post(&format!("{path}?access_token={token}"), body)
    }

    /// POST with a token that is fetched for it.
    pub(crate) fn call(&self, path: &str, body: &Value) -> Value {
        self.post_with(&self.token(), path, body)
    }

    pub(crate) fn code(&self, path: &str, body: &Value) -> i64 {
        code(&self.call(path, body))
    }

    /// A stable token, by a good request.
    pub(crate) fn token(&self) -> String {
        text(&self.post("/cgi-bin/stable_token", &self.credentials()), "access_token")
    }

    pub(crate) fn credentials(&self) -> Value {
        json!({
            "grant_type": "client_credential",
            "appid": self.server.app_id().as_str(),
            "secret": self.server.app_secret().expose(),
        })
    }

    /// `/cgi-bin/token` with its query.
    pub(crate) fn token_url(&self) -> String {
        format!(
            "/cgi-bin/token?grant_type=client_credential&appid={}&secret={}",
            self.server.app_id(),
            self.server.app_secret().expose()
        )
    }

    /// Sends a text to these and answers the whole reply.
    pub(crate) fn send_text(&self, openids: &[OpenId], text: &str, key: Option<&str>) -> Value {
        self.call(SEND, &text_to(openids, text, key))
    }

    pub(crate) fn status(&self, msg_id: MsgId) -> String {
        text(&self.call(GET, &json!({"msg_id": msg_id.get()})), "msg_status")
    }

    /// Lets all callbacks happen that are due, each accepted.
    #[cfg(feature = "callbacks")]
    pub(crate) fn run_due(&self) -> usize {
        let mut pushes = 0;
        self.server.run_due(self.now(), |_| {
            pushes += 1;
            PushOutcome::success()
        });
        pushes
    }
}

pub(crate) const SEND: &str = "/cgi-bin/message/mass/send";
pub(crate) const SENDALL: &str = "/cgi-bin/message/mass/sendall";
pub(crate) const PREVIEW: &str = "/cgi-bin/message/mass/preview";
pub(crate) const DELETE: &str = "/cgi-bin/message/mass/delete";
pub(crate) const GET: &str = "/cgi-bin/message/mass/get";
pub(crate) const DRAFT_ADD: &str = "/cgi-bin/draft/add";

pub(crate) fn request(method: &str, path_and_query: &str, body: Bytes) -> http::Request<Bytes> {
    http::Request::builder().method(method).uri(path_and_query).body(body).unwrap()
}

pub(crate) fn text_to(openids: &[OpenId], text: &str, key: Option<&str>) -> Value {
    let openids: Vec<&str> = openids.iter().map(OpenId::as_str).collect();
    let mut body = json!({"touser": openids, "msgtype": "text", "text": {"content": text}});
    if let Some(key) = key {
        body["clientmsgid"] = json!(key);
    }
    body
}

pub(crate) fn text_to_all(text: &str) -> Value {
    json!({"filter": {"is_to_all": true}, "msgtype": "text", "text": {"content": text}})
}

pub(crate) fn mpnews_to_all(media_id: &str, key: &str) -> Value {
    json!({
        "filter": {"is_to_all": true},
        "msgtype": "mpnews",
        "mpnews": {"media_id": media_id},
        "clientmsgid": key,
    })
}

pub(crate) fn code(reply: &Value) -> i64 {
    reply.get("errcode").map_or(0, |code| code.as_i64().unwrap())
}

pub(crate) fn text(reply: &Value, key: &str) -> String {
    reply[key].as_str().unwrap_or_else(|| panic!("no {key} in {reply}")).to_owned()
}

pub(crate) fn msg_id(reply: &Value) -> MsgId {
    MsgId::new(reply["msg_id"].as_u64().unwrap_or_else(|| panic!("no msg_id in {reply}")))
}

/// A multipart request with the file in part `media`.
pub(crate) fn upload(
    path_and_query: &str,
    file_name: &str,
    content: &[u8],
) -> http::Request<Bytes> {
    let mut body = format!(
        "--boundary-1\r\nContent-Disposition: form-data; name=\"media\"; \
         filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--boundary-1--\r\n");
    let mut request = request("POST", path_and_query, Bytes::from(body));
    let kind = "multipart/form-data; boundary=boundary-1".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    request
}

/// The smallest things that pass as PNG and JPEG.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
pub(crate) const JPEG: &[u8] = b"\xff\xd8\xff\xe0rest";
