//! The endpoint, called as a service: no sockets, no runtime.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt as _;
use wechat_events::axum::{CallbackSink, SinkError, endpoint};
use wechat_events::push::{Cipher, Push, Stamp};
use wechat_events::{Callback, EventParser};

use crate::support::{APP_ID, KEY, app_id, builder, event, key, token};

#[derive(Default)]
struct Sink {
    received: Mutex<Vec<Callback>>,
    broken: bool,
}

#[async_trait]
impl CallbackSink for Sink {
    async fn receive(&self, callback: Callback) -> Result<(), SinkError> {
        if self.broken {
            return Err("the queue is full".into());
        }
        self.received.lock().unwrap().push(callback);
        Ok(())
    }
}

/// Nothing here waits for IO or time, so polling is enough to run it.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the endpoint waits for something");
}

fn call(
    sink: &Arc<Sink>,
    method: &str,
    query: &str,
    body: impl Into<Body>,
) -> (StatusCode, String) {
    let router = Router::new().route("/wechat", endpoint(parser(), Arc::clone(sink) as _));
    let request = Request::builder().method(method).uri(format!("/wechat?{query}"));
    let response = run(router.oneshot(request.body(body.into()).unwrap())).unwrap();
    let status = response.status();
    let bytes = run(to_bytes(response.into_body(), 1000)).unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn parser() -> EventParser {
    builder().aes_key(key(KEY)).build()
}

fn push(app: &str, xml: &str) -> Push {
    let (token, key, app) = (token("tok3n"), key(KEY), app_id(app));
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    stamp.safe(&Cipher::new(&key, &app, [3; 16]), "gh_1", xml)
}

fn job() -> Push {
    push(APP_ID, &event("MASSSENDJOBFINISH", "<MsgID>1</MsgID><Status>send success</Status>"))
}

#[test]
fn the_address_is_verified_with_the_bare_echostr() {
    let sink = Arc::default();
    let query = "signature=6cf07c4e18fae0f4ee185d8ecd44b7629201ebfb&timestamp=1700000001\
                 &nonce=987654321&echostr=58361%2B052";
    assert_eq!(call(&sink, "GET", query, ""), (StatusCode::OK, "58361+052".to_owned()));
    let (status, body) = call(&sink, "GET", &query.replace("6cf0", "6cf1"), "");
    assert_eq!((status, body.contains("58361")), (StatusCode::FORBIDDEN, false));
    assert_eq!(call(&sink, "GET", "", "").0, StatusCode::BAD_REQUEST);
}

#[test]
fn success_is_answered_after_the_sink_took_it() {
    let sink = Arc::<Sink>::default();
    let push = job();
    let answer = call(&sink, "POST", &push.query, push.body);
    assert_eq!(answer, (StatusCode::OK, "success".to_owned()));
    assert_eq!(sink.received.lock().unwrap().len(), 1);
}

#[test]
fn a_broken_sink_makes_the_platform_try_again() {
    let sink = Arc::new(Sink { broken: true, ..Sink::default() });
    let push = job();
    let (status, body) = call(&sink, "POST", &push.query, push.body);
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body.contains("success") && !body.contains("queue"), "{body}");
}

#[test]
fn refusals_tell_the_sender_nothing_and_reach_no_sink() {
    let sink = Arc::<Sink>::default();
    let good = job();
    let foreign = push("wxffffffffffffffff", "<xml></xml>");
    let not_xml = push(APP_ID, "no xml");
    let broken = {
        let (token, good) = (token("tok3n"), "AAAA");
        let hex = wechat_events::signature::msg_signature(&token, "1700000001", "987654321", good);
        let query =
            format!("timestamp=1700000001&nonce=987654321&encrypt_type=aes&msg_signature={hex}");
        (query, format!("<xml><Encrypt>{good}</Encrypt></xml>"))
    };
    for (query, body) in [
        (foreign.query, foreign.body),
        (not_xml.query, not_xml.body),
        broken,
        (good.query.clone(), "<xml></xml>".to_owned()),
        (String::new(), good.body.clone()),
    ] {
        let answer = call(&sink, "POST", &query, body);
        assert_eq!(answer, (StatusCode::BAD_REQUEST, "refused".to_owned()), "{query}");
    }
    let (status, body) = call(&sink, "POST", &format!("{}0", good.query), good.body);
    assert_eq!((status, body.as_str()), (StatusCode::FORBIDDEN, "refused"));
    assert_eq!(sink.received.lock().unwrap().len(), 0);
}

#[test]
fn bodies_over_the_limit_are_cut_off() {
    let sink = Arc::default();
    let body = |length: usize| Body::from(vec![b' '; length]);
    let limit = EventParser::MAX_BODY_BYTES;
    assert_eq!(call(&sink, "POST", &job().query, body(limit + 1)).0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(call(&sink, "POST", &job().query, body(limit)).0, StatusCode::BAD_REQUEST);
    assert_eq!(call(&sink, "PUT", "", "").0, StatusCode::METHOD_NOT_ALLOWED);
}
