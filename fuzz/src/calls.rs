//! Calls to the mock: a small account, and whatever somebody sends to it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use wechat_mock::{ManualClock, MockServer};

/// Between two calls of an input.
const NEXT: &[u8] = b"\n====\n";
/// Stands for a good token, which a mutation would hardly find.
const TOKEN: &str = "$TOKEN";
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Calls in their order. The first line of each is method, path and query as in HTTP, the rest its body;
/// a minute goes by between them.
pub fn mock(data: &[u8]) {
    let mock = MockServer::builder().followers(3).build();
    let mut now = ManualClock::default_start();
    let token = token(&mock, now);
    // More calls say nothing new, and take their time.
    for call in split(data).into_iter().take(16) {
        let Some(request) = read(call, &token) else { continue };
        let exchange = mock.handle(&request, now, CALLER);
        let response = exchange.response.expect("there is no fault here, so there is an answer");
        assert!(response.status().is_success() || response.status().is_client_error());
        if let Ok(text) = str::from_utf8(response.body()) {
            assert!(!text.contains("panicked"), "{text}");
        }
        now += Duration::from_secs(60);
        let _ = mock.due(now);
    }
    assert!(!mock.report().to_string().contains(&token), "a token in the report");
}

fn token(mock: &MockServer, now: std::time::SystemTime) -> String {
    let (id, secret) = (mock.app_id(), mock.app_secret());
    let (id, secret) = (id.as_str(), secret.expose());
    let uri = format!("/cgi-bin/token?grant_type=client_credential&appid={id}&secret={secret}");
    let request = Request::get(uri).body(Bytes::new()).expect("a good request");
    let answer = mock.handle(&request, now, CALLER).response.expect("an answer");
    let answer: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
    answer["access_token"].as_str().expect("a token").to_owned()
}

fn split(data: &[u8]) -> Vec<&[u8]> {
    let mut calls = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(NEXT.len()).position(|bytes| bytes == NEXT) {
        calls.push(&rest[..at]);
        rest = &rest[at + NEXT.len()..];
    }
    calls.push(rest);
    calls
}

/// None where HTTP itself would refuse the line. A token is put into the query only: what a caller writes
/// into the path is shown.
fn read(call: &[u8], token: &str) -> Option<Request<Bytes>> {
    let end = call.iter().position(|byte| *byte == b'\n').unwrap_or(call.len());
    let (method, target) = str::from_utf8(&call[..end]).ok()?.split_once(' ')?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let body = call.get(end + 1..).unwrap_or_default();
    let content_type = match body.starts_with(b"--b\r\n") {
        true => "multipart/form-data; boundary=b",
        false => "application/json",
    };
    Request::builder()
        .method(Method::from_bytes(method.as_bytes()).ok()?)
        .uri(format!("{path}?{}", query.replace(TOKEN, token)))
        .header("content-type", content_type)
        .body(Bytes::copy_from_slice(body))
        .ok()
}
