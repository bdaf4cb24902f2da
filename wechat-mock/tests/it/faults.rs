//! Disturbances: what arrives, and what took effect.

use std::time::Duration;

use bytes::Bytes;
use wechat_http::{Clock, Deadline, Transport, TransportErrorKind};
use wechat_mock::{ConnectionFault, JobProgress, ManualClock, MockServer};

use crate::rig::{Rig, SEND, code, msg_id, request, text, text_to};

fn rig() -> Rig {
    Rig::with(|b| b.followers(2).settings(|s| s.progress = JobProgress::Immediate))
}

/// One send with this key; the exchange and how many jobs there are after it.
fn send(rig: &Rig, key: &str) -> (wechat_mock::Exchange, usize) {
    let body = text_to(&rig.server.followers(), "x", Some(key));
    let url = format!("{SEND}?access_token={}", rig.token());
    let exchange = rig.exchange(&request("POST", &url, Bytes::from(body.to_string())));
    (exchange, rig.server.jobs().len())
}

#[test]
fn an_answer_lost_after_the_effect_is_found_again_by_its_key() {
    let rig = rig();
    rig.server.on(SEND).nth(2).answer_lost();
    assert_eq!(send(&rig, "a").0.fault, None);
    let (lost, jobs) = send(&rig, "b");
    assert_eq!((lost.fault, jobs), (Some(ConnectionFault::AnswerLost), 2));
    assert!(lost.response.is_none());
    let again = rig.send_text(&rig.server.followers(), "x", Some("b"));
    assert_eq!((code(&again), msg_id(&again)), (45065, rig.server.jobs()[1].msg_id));
    let fan = &rig.server.followers()[0];
    assert_eq!(rig.server.inbox(fan).len(), 2);
}

#[test]
fn what_takes_effect_and_what_does_not() {
    let rig = rig();
    let mut number = 0;
    let mut try_one = |applied: bool| {
        number += 1;
        let before = rig.server.jobs().len();
        let (exchange, after) = send(&rig, &number.to_string());
        assert_eq!(after - before, usize::from(applied));
        exchange
    };
    rig.server.on(SEND).refused();
    assert_eq!(try_one(false).fault, Some(ConnectionFault::Refused));
    rig.server.on(SEND).reset();
    assert_eq!(try_one(false).fault, Some(ConnectionFault::ResetBeforeEffect));
    let body = |exchange: &wechat_mock::Exchange| {
        let response = exchange.response.as_ref().unwrap();
        (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
    };
    for (applied, status) in [(false, 502), (true, 504)] {
        let rule = rig.server.on(SEND);
        if applied {
            rule.status_after_effect(status);
        } else {
            rule.status(status);
        }
        let (got, html) = body(&try_one(applied));
        assert_eq!(got, status);
        assert!(html.starts_with("<html>"), "{html}");
    }
    for applied in [false, true] {
        let rule = rig.server.on(SEND);
        if applied {
            rule.errcode_after_effect(-1);
        } else {
            rule.errcode(-1);
        }
        let (_, json) = body(&try_one(applied));
        assert!(json.starts_with("{\"errcode\":-1,\"errmsg\":\"system error rid: "), "{json}");
    }
    rig.server.on(SEND).garbled();
    assert!(!body(&try_one(true)).1.starts_with('{'));
    rig.server.on(SEND).cut(5);
    assert_eq!(body(&try_one(true)).1, "{\"err");
    rig.server.on(SEND).delayed(Duration::from_secs(3));
    assert_eq!(try_one(true).delay, Duration::from_secs(3));
    assert_eq!(try_one(true).delay, Duration::ZERO);
}

#[test]
fn a_stale_node_refuses_a_token_that_stays_good() {
    let rig = rig();
    let token = rig.token();
    let body = text_to(&rig.server.followers(), "x", None);
    rig.server.on(SEND).stale_node();
    assert_eq!(code(&rig.post_with(&token, SEND, &body)), 40001);
    assert_eq!(code(&rig.post_with(&token, SEND, &body)), 0);
}

#[test]
fn a_stale_node_knows_older_tokens() {
    let rig = rig();
    rig.server.configure(|s| s.default_key = wechat_mock::DefaultKey::None);
    let body = text_to(&rig.server.followers(), "x", None);
    let old = rig.token();
    rig.advance(60);
    rig.server.on(SEND).always().stale_node();
    let code_with = |token: &str| code(&rig.post_with(token, SEND, &body));
    assert_eq!(code_with(&old), 0, "known for a minute");
    let fresh = text(&rig.get(&rig.token_url()), "access_token");
    assert_eq!((code_with(&fresh), code_with(&old)), (40001, 0));
    rig.advance(59);
    assert_eq!(code_with(&fresh), 40001);
    rig.advance(1);
    assert_eq!(code_with(&fresh), 0, "the node has heard of it");
    // A rule that does not match waits for its call.
    rig.server.clear_faults();
    rig.server.on(SEND).token_younger_than(Duration::from_secs(5)).stale_node();
    assert_eq!((code_with(&fresh), rig.server.faults_left()), (0, 1));
    // What does not work is refused by the rules, not by the node.
    assert_eq!((code_with("75_none"), rig.server.faults_left()), (40001, 1));
    let fresh = text(&rig.get(&rig.token_url()), "access_token");
    assert_eq!((code_with(&fresh), code_with(&fresh)), (40001, 0));
    assert_eq!(rig.server.faults_left(), 0);
    // It goes with every effect.
    rig.server.on(SEND).token_younger_than(Duration::from_secs(5)).errcode(-1);
    assert_eq!((code_with(&old), code_with(&fresh)), (0, -1));
}

#[test]
fn rules_count_their_own_calls() {
    let rig = rig();
    let codes = |keys: &[&str]| -> Vec<i64> {
        keys.iter()
            .map(|key| code(&rig.send_text(&rig.server.followers(), "x", Some(key))))
            .collect()
    };
    rig.server.on(SEND).nth(2).times(2).errcode(-1);
    rig.server.on(SEND).nth(2).errcode(45009);
    assert_eq!(codes(&["a", "b", "c", "d"]), [0, -1, -1, 45009]);
    rig.server.on(SEND).containing("\"clientmsgid\":\"f\"").errcode(45011);
    assert_eq!(codes(&["e", "f", "f"]), [0, 45011, 0]);
    rig.server.on_any().always().errcode(50002);
    assert_eq!(code(&rig.get(&rig.token_url())), 50002);
    rig.server.clear_faults();
    assert_eq!(codes(&["g"]), [0]);
}

#[test]
fn what_has_not_struck_is_counted() {
    let rig = rig();
    let left = || rig.server.faults_left();
    let fan = rig.server.followers();
    rig.server.on(SEND).times(2).errcode(-1);
    rig.server.on(SEND).nth(4).answer_lost();
    rig.server.on(SEND).containing("never said").reset();
    rig.server.on("/cgi-bin/token").always().errcode(-1);
    rig.server.on("/cgi-bin/token").times(0).errcode(-1);
    assert_eq!(left(), 3);
    rig.send_text(&fan, "a", None);
    assert_eq!(left(), 3, "one of two");
    rig.send_text(&fan, "b", None);
    assert_eq!(left(), 2);
    rig.send_text(&fan, "c", None);
    assert_eq!(left(), 2);
    send(&rig, "d");
    assert_eq!(left(), 1);
    rig.server.clear_faults();
    assert_eq!(left(), 0);
}

/// Sends through the in-process transport; the error's kind, or the status.
async fn through(
    server: &MockServer,
    deadline: Option<Duration>,
) -> Result<u16, TransportErrorKind> {
    let mut request = request("GET", "/cgi-bin/token", Bytes::new());
    if let Some(deadline) = deadline {
        let at = server.clock().now() + deadline;
        request.extensions_mut().insert(Deadline::new(at));
    }
    let answer = server.transport().send(request).await;
    answer.map(|response| response.status().as_u16()).map_err(|error| error.kind())
}

#[tokio::test]
async fn in_process_errors_have_their_kinds() {
    let clock = ManualClock::auto(ManualClock::default_start());
    let server = MockServer::builder().manual_clock(clock.clone()).build();
    assert_eq!(through(&server, None).await, Ok(200));
    assert_eq!(
        through(&server, Some(Duration::ZERO)).await,
        Err(TransportErrorKind::DeadlinePassed)
    );
    assert_eq!(server.received().len(), 1, "nothing was sent after the deadline");
    server.on_any().refused();
    assert_eq!(through(&server, None).await, Err(TransportErrorKind::Connect));
    server.on_any().reset();
    assert_eq!(through(&server, None).await, Err(TransportErrorKind::Interrupted));
    server.on_any().answer_lost();
    assert_eq!(through(&server, None).await, Err(TransportErrorKind::Interrupted));

    let start = clock.now();
    let limit = Some(Duration::from_secs(10));
    server.on_any().delayed(Duration::from_secs(9));
    assert_eq!(through(&server, limit).await, Ok(200));
    assert_eq!(clock.now(), start + Duration::from_secs(9));
    server.on_any().delayed(Duration::from_secs(3600));
    assert_eq!(through(&server, limit).await, Err(TransportErrorKind::Timeout));
    assert_eq!(Clock::now(&clock), start + Duration::from_secs(19));
}
