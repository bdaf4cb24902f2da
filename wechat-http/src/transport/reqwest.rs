//! The default transport: reqwest with rustls, nothing followed, nothing repeated, nothing leaked.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Deadline, Transport, TransportError, TransportErrorKind};
use crate::base_url::is_loopback;
use crate::client::BuildError;
use crate::clock::{Clock, SystemClock};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// A request without a deadline of its own gets this one.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Carries requests over HTTP and HTTPS.
///
/// Proxies of the environment (`https_proxy` and others) are used, except for this machine's own
/// addresses: a mock on loopback must be reached whatever the environment holds.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    /// For other machines.
    outward: reqwest::Client,
    /// For this one.
    loopback: reqwest::Client,
}

impl ReqwestTransport {
    /// A transport with its own connection pool.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when the system's TLS roots or proxy settings cannot be read.
    pub fn new() -> Result<Self, BuildError> {
        Ok(Self { outward: build(settings())?, loopback: build(settings().no_proxy())? })
    }

    /// The same, with this proxy (`http://` or `https://`) for other machines instead of the
    /// environment's.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when `proxy` is no URL; the URL, which may hold a password, is
    /// not repeated.
    pub fn with_proxy(proxy: &str) -> Result<Self, BuildError> {
        let proxy = reqwest::Proxy::all(proxy)
            .map_err(|_| BuildError::new("the proxy is not an http:// or https:// URL"))?;
        Ok(Self {
            outward: build(settings().no_proxy().proxy(proxy))?,
            loopback: build(settings().no_proxy())?,
        })
    }
}

fn settings() -> reqwest::ClientBuilder {
    // An application that chose a provider of its own keeps it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        // A redirected POST loses its body, and the next request would carry the token in a
        // `referer` header.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .user_agent(concat!("wechat-http/", env!("CARGO_PKG_VERSION")))
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, BuildError> {
    builder.build().map_err(|error| BuildError::new(error.without_url()))
}

#[async_trait]
impl Transport for ReqwestTransport {
    fn stand_in(&self) -> Option<&str> {
        None
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let timeout = match request.extensions().get::<Deadline>() {
            None => DEFAULT_TIMEOUT,
            Some(deadline) => deadline
                .at()
                .duration_since(SystemClock::new().now())
                .map_err(|late| TransportError::new(TransportErrorKind::DeadlinePassed, late))?,
        };
        let client = if request.uri().host().is_some_and(is_loopback) {
            &self.loopback
        } else {
            &self.outward
        };
        let mut request = reqwest::Request::try_from(request).map_err(failed)?;
        *request.timeout_mut() = Some(timeout);
        let reply = client.execute(request).await.map_err(failed)?;
        let (status, headers) = (reply.status(), reply.headers().clone());
        let body = reply.bytes().await.map_err(|error| match failed(error) {
            // Whatever breaks after the answer's head has come, the request was processed.
            error if error.was_not_sent() => {
                TransportError::new(TransportErrorKind::Interrupted, error)
            }
            error => error,
        })?;
        let mut answer = http::Response::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

/// Says what failed, without the URL and the token in it.
fn failed(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::Malformed
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_request() || error.is_body() {
        TransportErrorKind::Interrupted
    } else if error.is_decode() {
        TransportErrorKind::BadAnswer
    } else {
        TransportErrorKind::Other
    };
    TransportError::new(kind, error.without_url())
}
