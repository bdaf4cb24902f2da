//! Outcomes and token refreshes over real HTTP.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::{Client, Deadline, Error, Outcome, RetryPolicy, Transport, TransportErrorKind};
use wechat_mock::{FaultRule, ManualClock, MockServer};
use wechat_types::codec::ReplyError;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::MsgId;

use crate::live::{DeafAddress, Live, at_once};
use crate::rig::{
    FixedToken, SEND, STABLE, STATUS, UPLOAD, count, crowd, picture, send, status_of_new_job,
};
use crate::tap::Tap;
use crate::tiny_server::{TinyServer, json_answer};

fn kind(error: &Error) -> Option<TransportErrorKind> {
    match error {
        Error::Transport(error) => Some(error.kind()),
        _ => None,
    }
}

type Strike = fn(FaultRule<'_>);

/// Disturbances after which nobody knows.
const UNKNOWN: [(&str, Strike, Option<TransportErrorKind>); 7] = [
    ("answer lost", |rule| rule.answer_lost(), Some(TransportErrorKind::Interrupted)),
    ("reset", |rule| rule.reset(), Some(TransportErrorKind::Interrupted)),
    ("-1", |rule| rule.errcode(-1), None),
    ("502", |rule| rule.status(502), None),
    ("500 after effect", |rule| rule.status_after_effect(500), None),
    ("garbled", |rule| rule.garbled(), None),
    ("cut", |rule| rule.cut(10), None),
];

#[tokio::test]
async fn a_send_of_unknown_outcome_is_never_repeated() {
    for key in [Some("spring-01"), None] {
        for (name, strike, expected) in UNKNOWN {
            let live = Live::new().await;
            strike(live.mock.on(SEND).always());
            let error = live.client.send(&send(&live.mock, key)).await.unwrap_err();
            assert_eq!(error.outcome(), Outcome::Unknown, "{name}: {error:?}");
            assert_eq!(kind(&error), expected, "{name}: {error:?}");
            assert_eq!(count(&live.mock, SEND), 1, "{name}");
        }
    }
}

#[tokio::test]
async fn a_question_of_unknown_outcome_is_asked_again() {
    for (name, strike, _) in UNKNOWN {
        let live = Live::new().await;
        let question = status_of_new_job(&live.client, &live.mock).await;
        strike(live.mock.on(STATUS).times(2));
        live.client.send(&question).await.unwrap();
        assert_eq!(count(&live.mock, STATUS), 3, "{name}");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    let live = Live::new().await;
    live.mock.on(SEND).always().errcode(45028);
    let error = live.client.send(&send(&live.mock, Some("a"))).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.code(), Some(ErrorCode::new(45028)));
    assert_eq!(count(&live.mock, SEND), 1);
}

#[tokio::test]
async fn a_refused_connection_means_not_sent_and_is_tried_again() {
    let (address, mock) = (DeafAddress::new(), MockServer::builder().followers(2).build());
    let tap = Tap::new(ReqwestTransport::new().unwrap());
    let client = Client::builder(mock.app_id(), mock.app_secret())
        .base_url(address.base_url().parse().unwrap())
        .transport(tap.clone())
        .token_source(FixedToken::new("75_x"))
        .retry(at_once())
        .build()
        .unwrap();
    let error = client.send(&send(&mock, None)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(kind(&error), Some(TransportErrorKind::Connect));
    let failed: Vec<_> = tap.sent().iter().map(|sent| sent.failed.unwrap()).collect();
    assert_eq!(failed, [TransportErrorKind::Connect; 3]);

    // The same client finds the server once there is one.
    let server = TinyServer::on(address.listen(), json_answer("{\"errcode\":0,\"msg_id\":7}"));
    assert_eq!(client.send(&send(&mock, None)).await.unwrap().msg_id, MsgId::new(7));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn no_answer_in_time_is_a_timeout_of_unknown_outcome() {
    let live = Live::with(|client| client.retry(RetryPolicy::NEVER)).await;
    live.client.send(&picture()).await.unwrap();
    live.mock.on(SEND).delayed(Duration::from_secs(3600));
    let calling = tokio::spawn({
        let (client, request) = (live.client.clone(), send(&live.mock, Some("a")));
        async move { client.send(&request).await }
    });
    while count(&live.mock, SEND) == 0 {
        assert!(!calling.is_finished(), "nothing was sent");
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
    tokio::time::advance(live.client.timeout() / 2).await;
    assert!(!calling.is_finished());
    tokio::time::advance(live.client.timeout() / 2).await;
    let error = calling.await.unwrap().unwrap_err();
    assert_eq!(kind(&error), Some(TransportErrorKind::Timeout), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(live.mock.jobs().len(), 1, "it took effect");
}

#[tokio::test]
async fn after_its_deadline_nothing_is_sent() {
    let server = TinyServer::answering_json("{}").await;
    let request = http::Request::post(format!("{}/", server.base_url()))
        .extension(Deadline::new(SystemTime::UNIX_EPOCH))
        .body(Bytes::new())
        .unwrap();
    let transport = ReqwestTransport::new().unwrap();
    let error = transport.send(request).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::DeadlinePassed);
    assert!(error.was_not_sent());
    assert!(server.received().is_empty());

    let live = Live::with(|client| {
        // A client that lives in 1970.
        client
            .clock(std::sync::Arc::new(ManualClock::auto(SystemTime::UNIX_EPOCH)))
            .token_source(FixedToken::new("75_x"))
    })
    .await;
    let error = live.client.send(&send(&live.mock, Some("a"))).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(kind(&error), Some(TransportErrorKind::DeadlinePassed));
    assert!(live.mock.received().is_empty());
}

/// What ReqwestTransport makes of bytes that a server may answer with.
async fn answered(bytes: &str) -> Error {
    let server = TinyServer::answering(bytes).await;
    let mock = MockServer::builder().followers(2).build();
    let client = Client::builder(mock.app_id(), mock.app_secret())
        .base_url(server.base_url().parse().unwrap())
        .token_source(FixedToken::new("75_x"))
        .retry(at_once())
        .build()
        .unwrap();
    let error = client.send(&send(&mock, Some("a"))).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown, "{bytes:?}: {error:?}");
    assert_eq!(server.received().len(), 1, "{bytes:?}");
    error
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_of_unknown_outcome() {
    for bytes in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"errcode\":0,\"msg_id\":1",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{\"errcode\":0",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno number\r\n",
        "HTTP/1.1 200 OK\r\ncontent-len",
        "",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
    ] {
        let error = answered(bytes).await;
        assert!(kind(&error).is_some(), "{bytes:?}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_of_another_kind_is_of_unknown_outcome() {
    for status in ["200 OK", "404 Not Found", "429 Too Many Requests", "503 Busy"] {
        let page = "<html>nginx</html>";
        let error = answered(&format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
            page.len()
        ))
        .await;
        assert!(
            matches!(
                error,
                Error::Reply(ReplyError::Status { .. } | ReplyError::Unreadable { .. })
            ),
            "{status}: {error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_callers_on_an_empty_cache_make_one_fetch() {
    let live = Live::new().await;
    let gate = live.tap.hold_next(STABLE);
    let answers = crowd(&live.client, 100, async {
        gate.arrived().await;
        gate.open();
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 100, "{answers:?}");
    assert_eq!((count(&live.mock, STABLE), count(&live.mock, UPLOAD)), (1, 100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_callers_of_a_failing_fetch_make_few() {
    let live = Live::new().await;
    live.mock.configure(|rules| rules.ip_white_list = Some(Vec::new()));
    let gate = live.tap.hold_next(STABLE);
    let answers = crowd(&live.client, 100, async {
        gate.arrived().await;
        gate.open();
    })
    .await;
    for answer in answers {
        assert_eq!(answer.unwrap_err().api().unwrap().code, ErrorCode::new(40164));
    }
    // All have started, but a few may not have come to the lock when the fetch ended.
    let fetches = count(&live.mock, STABLE);
    assert!(fetches <= 8, "{fetches}");
    assert_eq!(count(&live.mock, UPLOAD), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_of_a_revoked_token_share_one_refresh() {
    let live = Live::new().await;
    live.client.send(&picture()).await.unwrap();
    live.mock.revoke_tokens(live.mock.clock().now());
    let answers = crowd(&live.client, 64, async {}).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 64, "{answers:?}");
    assert_eq!(count(&live.mock, STABLE), 2);
    assert!(count(&live.mock, UPLOAD) > 65);
}
