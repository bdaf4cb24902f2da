//! Access tokens: how long they stay, which of them work side by side, and how bad ones are refused.
//!
//! <https://developers.weixin.qq.com/doc/service/api/base/api_getaccesstoken.html>,
//! <https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html>

use std::time::Duration;

use wechat_http::Client;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{AccessToken, AppSecret};
use wechat_types::token::{GetStableToken, GetStableTokenResponse, GetToken, GetTokenResponse};

use super::call::WithToken;
use super::environment::Environment;
use super::outcome::{Unheld, failed, promised, refused, skipped};

/// Seconds; a token never lives longer.
const LONGEST_LIFE: u64 = 7200;
/// Seconds before a stable token's end at which the platform replaces it, and a little more.
const RENEWED_AHEAD: u64 = 310;
/// More than the five minutes for which an old token works beside the new one.
const OVERLAP: Duration = Duration::from_secs(600);
/// More than the pause between two forced refreshes.
const FORCED_APART: Duration = Duration::from_secs(31);
/// Time for a new token to reach all nodes of the platform.
const SPREADING: Duration = Duration::from_secs(2);

/// What a token that no longer works, or never did, is refused with: developers see all three.
const NO_GOOD: &[ErrorCode] = &[
    ErrorCode::INVALID_CREDENTIAL,
    ErrorCode::INVALID_ACCESS_TOKEN,
    ErrorCode::ACCESS_TOKEN_EXPIRED,
];

/// `stable_token` answers the same token until the platform renews it, 5 minutes before its end.
pub async fn a_stable_token_stays(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let first = stable(client, environment, false).await?;
    let second = stable(client, environment, false).await?;
    promised(
        first.expires_in <= LONGEST_LIFE && second.expires_in <= LONGEST_LIFE,
        "a life of at most 7200 seconds",
        || "a longer one".to_owned(),
    )?;
    promised(
        first.access_token == second.access_token || first.expires_in <= RENEWED_AHEAD,
        "the same token",
        || "another one, long before the end of the first".to_owned(),
    )?;
    works(client, environment, &second.access_token, "the stable token").await
}

/// A forced refresh answers a new stable token, and a second one within 30 seconds refreshes nothing.
pub async fn a_forced_refresh_pauses(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.renewing_tokens()?;
    environment.can_pass(FORCED_APART)?;
    let before = stable(client, environment, false).await?;
    environment.pass(FORCED_APART).await?;
    let forced = stable(client, environment, true).await?;
    promised(before.access_token != forced.access_token, "a new token", || {
        "the one that there was".to_owned()
    })?;
    let again = stable(client, environment, true).await?;
    promised(forced.access_token == again.access_token, "no second refresh at once", || {
        "another token".to_owned()
    })?;
    works(client, environment, &again.access_token, "the refreshed token").await
}

/// A forced refresh ends the life of the stable token before it at once.
pub async fn a_forced_refresh_ends_the_old_token(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.renewing_tokens()?;
    environment.can_pass(FORCED_APART)?;
    let before = stable(client, environment, false).await?;
    environment.pass(FORCED_APART).await?;
    stable(client, environment, true).await?;
    // Nodes that have not heard of it yet take the old one a moment longer.
    environment.pass(SPREADING).await?;
    refused(client.send(&WithToken(Some(before.access_token))).await, NO_GOOD)
}

/// A new plain token works, and the one before it beside it.
pub async fn plain_tokens_overlap(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let (older, newer) = two_plain(client, environment).await?;
    promised(newer.expires_in <= LONGEST_LIFE, "a life of at most 7200 seconds", || {
        "a longer one".to_owned()
    })?;
    promised(older.access_token != newer.access_token, "a new token with each call", || {
        "the same one".to_owned()
    })?;
    works(client, environment, &newer.access_token, "the new token").await?;
    works(client, environment, &older.access_token, "the old token beside it").await
}

/// The plain token before the newest is refused when the overlap of about five minutes is over.
pub async fn the_overlap_ends(client: &Client, environment: &Environment) -> Result<(), Unheld> {
    environment.can_pass(OVERLAP)?;
    let (older, newer) = two_plain(client, environment).await?;
    environment.pass(OVERLAP).await?;
    works(client, environment, &newer.access_token, "the new token").await?;
    refused(client.send(&WithToken(Some(older.access_token))).await, NO_GOOD)
}

/// A plain token leaves the stable one alone.
pub async fn the_two_kinds_are_apart(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let stable = stable(client, environment, false).await?;
    let (_, newer) = two_plain(client, environment).await?;
    promised(stable.access_token != newer.access_token, "another token of each kind", || {
        "the same one".to_owned()
    })?;
    works(client, environment, &stable.access_token, "the stable token").await
}

/// A token that was never issued is refused with 40001, or 40014.
pub async fn an_unknown_token_is_refused(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let token = AccessToken::new(format!("75_{}", "contract".repeat(16)))
        .map_err(|e| skipped(e.to_string()))?;
    let codes = [ErrorCode::INVALID_CREDENTIAL, ErrorCode::INVALID_ACCESS_TOKEN];
    refused(client.send(&WithToken(Some(token))).await, &codes)
}

/// A call without a token is refused with 41001.
pub async fn a_missing_token_is_refused(client: &Client, _: &Environment) -> Result<(), Unheld> {
    refused(client.send(&WithToken(None)).await, &[ErrorCode::MISSING_ACCESS_TOKEN])
}

/// A wrong secret is refused: with 40125, or with 40001 as older documents have it.
pub async fn a_wrong_secret_is_refused(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let secret = AppSecret::new("c0ffee".repeat(5) + "00").map_err(|e| skipped(e.to_string()))?;
    let codes = [ErrorCode::INVALID_APPSECRET, ErrorCode::INVALID_CREDENTIAL];
    refused(client.send(&GetStableToken::new(client.app_id().clone(), secret)).await, &codes)
}

async fn stable(
    client: &Client,
    environment: &Environment,
    force: bool,
) -> Result<GetStableTokenResponse, Unheld> {
    let mut request = GetStableToken::new(client.app_id().clone(), environment.app_secret()?);
    request.force_refresh = force;
    client.send(&request).await.map_err(failed("a stable token"))
}

async fn two_plain(
    client: &Client,
    environment: &Environment,
) -> Result<(GetTokenResponse, GetTokenResponse), Unheld> {
    environment.renewing_tokens()?;
    let request = GetToken::new(client.app_id().clone(), environment.app_secret()?);
    let older = client.send(&request).await.map_err(failed("a plain token"))?;
    let newer = client.send(&request).await.map_err(failed("a second plain token"))?;
    Ok((older, newer))
}

/// Developers see that a fresh token is refused by some nodes for a moment: hence a second look.
async fn works(
    client: &Client,
    environment: &Environment,
    token: &AccessToken,
    which: &str,
) -> Result<(), Unheld> {
    let call = WithToken(Some(token.clone()));
    if client.send(&call).await.is_ok() {
        return Ok(());
    }
    // Without a way to let time pass, the second look is a look at once.
    let _ = environment.pass(SPREADING).await;
    client.send(&call).await.map_err(failed(&format!("{which} to work")))
}
