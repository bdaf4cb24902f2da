//! The contract suite against the mock in process and on loopback, and what it calls at all.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use wechat_events::event::Event;
use wechat_events::{CallbackQuery, EventParser};
use wechat_http::Client;
use wechat_mock::contract::{
    self, Environment, Finding, InvalidReport, Need, Outcome, PROMISES, Report, Reports, Waiting,
};
use wechat_mock::{CallbackTarget, ManualClock, MockServer, PushOutcome};
use wechat_types::id::{MsgId, TagId};
use wechat_types::mass::MassReport;

use crate::callbacks::token;

const TAG: TagId = TagId::new(101);

/// A mock with everything that a promise may need.
pub(crate) fn mock() -> MockServer {
    let target = CallbackTarget::plain("http://127.0.0.1/wx", token());
    let mock = MockServer::builder().followers(4).callback(target).build();
    mock.add_tag(TAG, "contract");
    mock.tag_follower(&mock.followers()[0], TAG);
    mock
}

pub(crate) fn in_process(mock: &MockServer) -> Client {
    let client = Client::builder(mock.app_id(), mock.app_secret());
    client.transport(mock.transport()).clock(mock.clock()).build().unwrap()
}

/// An environment with everything but what is left out.
pub(crate) fn environment(mock: &MockServer, left_out: Option<Need>) -> Environment {
    let mut environment = Environment::new(7);
    for need in [
        Need::Secret,
        Need::RenewTokens,
        Need::Followers,
        Need::Send,
        Need::Tag,
        Need::Everyone,
        Need::Time,
        Need::Reports,
    ] {
        environment = match need {
            need if Some(need) == left_out => environment,
            Need::Secret => environment.with_app_secret(mock.app_secret()),
            Need::RenewTokens => environment.may_renew_tokens(),
            Need::Followers => environment.with_followers(mock.followers()),
            Need::Send => environment.may_send(),
            Need::Tag => environment.with_tag(TAG),
            Need::Everyone => environment.may_send_to_everyone(),
            Need::Time => environment.with_time(mock.clone()),
            _ => environment.with_reports(Pushed(mock.clone())),
        };
    }
    environment
}

/// Reports as the mock pushes them, read by the parser that a service would use.
#[derive(Debug)]
struct Pushed(MockServer);

#[async_trait]
impl Reports for Pushed {
    async fn report(&self, job: MsgId) -> Option<MassReport> {
        let parser = EventParser::builder(self.0.app_id(), token()).build();
        let mut found = None;
        self.0.run_due(self.0.clock().now(), |push| {
            let query = push.url.split_once('?').unwrap().1;
            let query = CallbackQuery::parse(query);
            match parser.parse(&query, &push.body).unwrap().event {
                Event::MassSendJobFinish(report) if report.msg_id == job => found = Some(report),
                Event::MassSendJobFinish(_) => {}
                other => panic!("{other:?}"),
            }
            PushOutcome::success()
        });
        found
    }
}

pub(crate) async fn run(client: &Client, environment: &Environment) -> Vec<Finding> {
    contract::run(client, environment, &mut |_| ()).await
}

/// The findings that are not held.
pub(crate) fn unheld(findings: &[Finding]) -> Vec<String> {
    let unheld = findings.iter().filter(|finding| finding.outcome != Outcome::Held);
    unheld.map(|finding| format!("{}: {}", finding.promise, finding.outcome)).collect()
}

#[tokio::test]
async fn all_promises_hold_in_process() {
    let mock = mock();
    let findings = run(&in_process(&mock), &environment(&mock, None)).await;
    assert_eq!(unheld(&findings), [""; 0]);
    assert_eq!(findings.len(), PROMISES.len());

    // Nothing is left behind, and a second run finds the same.
    let client = in_process(&mock);
    let again = Environment::new(8)
        .with_app_secret(mock.app_secret())
        .with_followers(mock.followers())
        .with_time(mock.clone())
        .may_renew_tokens();
    let differing: Vec<_> =
        run(&client, &again).await.into_iter().filter(|f| f.outcome.is_difference()).collect();
    assert_eq!(differing, []);
    let tags = client.send(&wechat_types::tag::GetTags::new()).await.unwrap().tags;
    assert_eq!(tags.iter().filter(|tag| tag.name.starts_with("contract-")).count(), 0);
    let drafts = client.send(&wechat_types::draft::CountDrafts::new()).await.unwrap();
    let material = client.send(&wechat_types::material::CountMaterial::new()).await.unwrap();
    assert_eq!((drafts.total, material.images), (0, 0));
}

#[tokio::test]
async fn all_promises_hold_on_loopback() {
    // Over HTTP no callback is taken in here: the report of a job is left out.
    let mock = MockServer::builder().followers(4).build();
    mock.add_tag(TAG, "contract");
    mock.tag_follower(&mock.followers()[0], TAG);
    let listening = mock.listen("127.0.0.1:0").await.unwrap();
    let client = Client::builder(mock.app_id(), mock.app_secret())
        .base_url(listening.base_url().parse().unwrap())
        .build()
        .unwrap();
    let findings = run(&client, &environment(&mock, Some(Need::Reports))).await;
    assert_eq!(
        unheld(&findings),
        ["the report of a job counts its recipients: skipped: it needs the reports of jobs"]
    );
    listening.shutdown().await;
}

#[tokio::test]
async fn a_promise_is_skipped_exactly_where_it_lacks_what_it_needs() {
    for need in [
        Need::Secret,
        Need::RenewTokens,
        Need::Followers,
        Need::Send,
        Need::Tag,
        Need::Everyone,
        Need::Time,
        Need::Reports,
    ] {
        let mock = mock();
        let findings = run(&in_process(&mock), &environment(&mock, Some(need))).await;
        for (promise, finding) in PROMISES.iter().zip(&findings) {
            let skipped = matches!(finding.outcome, Outcome::Skipped { .. });
            let expected = promise.needs().contains(&need);
            assert_eq!(skipped, expected, "{need:?}, {}: {}", promise.name(), finding.outcome);
        }
    }
}

#[tokio::test]
async fn nothing_that_sends_is_called_without_the_right_to() {
    let mock = mock();
    run(&in_process(&mock), &environment(&mock, Some(Need::Send))).await;
    let sending = ["send", "sendall", "preview", "delete"];
    let called = mock.received().into_iter().filter(|request| {
        sending.iter().any(|call| request.path == format!("/cgi-bin/message/mass/{call}"))
    });
    assert_eq!(called.map(|request| request.to_string()).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(mock.jobs(), []);
    let mock = self::mock();
    run(&in_process(&mock), &environment(&mock, Some(Need::Everyone))).await;
    assert_eq!(mock.jobs().iter().filter(|job| job.to_all).count(), 0);
}

/// The account may not, or has used up: neither kept nor broken.
#[tokio::test]
async fn what_the_account_may_not_do_is_skipped() {
    let mock = mock();
    mock.set_mass_quota_left(Some(0));
    let findings = run(&in_process(&mock), &environment(&mock, None)).await;
    let unheld = unheld(&findings);
    assert_eq!(unheld.len(), 8, "{unheld:#?}");
    for finding in unheld {
        assert!(finding.contains("skipped: the server answered 45028"), "{finding}");
    }
}

#[tokio::test]
async fn a_wait_has_an_end() {
    let clock = Arc::new(ManualClock::auto(ManualClock::default_start()));
    let mock = mock();
    let waiting = Waiting::new(clock.clone(), Duration::from_secs(60));
    let environment = Environment::new(1).with_app_secret(mock.app_secret()).with_time(waiting);
    let environment = environment.may_renew_tokens();
    let client = in_process(&mock);
    let overlap = contract::tokens::the_overlap_ends(&client, &environment).await.unwrap_err();
    assert_eq!(overlap.to_string(), "skipped: 600 seconds would have to be waited for");
    assert_eq!(clock.now(), ManualClock::default_start());
}

#[tokio::test]
async fn reports_are_kept_and_compared() {
    let mock = mock();
    let client = in_process(&mock);
    let findings = run(&client, &environment(&mock, Some(Need::Send))).await;
    let older = Report::new("mock", mock.clock().now(), findings);
    assert_eq!(Report::from_json(&older.to_json().unwrap()).unwrap(), older);
    assert_eq!(older.differences().count(), 0);
    let told = |older: &Report, newer: &Report| -> Vec<String> {
        contract::compare(older, newer).iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(&older, &older), [""; 0]);

    mock.on("/cgi-bin/message/mass/speed/get").errcode(45083);
    let findings = run(&client, &environment(&mock, Some(Need::Send))).await;
    let mut newer = Report::new("mock", mock.clock().now(), findings);
    let gone = newer.findings.pop().unwrap();
    let changes = told(&older, &newer);
    assert_eq!(changes.len(), 2, "{changes:#?}");
    assert!(changes[0].starts_with(
        "the speed is a documented level: was held; now differs: expected a speed, found 45083"
    ));
    assert_eq!(
        changes[1],
        format!("{}: was skipped: it may not send; now not checked", gone.promise)
    );
    assert_eq!(told(&newer, &older).len(), 2);
}

#[test]
fn another_report_is_refused() {
    let refused = |text: &str| -> InvalidReport { Report::from_json(text).unwrap_err() };
    let later = r#"{"version":2,"server":"x"}"#;
    assert_eq!(refused(later).to_string(), "a contract report of version 2, and not of version 1");
    assert_eq!(refused("[]").to_string(), "not a contract report");
    assert_eq!(refused(r#"{"version":1}"#).to_string(), "not a contract report");
}

#[test]
fn promises_have_names_of_their_own() {
    let mut names: Vec<&str> = PROMISES.iter().map(|promise| promise.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PROMISES.len());
}
