//! The loopback server, spoken to byte by byte.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::rig::{Rig, SEND, text_to};

/// Writes a request and reads until the server closes.
async fn raw(addr: SocketAddr, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let length = body.len();
    let text = format!("{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection reset by the server is an empty answer here.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer:?}"))
}

async fn post(addr: SocketAddr, path: &str, value: &Value) -> String {
    // No Content-Type at all, as two widely used SDKs send it.
    raw(addr, &format!("POST {path} HTTP/1.1\r\nHost: api.weixin.qq.com"), &value.to_string()).await
}

#[tokio::test]
async fn calls_control_routes_and_the_end() {
    let rig = Rig::with(|b| b.followers(2));
    let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
    let addr = listening.addr();
    assert_eq!(listening.base_url(), format!("http://{addr}"));

    let reply = post(addr, "//cgi-bin/stable_token", &rig.credentials()).await;
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\ncontent-type: application/json"), "{reply}");
    let token = body(&reply)["access_token"].as_str().unwrap().to_owned();
    let fans = rig.server.followers();
    let path = format!("{SEND}?access_token={token}");
    let reply = body(&post(addr, &path, &text_to(&fans, "x", None)).await);
    assert_eq!(reply["errcode"], 0);
    let missing = post(addr, "/cgi-bin/nowhere", &json!({})).await;
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");

    let control = |line: &str, more: &str| {
        let head = format!("{line} HTTP/1.1\r\nHost: {addr}{more}");
        async move { raw(addr, &head, "").await }
    };
    let about = body(&control("GET /_mock", "").await);
    assert_eq!((&about["server"], &about["version"]), (&json!("wechat-mock"), &json!("0.1.0")));
    let inbox = format!("GET /_mock/inbox?openid={}", fans[0]);
    assert_eq!(body(&control(&inbox, "").await), json!({"inbox": []}));
    let moved = body(&control("POST /_mock/advance?seconds=10", "").await);
    assert_eq!(moved["now"].as_u64().unwrap(), about["now"].as_u64().unwrap() + 10);
    // The background task may not have run yet; a request brings the world up to date as well.
    rig.server.due(rig.now());
    assert_eq!(body(&control(&inbox, "").await), json!({"inbox": [reply["msg_id"]]}));
    let with_one = fans.iter().filter(|fan| rig.server.inbox(fan).len() == 1).count();
    let inboxes = body(&control("GET /_mock/inboxes", "").await);
    assert_eq!(inboxes["messages"]["1"], json!(with_one));
    let received = control("GET /_mock/received", "").await;
    assert!(received.contains("#2 POST /cgi-bin/message/mass/send?access_token=[redacted]"));
    assert!(!received.contains(&token));
    assert_eq!(body(&received)["received"].as_array().unwrap().len(), 3);

    assert!(control("GET /_mock", "\r\nOrigin: http://evil.example").await.contains(" 403 "));
    for (host, allowed) in [
        ("evil.example", false),
        ("localhost.evil.example:80", false),
        ("10.0.0.1", false),
        ("localhost:1", true),
        ("127.0.0.1", true),
        ("[::1]:80", true),
    ] {
        let identity = raw(addr, &format!("GET /_mock HTTP/1.1\r\nHost: {host}"), "").await;
        assert!(identity.starts_with("HTTP/1.1 200"), "{host}: {identity}");
        let request = format!("GET /_mock/received HTTP/1.1\r\nHost: {host}");
        let answer = raw(addr, &request, "").await;
        assert_eq!(answer.starts_with("HTTP/1.1 200"), allowed, "{host}: {answer}");
        assert_eq!(answer.starts_with("HTTP/1.1 403"), !allowed, "{host}: {answer}");
    }

    listening.shutdown().await;
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn lost_answers_are_closed_connections() {
    let rig = Rig::with(|b| b.followers(2));
    let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
    let path = format!("{SEND}?access_token={}", rig.token());
    let text = text_to(&rig.server.followers(), "x", Some("k"));
    rig.server.on(SEND).reset();
    assert_eq!(post(listening.addr(), &path, &text).await, "");
    assert!(rig.server.jobs().is_empty());
    rig.server.on(SEND).answer_lost();
    assert_eq!(post(listening.addr(), &path, &text).await, "");
    assert_eq!(rig.server.jobs().len(), 1);
    assert_eq!(body(&post(listening.addr(), &path, &text).await)["errcode"], 45065);
    listening.shutdown().await;
}

/// The clock stands: nothing else would ever end the delay.
#[tokio::test]
async fn the_end_does_not_wait_for_a_delayed_answer() {
    let rig = Rig::with(|b| b.followers(2));
    let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
    let path = format!("{SEND}?access_token={}", rig.token());
    let text = text_to(&rig.server.followers(), "x", None);
    rig.server.on(SEND).delayed(Duration::from_secs(3600));
    let addr = listening.addr();
    let caller = tokio::spawn(async move { post(addr, &path, &text).await });
    while rig.server.jobs().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::timeout(Duration::from_secs(30), listening.shutdown()).await.expect("an end");
    assert_eq!(caller.await.unwrap(), "", "the answer is lost");
    assert_eq!(rig.clock.next_wake(), None);
}

/// What JSON becomes in memory is many times its length: it is read for a good token only, and not
/// without end.
#[tokio::test]
async fn large_bodies_are_uploads_or_have_a_good_token() {
    let rig = Rig::with(|b| b);
    let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
    let addr = listening.addr();
    let large = " ".repeat((12 << 20) + 1);
    let head = "POST /cgi-bin/media/uploadimg?access_token=x HTTP/1.1\r\nHost: a";
    let json = format!("{head}\r\nContent-Type: application/json");
    assert!(raw(addr, &json, &large).await.starts_with("HTTP/1.1 413"));
    let upload = format!("{head}\r\nContent-Type: Multipart/form-data; boundary=x");
    assert_eq!(body(&raw(addr, &upload, &large).await)["errcode"], 40001);
    listening.shutdown().await;

    let long = |token: &str| {
        let body = json!({"padding": "x".repeat(70_000)}).to_string();
        let url = format!("/cgi-bin/stable_token?access_token={token}");
        rig.answer(&crate::rig::request("POST", &url, body.into()))
    };
    assert_eq!(long("")["errcode"], 47001);
    let mut credentials = rig.credentials();
    credentials["padding"] = json!("x".repeat(60_000));
    assert!(rig.post("/cgi-bin/stable_token", &credentials)["access_token"].is_string());
    // The token is looked at before the body is, which is no JSON.
    let sends = |token: &str| {
        let url = format!("{SEND}?access_token={token}");
        rig.answer(&crate::rig::request("POST", &url, "[".repeat(70_000).into()))
    };
    assert_eq!(sends(&rig.token())["errcode"], 47001);
    assert_eq!(sends("none")["errcode"], 40001);
    assert_eq!(sends("")["errcode"], 41001);
}

/// A machine without IPv6 has no such listener, and nothing to test.
#[tokio::test]
async fn an_ipv4_caller_of_an_ipv6_listener_is_found_in_the_white_list() {
    let rig =
        Rig::with(|b| b.settings(|s| s.ip_white_list = Some(vec!["127.0.0.1".parse().unwrap()])));
    let Ok(listening) = rig.server.listen("[::ffff:127.0.0.1]:0").await else { return };
    let addr = SocketAddr::from(([127, 0, 0, 1], listening.addr().port()));
    let answer = body(&post(addr, "/cgi-bin/stable_token", &rig.credentials()).await);
    assert!(answer["access_token"].is_string(), "{answer}");
    listening.shutdown().await;
}
