//! The store in a real Redis server, which `cargo xtask services` starts. Without one these tests are left out.

#[cfg(feature = "reqwest")]
mod processes;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use wechat_http::token::redis::RedisTokenStore;
use wechat_http::token::{TokenOwner, TokenStore, TokenStoreError, WithoutStore};
use wechat_http::{Client, SystemClock, TokenKind};
use wechat_mock::MockServer;
use wechat_types::id::AppId;

use super::promises::{Place, all};
use crate::rig::{STABLE, chain, count, picture};

/// Addresses that `cargo xtask services` gives.
const PLAIN: &str = "WECHAT_TEST_REDIS";
const TLS: &str = "WECHAT_TEST_REDIS_TLS";
const ROOTS: &str = "WECHAT_TEST_REDIS_ROOTS";

fn address(name: &str) -> Option<String> {
    let address = std::env::var(name).ok();
    if address.is_none() {
        eprintln!("left out: {name} is not set; cargo xtask services starts a server and sets it");
    }
    address
}

/// Keys that no other run has.
fn prefix(test: &str) -> String {
    format!("test-{}-{test}", std::process::id())
}

fn owner() -> TokenOwner {
    TokenOwner::new(AppId::new("wx0000000000000001").unwrap(), TokenKind::Stable)
}

#[tokio::test]
async fn redis_keeps_the_promises() {
    let Some(address) = address(PLAIN) else { return };
    let store = RedisTokenStore::open(&address).unwrap().with_prefix(prefix("promises"));
    all(&Place { store: &store, pass: &|| {} }).await;
}

#[tokio::test]
async fn redis_is_reached_by_tls() {
    let Some(address) = address(TLS) else { return };
    let roots = std::fs::read(std::env::var(ROOTS).unwrap()).unwrap();
    let store = RedisTokenStore::open_with_roots(&address, &roots).unwrap();
    assert_eq!(store.with_prefix(prefix("tls")).read(&owner()).await.unwrap(), None);
    // Its certificate is nobody's that this machine trusts.
    let stranger = RedisTokenStore::open(&address).unwrap();
    let error = chain(&stranger.read(&owner()).await.unwrap_err());
    assert!(error.contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_be_used_says_why_and_shows_no_password() {
    let closed = RedisTokenStore::open("redis://:s3cretpassword@127.0.0.1:1").unwrap();
    let shown = format!("{closed:?}");
    let error = chain(&closed.read(&owner()).await.unwrap_err());
    assert!(error.contains("127.0.0.1:1") && error.contains("refused"), "{error}");
    assert!(!shown.contains("s3cret") && !error.contains("s3cret"), "{shown} {error}");
    let nonsense: TokenStoreError = RedisTokenStore::open("http://:s3cret@x").unwrap_err();
    assert!(!chain(&nonsense).contains("s3cret"), "{}", chain(&nonsense));

    let Some(address) = address(PLAIN) else { return };
    let (scheme, rest) = address.split_once("//").unwrap();
    let (_, place) = rest.split_once('@').unwrap();
    let wrong = RedisTokenStore::open(&format!("{scheme}//:s3cretpassword@{place}")).unwrap();
    let error = chain(&wrong.read(&owner()).await.unwrap_err());
    assert!(error.contains("Password authentication failed"), "{error}");
    assert!(!error.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn what_another_program_put_there_is_no_token() {
    let Some(address) = address(PLAIN) else { return };
    let prefix = prefix("foreign");
    let store = RedisTokenStore::open(&address).unwrap().with_prefix(&prefix);
    let mut other =
        redis::Client::open(address).unwrap().get_multiplexed_async_connection().await.unwrap();
    let key = format!("{prefix}:{{wx0000000000000001:stable}}:token");
    for value in ["", "{", "[]", "{\"token\":7}", "{\"token\":\"75 a\",\"life_ms\":1}"] {
        let set = redis::cmd("SET").arg(&key).arg(value).arg("PX").arg(600_000).to_owned();
        let () = set.query_async(&mut other).await.unwrap();
        assert_eq!(store.read(&owner()).await.unwrap(), None, "{value}");
    }
    // Nor is one that never ends.
    let lasting = "{\"token\":\"75_a\",\"life_ms\":7200000}";
    let () = redis::cmd("SET").arg(&key).arg(lasting).query_async(&mut other).await.unwrap();
    assert_eq!(store.read(&owner()).await.unwrap(), None);
}

#[tokio::test]
async fn eight_clients_share_a_token_through_redis() {
    let Some(address) = address(PLAIN) else { return };
    let prefix = prefix("eight");
    let mock = MockServer::builder().clock(Arc::new(SystemClock::new())).build();
    let client = |_| {
        // Each with connections of its own.
        let store = RedisTokenStore::open(&address).unwrap().with_prefix(&prefix);
        Client::builder(mock.app_id(), mock.app_secret())
            .transport(mock.transport())
            .clock(mock.clock())
            .timeout(Duration::from_secs(30))
            .token_store(store, WithoutStore::Refuse)
            .build()
            .unwrap()
    };
    let clients: Vec<Client> = (0..8).map(client).collect();
    for fetched in 1..=2 {
        let mut tasks = JoinSet::new();
        for client in clients.iter().cycle().take(8 * 64) {
            let client = client.clone();
            tasks.spawn(async move { client.send(&picture()).await.map(|_| ()) });
        }
        for answer in tasks.join_all().await {
            answer.unwrap();
        }
        assert_eq!(count(&mock, STABLE), fetched);
        mock.revoke_tokens(mock.clock().now());
    }
}
