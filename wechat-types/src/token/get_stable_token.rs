//! `POST /cgi-bin/stable_token`: the account's current stable token, the same for all who ask.
//!
//! <https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{AccessToken, AppId, AppSecret};
use crate::text;

/// Asks for the current stable token, or forces a new one.
///
/// Normal mode answers the same token until 5 minutes before its end, 10,000 calls a minute and
/// 500,000 a day. Forced mode kills the previous token at once: 20 a day, and less than 30 seconds
/// after the last one it succeeds without a change.
///
/// Codes: as [`GetToken`](super::GetToken), and 43002 for a GET.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug, Deserialize)]
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

impl Endpoint for GetStableToken {
    /// [`Replay::Safe`]: a repeat finds the token that the lost answer held, also when forced,
    /// because the platform does not refresh again within 30 seconds.
    const SPEC: Spec =
        Spec::new(Method::Post, "/cgi-bin/stable_token", Replay::Safe).without_token();
    type Response = GetStableTokenResponse;

    fn encode(&self) -> Result<Body, EncodeError> {
        #[derive(Serialize)]
        struct Wire<'a> {
            grant_type: &'static str,
            appid: &'a str,
            secret: &'a str,
            force_refresh: bool,
        }
        json::encode(&Wire {
            grant_type: "client_credential",
            appid: self.app_id.as_str(),
            secret: self.app_secret.expose(),
            force_refresh: self.force_refresh,
        })
    }

    fn decode(reply: Reply<'_>) -> Result<GetStableTokenResponse, ReplyError> {
        json::decode(reply)
    }
}
