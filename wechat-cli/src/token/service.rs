//! The token service's answers.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::header::{ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use wechat_http::token::service::ServiceSecret;
use wechat_http::{BaseUrl, Client, TokenError, describe};
use wechat_types::id::AccessToken;

use crate::lines::Lines;
use crate::session::with_advice;

/// The largest body: a token is at most 512 characters long.
const MAX_BODY: usize = 4096;
/// So long after a failure the next ones who ask hear of it without another token call: a page that asks for each
/// visitor would use up the day's calls.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What the service knows.
pub(super) struct Service {
    client: Client,
    secret: ServiceSecret,
    /// Where it listens.
    address: SocketAddr,
    /// When no token could be had last, and what was said.
    failed: Mutex<Option<(SystemTime, Refusal)>>,
}

/// Why nothing is given.
#[derive(Clone)]
struct Refusal {
    status: StatusCode,
    fields: Value,
}

impl Refusal {
    fn new(status: StatusCode, problem: impl Into<String>) -> Self {
        Self { status, fields: json!({ "error": problem.into() }) }
    }
}

impl Service {
    pub(super) fn new(client: Client, secret: ServiceSecret, address: SocketAddr) -> Self {
        Self { client, secret, address, failed: Mutex::default() }
    }

    pub(super) fn into_router(self) -> Router {
        let service = Arc::new(self);
        let answer = move |request: Request| {
            let service = Arc::clone(&service);
            async move { service.answer(request).await }
        };
        Router::new().fallback(answer).layer(DefaultBodyLimit::max(MAX_BODY))
    }

    async fn answer(&self, request: Request) -> Response {
        let answered = match self.gate(request.headers()) {
            Ok(()) => self.give(request).await,
            Err(refusal) => Err(refusal),
        };
        let (status, fields) = match answered {
            Ok(fields) => (StatusCode::OK, fields),
            Err(Refusal { status, fields }) => (status, fields),
        };
        let mut response = (status, fields.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
        }
        response
    }

    /// A page in a browser must not reach it, not even by a name that points to this machine: hence no `Origin`,
    /// and on loopback only names of this machine. All others need the secret.
    fn gate(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if headers.contains_key(ORIGIN) {
            let problem = "Origin: tokens are not for pages in a browser";
            return Err(Refusal::new(StatusCode::FORBIDDEN, problem));
        }
        if self.address.ip().is_loopback() && !headers.get(HOST).is_none_or(is_of_this_machine) {
            let problem = "Host: it must be a name of this machine, such as 127.0.0.1";
            return Err(Refusal::new(StatusCode::FORBIDDEN, problem));
        }
        let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let given = given.and_then(|value| value.strip_prefix(b"Bearer ")).unwrap_or_default();
        if bool::from(given.ct_eq(self.secret.expose().as_bytes())) {
            return Ok(());
        }
        let problem = "Authorization: `Bearer` with the service's secret is missing or wrong";
        Err(Refusal::new(StatusCode::UNAUTHORIZED, problem))
    }

    async fn give(&self, request: Request) -> Result<Value, Refusal> {
        let (account, tokens) = (self.client.app_id(), self.client.tokens());
        let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
        if path.strip_prefix("/tokens/") != Some(account.as_str()) {
            let problem = format!("there is nothing but /tokens/{account} here");
            return Err(Refusal::new(StatusCode::NOT_FOUND, problem));
        }
        self.same_server(request.uri().query().unwrap_or_default())?;
        match *request.method() {
            Method::GET => {}
            Method::POST => tokens.invalidate(&refused(request).await?).await,
            _ => {
                let problem = "GET gives the token, POST tells that one was refused";
                return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, problem));
            }
        }
        if let Some(refusal) = self.failed_just_now() {
            return Err(refusal);
        }
        let current = tokens.current().await.map_err(|error| self.failed(&error))?;
        let left = current.left.unwrap_or_default().as_secs();
        Ok(json!({ "access_token": current.token.expose(), "expires_in": left }))
    }

    fn failed_just_now(&self) -> Option<Refusal> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, refusal) = failed.as_ref()?;
        let ago = self.client.clock().now().duration_since(*at).ok()?;
        (ago < AFTER_FAILURE).then(|| refusal.clone())
    }

    /// No token could be had.
    fn failed(&self, error: &TokenError) -> Refusal {
        let code = error.api().map(|error| error.code);
        let problem = with_advice(describe(error), code);
        Lines::warn(&format!("no token: {problem}"));
        let fields = match code {
            Some(code) => json!({ "error": problem, "errcode": code.get() }),
            None => json!({ "error": problem }),
        };
        let refusal = Refusal { status: StatusCode::BAD_GATEWAY, fields };
        let now = self.client.clock().now();
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, refusal.clone()));
        refusal
    }

    /// Whoever says for which server the token is must mean this one: a mock is not to see the platform's tokens,
    /// and its refusals are not to end them.
    fn same_server(&self, query: &str) -> Result<(), Refusal> {
        let Some(meant) = query.split('&').find_map(|pair| pair.strip_prefix("server=")) else {
            return Ok(());
        };
        let meant = percent_decode_str(meant).decode_utf8_lossy();
        let meant: BaseUrl = meant
            .parse()
            .map_err(|e| Refusal::new(StatusCode::BAD_REQUEST, format!("server is {e}")))?;
        let own = self.client.base_url();
        if meant == *own || (meant.is_real_platform() && own.is_real_platform()) {
            return Ok(());
        }
        let problem = format!("the tokens here are of {own}, and not of {meant}");
        Err(Refusal::new(StatusCode::CONFLICT, problem))
    }
}

/// The token in a body that tells that it was refused.
async fn refused(request: Request) -> Result<AccessToken, Refusal> {
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|e| Refusal::new(e.status(), "the body is too large or broke off"))?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let token =
        body.get("refused").and_then(Value::as_str).and_then(|text| AccessToken::new(text).ok());
    let problem = "the body must be {\"refused\":\"TOKEN\"}";
    token.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, problem))
}

fn is_of_this_machine(host: &HeaderValue) -> bool {
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        // `[::1]:80` and `name:80`, but not the colons inside `[::1]`.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use wechat_mock::{ManualClock, MockServer};

    use super::*;

    #[tokio::test]
    async fn after_a_failure_the_platform_is_left_alone_for_a_second() {
        const STABLE: &str = "/cgi-bin/stable_token";
        let clock = ManualClock::default();
        let mock = MockServer::builder().manual_clock(clock.clone()).build();
        mock.on(STABLE).times(2).errcode(40164);
        let client = Client::builder(mock.app_id(), mock.app_secret())
            .transport(mock.transport())
            .clock(mock.clock())
            .build()
            .unwrap();
        let secret = ServiceSecret::new("s3cret-of-the-service").unwrap();
        let service = Service::new(client, secret, ([127, 0, 0, 1], 1).into());
        let ask = || {
            let request = Request::get(format!("/tokens/{}", mock.app_id()))
                .header("authorization", "Bearer s3cret-of-the-service")
                .body(Body::empty());
            service.answer(request.unwrap())
        };
        for (calls, status) in [(1, 502), (2, 502), (3, 200)] {
            for _ in 0..5 {
                assert_eq!(ask().await.status().as_u16(), status);
            }
            assert_eq!(mock.received().len(), calls);
            clock.advance(AFTER_FAILURE);
        }
    }

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        for host in
            ["localhost", "LOCALHOST:8790", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:80"]
        {
            assert!(is_of_this_machine(&HeaderValue::from_static(host)), "{host}");
        }
        for host in ["", "tokens.example.com", "localhost.example.com:80", "10.0.0.1:8790", "[::2]"]
        {
            assert!(!is_of_this_machine(&HeaderValue::from_static(host)), "{host}");
        }
    }
}
