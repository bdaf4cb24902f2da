//! What a failed call left behind, and whether it was made again: in process.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_http::{Client, Clock, Error, Outcome, RetryPolicy, TransportErrorKind};
use wechat_mock::{FaultRule, ManualClock};
use wechat_types::codec::ReplyError;
use wechat_types::error_code::ErrorCode;
use wechat_types::mass::{MassContent, Recipients, Send};

use crate::rig::{
    FixedToken, Rig, SEND, STATUS, count, picture, send, sequence, status_of_new_job,
};

type Strike = fn(FaultRule<'_>);

/// Disturbances after which nobody knows, and whether they took effect.
const UNKNOWN: [(&str, Strike, bool); 12] = [
    ("a code that no document names", |rule| rule.errcode_after_effect(9_500_003), true),
    ("answer lost", |rule| rule.answer_lost(), true),
    ("reset", |rule| rule.reset(), false),
    ("-1", |rule| rule.errcode(-1), false),
    ("-1 after effect", |rule| rule.errcode_after_effect(-1), true),
    ("45066", |rule| rule.errcode(45066), false),
    ("268488001", |rule| rule.errcode(268_488_001), false),
    ("502", |rule| rule.status(502), false),
    ("500 after effect", |rule| rule.status_after_effect(500), true),
    ("garbled", |rule| rule.garbled(), true),
    ("cut", |rule| rule.cut(10), true),
    ("too late", |rule| rule.delayed(Duration::from_secs(31)), true),
];

#[tokio::test]
async fn a_send_of_unknown_outcome_is_never_repeated() {
    for key in [Some("spring-01"), None] {
        for (name, strike, took_effect) in UNKNOWN {
            let rig = Rig::new();
            strike(rig.mock.on(SEND).always());
            let error = rig.client.send(&send(&rig.mock, key)).await.unwrap_err();
            assert_eq!(error.outcome(), Outcome::Unknown, "{name}: {error:?}");
            assert_eq!(count(&rig.mock, SEND), 1, "{name}");
            assert_eq!(rig.mock.jobs().len(), usize::from(took_effect), "{name}");
        }
    }
}

#[tokio::test]
async fn a_question_of_unknown_outcome_is_asked_again_after_growing_pauses() {
    for (name, strike, _) in UNKNOWN {
        let rig = Rig::new();
        let question = status_of_new_job(&rig.client, &rig.mock).await;
        strike(rig.mock.on(STATUS).times(2));
        let begin = rig.clock.now();
        let answer = rig.client.send(&question).await.unwrap();
        assert_eq!(answer.msg_id, question.msg_id);
        assert_eq!(count(&rig.mock, STATUS), 3, "{name}");
        let waited = if name == "too late" { 30 } else { 0 };
        let passed = rig.clock.now().duration_since(begin).unwrap();
        assert_eq!(passed, Duration::from_secs(1 + 2 + 2 * waited), "{name}");
    }
}

#[tokio::test]
async fn repeats_end_with_the_policy() {
    for (retry, attempts) in [
        (RetryPolicy::default(), 3),
        (RetryPolicy::NEVER, 1),
        (RetryPolicy::default().with_attempts(5), 5),
    ] {
        let rig = Rig::with_client(|client| client.retry(retry));
        let question = status_of_new_job(&rig.client, &rig.mock).await;
        rig.mock.on(STATUS).always().answer_lost();
        let error = rig.client.send(&question).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(count(&rig.mock, STATUS), attempts);
    }
}

#[tokio::test]
async fn each_attempt_has_a_deadline_of_its_own() {
    let rig = Rig::with_client(|client| client.timeout(Duration::from_secs(5)));
    assert_eq!(rig.client.timeout(), Duration::from_secs(5));
    let question = status_of_new_job(&rig.client, &rig.mock).await;
    rig.mock.on(STATUS).times(2).delayed(Duration::from_secs(6));
    rig.mock.on(STATUS).nth(3).delayed(Duration::from_secs(4));
    rig.client.send(&question).await.unwrap();
    let failed: Vec<_> = rig.tap.sent().iter().filter_map(|sent| sent.failed).collect();
    assert_eq!(failed, [TransportErrorKind::Timeout; 2]);
}

#[tokio::test]
async fn what_was_not_sent_is_repeated_even_without_a_key() {
    for key in [Some("spring-01"), None] {
        let rig = Rig::new();
        rig.mock.on(SEND).times(2).refused();
        rig.client.send(&send(&rig.mock, key)).await.unwrap();
        assert_eq!(rig.mock.jobs().len(), 1);

        let rig = Rig::new();
        rig.mock.on(SEND).always().refused();
        let error = rig.client.send(&send(&rig.mock, key)).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert!(
            matches!(&error, Error::Transport(e) if e.kind() == TransportErrorKind::Connect),
            "{error:?}"
        );
        assert_eq!(count(&rig.mock, SEND), 3);
        assert!(rig.mock.jobs().is_empty());
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    for code in [40007, 45028, 45065, 48001] {
        let rig = Rig::new();
        rig.mock.on(SEND).always().errcode(code);
        let error = rig.client.send(&send(&rig.mock, Some("spring-01"))).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Rejected);
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
        assert_eq!(count(&rig.mock, SEND), 1);
    }
}

#[tokio::test]
async fn a_key_sent_twice_names_the_first_job() {
    let rig = Rig::new();
    let request = send(&rig.mock, Some("spring-01"));
    rig.mock.on(SEND).answer_lost();
    let error = rig.client.send(&request).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    let error = rig.client.send(&request).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::CLIENT_MSG_ID_EXISTS));
    let job = rig.mock.jobs()[0].msg_id;
    assert_eq!(error.api().unwrap().existing_job(), Some(job));
    assert_eq!(rig.mock.jobs().len(), 1);
}

#[tokio::test]
async fn a_broken_limit_is_found_before_anything_is_sent() {
    let rig = Rig::new();
    let recipients = Recipients::new(rig.mock.followers()).unwrap();
    let empty = Send::new(recipients, MassContent::text(" "));
    let error = rig.client.send(&empty).await.unwrap_err();
    assert!(matches!(error, Error::Encode(_)), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.code(), Some(ErrorCode::EMPTY_CONTENT));
    assert_eq!(sequence(&rig.mock), [""; 0], "not even a token call");
}

#[tokio::test]
async fn after_its_deadline_nothing_is_sent() {
    let rig = Rig::with_client(|client| {
        client.timeout(Duration::ZERO).token_source(FixedToken::new("75_x"))
    });
    let error = rig.client.send(&send(&rig.mock, Some("spring-01"))).await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport(e) if e.kind() == TransportErrorKind::DeadlinePassed),
        "{error:?}"
    );
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(sequence(&rig.mock), [""; 0]);
    assert_eq!(rig.tap.sent().len(), 1, "whoever set the deadline did not want it later");
}

/// A machine that goes to sleep for 30 hours whenever a program on it waits.
#[derive(Debug)]
struct SleepyClock(ManualClock);

#[async_trait]
impl Clock for SleepyClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }

    async fn sleep_until(&self, _at: SystemTime) {
        self.0.advance(Duration::from_secs(30 * 60 * 60));
    }
}

#[tokio::test]
async fn what_was_decided_yesterday_is_not_sent_today() {
    let rig = Rig::with_client(|client| client.token_source(FixedToken::new("75_x")));
    let clock = rig.mock.manual_clock().unwrap();
    let client = Client::builder(rig.mock.app_id(), rig.mock.app_secret())
        .transport(rig.mock.transport())
        .clock(Arc::new(SleepyClock(clock)))
        .token_source(FixedToken::new("75_x"))
        .build()
        .unwrap();
    rig.mock.on(SEND).nth(1).refused();
    let error = client.send(&send(&rig.mock, Some("spring-01"))).await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport(e) if e.kind() == TransportErrorKind::DeadlinePassed),
        "{error:?}"
    );
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(rig.mock.jobs().is_empty());
}

#[tokio::test]
async fn a_lost_answer_and_a_stale_token_in_one_call_are_both_mended() {
    let rig = Rig::new();
    let question = status_of_new_job(&rig.client, &rig.mock).await;
    rig.mock.on(STATUS).nth(1).answer_lost();
    rig.mock.on(STATUS).nth(2).stale_node();
    rig.mock.on(STATUS).nth(3).status(503);
    let error = rig.client.send(&question).await.unwrap_err();
    assert!(matches!(error, Error::Reply(ReplyError::Status { status: 503, .. })), "{error:?}");
    assert_eq!(count(&rig.mock, STATUS), 3, "the repeat with another token counts as an attempt");

    rig.mock.on(STATUS).nth(1).answer_lost();
    rig.mock.on(STATUS).nth(2).errcode(42001);
    rig.advance(60);
    rig.client.send(&question).await.unwrap();
}

#[tokio::test]
async fn a_token_source_of_ones_own_is_asked_for_each_attempt() {
    let rig = Rig::with_client(|client| client.token_source(FixedToken::new("75_unknown")));
    let error = rig.client.send(&picture()).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::INVALID_CREDENTIAL));
    assert_eq!(sequence(&rig.mock), ["uploadimg 40001", "uploadimg 40001"]);
}
