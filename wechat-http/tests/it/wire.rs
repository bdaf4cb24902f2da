//! What goes over the wire, byte by byte, and what does not.

use wechat_http::{Client, Error, RetryPolicy, TokenKind};
use wechat_mock::MockServer;
use wechat_types::codec::ReplyError;
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{AppId, AppSecret};
use wechat_types::media::UploadImage;

use crate::live::Live;
use crate::rig::{FixedToken, SEND, UPLOAD, picture, send};
use crate::tiny_server::TinyServer;

/// A client of a tiny server, with a token that needs encoding.
fn client(server: &TinyServer) -> Client {
    Client::builder(AppId::new("wx1").unwrap(), AppSecret::new("s").unwrap())
        .base_url(server.base_url().parse().unwrap())
        .token_source(FixedToken::new("75_a+b/c=d&e?f#g%h中.~-"))
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap()
}

#[tokio::test]
async fn redirects_are_not_followed_and_nothing_refers_to_the_token() {
    let elsewhere = TinyServer::answering_json("{\"url\":\"http://x\"}").await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let server = TinyServer::answering(format!(
            "HTTP/1.1 {status}\r\nlocation: {}/cgi-bin/x\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n",
            elsewhere.base_url()
        ))
        .await;
        let error = client(&server).send(&picture()).await.unwrap_err();
        let code: u16 = status[..3].parse().unwrap();
        assert!(
            matches!(error, Error::Reply(ReplyError::Status { status, .. }) if status == code),
            "{error:?}"
        );
        assert_eq!(server.received().len(), 1);
        assert!(elsewhere.received().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn a_request_has_these_headers_and_no_others() {
    let server = TinyServer::answering_json("{\"url\":\"http://x\"}").await;
    let client = client(&server);
    client.send(&picture()).await.unwrap();
    let head = server.heads().remove(0);
    let mut names: Vec<&str> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-length", "content-type", "host", "user-agent"], "{head}");
}

#[tokio::test]
async fn the_token_is_percent_encoded() {
    let server = TinyServer::answering_json("{\"url\":\"http://x\"}").await;
    client(&server).send(&picture()).await.unwrap();
    let head = server.heads().remove(0);
    assert_eq!(
        head.lines().next().unwrap(),
        "POST /cgi-bin/media/uploadimg?access_token=\
         75_a%2Bb%2Fc%3Dd%26e%3Ff%23g%25h%E4%B8%AD.~- HTTP/1.1"
    );
}

#[tokio::test]
async fn a_secret_in_the_query_is_percent_encoded_and_arrives_whole() {
    const SECRET: &str = "a+b/c=d&e?f#g%h中";
    let mock = MockServer::builder().app_secret(AppSecret::new(SECRET).unwrap()).build();
    let listening = mock.listen("127.0.0.1:0").await.unwrap();
    let client = Client::builder(mock.app_id(), mock.app_secret())
        .base_url(listening.base_url().parse().unwrap())
        .token_kind(TokenKind::Plain)
        .build()
        .unwrap();
    client.send(&picture()).await.unwrap();

    let server =
        TinyServer::answering_json("{\"access_token\":\"75_x\",\"expires_in\":7200}").await;
    let client = Client::builder(AppId::new("wx1").unwrap(), AppSecret::new(SECRET).unwrap())
        .base_url(server.base_url().parse().unwrap())
        .token_kind(TokenKind::Plain)
        .build()
        .unwrap();
    // The same server answers the upload with a token, which is no address of a picture.
    client.send(&picture()).await.unwrap_err();
    let head = server.heads().remove(0);
    assert_eq!(
        head.lines().next().unwrap(),
        "GET /cgi-bin/token?grant_type=client_credential&appid=wx1\
         &secret=a%2Bb%2Fc%3Dd%26e%3Ff%23g%25h%E4%B8%AD HTTP/1.1"
    );
    assert!(!head.to_ascii_lowercase().contains("content-type"), "a GET has no body: {head}");
}

#[tokio::test]
async fn json_arrives_raw_with_its_content_type() {
    let server = TinyServer::answering_json("{\"errcode\":0,\"msg_id\":1}").await;
    let mock = MockServer::builder().followers(2).build();
    let request = send(&mock, Some("spring-01"));
    client(&server).send(&request).await.unwrap();
    let head = server.heads().remove(0);
    assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{head}");
    assert!(head.starts_with(&format!("POST {SEND}?access_token=")), "{head}");
    let received = server.received().remove(0);
    let body = received[head.len()..].to_vec();
    assert_eq!(body, request.encode().unwrap().into_bytes());
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("\"content\":\"你好 <b>\""), "not \\uXXXX: {body}");
}

#[tokio::test]
async fn an_upload_arrives_whole_with_its_boundary() {
    let server = TinyServer::answering_json("{\"url\":\"http://x\"}").await;
    let request: UploadImage = picture();
    client(&server).send(&request).await.unwrap();
    let body = request.encode().unwrap();
    let head = server.heads().remove(0);
    let content_type = body.content_type().unwrap();
    assert!(content_type.starts_with("multipart/form-data; boundary="), "{content_type}");
    assert!(head.contains(&format!("\r\ncontent-type: {content_type}\r\n")), "{head}");
    assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "not chunked: {head}");
    let received = server.received().remove(0);
    assert_eq!(&received[head.len()..], body.as_bytes());
    let name = "filename=\"价目表.png\"".as_bytes();
    assert!(received.windows(name.len()).any(|window| window == name), "the name is not raw");
}

#[tokio::test]
async fn a_path_in_front_of_the_api_is_kept() {
    let server = TinyServer::answering_json("{\"url\":\"http://x\"}").await;
    let client = Client::builder(AppId::new("wx1").unwrap(), AppSecret::new("s").unwrap())
        .base_url(format!("{}/proxy/", server.base_url()).parse().unwrap())
        .token_source(FixedToken::new("75_x"))
        .build()
        .unwrap();
    client.send(&picture()).await.unwrap();
    let head = server.heads().remove(0);
    assert!(head.starts_with(&format!("POST /proxy{UPLOAD}?access_token=75_x HTTP/1.1\r\n")));
}

#[tokio::test]
async fn the_token_call_goes_to_the_same_server() {
    let live = Live::new().await;
    live.client.send(&picture()).await.unwrap();
    let own = live.listening.addr().to_string();
    let sent = live.tap.sent();
    assert_eq!(sent.len(), 2);
    for request in sent {
        assert_eq!(request.uri.authority().unwrap().as_str(), own);
        assert!(!request.headers.contains_key(http::header::REFERER));
    }
}
