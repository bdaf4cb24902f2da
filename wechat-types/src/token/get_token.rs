//! `GET /cgi-bin/token`: issues a new access token and retires the previous one.
//!
//! <https://developers.weixin.qq.com/doc/service/api/base/api_getaccesstoken.html>

use std::borrow::Cow;

use serde::Deserialize;

use super::wire::{GRANT_TYPE, Issued};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{AccessToken, AppId, AppSecret, InvalidId};
use crate::served::{Incoming, Served};
use crate::text;

/// Issues a new token; the previous one dies about 5 minutes later. 2000 calls a day.
///
/// Two systems that both call this take each other's token away: prefer
/// [`GetStableToken`](super::GetStableToken).
///
/// Codes: 40001 and 40125 wrong secret, 40013 wrong AppID, 40164 this machine's IP is not in the
/// white list, 40243 secret frozen, 45009 daily limit, 89501, 89503, 89506, 89507 the IP needs an
/// administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetToken {
    /// The account.
    #[doc(alias = "appid")]
    pub app_id: AppId,
    /// Its secret. It travels in the query.
    #[doc(alias = "secret")]
    pub app_secret: AppSecret,
}

impl GetToken {
    /// Asks for a token of this account.
    pub fn new(app_id: AppId, app_secret: AppSecret) -> Self {
        Self { app_id, app_secret }
    }
}

/// A token and its life.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GetTokenResponse {
    /// The token.
    pub access_token: AccessToken,
    /// Seconds it still lives, at most 7200.
    #[serde(deserialize_with = "text::number_or_text")]
    pub expires_in: u64,
}

impl GetTokenResponse {
    /// A token with its life in seconds.
    pub fn new(access_token: AccessToken, expires_in: u64) -> Self {
        Self { access_token, expires_in }
    }
}

impl Endpoint for GetToken {
    /// [`Replay::Safe`]: a second token retires the first, whose answer nobody has.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/token", Replay::Safe).without_token();
    type Response = GetTokenResponse;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![
            ("grant_type", GRANT_TYPE.into()),
            ("appid", self.app_id.as_str().into()),
            ("secret", self.app_secret.expose().into()),
        ]
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetTokenResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetToken {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        if request.required("grant_type")? != GRANT_TYPE {
            return Err(ReplyError::unusable("another grant_type than client_credential"));
        }
        // The problem says what kind of value is wrong, never the value.
        let unusable = |error: InvalidId| ReplyError::unusable(error.to_string());
        Ok(Self {
            app_id: AppId::new(request.required("appid")?).map_err(unusable)?,
            app_secret: AppSecret::new(request.required("secret")?).map_err(unusable)?,
        })
    }

    fn encode_response(answer: &GetTokenResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(&Issued::new(&answer.access_token, answer.expires_in))
    }
}
