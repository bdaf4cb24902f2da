//! Several accounts in one process: each with its client, its token, its connections.

use tokio::task::JoinSet;
use wechat_http::TokenKind;
use wechat_types::id::AppId;

use crate::rig::{PLAIN, Rig, STABLE, count, picture};

/// An account of its own.
fn account(number: u64, kind: TokenKind) -> Rig {
    let id = AppId::new(format!("wx{number:016x}")).unwrap();
    Rig::with(|mock| mock.seed(number).app_id(id), |client| client.token_kind(kind))
}

#[tokio::test]
async fn tokens_of_two_accounts_never_meet() {
    let one = account(1, TokenKind::Stable);
    let other = account(2, TokenKind::Plain);
    assert_ne!(one.client.app_id(), other.client.app_id());
    for _round in 0..2 {
        let mut tasks = JoinSet::new();
        for number in 0..40 {
            let client = if number % 2 == 0 { &one.client } else { &other.client }.clone();
            tasks.spawn(async move { client.send(&picture()).await });
        }
        for answer in tasks.join_all().await {
            answer.unwrap();
        }
        // One account's token dies, the other's call goes on with its own.
        one.mock.revoke_tokens(one.clock.now());
    }
    assert_eq!((count(&one.mock, STABLE), count(&one.mock, PLAIN)), (2, 0));
    assert_eq!((count(&other.mock, STABLE), count(&other.mock, PLAIN)), (0, 1));
    let shared: Vec<String> = one.tap.tokens().intersection(&other.tap.tokens()).cloned().collect();
    assert_eq!(shared, [""; 0]);
    // Each server was asked with its own tokens only: it refuses every other.
    let refused = |rig: &Rig| {
        rig.mock.received().iter().filter(|one| one.answer.errcode == Some(40001)).count()
    };
    assert_eq!(refused(&other), 0);
}
