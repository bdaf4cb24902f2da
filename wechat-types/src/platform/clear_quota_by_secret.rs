//! `POST /cgi-bin/clear_quota/v2`: the same as `clear_quota`, without an access token.
//!
//! <https://developers.weixin.qq.com/doc/service/api/apimanage/api_clearquotabyappsecret.html>

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{AppId, AppSecret, InvalidId};
use crate::served::{Incoming, Served};

/// Clears all call counts, also when the token calls are used up. 10 a month, shared with
/// [`ClearQuota`](super::ClearQuota).
///
/// Codes: 40013 and 41002 AppID, 40125 and 41004 AppSecret, 48006 used up this month.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "clear_quota/v2")]
#[non_exhaustive]
pub struct ClearQuotaBySecret {
    /// The account.
    #[doc(alias = "appid")]
    pub app_id: AppId,
    /// Its secret.
    #[doc(alias = "appsecret")]
    pub app_secret: AppSecret,
    /// Send both in the query, as the official example does, instead of in the body, as the
    /// official table says. Addresses end up in logs: only when the body is refused.
    pub in_query: bool,
}

impl ClearQuotaBySecret {
    /// Clears this account's counts; the secret travels in the body.
    pub fn new(app_id: AppId, app_secret: AppSecret) -> Self {
        Self { app_id, app_secret, in_query: false }
    }
}

/// Only the body shows the secret.
#[derive(Serialize)]
struct WireRequest<'a> {
    appid: &'a str,
    appsecret: &'a str,
}

#[derive(Deserialize)]
struct WireIncoming {
    appid: AppId,
    appsecret: AppSecret,
}

impl Endpoint for ClearQuotaBySecret {
    /// [`Replay::Never`]: a repeat uses up another of the month's ten.
    const SPEC: Spec =
        Spec::new(Method::Post, "/cgi-bin/clear_quota/v2", Replay::Never).without_token();
    type Response = ();

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        if !self.in_query {
            return Vec::new();
        }
        vec![("appid", self.app_id.as_str().into()), ("appsecret", self.app_secret.expose().into())]
    }

    fn write(&self) -> Result<Body, EncodeError> {
        if self.in_query {
            return Ok(Body::empty());
        }
        json::encode(&WireRequest {
            appid: self.app_id.as_str(),
            appsecret: self.app_secret.expose(),
        })
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for ClearQuotaBySecret {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        if request.query("appsecret").is_none() {
            let WireIncoming { appid, appsecret } = request.json()?;
            return Ok(Self::new(appid, appsecret));
        }
        // The problem says what kind of value is wrong, never the value.
        let unusable = |error: InvalidId| ReplyError::unusable(error.to_string());
        Ok(Self {
            app_id: AppId::new(request.required("appid")?).map_err(unusable)?,
            app_secret: AppSecret::new(request.required("appsecret")?).map_err(unusable)?,
            in_query: true,
        })
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
