//! The example that asks a team's own token service, against such a service.

#[path = "../../examples/token_service.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own")]
mod example;

use wechat_http::{Client, Outcome};
use wechat_types::error_code::ErrorCode;
use wechat_types::token::GetStableToken;

use self::example::TeamTokens;
use crate::live::Live;
use crate::rig::{PLAIN, STABLE, chain, count, picture};
use crate::tiny_server::TinyServer;

/// A client that knows no AppSecret.
fn client(service: &TinyServer, live: &Live) -> Client {
    let address = format!("{}/tokens/shop", service.base_url()).parse().unwrap();
    Client::with_token_source(live.mock.app_id(), TeamTokens::new(address).unwrap())
        .base_url(live.listening.base_url().parse().unwrap())
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_service_is_asked_once_and_again_when_its_token_is_refused() {
    let live = Live::new().await;
    let ask = GetStableToken::new(live.mock.app_id(), live.mock.app_secret());
    let token = live.client.send(&ask).await.unwrap().access_token;
    let answer = format!(r#"{{"access_token":"{}","expires_in":7200}}"#, token.expose());
    let service = TinyServer::answering_json(&answer).await;
    let client = client(&service, &live);
    client.send(&picture()).await.unwrap();
    client.send(&picture()).await.unwrap();
    assert_eq!(service.received().len(), 1);
    assert!(service.heads()[0].starts_with("GET /tokens/shop HTTP/1.1\r\n"));
    live.mock.revoke_tokens(wechat_mock::ManualClock::default_start());
    let error = client.send(&picture()).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::INVALID_CREDENTIAL));
    assert_eq!(service.received().len(), 2);
    // The platform's own token calls are the service's business.
    assert_eq!((count(&live.mock, STABLE), count(&live.mock, PLAIN)), (1, 0));
}

#[tokio::test]
async fn a_service_that_fails_means_not_sent_and_shows_nothing() {
    let live = Live::new().await;
    for (service, told) in [
        (TinyServer::answering("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n").await, "503"),
        (TinyServer::answering_json(r#"{"access_token":"75_verySecret""#).await, "not shown"),
    ] {
        let error = client(&service, &live).send(&picture()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent);
        let text = chain(&error);
        assert!(text.contains(told) && !text.contains("verySecret"), "{text}");
    }
    assert_eq!(live.mock.received().len(), 0);
}
