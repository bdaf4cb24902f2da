//! One token, fetched when needed, renewed ahead, replaced when the platform refuses it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use wechat_http::{Client, Error, Outcome, TokenKind};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::AppSecret;

use crate::rig::{PLAIN, Rig, STABLE, UPLOAD, chain, count, picture, sequence};
use crate::tap::Tap;

#[tokio::test]
async fn the_stable_token_is_used_unless_the_plain_one_is_asked_for() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    assert_eq!(sequence(&rig.mock), ["stable_token", "uploadimg"]);

    let rig = Rig::with_client(|client| client.token_kind(TokenKind::Plain));
    rig.call().await.unwrap();
    assert_eq!(sequence(&rig.mock), ["token", "uploadimg"]);
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_call() {
    let rig = Rig::new();
    assert_eq!(rig.client.app_id(), &rig.mock.app_id());
    assert_eq!(sequence(&rig.mock), [""; 0]);
}

#[tokio::test]
async fn one_token_serves_many_calls_and_clones() {
    let rig = Rig::new();
    let clone = rig.client.clone();
    for _ in 0..10 {
        rig.call().await.unwrap();
        clone.send(&picture()).await.unwrap();
    }
    assert_eq!((count(&rig.mock, STABLE), count(&rig.mock, UPLOAD)), (1, 20));
}

#[tokio::test]
async fn a_token_is_renewed_240_seconds_before_its_end() {
    for (kind, path) in [(TokenKind::Stable, STABLE), (TokenKind::Plain, PLAIN)] {
        let rig = Rig::with_client(|client| client.token_kind(kind));
        rig.call().await.unwrap();
        rig.advance(7200 - 240 - 1);
        rig.call().await.unwrap();
        assert_eq!(count(&rig.mock, path), 1, "one second before");
        rig.advance(1);
        rig.call().await.unwrap();
        rig.call().await.unwrap();
        assert_eq!(count(&rig.mock, path), 2, "then, and not again");
        assert_eq!(rig.tap.tokens().len(), 2, "another token");
    }
}

#[tokio::test]
async fn a_token_past_its_end_is_not_even_tried() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    rig.advance(3 * 7200);
    rig.call().await.unwrap();
    assert_eq!(sequence(&rig.mock), ["stable_token", "uploadimg", "stable_token", "uploadimg"]);
}

#[tokio::test]
async fn a_short_lived_token_is_used_for_half_its_life() {
    let rig = Rig::with(
        |mock| mock.settings(|rules| rules.token_lifetime = Duration::from_secs(100)),
        |client| client.token_kind(TokenKind::Plain),
    );
    rig.call().await.unwrap();
    rig.advance(49);
    rig.call().await.unwrap();
    assert_eq!(count(&rig.mock, PLAIN), 1);
    rig.advance(1);
    rig.call().await.unwrap();
    assert_eq!(count(&rig.mock, PLAIN), 2);
}

#[tokio::test]
async fn each_code_of_a_stale_token_brings_one_new_token_and_one_repeat() {
    for code in [40001, 40014, 42001] {
        let rig = Rig::with_client(|client| client.token_kind(TokenKind::Plain));
        rig.call().await.unwrap();
        rig.mock.on(UPLOAD).errcode(code);
        rig.call().await.unwrap();
        let refused = format!("uploadimg {code}");
        let expected = ["token", "uploadimg", &refused, "token", "uploadimg"];
        assert_eq!(sequence(&rig.mock), expected);
    }
}

#[tokio::test]
async fn a_revoked_token_costs_one_refresh() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    rig.mock.revoke_tokens(rig.clock.now());
    let revoked_at = rig.clock.now();
    for _ in 0..3 {
        rig.call().await.unwrap();
    }
    let expected = [
        "stable_token",
        "uploadimg",
        "uploadimg 40001",
        "stable_token",
        "uploadimg",
        "uploadimg",
        "uploadimg",
    ];
    assert_eq!(sequence(&rig.mock), expected);
    assert_eq!(rig.clock.now(), revoked_at, "no pause: the platform gave another token at once");
}

#[tokio::test]
async fn a_token_refused_again_after_its_renewal_ends_the_call() {
    let rig = Rig::with_client(|client| client.token_kind(TokenKind::Plain));
    rig.mock.on(UPLOAD).always().stale_node();
    let error = rig.call().await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::INVALID_CREDENTIAL));
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(sequence(&rig.mock), ["token", "uploadimg 40001", "token", "uploadimg 40001"]);
}

#[tokio::test]
async fn a_stable_token_refused_and_handed_out_again_is_waited_for_once_then_forced() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    rig.mock.on(UPLOAD).stale_node();
    rig.call().await.unwrap();
    let expected = [
        "stable_token",
        "uploadimg",
        "uploadimg 40001",
        "stable_token",
        "stable_token",
        "stable_token force",
        "uploadimg",
    ];
    assert_eq!(sequence(&rig.mock), expected);
    let received = rig.mock.received();
    let pause = received[4].at.duration_since(received[3].at).unwrap();
    assert_eq!(pause, Duration::from_secs(2));
    assert_eq!(received[5].at, received[4].at);
    assert_eq!(rig.tap.tokens().len(), 2);
}

/// A token service that was restarted has no token in memory when its programs tell it of a refusal.
#[tokio::test]
async fn a_refusal_is_heeded_before_the_first_token() {
    let rig = Rig::new();
    let refused = rig.client.tokens().token().await.unwrap();
    let restarted = Client::builder(rig.mock.app_id(), rig.mock.app_secret())
        .transport(rig.mock.transport())
        .clock(rig.mock.clock())
        .build()
        .unwrap();
    restarted.tokens().invalidate(&refused).await;
    assert_ne!(restarted.tokens().token().await.unwrap(), refused);
}

#[tokio::test]
async fn what_the_pause_mends_is_not_forced() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    // The node that answers the token call first does not know yet of the revocation.
    rig.mock.on(UPLOAD).stale_node();
    let gate = rig.tap.hold_next(STABLE);
    let call = tokio::spawn({
        let client = rig.client.clone();
        async move { client.send(&picture()).await }
    });
    gate.arrived_from(&call).await;
    rig.mock.revoke_tokens(rig.clock.now());
    gate.open();
    call.await.unwrap().unwrap();
    let expected = [
        "stable_token",
        "uploadimg",
        "uploadimg 40001",
        "stable_token",
        "stable_token",
        "uploadimg",
    ];
    assert_eq!(sequence(&rig.mock), expected);
}

fn forced(rig: &Rig) -> usize {
    sequence(&rig.mock).iter().filter(|line| line.starts_with("stable_token force")).count()
}

/// No further renewal is left, and the error says so.
fn assert_budget_is_named(error: &Error) {
    assert!(matches!(error, Error::Token(_)), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.api(), None);
    let text = chain(error);
    assert!(text.contains("20 a day, 30 seconds apart"), "{text}");
}

#[tokio::test]
async fn forced_renewals_are_30_seconds_apart() {
    let rig = Rig::new();
    rig.mock.on(UPLOAD).always().stale_node();
    let error = rig.call().await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::INVALID_CREDENTIAL));
    assert_eq!(forced(&rig), 1);
    // Two seconds pass in each of these calls.
    for seconds_to_go in [0, 25] {
        rig.advance(seconds_to_go);
        assert_budget_is_named(&rig.call().await.unwrap_err());
        assert_eq!(forced(&rig), 1);
    }
    let error = rig.call().await.unwrap_err();
    assert_eq!(forced(&rig), 2, "{error:?}");
}

#[tokio::test]
async fn forced_renewals_are_20_a_day() {
    let rig = Rig::new();
    rig.mock.on(UPLOAD).always().stale_node();
    for number in 1..=20 {
        let error = rig.call().await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::INVALID_CREDENTIAL));
        assert_eq!(forced(&rig), number);
        rig.advance(30);
    }
    assert_budget_is_named(&rig.call().await.unwrap_err());
    assert_eq!(forced(&rig), 20);
    rig.advance(24 * 60 * 60);
    rig.call().await.unwrap_err();
    assert_eq!(forced(&rig), 21, "the next day");
}

#[tokio::test]
async fn a_wrong_secret_is_named_and_never_repeated() {
    for (kind, path) in [(TokenKind::Stable, STABLE), (TokenKind::Plain, PLAIN)] {
        for code in [40125, 40001] {
            let mut rig =
                Rig::with(|mock| mock.settings(|rules| rules.wrong_secret_code = code), |c| c);
            let wrong = AppSecret::new("0123456789abcdef0123456789abcdef").unwrap();
            rig.client = Client::builder(rig.mock.app_id(), wrong)
                .transport(rig.tap.clone())
                .clock(rig.mock.clock())
                .token_kind(kind)
                .build()
                .unwrap();
            let error = rig.call().await.unwrap_err();
            assert!(matches!(error, Error::Token(_)), "{error:?}");
            assert_eq!(error.api().unwrap().code, ErrorCode::new(code));
            assert_eq!(error.code(), Some(ErrorCode::new(code)));
            assert_eq!(error.outcome(), Outcome::NotSent);
            assert!(chain(&error).contains(&code.to_string()), "{}", chain(&error));
            assert_eq!(count(&rig.mock, path), 1);
            assert_eq!(rig.mock.received().len(), 1, "the call itself was not sent");
        }
    }
}

#[tokio::test]
async fn an_ip_outside_the_white_list_is_named_with_the_ip() {
    let other = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
    let rig = Rig::with(
        |mock| {
            mock.settings(|rules| {
                rules.ip_white_list = Some(vec![other]);
                rules.in_process_ip = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
            })
        },
        |client| client,
    );
    let error = rig.call().await.unwrap_err();
    assert_eq!(error.api().unwrap().code, ErrorCode::new(40164));
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(chain(&error).contains("203.0.113.7"), "{}", chain(&error));
    assert_eq!(sequence(&rig.mock), ["stable_token 40164"]);
    // Once the administrator has added it, the same client works.
    rig.mock.configure(|rules| rules.ip_white_list = None);
    rig.call().await.unwrap();
}

#[tokio::test]
async fn the_token_call_itself_is_repeated_after_a_lost_answer() {
    for kind in [TokenKind::Stable, TokenKind::Plain] {
        let rig = Rig::with_client(|client| client.token_kind(kind));
        rig.mock.on_any().nth(1).answer_lost();
        rig.mock.on_any().nth(2).status(502);
        rig.call().await.unwrap();
        assert_eq!(rig.mock.received().len(), 4, "{:?}", sequence(&rig.mock));
    }
}

#[tokio::test]
async fn a_living_token_is_used_on_while_renewing_ahead_fails() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    rig.mock.on(STABLE).always().errcode(-1);
    rig.advance(7200 - 240);
    rig.call().await.unwrap();
    assert_eq!(count(&rig.mock, STABLE), 1 + 3, "it was tried");
    rig.call().await.unwrap();
    assert_eq!(count(&rig.mock, STABLE), 1 + 3, "not by each call");
    rig.advance(10);
    rig.call().await.unwrap();
    assert_eq!(count(&rig.mock, STABLE), 1 + 3 + 3, "ten seconds later again");
    assert_eq!(rig.tap.tokens().len(), 1);
    rig.advance(240);
    let error = rig.call().await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::SYSTEM_ERROR), "the token is at its end");
    assert_eq!(error.outcome(), Outcome::NotSent, "the call itself was not sent");
    rig.mock.clear_faults();
    rig.call().await.unwrap();
}

#[tokio::test]
async fn a_refused_token_is_not_used_on_when_its_renewal_fails() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    rig.mock.revoke_tokens(rig.clock.now());
    rig.mock.on(STABLE).always().errcode(45009);
    let error = rig.call().await.unwrap_err();
    assert!(matches!(error, Error::Token(_)), "{error:?}");
    assert_eq!(count(&rig.mock, UPLOAD), 2);
}

#[tokio::test]
async fn secrets_of_any_characters_reach_the_token_calls_whole() {
    const SECRET: &str = "a+b/c=d&e?f#g%h\"i\\j中文";
    for kind in [TokenKind::Stable, TokenKind::Plain] {
        let mut rig =
            Rig::with(|mock| mock.app_secret(AppSecret::new(SECRET).unwrap()), |client| client);
        let tap = Tap::new(rig.mock.transport());
        rig.client = Client::builder(rig.mock.app_id(), AppSecret::new(SECRET).unwrap())
            .transport(tap)
            .clock(rig.mock.clock())
            .token_kind(kind)
            .build()
            .unwrap();
        rig.call().await.unwrap();
    }
}
