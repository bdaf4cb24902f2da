//! Tokens from a token service, such as `wechat-cli token serve`: it alone knows the AppSecret.
//!
//! The service answers `GET ADDRESS/tokens/APPID` with `{"access_token":"…","expires_in":7200}`, and `POST` to the
//! same address with `{"refused":"…"}` in the same way, after it has dropped that token, if it still was the current
//! one. Both need `Authorization: Bearer SECRET`. The query `server=…` says which server the token is meant for; a
//! service of another one refuses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};
use wechat_types::codec::Reply;
use wechat_types::endpoint::Endpoint as _;
use wechat_types::id::{AccessToken, AppId};
use wechat_types::token::GetToken;

use super::cached::{Cached, CachedTokens, Origin};
use super::platform::LONGEST_LIFE;
use super::{CurrentToken, TokenError, TokenSource};
use crate::base_url::BaseUrl;
#[cfg(feature = "reqwest")]
use crate::client::BuildError;
use crate::clock::Clock;
use crate::execute::UNRESERVED;
use crate::transport::{Deadline, Transport};

/// The service itself may have to wait for another program that fetches.
const TIMEOUT: Duration = Duration::from_secs(30);
/// No more of a service's own words is repeated in an error.
const LONGEST_REASON: usize = 300;

/// What a token service demands of those who ask: 16 to 256 visible ASCII characters.
#[derive(Clone)]
pub struct ServiceSecret(String);

impl ServiceSecret {
    /// Takes the text as it stands.
    ///
    /// # Errors
    ///
    /// [`InvalidServiceSecret`] when it is too short, too long, or has other characters.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidServiceSecret> {
        let text = text.into();
        let fits = (16..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err(InvalidServiceSecret) }
    }

    /// The secret itself: for the wire only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ServiceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceSecret([redacted])")
    }
}

/// The text is no secret of a token service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidServiceSecret;

impl fmt::Display for InvalidServiceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret of a token service has 16 to 256 visible ASCII characters")
    }
}

impl std::error::Error for InvalidServiceSecret {}

/// A [`TokenSource`] that asks a token service: once for all callers, ahead of the token's end, and when the platform
/// has refused the token. The service is told once that it was.
///
/// What it has is used on while the service cannot be reached. Within a team's network the service may speak
/// `http://`; whoever can listen there sees the tokens, so put TLS in front of it where others could.
pub struct ServiceTokens(CachedTokens<Service>);

impl ServiceTokens {
    /// The service at this address, asked over the default transport.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when the transport cannot be made.
    #[cfg(feature = "reqwest")]
    pub fn new(address: BaseUrl, app_id: AppId, secret: ServiceSecret) -> Result<Self, BuildError> {
        let transport = crate::transport::reqwest::ReqwestTransport::new()?;
        let clock = Arc::new(crate::clock::SystemClock::new());
        Ok(Self::with_transport(address, app_id, secret, transport, clock))
    }

    /// The same over another transport, which goes by this clock.
    pub fn with_transport(
        address: BaseUrl,
        app_id: AppId,
        secret: ServiceSecret,
        transport: impl Transport,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let transport = Arc::new(transport);
        Self(CachedTokens::new(Service { address, app_id, secret, server: None, transport, clock }))
    }

    /// Says to the service which server the tokens are meant for, so that one that has tokens of another server
    /// refuses: a mock never gets the platform's tokens, nor ends them by refusing them.
    #[must_use]
    pub fn for_server(self, server: BaseUrl) -> Self {
        Self(CachedTokens::new(Service { server: Some(server), ..self.0.into_origin() }))
    }
}

impl fmt::Debug for ServiceTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[async_trait]
impl TokenSource for ServiceTokens {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        self.0.token().await
    }

    async fn current(&self) -> Result<CurrentToken, TokenError> {
        self.0.current().await
    }

    async fn invalidate(&self, stale: &AccessToken) {
        self.0.invalidate(stale).await;
    }
}

struct Service {
    address: BaseUrl,
    app_id: AppId,
    secret: ServiceSecret,
    server: Option<BaseUrl>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceTokens")
            .field("address", &self.address)
            .field("app_id", &self.app_id)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Origin for Service {
    async fn fetch(
        &self,
        refused: Option<&AccessToken>,
        _alive: Option<Cached>,
    ) -> Result<Cached, TokenError> {
        let asked_at = self.clock.now();
        let request = self.request(refused).map_err(TokenError::new)?;
        let answer = self.transport.send(request).await.map_err(|error| {
            TokenError::new(ServiceError { address: self.address.clone(), source: error.into() })
        })?;
        let failed =
            |source| TokenError::new(ServiceError { address: self.address.clone(), source });
        if answer.status() != StatusCode::OK {
            let said = said(answer.status(), answer.body());
            // Nor does whoever repeats what it was asked with.
            return Err(failed(said.replace(self.secret.expose(), "[redacted]").into()));
        }
        // An error of it shows no token.
        let answer = GetToken::decode(Reply::new(200, answer.body()));
        let answer = answer.map_err(|error| failed(error.into()))?;
        if Some(&answer.access_token) == refused {
            return Err(failed("it still gives the token that the platform refused".into()));
        }
        let life = Duration::from_secs(answer.expires_in.min(LONGEST_LIFE));
        Ok(Cached::new(answer.access_token, life, asked_at + life))
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

impl Service {
    fn request(&self, refused: Option<&AccessToken>) -> Result<Request<Bytes>, http::Error> {
        let app_id = utf8_percent_encode(self.app_id.as_str(), UNRESERVED);
        let mut uri = format!("{}/tokens/{app_id}", self.address);
        if let Some(server) = &self.server {
            let server = utf8_percent_encode(server.as_str(), UNRESERVED);
            uri.push_str(&format!("?server={server}"));
        }
        let request = Request::builder()
            .uri(uri)
            .header(AUTHORIZATION, format!("Bearer {}", self.secret.expose()))
            .extension(Deadline::new(self.clock.now() + TIMEOUT));
        match refused {
            None => request.body(Bytes::new()),
            Some(token) => request
                .method(Method::POST)
                .header(CONTENT_TYPE, "application/json")
                .body(json!({"refused": token.expose()}).to_string().into()),
        }
    }
}

/// What a service says that gives no token: the status, and its reason if it has one. A token service puts no secret
/// into it, and whatever else has answered is cut short.
fn said(status: StatusCode, body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let reason = body.get("error").and_then(Value::as_str).unwrap_or_default();
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect();
    if reason.is_empty() {
        format!("it answered {status}")
    } else {
        format!("it answered {status}: {reason}")
    }
}

/// Why a service gave no token.
#[derive(Debug)]
struct ServiceError {
    address: BaseUrl,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token service at {}", self.address)
    }
}

impl std::error::Error for ServiceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_ref())
    }
}
