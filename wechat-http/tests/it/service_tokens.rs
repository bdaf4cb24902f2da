//! Tokens from a token service, which a stub stands for: what it is asked, and how often.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::JoinSet;
use wechat_http::token::CurrentToken;
use wechat_http::token::service::{ServiceSecret, ServiceTokens};
use wechat_http::{
    Client, Outcome, TokenSource as _, Transport, TransportError, TransportErrorKind,
};
use wechat_mock::{ManualClock, MockServer};
use wechat_types::id::{AccessToken, AppId};

use crate::rig::{chain, picture};

const SECRET: &str = "s3cret-of-the-token-service";
const AT: &str = "http://127.0.0.1:8790";

/// Answers one after the other, the last one again and again; `None` breaks the connection.
#[derive(Clone, Debug, Default)]
struct Stub(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    answers: VecDeque<Option<(u16, String)>>,
    asked: Vec<String>,
}

impl Stub {
    fn answering(answers: &[(u16, &str)]) -> Self {
        let stub = Self::default();
        answers.iter().for_each(|(status, body)| stub.then(Some((*status, body))));
        stub
    }

    fn then(&self, answer: Option<(u16, &str)>) {
        let answer = answer.map(|(status, body)| (status, body.to_owned()));
        self.0.lock().unwrap().answers.push_back(answer);
    }

    /// What it was asked since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }
}

#[async_trait]
impl Transport for Stub {
    fn stand_in(&self) -> Option<&str> {
        None
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        tokio::task::yield_now().await;
        assert_eq!(request.headers()["authorization"], format!("Bearer {SECRET}"));
        let mut inner = self.0.lock().unwrap();
        let body = String::from_utf8_lossy(request.body());
        let line = format!("{} {} {body}", request.method(), request.uri());
        inner.asked.push(line.trim_end().to_owned());
        let answer = match inner.answers.len() {
            1 => inner.answers.front().cloned(),
            _ => inner.answers.pop_front(),
        };
        let broken = || TransportError::new(TransportErrorKind::Connect, "connection refused");
        let (status, body) = answer.unwrap().ok_or_else(broken)?;
        Ok(http::Response::builder().status(status).body(body.into()).unwrap())
    }
}

fn issued(token: &str, seconds: u64) -> String {
    format!(r#"{{"access_token":"{token}","expires_in":{seconds}}}"#)
}

fn source(stub: &Stub, clock: &ManualClock) -> ServiceTokens {
    let secret = ServiceSecret::new(SECRET).unwrap();
    let app_id = AppId::new("wx0000000000000001").unwrap();
    let clock = Arc::new(clock.clone());
    ServiceTokens::with_transport(AT.parse().unwrap(), app_id, secret, stub.clone(), clock)
}

fn token(text: &str) -> AccessToken {
    AccessToken::new(text).unwrap()
}

const ASKED: &str = "GET http://127.0.0.1:8790/tokens/wx0000000000000001";
const TOLD: &str = "POST http://127.0.0.1:8790/tokens/wx0000000000000001 {\"refused\":\"75_a\"}";

#[tokio::test]
async fn it_is_asked_once_and_again_ahead_of_the_token_s_end() {
    let clock = ManualClock::default();
    let stub = Stub::answering(&[(200, &issued("75_a", 7200)), (200, &issued("75_b", 300))]);
    let source = Arc::new(source(&stub, &clock));
    let mut callers = JoinSet::new();
    for _ in 0..64 {
        let source = Arc::clone(&source);
        callers.spawn(async move { source.token().await.unwrap() });
    }
    assert!(callers.join_all().await.iter().all(|given| *given == token("75_a")));
    assert_eq!(stub.asked(), [ASKED]);
    clock.advance(Duration::from_secs(7200 - 241));
    let left = Some(Duration::from_secs(241));
    assert_eq!(source.current().await.unwrap(), CurrentToken::new(token("75_a"), left));
    assert!(stub.asked().is_empty());
    clock.advance(Duration::from_secs(1));
    assert_eq!(source.token().await.unwrap(), token("75_b"));
    // Of a short life a half is used.
    clock.advance(Duration::from_secs(149));
    assert_eq!(source.token().await.unwrap(), token("75_b"));
    assert_eq!(stub.asked(), [ASKED]);
    clock.advance(Duration::from_secs(1));
    source.token().await.unwrap();
    assert_eq!(stub.asked(), [ASKED]);
}

#[tokio::test]
async fn it_is_told_once_that_a_token_was_refused() {
    let clock = ManualClock::default();
    let stub = Stub::answering(&[(200, &issued("75_a", 7200)), (200, &issued("75_b", 7200))]);
    let source = Arc::new(source(&stub, &clock));
    source.token().await.unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..64 {
        let source = Arc::clone(&source);
        callers.spawn(async move {
            source.invalidate(&token("75_a")).await;
            source.token().await.unwrap()
        });
    }
    assert!(callers.join_all().await.iter().all(|given| *given == token("75_b")));
    assert_eq!(stub.asked(), [ASKED, TOLD]);
    // Another's late refusal of the old one drops nothing.
    source.invalidate(&token("75_a")).await;
    assert_eq!(source.token().await.unwrap(), token("75_b"));
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn a_token_that_was_refused_is_not_taken_again() {
    let clock = ManualClock::default();
    let stub = Stub::answering(&[(200, &issued("75_a", 7200))]);
    let source = source(&stub, &clock);
    source.token().await.unwrap();
    source.invalidate(&token("75_a")).await;
    let error = chain(&source.token().await.unwrap_err());
    assert!(error.contains("still gives the token that the platform refused"), "{error}");
    assert_eq!(stub.asked(), [ASKED, TOLD]);
}

#[tokio::test]
async fn while_it_is_gone_a_good_token_is_used_on() {
    let clock = ManualClock::default();
    let stub = Stub::answering(&[(200, &issued("75_a", 7200))]);
    let source = source(&stub, &clock);
    source.token().await.unwrap();
    stub.0.lock().unwrap().answers.clear();
    stub.then(None);
    clock.advance(Duration::from_secs(7199));
    assert_eq!(source.token().await.unwrap(), token("75_a"));
    clock.advance(Duration::from_secs(1));
    let error = source.token().await.unwrap_err();
    assert!(chain(&error).contains("the token service at http://127.0.0.1:8790"), "{error}");
}

#[tokio::test]
async fn what_fails_means_not_sent_and_shows_no_secret() {
    let mock = MockServer::builder().build();
    let clock = ManualClock::default();
    let mut told = String::new();
    let echo = format!(r#"{{"error":"Bearer {SECRET} is\nwrong"}}"#);
    let long = format!(r#"{{"error":"{}"}}"#, "long ".repeat(1000));
    for answer in [
        Some((401, r#"{"error":"Authorization: the secret is missing or wrong"}"#)),
        Some((403, echo.as_str())),
        Some((502, "<html>75_verySecret</html>")),
        Some((503, long.as_str())),
        Some((200, r#"{"access_token":"75_verySecret""#)),
        Some((200, r#"{"errcode":40164,"errmsg":"invalid ip"}"#)),
        None,
    ] {
        let stub = Stub::default();
        stub.then(answer);
        let client = Client::with_token_source(mock.app_id(), source(&stub, &clock))
            .transport(mock.transport())
            .clock(mock.clock())
            .build()
            .unwrap();
        let error = client.send(&picture()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent);
        told.push_str(&chain(&error));
        told.push('\n');
    }
    assert!(!told.contains("verySecret") && !told.contains(SECRET), "{told}");
    assert!(told.lines().all(|line| line.len() < 500), "{told}");
    for reason in ["missing or wrong", "[redacted] iswrong", "502 Bad Gateway", "40164", "refused"]
    {
        assert!(told.contains(reason), "no {reason:?} in {told}");
    }
    assert!(mock.received().is_empty());
}

#[tokio::test]
async fn it_is_told_which_server_the_token_is_meant_for() {
    let clock = ManualClock::default();
    let stub = Stub::answering(&[(200, &issued("75_a", 7200))]);
    let source = source(&stub, &clock).for_server("https://api.weixin.qq.com".parse().unwrap());
    source.token().await.unwrap();
    assert_eq!(stub.asked(), [format!("{ASKED}?server=https%3A%2F%2Fapi.weixin.qq.com")]);
}

#[test]
fn no_secret_shows_in_debug() {
    let shown = format!("{:?}", source(&Stub::default(), &ManualClock::default()));
    assert!(shown.contains("wx0000000000000001") && !shown.contains(SECRET), "{shown}");
    assert_eq!(format!("{:?}", ServiceSecret::new(SECRET).unwrap()), "ServiceSecret([redacted])");
}

#[test]
fn what_is_no_secret_is_refused() {
    for text in ["", "fifteen-letters", "with a blank in it", "sixteen\nletters.", "密码密码密码"]
    {
        assert!(ServiceSecret::new(text).is_err(), "{text:?}");
    }
    assert!(ServiceSecret::new("x".repeat(257)).is_err());
    assert_eq!(ServiceSecret::new("x".repeat(256)).unwrap().expose().len(), 256);
}

#[tokio::test]
async fn a_client_tells_what_is_left_of_its_token() {
    let mock = MockServer::builder().build();
    let client = Client::builder(mock.app_id(), mock.app_secret())
        .transport(mock.transport())
        .clock(mock.clock())
        .build()
        .unwrap();
    let current = client.tokens().current().await.unwrap();
    assert_eq!(current.left, Some(Duration::from_secs(7200)));
    assert_eq!(client.tokens().token().await.unwrap(), current.token);
    client.tokens().invalidate(&current.token).await;
    mock.revoke_tokens(mock.clock().now());
    assert_ne!(client.tokens().token().await.unwrap(), current.token);
}
