//! Control routes under `/_mock`, for tests in other languages.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use wechat_types::id::OpenId;

use super::plain;
use crate::beijing::unix_seconds;
use crate::query::Query;
use crate::reply::quoted;
use crate::request::RecordedRequest;
use crate::server::MockServer;

/// Ten years: more would sooner or later be no time any more.
const MAX_ADVANCE: u64 = 315_360_000;

pub(super) fn is_control(path: &str) -> bool {
    path == "/_mock" || path.starts_with("/_mock/")
}

/// Answers a control route. A browser must not be able to reach them from a foreign page, not even
/// by a name that points to this machine: hence no `Origin`, and only names of this machine.
pub(super) fn answer(
    server: &MockServer,
    request: &Request<Bytes>,
    addr: SocketAddr,
) -> Response<Full<Bytes>> {
    let call = (request.method(), request.uri().path());
    // What the server is may be asked from anywhere: a client must be able to tell a mock on
    // another machine from the real platform.
    let is_identity = call == (&Method::GET, "/_mock");
    if request.headers().contains_key(ORIGIN) || !(is_identity || is_own_host(request, addr)) {
        return plain(StatusCode::FORBIDDEN, "control routes are for this machine only");
    }
    let query = Query::parse(request.uri().query().unwrap_or_default());
    match call {
        (&Method::GET, "/_mock") => json(format!(
            "{{\"server\":\"wechat-mock\",\"version\":{},\"app_id\":{},\"now\":{}}}",
            quoted(env!("CARGO_PKG_VERSION")),
            quoted(server.app_id().as_str()),
            unix_seconds(server.clock().now()),
        )),
        (&Method::POST, "/_mock/advance") => {
            let seconds = query.get("seconds").and_then(|text| text.parse().ok());
            let Some(seconds) = seconds.filter(|seconds| *seconds <= MAX_ADVANCE) else {
                return plain(StatusCode::BAD_REQUEST, "?seconds= must be a number up to 10 years");
            };
            if !server.advance(Duration::from_secs(seconds)) {
                return plain(StatusCode::CONFLICT, "the clock is not moved by hand");
            }
            json(format!("{{\"now\":{}}}", unix_seconds(server.clock().now())))
        }
        (&Method::GET, "/_mock/received") => {
            let requests: Vec<String> =
                server.received().iter().map(RecordedRequest::to_json).collect();
            json(format!("{{\"received\":[{}]}}", requests.join(",")))
        }
        (&Method::GET, "/_mock/report") => json(server.report().to_json()),
        (&Method::GET, "/_mock/inbox") => {
            let Some(Ok(openid)) = query.get("openid").map(OpenId::new) else {
                return plain(StatusCode::BAD_REQUEST, "?openid= must be an OpenID");
            };
            let ids: Vec<String> = server.inbox(&openid).iter().map(ToString::to_string).collect();
            json(format!("{{\"inbox\":[{}]}}", ids.join(",")))
        }
        _ => plain(StatusCode::NOT_FOUND, "no such control route"),
    }
}

fn is_own_host(request: &Request<Bytes>, addr: SocketAddr) -> bool {
    let Some(host) = request.headers().get(HOST).and_then(|host| host.to_str().ok()) else {
        // HTTP/1.0 without a name: no browser of today.
        return true;
    };
    if host == addr.to_string() {
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
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

fn json(body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
