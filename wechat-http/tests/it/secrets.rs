//! AppSecret and tokens stay out of everything that a person or a log gets to see.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Metadata, Subscriber};
use wechat_http::{Client, Error, TokenKind};
use wechat_mock::MockServer;
use wechat_types::id::{AccessToken, AppSecret};
use wechat_types::token::{GetStableToken, GetStableTokenResponse, GetToken, GetTokenResponse};

use crate::rig::{Rig, SEND, UPLOAD, crowd, picture, send};
use crate::tap::Tap;

/// Collects all events and spans of this thread, whatever their level.
#[derive(Clone, Default)]
pub(crate) struct Collector(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?} {value:#?}").unwrap();
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        write!(self.0, " {field}={}", everything(value)).unwrap();
    }
}

impl Collector {
    fn note(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields<'_>)) {
        let mut text = self.0.lock().unwrap();
        write!(text, "{} {}", metadata.level(), metadata.target()).unwrap();
        record(&mut Fields(&mut text));
        text.push('\n');
    }

    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.note(span.metadata(), |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.note(event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// Collects from now on, until the second value is dropped.
///
/// Tracing remembers for each place in the code whether anybody listens. While there is a single
/// subscriber it asks only the thread that passes first, which may be another test's: hence two.
pub(crate) fn collecting() -> (Collector, (Dispatch, DefaultGuard)) {
    let collector = Collector::default();
    let second = Dispatch::new(Collector::default());
    let guard = tracing::subscriber::set_default(collector.clone());
    (collector, (second, guard))
}

/// `Display` and both forms of `Debug` of the error and of all its sources.
pub(crate) fn everything(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        write!(text, "{error}\n{error:?}\n{error:#?}\n").unwrap();
        next = error.source();
    }
    text
}

/// None of the secrets is in the text; the text's name is for the message.
#[track_caller]
pub(crate) fn assert_clean(name: &str, text: &str, secret: &str, tokens: &BTreeSet<String>) {
    assert!(!text.is_empty(), "{name}: nothing to look at");
    assert!(!text.contains(secret), "{name} shows the secret: {text}");
    for token in tokens {
        assert!(token.len() >= 20, "too short to be looked for: {token:?}");
        assert!(!text.contains(token.as_str()), "{name} shows a token: {text}");
    }
}

#[tokio::test]
async fn clients_and_builders_show_no_secret() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    let secret = rig.mock.app_secret();
    let builder = Client::builder(rig.mock.app_id(), secret.clone()).transport(rig.tap.clone());
    let tokens = rig.tap.tokens();
    assert_eq!(tokens.len(), 1);
    let text = format!("{:?}{:#?}{builder:?}{builder:#?}", rig.client, rig.client);
    assert_clean("client", &text, secret.expose(), &tokens);
    assert!(text.contains(rig.mock.app_id().as_str()), "the AppID is no secret: {text}");
}

#[test]
fn token_requests_and_answers_show_no_secret() {
    const TOKEN: &str = "75_0123456789abcdefghij";
    let mock = MockServer::builder().build();
    let secret = mock.app_secret();
    let token = AccessToken::new(TOKEN).unwrap();
    let text = format!(
        "{:?}{:?}{:?}{:?}",
        GetToken::new(mock.app_id(), secret.clone()),
        GetStableToken::new(mock.app_id(), secret.clone()),
        GetTokenResponse::new(token.clone(), 7200),
        GetStableTokenResponse::new(token, 7200),
    );
    assert_clean("request", &text, secret.expose(), &BTreeSet::from([TOKEN.to_owned()]));
}

/// Runs calls that fail in every way there is, in process; gives back their errors.
async fn failing_flows(kind: TokenKind, tokens: &mut BTreeSet<String>) -> Vec<Error> {
    let mut errors = Vec::new();
    // Faults of the call, then the same faults of the token call.
    for (on_token_call, fault) in (0..10).flat_map(|fault| [(false, fault), (true, fault)]) {
        let rig = Rig::with_client(|client| client.token_kind(kind));
        let path = if on_token_call { token_path(kind) } else { SEND };
        let rule = rig.mock.on(path).always();
        match fault {
            0 => rule.answer_lost(),
            1 => rule.reset(),
            2 => rule.refused(),
            3 => rule.status_after_effect(502),
            4 => rule.garbled(),
            5 => rule.cut(60),
            6 => rule.delayed(Duration::from_secs(31)),
            7 => rule.errcode(-1),
            8 => rule.errcode(40001),
            _ => rule.errcode(40164),
        }
        let error = rig.client.send(&send(&rig.mock, None)).await;
        errors.push(error.expect_err("a fault on every call"));
        if !on_token_call {
            errors.extend(rig.client.send(&send(&rig.mock, Some("again"))).await.err());
        }
        tokens.extend(rig.tap.tokens());
    }
    errors
}

fn token_path(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Plain => crate::rig::PLAIN,
        _ => crate::rig::STABLE,
    }
}

#[tokio::test]
async fn errors_and_logs_of_all_flows_show_no_secret() {
    for kind in [TokenKind::Stable, TokenKind::Plain] {
        let (collector, guard) = collecting();
        let mut tokens = BTreeSet::new();
        let errors = failing_flows(kind, &mut tokens).await;

        // What goes well or is mended is logged, too.
        let rig = Rig::with_client(|client| client.token_kind(kind));
        rig.call().await.unwrap();
        rig.mock.on(UPLOAD).stale_node();
        rig.call().await.unwrap();
        rig.mock.revoke_tokens(rig.clock.now());
        crowd(&rig.client, 10, async {}).await;
        rig.mock.on(token_path(kind)).always().answer_lost();
        rig.advance(7200 - 240);
        rig.call().await.unwrap();
        tokens.extend(rig.tap.tokens());
        drop(guard);

        let secret = rig.mock.app_secret();
        assert!(errors.len() >= 30, "{}", errors.len());
        for error in &errors {
            assert_clean("an error", &everything(error), secret.expose(), &tokens);
        }
        let log = collector.text();
        assert_clean("the log", &log, secret.expose(), &tokens);
        assert!(tokens.len() >= 3, "{}", tokens.len());
        for expected in [SEND, UPLOAD, token_path(kind), "answered", "failed", "used on"] {
            assert!(log.contains(expected), "{expected} is missing in {log}");
        }
        match kind {
            TokenKind::Plain => assert!(log.contains("secret=[redacted]"), "{log}"),
            _ => assert!(log.contains("by force"), "{log}"),
        }
    }
}

#[tokio::test]
async fn errors_and_logs_of_a_wrong_secret_do_not_show_it() {
    const WRONG: &str = "fedcba9876543210fedcba9876543210";
    for kind in [TokenKind::Stable, TokenKind::Plain] {
        let (collector, guard) = collecting();
        let rig = Rig::new();
        let client = Client::builder(rig.mock.app_id(), AppSecret::new(WRONG).unwrap())
            .transport(Tap::new(rig.mock.transport()))
            .clock(rig.mock.clock())
            .token_kind(kind)
            .build()
            .unwrap();
        let error = client.send(&picture()).await.unwrap_err();
        drop(guard);
        assert_clean("the error", &everything(&error), WRONG, &BTreeSet::new());
        assert_clean("the log", &collector.text(), WRONG, &BTreeSet::new());
    }
}

/// Errors of the real network name the address, and nothing behind it.
#[cfg(feature = "reqwest")]
mod over_http {
    use wechat_http::transport::reqwest::ReqwestTransport;
    use wechat_http::{Outcome, RetryPolicy};

    use super::{
        BTreeSet, Client, Rig, Tap, TokenKind, assert_clean, collecting, everything, picture,
        token_path,
    };
    use crate::live::{DeafAddress, Live};
    use crate::rig::{FixedToken, UPLOAD};

    #[tokio::test]
    async fn a_refused_connection_shows_no_token() {
        const TOKEN: &str = "75_0123456789abcdefghijklmnopq";
        let (collector, guard) = collecting();
        let (address, rig) = (DeafAddress::new(), Rig::new());
        let tap = Tap::new(ReqwestTransport::new().unwrap());
        let secret = rig.mock.app_secret();
        let client = Client::builder(rig.mock.app_id(), secret.clone())
            .base_url(address.base_url().parse().unwrap())
            .transport(tap.clone())
            .token_source(FixedToken::new(TOKEN))
            .retry(RetryPolicy::NEVER)
            .build()
            .unwrap();
        let error = client.send(&picture()).await.unwrap_err();
        drop(guard);
        assert_eq!(error.outcome(), Outcome::NotSent, "{error:?}");
        let uri = tap.sent()[0].uri.to_string();
        assert!(uri.ends_with(&format!("?access_token={TOKEN}")), "{uri}");
        let tokens = BTreeSet::from([TOKEN.to_owned()]);
        assert_clean("the error", &everything(&error), secret.expose(), &tokens);
        assert_clean("the log", &collector.text(), secret.expose(), &tokens);
    }

    #[tokio::test]
    async fn a_lost_answer_shows_no_token() {
        let (collector, guard) = collecting();
        let live = Live::new().await;
        live.mock.on(UPLOAD).always().answer_lost();
        let error = live.client.send(&picture()).await.unwrap_err();
        drop(guard);
        let (secret, tokens) = (live.mock.app_secret(), live.tap.tokens());
        assert_eq!(tokens.len(), 1);
        assert_clean("the error", &everything(&error), secret.expose(), &tokens);
        assert_clean("the log", &collector.text(), secret.expose(), &tokens);
    }

    #[tokio::test]
    async fn the_token_call_shows_no_secret() {
        let (collector, guard) = collecting();
        let live = Live::new().await;
        let secret = live.mock.app_secret();
        let address = DeafAddress::new();
        let builder = |base_url: String, kind| {
            Client::builder(live.mock.app_id(), secret.clone())
                .base_url(base_url.parse().unwrap())
                .token_kind(kind)
                .retry(RetryPolicy::NEVER)
                .build()
                .unwrap()
        };
        for kind in [TokenKind::Plain, TokenKind::Stable] {
            live.mock.on(token_path(kind)).answer_lost();
            let refused = builder(address.base_url(), kind);
            let lost = builder(live.listening.base_url(), kind);
            for client in [refused, lost] {
                let error = client.send(&picture()).await.unwrap_err();
                assert_eq!(error.outcome(), Outcome::NotSent);
                let text = everything(&error) + &format!("{client:?}");
                assert_clean("the error", &text, secret.expose(), &BTreeSet::new());
            }
        }
        drop(guard);
        assert_clean("the log", &collector.text(), secret.expose(), &BTreeSet::new());
    }
}
