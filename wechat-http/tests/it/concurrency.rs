//! Many callers, one token fetch.

use wechat_http::TokenKind;
use wechat_types::error_code::ErrorCode;

use crate::rig::{PLAIN, Rig, STABLE, UPLOAD, count, crowd, picture, sequence};

/// How often the mock refused a token.
fn refusals(rig: &Rig) -> usize {
    sequence(&rig.mock).iter().filter(|line| *line == "uploadimg 40001").count()
}

#[tokio::test]
async fn a_hundred_callers_on_an_empty_cache_make_one_fetch() {
    for (kind, path) in [(TokenKind::Stable, STABLE), (TokenKind::Plain, PLAIN)] {
        let rig = Rig::with_client(|client| client.token_kind(kind));
        let gate = rig.tap.hold_next(path);
        let answers = crowd(&rig.client, 100, async {
            gate.arrived().await;
            gate.open();
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 100);
        assert_eq!(count(&rig.mock, path), 1);
        assert_eq!(count(&rig.mock, UPLOAD), 100);
    }
}

#[tokio::test]
async fn a_hundred_callers_of_a_failing_fetch_share_its_error() {
    let rig = Rig::with(
        |mock| mock.settings(|rules| rules.ip_white_list = Some(Vec::new())),
        |client| client,
    );
    let gate = rig.tap.hold_next(STABLE);
    let answers = crowd(&rig.client, 100, async {
        gate.arrived().await;
        gate.open();
    })
    .await;
    for answer in answers {
        let error = answer.unwrap_err();
        assert_eq!(error.api().unwrap().code, ErrorCode::new(40164));
    }
    assert_eq!(sequence(&rig.mock), ["stable_token 40164"]);
    // Whoever comes later tries again.
    rig.call().await.unwrap_err();
    assert_eq!(count(&rig.mock, STABLE), 2);
}

#[tokio::test]
async fn callers_of_a_revoked_token_share_one_refresh() {
    for (kind, path) in [(TokenKind::Stable, STABLE), (TokenKind::Plain, PLAIN)] {
        let rig = Rig::with_client(|client| client.token_kind(kind));
        rig.call().await.unwrap();
        rig.mock.revoke_tokens(rig.clock.now());
        let answers = crowd(&rig.client, 64, async {}).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 64);
        assert_eq!(refusals(&rig), 64, "all were on their way with the revoked token");
        assert_eq!(count(&rig.mock, path), 2);
    }
}

#[tokio::test]
async fn a_late_refusal_of_the_old_token_leaves_the_new_one_alone() {
    for (kind, path) in [(TokenKind::Stable, STABLE), (TokenKind::Plain, PLAIN)] {
        let rig = Rig::with_client(|client| client.token_kind(kind));
        rig.call().await.unwrap();
        rig.mock.revoke_tokens(rig.clock.now());
        let gate = rig.tap.hold_next(UPLOAD);
        let slow = tokio::spawn({
            let client = rig.client.clone();
            async move { client.send(&picture()).await }
        });
        gate.arrived_from(&slow).await;
        rig.call().await.unwrap();
        assert_eq!((refusals(&rig), count(&rig.mock, path)), (2, 2));
        gate.open();
        slow.await.unwrap().unwrap();
        rig.call().await.unwrap();
        assert_eq!((refusals(&rig), count(&rig.mock, path)), (2, 2));
    }
}

#[tokio::test]
async fn all_callers_use_a_living_token_on_while_renewing_ahead_fails() {
    let rig = Rig::new();
    rig.call().await.unwrap();
    rig.mock.on(STABLE).always().errcode(45009);
    rig.advance(7200 - 240);
    let gate = rig.tap.hold_next(STABLE);
    let answers = crowd(&rig.client, 50, async {
        gate.arrived().await;
        gate.open();
    })
    .await;
    for answer in answers {
        answer.unwrap();
    }
    assert_eq!(count(&rig.mock, STABLE), 2, "one try for all");
}

#[tokio::test]
async fn a_caller_who_leaves_in_the_middle_of_the_fetch_strands_nobody() {
    let rig = Rig::new();
    let gate = rig.tap.hold_next(STABLE);
    let first = tokio::spawn({
        let client = rig.client.clone();
        async move { client.send(&picture()).await }
    });
    gate.arrived_from(&first).await;
    let answers = crowd(&rig.client, 20, async { first.abort() }).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 20);
    assert_eq!(count(&rig.mock, STABLE), 2, "the abandoned fetch, and one for all others");
    assert!(first.await.unwrap_err().is_cancelled());
}
