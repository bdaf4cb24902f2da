//! The control API under `/_mock`, for tests in other languages.

mod asked;
#[cfg(feature = "callbacks")]
mod callbacks;
mod decisions;
mod log;
mod people;
mod rules;
mod schemas;
mod sending;
mod server;
mod settings;
mod stream;
pub(super) mod table;

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::sync::watch;

use self::asked::{Asked, Problem, Told};
use self::table::{Route, Run, Scope};
use super::Answer;
use super::options::ListenOptions;
use crate::query::Query;
use crate::server::MockServer;

/// The largest body of a control call that is no stream.
const MAX_BODY: usize = 1 << 20;

/// The segment before an account's AppID.
const ACCOUNTS: &str = "accounts";

pub(super) fn is_control(path: &str) -> bool {
    path == "/_mock" || path.starts_with("/_mock/")
}

/// Who asks, and what the server was told to allow.
pub(super) struct Gate<'a> {
    pub(super) addr: SocketAddr,
    pub(super) peer: IpAddr,
    pub(super) options: &'a ListenOptions,
}

/// Answers a control call.
pub(super) async fn respond(
    server: &MockServer,
    head: &Parts,
    mut body: Incoming,
    gate: Gate<'_>,
    stopped: watch::Receiver<bool>,
) -> Response<Answer> {
    if let Err(problem) = gate.check(head) {
        return json(problem.status, &problem.to_json());
    }
    match answer(server, head, &mut body, &gate, stopped).await {
        Ok(response) => response,
        Err(Refused { problem, allow }) => {
            stream::drop_rest(&mut body).await;
            let mut response = json(problem.status, &problem.to_json());
            if let Ok(allow) = HeaderValue::from_str(&allow) {
                response.headers_mut().insert(ALLOW, allow);
            }
            if allow.is_empty() {
                response.headers_mut().remove(ALLOW);
            }
            response
        }
    }
}

/// A problem, with the methods that would do.
struct Refused {
    problem: Problem,
    allow: String,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, allow: String::new() }
    }
}

async fn answer(
    server: &MockServer,
    head: &Parts,
    body: &mut Incoming,
    gate: &Gate<'_>,
    mut stopped: watch::Receiver<bool>,
) -> Result<Response<Answer>, Refused> {
    let Found { route, account, last } = find(server, &head.method, head.uri.path())?;
    let query = Query::parse(head.uri.query().unwrap_or_default());
    if let Some(name) = query.names().find(|name| !route.query.contains(name)) {
        let message = match route.query {
            [] => "this call takes nothing in the query".to_owned(),
            known => format!("this call takes {} in the query", known.join(", ")),
        };
        return Err(Problem::field(name, message).into());
    }
    let touched = match route.scope {
        Scope::Server => account.accounts(),
        Scope::Account => vec![account.clone()],
    };
    // What was due must not meet what this call changes.
    catch_up(&touched).await;
    let run = match route.run {
        Run::Call(run) => run,
        Run::Settle => {
            return tokio::select! {
                told = server::settled(&account) => Ok(json(StatusCode::OK, &told)),
                _ = stopped.wait_for(|stop| *stop) => Err(server::stopping().into()),
            };
        }
        Run::Import => {
            return Ok(json(StatusCode::OK, &stream::import(&account, body).await?));
        }
        Run::Load => {
            let loaded = stream::load(account, route.scope, body).await?;
            catch_up(&touched).await;
            return Ok(json(StatusCode::OK, &loaded));
        }
        Run::Save => {
            let mut response = Response::new(stream::save(account, route.scope).await?);
            let kind = HeaderValue::from_static(table::STATE);
            response.headers_mut().insert(CONTENT_TYPE, kind);
            return Ok(response);
        }
    };
    let body = whole(body).await?;
    let remote_callbacks = gate.options.remote_callbacks;
    catch_up(&touched).await;
    let told: Told = run(&Asked { account, last, query, body, remote_callbacks });
    // It may have moved the clock.
    catch_up(&touched).await;
    Ok(json(StatusCode::OK, &told?))
}

/// A body that is no stream.
async fn whole(body: &mut Incoming) -> Result<Bytes, Problem> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("the body has more than {MAX_BODY} bytes");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Err(_) => Err(stream::broke_off()),
    }
}

/// Carries out what is due, as a call of the platform does before it answers.
async fn catch_up(accounts: &[MockServer]) {
    for account in accounts {
        account.caught_up(account.clock().now()).await;
        account.wake();
    }
}

/// The call that method and path mean.
struct Found {
    route: Route,
    account: MockServer,
    last: String,
}

fn find(server: &MockServer, method: &Method, path: &str) -> Result<Found, Refused> {
    let decoded = percent_decode_str(path.strip_prefix("/_mock").unwrap_or(path));
    let decoded = decoded.decode_utf8_lossy();
    let path = decoded.trim_start_matches('/').trim_end_matches('/');
    // `accounts/{app_id}/rest`: of that account; anything else: of the server or the first account.
    let named = path.strip_prefix(ACCOUNTS).and_then(|rest| rest.strip_prefix('/'));
    let (account, path, of_account) = match named {
        Some(rest) => {
            let (app_id, rest) = rest.split_once('/').unwrap_or((rest, "state"));
            let account = server.named(app_id).ok_or_else(|| {
                Problem::unknown("app_id", format!("there is no account {app_id:?}"))
            })?;
            (account, rest, true)
        }
        None => (server.clone(), path, false),
    };
    let mut allowed = Vec::new();
    for route in table::routes() {
        if of_account && route.scope == Scope::Server {
            continue;
        }
        let Some(last) = matched(route.path, path) else { continue };
        if route.method == *method {
            let last = last.to_owned();
            return Ok(Found { route, account, last });
        }
        allowed.push(route.method.to_string());
    }
    if allowed.is_empty() {
        let message = format!("there is no control call /_mock/{path}");
        return Err(Problem::new(StatusCode::NOT_FOUND, message).into());
    }
    let allow = allowed.join(", ");
    let message = format!("{method} is not for /_mock/{path}, but {allow}");
    Err(Refused { problem: Problem::new(StatusCode::METHOD_NOT_ALLOWED, message), allow })
}

/// What stands in the place of `{…}`; empty where there is none.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    match pattern.split_once('{') {
        Some((before, _)) => {
            path.strip_prefix(before).filter(|last| !last.is_empty() && !last.contains('/'))
        }
        None => (pattern == path).then_some(""),
    }
}

impl Gate<'_> {
    /// A browser must not be able to reach control calls from a foreign page, not even by a name
    /// that points to this machine: hence no `Origin`, and only names of this machine.
    fn check(&self, head: &Parts) -> Result<(), Problem> {
        let refused = |message: &str| Err(Problem::new(StatusCode::FORBIDDEN, message));
        if head.headers.contains_key(ORIGIN) {
            return refused("Origin: control calls are not for pages in a browser");
        }
        // What the server is may be asked from anywhere: a client must be able to tell a mock on
        // another machine from the real platform.
        if head.method == Method::GET && matches!(head.uri.path(), "/_mock" | "/_mock/") {
            return Ok(());
        }
        if !self.options.remote_control {
            if !self.peer.to_canonical().is_loopback() {
                return refused("control calls are taken from this machine only");
            }
            if !self.is_own_host(head) {
                return refused("Host: it must be a name of this machine, such as 127.0.0.1");
            }
        }
        let Some(token) = &self.options.control_token else { return Ok(()) };
        let given = head.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let given = given.and_then(|value| value.strip_prefix(b"Bearer "));
        if given.is_some_and(|given| same(given, token.as_bytes())) {
            return Ok(());
        }
        let message = "Authorization: the control token is missing or wrong";
        Err(Problem::new(StatusCode::UNAUTHORIZED, message))
    }

    fn is_own_host(&self, head: &Parts) -> bool {
        let Some(host) = head.headers.get(HOST) else {
            // HTTP/1.0 without a name: no browser of today.
            return true;
        };
        let Ok(host) = host.to_str() else { return false };
        if host == self.addr.to_string() {
            return true;
        }
        let name = match host.rsplit_once(':') {
            // `[::1]:80` and `name:80`, but not the colons inside `[::1]`.
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        name.eq_ignore_ascii_case("localhost")
            || name
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<IpAddr>()
                .is_ok_and(|ip| ip.is_loopback())
    }
}

/// Takes as long for every wrong text of this length.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn json(status: StatusCode, value: &Value) -> Response<Answer> {
    let body = Full::new(Bytes::from(value.to_string()));
    let mut response = Response::new(Either::Left(body));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
