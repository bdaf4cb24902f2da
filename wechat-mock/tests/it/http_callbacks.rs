//! Callbacks over real HTTP, to a receiver in the test that reads them with wechat-events.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wechat_events::{CallbackQuery, EncodingAesKey, EventParser};
use wechat_mock::{CallbackTarget, JobProgress, UrlCheck};

use crate::callbacks::token;
use crate::rig::{Rig, SENDALL, text_to_all};

fn key() -> EncodingAesKey {
    EncodingAesKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap()
}

/// Takes one request: its target, its body, and the connection to answer on.
pub(crate) async fn receive(listener: &TcpListener) -> (String, Vec<u8>, TcpStream) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head.to_ascii_lowercase();
    let length = length
        .split_once("content-length: ")
        .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse().unwrap());
    while bytes.len() < end + length {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
    let target = head.split(' ').nth(1).unwrap().to_owned();
    (target, bytes[end..].to_vec(), stream)
}

pub(crate) async fn answer(mut stream: TcpStream, body: &str) {
    let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).await.unwrap();
}

pub(crate) fn query(target: &str) -> CallbackQuery {
    CallbackQuery::parse(target.split_once('?').unwrap().1)
}

#[tokio::test]
async fn reports_arrive_in_all_three_modes() {
    for mode in ["plain", "safe", "compatible"] {
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/callback", receiver.local_addr().unwrap());
        let target = match mode {
            "plain" => CallbackTarget::plain(url, token()),
            "safe" => CallbackTarget::safe(url, token(), key()),
            _ => CallbackTarget::compatible(url, token(), key()),
        };
        let rig = Rig::with(|b| b.followers(3).callback(target));
        let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
        let mut parser = EventParser::builder(rig.server.app_id(), token());
        if mode != "plain" {
            parser = parser.aes_key(key());
        }
        let parser = parser.build();

        let check = async {
            let (target, _, stream) = receive(&receiver).await;
            answer(stream, parser.verify_url(&query(&target)).unwrap()).await;
        };
        let (outcome, ()) = tokio::join!(listening.verify_callback_url(), check);
        assert_eq!(outcome, Some(UrlCheck::Verified), "{mode}");

        rig.call(SENDALL, &text_to_all("a"));
        rig.advance(10);
        let (target, body, stream) = receive(&receiver).await;
        assert_eq!(target.contains("encrypt_type=aes"), mode != "plain", "{target}");
        let shown = String::from_utf8_lossy(&body).contains("MASSSENDJOBFINISH");
        assert_eq!(shown, mode != "safe");
        let callback = parser.parse(&query(&target), &body).unwrap();
        assert!(format!("{callback:?}").contains("1000000001"), "{callback:?}");
        answer(stream, "success").await;
        while rig.server.callback_results().is_empty() {
            tokio::task::yield_now().await;
        }
        assert!(rig.server.callback_results()[0].accepted);
        listening.shutdown().await;
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_is_tried_again_after_five_seconds() {
    let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", receiver.local_addr().unwrap());
    let rig = Rig::with(|b| {
        b.followers(1)
            .settings(|s| s.progress = JobProgress::Immediate)
            .callback(CallbackTarget::plain(url, token()))
    });
    let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
    rig.call(SENDALL, &text_to_all("a"));
    let mut hanging = Vec::new();
    for _ in 0..3 {
        hanging.push(receive(&receiver).await);
        assert_eq!(rig.clock.next_wake(), Some(rig.now() + Duration::from_secs(5)));
        rig.advance(5);
    }
    while rig.server.callback_results().is_empty() {
        tokio::task::yield_now().await;
    }
    let result = &rig.server.callback_results()[0];
    assert_eq!((result.tries, result.accepted), (3, false));
    listening.shutdown().await;
}

#[tokio::test]
async fn a_callback_cut_short_by_the_end_is_sent_by_the_next_server() {
    for drop_it in [false, true] {
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", receiver.local_addr().unwrap());
        let rig = Rig::with(|b| {
            b.followers(1)
                .settings(|s| s.progress = JobProgress::Immediate)
                .callback(CallbackTarget::plain(url, token()))
        });
        let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
        rig.call(SENDALL, &text_to_all("a"));
        let hanging = receive(&receiver).await;
        assert_eq!(rig.server.next_due(), None, "it is on its way");
        if drop_it {
            drop(listening);
            while rig.server.next_due().is_none() {
                tokio::task::yield_now().await;
            }
        } else {
            listening.shutdown().await;
        }
        assert_eq!(rig.server.next_due(), Some(rig.now()));
        drop(hanging);

        let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
        let (_, _, stream) = receive(&receiver).await;
        answer(stream, "success").await;
        while rig.server.callback_results().is_empty() {
            tokio::task::yield_now().await;
        }
        let result = &rig.server.callback_results()[0];
        assert_eq!((result.tries, result.accepted), (1, true));
        listening.shutdown().await;
    }
}
