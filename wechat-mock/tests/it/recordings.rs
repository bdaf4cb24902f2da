//! Traffic recorded without secrets and played back.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wechat_http::{Client, ClientBuilder, RetryPolicy, TokenKind};
use wechat_mock::recording::{Recorder, Replayer};
use wechat_mock::{ManualClock, MockServer};
use wechat_types::codec::multipart::File;
use wechat_types::id::{AppSecret, ClientMsgId};
use wechat_types::mass::{MassContent, Recipients, Send};
use wechat_types::media::{GetMedia, GetMediaResponse, MediaKind, UploadMedia};
use wechat_types::platform::{GetApiDomainIps, GetRequestRecord};
use wechat_types::tag::GetTags;
use wechat_types::token::GetToken;
use wechat_types::user::GetFollowers;

use crate::rig::JPEG;

/// A file in memory.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn mock() -> MockServer {
    MockServer::builder().followers(2).build()
}

fn client(mock: &MockServer) -> ClientBuilder {
    Client::builder(mock.app_id(), mock.app_secret()).clock(mock.clock())
}

/// What was answered, with whatever fails.
async fn story(client: &Client, mock: &MockServer, text: &str) -> Vec<String> {
    let mut told = Vec::new();
    let secret = AppSecret::new("another-5ecret").unwrap();
    let get_token = GetToken::new(mock.app_id(), secret);
    told.push(format!("{:?}", client.send(&get_token).await.map_err(|e| e.code())));
    told.push(format!("{:?}", client.send(&GetTags::new()).await.unwrap()));
    let fans = client.send(&GetFollowers::new()).await.unwrap();
    let mut send = Send::new(Recipients::new(fans.open_ids).unwrap(), MassContent::text(text));
    send.client_msg_id = Some(ClientMsgId::new("k").unwrap());
    for _ in 0..2 {
        told.push(format!("{:?}", client.send(&send).await.map_err(|e| e.to_string())));
    }
    let file = File::new("a.jpg", "image/jpeg", JPEG.to_vec());
    let media = client.send(&UploadMedia::new(MediaKind::Image, file)).await.unwrap();
    let GetMediaResponse::File(file) = client.send(&GetMedia::new(media.media_id)).await.unwrap()
    else {
        panic!("a file")
    };
    told.push(format!("{:?} {:?} {:?}", file.name, file.content_type, file.bytes));
    told
}

async fn record(mock: &MockServer, kind: TokenKind) -> (String, Vec<String>) {
    let memory = Memory::default();
    let recorder = Recorder::new(mock.transport(), memory.clone()).unwrap();
    let client = client(mock).token_kind(kind).transport(recorder.clone()).build().unwrap();
    let told = story(&client, mock, "你好").await;
    recorder.finish().unwrap();
    (memory.text(), told)
}

#[tokio::test]
async fn what_was_recorded_is_played_back_with_other_credentials() {
    for kind in [TokenKind::Stable, TokenKind::Plain] {
        let mock = mock();
        let (recording, told) = record(&mock, kind).await;
        let replayer = Replayer::new(&recording).unwrap();
        let secret = AppSecret::new("s3cret-of-somebody-else").unwrap();
        let client = Client::builder(mock.app_id(), secret)
            .clock(Arc::new(ManualClock::auto(ManualClock::default_start())))
            .base_url("http://127.0.0.1:9/prefix".parse().unwrap())
            .token_kind(kind)
            .transport(replayer.clone())
            .build()
            .unwrap();
        assert_eq!(story(&client, &mock, "你好").await, told);
        assert_eq!((replayer.left(), replayer.difference()), (0, None));
    }
}

#[tokio::test]
async fn a_recording_holds_no_secret() {
    for kind in [TokenKind::Stable, TokenKind::Plain] {
        let mock = mock();
        let token = mock.received().len();
        assert_eq!(token, 0);
        let (recording, _) = record(&mock, kind).await;
        assert!(!recording.contains(mock.app_secret().expose()), "{recording}");
        assert!(!recording.contains("another-5ecret"), "{recording}");
        assert!(!recording.contains("75_"), "a token: {recording}");
        assert!(recording.contains("recorded-access_token-1"), "{recording}");
        assert!(recording.starts_with("{\"wechat_recording\":1}\n"), "{recording}");
    }
}

/// The platform's own record of a failed call quotes its query and its body.
#[tokio::test]
async fn quoted_secrets_are_withheld() {
    let mock = mock();
    let memory = Memory::default();
    let recorder = Recorder::new(mock.transport(), memory.clone()).unwrap();
    let client = client(&mock).transport(recorder).build().unwrap();
    mock.on("/cgi-bin/tags/get").errcode(45009);
    let error = client.send(&GetTags::new()).await.unwrap_err();
    let rid = error.api().unwrap().request_id.clone().unwrap();
    client.send(&GetRequestRecord::new(rid)).await.unwrap();
    let text = memory.text();
    assert!(!text.contains("75_"), "{text}");
    assert!(text.contains("bytes withheld: they may hold a secret"), "{text}");
}

#[tokio::test]
async fn a_request_that_differs_fails_with_the_first_difference() {
    let mock = mock();
    let (recording, _) = record(&mock, TokenKind::Stable).await;
    let replayer = Replayer::new(&recording).unwrap();
    let client =
        client(&mock).retry(RetryPolicy::NEVER).transport(replayer.clone()).build().unwrap();
    let secret = AppSecret::new("x-secret").unwrap();
    client.send(&GetToken::new(mock.app_id(), secret)).await.unwrap_err();
    client.send(&GetTags::new()).await.unwrap();
    let fans = client.send(&GetFollowers::new()).await.unwrap();
    let mut send = Send::new(Recipients::new(fans.open_ids).unwrap(), MassContent::text("再见"));
    send.client_msg_id = Some(ClientMsgId::new("k").unwrap());
    let error = client.send(&send).await.unwrap_err();
    insta::assert_snapshot!(wechat_http::describe(&error), @r#"the request failed on its way: no connection (the request was not sent): request 5 (POST /cgi-bin/message/mass/send) differs from the recording: its body.text.content: recorded "你好", now "再见""#);
    assert_eq!(error.outcome(), wechat_http::Outcome::NotSent);
    // What follows fails for the same reason, also what would fit.
    let after = client.send(&GetApiDomainIps::new()).await.unwrap_err();
    assert_eq!(wechat_http::describe(&after), wechat_http::describe(&error));
    assert_eq!(replayer.left(), 4);
}

#[tokio::test]
async fn one_request_more_fails() {
    let mock = mock();
    let memory = Memory::default();
    let recorder = Recorder::new(mock.transport(), memory.clone()).unwrap();
    let recorded = client(&mock).transport(recorder).build().unwrap();
    recorded.send(&GetTags::new()).await.unwrap();
    let replayer = Replayer::new(&memory.text()).unwrap();
    let played =
        client(&mock).retry(RetryPolicy::NEVER).transport(replayer.clone()).build().unwrap();
    played.send(&GetTags::new()).await.unwrap();
    played.send(&GetTags::new()).await.unwrap_err();
    assert_eq!(
        replayer.difference().unwrap(),
        "the recording ends after 2 requests, and there is one more: GET /cgi-bin/tags/get"
    );
}

#[tokio::test]
async fn failures_are_recorded_and_played_back() {
    let mock = mock();
    let memory = Memory::default();
    let recorder = Recorder::new(mock.transport(), memory.clone()).unwrap();
    let recorded = client(&mock).retry(RetryPolicy::NEVER).transport(recorder).build().unwrap();
    mock.on("/cgi-bin/tags/get").answer_lost();
    let lost = recorded.send(&GetTags::new()).await.unwrap_err();
    let replayer = Replayer::new(&memory.text()).unwrap();
    let played = client(&mock).retry(RetryPolicy::NEVER).transport(replayer).build().unwrap();
    let again = played.send(&GetTags::new()).await.unwrap_err();
    assert_eq!((again.outcome(), again.to_string()), (lost.outcome(), lost.to_string()));
}

/// A full disk.
#[derive(Debug)]
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("disk full"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_loses_no_answer_and_is_told() {
    let mock = mock();
    assert!(Recorder::new(mock.transport(), Full(0)).is_err());
    let recorder = Recorder::new(mock.transport(), Full(2)).unwrap();
    let client = client(&mock).transport(recorder.clone()).build().unwrap();
    client.send(&GetTags::new()).await.unwrap();
    mock.advance(Duration::from_secs(1));
    client.send(&GetTags::new()).await.unwrap();
    assert_eq!(recorder.finish().unwrap_err().to_string(), "disk full");
}

#[test]
fn another_file_is_refused_with_its_line() {
    let refused = |text: &str| Replayer::new(text).unwrap_err().to_string();
    for (text, line) in [("", 1), ("{}", 1), ("{\"wechat_recording\":1}\n{}\n", 2)] {
        let said = refused(text);
        assert!(said.starts_with(&format!("line {line} of the recording: ")), "{said}");
    }
    let later = refused("{\"wechat_recording\":2}");
    assert!(later.ends_with("the recording has version 2, and not 1"), "{later}");
}
