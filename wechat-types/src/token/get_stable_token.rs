//! `POST /cgi-bin/stable_token`: the account's current stable token, the same for all who ask.
//!
//! <https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html>

use serde::{Deserialize, Serialize};

use super::wire::{GRANT_TYPE, Issued};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{AccessToken, AppId, AppSecret};
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for the current stable token, or forces a new one.
///
/// Normal mode answers the same token until 5 minutes before its end, 10,000 calls a minute and
/// 500,000 a day. Forced mode kills the previous token at once: 20 a day, and less than 30 seconds
/// after the last one it succeeds without a change.
///
/// Codes: as [`GetToken`](super::GetToken), and 43002 for a GET.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetStableToken {
    /// The account.
    #[doc(alias = "appid")]
    pub app_id: AppId,
    /// Its secret. It travels in the body.
    #[doc(alias = "secret")]
    pub app_secret: AppSecret,
    /// Kill the previous token and issue a new one.
    pub force_refresh: bool,
}

impl GetStableToken {
    /// Asks for the current token.
    pub fn new(app_id: AppId, app_secret: AppSecret) -> Self {
        Self { app_id, app_secret, force_refresh: false }
    }
}

/// A token and its life.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GetStableTokenResponse {
    /// The token.
    pub access_token: AccessToken,
    /// Seconds it still lives: between 300 and 7200 in normal mode.
    #[serde(deserialize_with = "text::number_or_text")]
    pub expires_in: u64,
}

impl GetStableTokenResponse {
    /// A token with its life in seconds.
    pub fn new(access_token: AccessToken, expires_in: u64) -> Self {
        Self { access_token, expires_in }
    }
}

/// Only the body shows the secret.
#[derive(Serialize)]
struct WireRequest<'a> {
    grant_type: &'static str,
    appid: &'a str,
    secret: &'a str,
    force_refresh: bool,
}

#[derive(Deserialize)]
struct WireIncoming {
    grant_type: String,
    appid: AppId,
    secret: AppSecret,
    #[serde(default, deserialize_with = "text::flag")]
    force_refresh: Option<bool>,
}

impl Endpoint for GetStableToken {
    /// [`Replay::Safe`]: a repeat finds the token that the lost answer held, also when forced,
    /// because the platform does not refresh again within 30 seconds.
    const SPEC: Spec =
        Spec::new(Method::Post, "/cgi-bin/stable_token", Replay::Safe).without_token();
    type Response = GetStableTokenResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(&WireRequest {
            grant_type: GRANT_TYPE,
            appid: self.app_id.as_str(),
            secret: self.app_secret.expose(),
            force_refresh: self.force_refresh,
        })
    }

    fn decode(reply: Reply<'_>) -> Result<GetStableTokenResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetStableToken {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        let wire: WireIncoming = request.json()?;
        if wire.grant_type != GRANT_TYPE {
            return Err(ReplyError::unusable("another grant_type than client_credential"));
        }
        Ok(Self {
            app_id: wire.appid,
            app_secret: wire.secret,
            force_refresh: wire.force_refresh.unwrap_or(false),
        })
    }

    fn encode_response(answer: &GetStableTokenResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(&Issued::new(&answer.access_token, answer.expires_in))
    }
}
