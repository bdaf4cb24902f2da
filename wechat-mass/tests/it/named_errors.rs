//! What the platform refuses is named in the report, and nothing further is sent.

use std::error::Error as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::{Client, Transport, TransportError};
use wechat_mass::campaign::{
    CampaignReport, ChunkOutcome, Conclusion, Driver, DriverError, Event, NoInbox, Plan,
};
use wechat_mass::journal::{
    Journal as _, JournalErrorKind, MemoryJournal, MemoryStore, Store as _,
};
use wechat_mass::quota::Window;
use wechat_mock::InProcess;
use wechat_types::id::{AppId, AppSecret, TagId};
use wechat_types::mass::Audience;

use crate::world::{
    ADD_MATERIAL, DRAFT_ADD, SEND, SENDALL, STABLE_TOKEN, TWO_CALLS, UPLOADIMG, World, app_id,
    article, plan, text, to_fans,
};

/// The `call`-th call, from 0, was refused with this code, which the report names in words.
#[track_caller]
fn assert_refused(report: &CampaignReport, call: usize, code: i64, words: &str) {
    let ChunkOutcome::Refused { code: got, reason, .. } = &report.chunks[call].outcome else {
        panic!("{report:?}")
    };
    assert_eq!(*got, Some(code));
    let halted = report.halted.as_deref().expect("sending stopped");
    assert_eq!(halted, format!("call {}: {reason}", call + 1));
    for word in [&code.to_string(), words] {
        assert!(reason.contains(word), "{word} in {reason}");
    }
}

/// Nothing is recorded, and so nothing reserved: it would use up the account's day and month.
#[track_caller]
fn assert_not_begun(report: &CampaignReport, journal: &MemoryJournal, words: &[&str]) {
    let halted = report.halted.as_deref().expect("sending stopped");
    assert!(words.iter().all(|word| halted.contains(word)), "{halted}");
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert!(report.chunks.iter().all(|chunk| chunk.outcome == ChunkOutcome::NotSent), "{report:?}");
    assert_eq!(journal.entries(), []);
}

/// The world with a client that has the wrong secret.
fn with_wrong_secret(mut world: World) -> World {
    let secret = AppSecret::new("0123456789abcdef0123456789abcdef").unwrap();
    world.client = Client::builder(app_id(), secret)
        .transport(world.mock.transport())
        .clock(world.mock.clock())
        .build()
        .unwrap();
    world
}

#[tokio::test]
async fn a_wrong_secret() {
    for code in [40125, 40001] {
        let world = with_wrong_secret(World::with(5, |rules| rules.wrong_secret_code = code));
        let mut journal = MemoryJournal::new();
        let report = world.run_on(&plan(TWO_CALLS, text()), &mut journal).await.unwrap();
        let code = code.to_string();
        assert_not_begun(&report, &journal, &["the platform refused to give a token", &code]);
        assert_eq!(world.mock.received().len(), 1, "one token call, nothing else");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_found_at_the_first_upload() {
    let world = with_wrong_secret(World::new(5));
    let report = world.run(&plan(5, article())).await;
    assert!(report.halted.as_deref().unwrap().contains("40125"), "{report:?}");
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert_eq!(world.mock.received().len(), 1);
}

#[tokio::test]
async fn an_address_that_is_not_in_the_white_list() {
    let world = World::with(5, |rules| {
        rules.ip_white_list = Some(vec![IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7))]);
    });
    let mut journal = MemoryJournal::new();
    let report = world.run_on(&plan(5, text()), &mut journal).await.unwrap();
    assert_not_begun(&report, &journal, &["40164", "127.0.0.1"]);
    assert_eq!(world.mock.received().len(), world.count(STABLE_TOKEN));
    assert_eq!(world.count(STABLE_TOKEN), 1);
}

#[tokio::test]
async fn no_quota_left() {
    let world = World::new(TWO_CALLS);
    world.mock.set_mass_quota_left(Some(0));
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert_refused(&report, 0, 45028, "has no masssend quota");
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert_eq!(world.count(SEND), 1);
    assert_eq!(world.mock.jobs().len(), 0);
}

#[tokio::test]
async fn quota_for_one_of_two_calls() {
    let world = World::new(TWO_CALLS);
    world.mock.set_mass_quota_left(Some(1));
    let report = world.run(&plan(TWO_CALLS, article())).await;
    assert!(report.chunks[0].outcome.is_success());
    assert_refused(&report, 1, 45028, "a limit is used up");
    assert_eq!(report.conclusion(), Conclusion::Partly);
    assert_eq!(world.count(SEND), 2);
    // Half the followers have it, and none twice.
    world.assert_at_most_once(TWO_CALLS);
}

#[tokio::test]
async fn everyone_is_reached_once_a_day() {
    let world = World::new(5);
    let campaign = |name| Plan::new(app_id(), name, Audience::everyone(), text()).unwrap();
    assert_eq!(world.run(&campaign("morning")).await.conclusion(), Conclusion::Success);
    let report = world.run(&campaign("evening")).await;
    assert_refused(&report, 0, 45028, "has no masssend quota");
    assert_eq!(world.count(SENDALL), 2);
    world.assert_once(5);
}

#[tokio::test]
async fn a_draft_that_is_gone() {
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).errcode(40007);
    let report = world.run(&plan(TWO_CALLS, article())).await;
    assert_refused(&report, 0, 40007, "invalid media_id");
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert_eq!((world.count(SEND), world.count(DRAFT_ADD)), (1, 1), "nothing more is prepared");
}

#[tokio::test]
async fn other_refusals_of_a_first_attempt() {
    for code in [40152, 48001, 48004] {
        let world = World::new(5);
        world.mock.on(SEND).errcode(code);
        let report = world.run(&plan(5, text())).await;
        assert_refused(&report, 0, code, "the platform refused the call");
        assert_eq!(report.conclusion(), Conclusion::Refused);
        assert_eq!(world.count(SEND), 1);
    }
}

#[tokio::test]
async fn a_call_that_waits_for_the_administrator_is_undecided() {
    for code in [89_504, 89_505] {
        let world = World::new(5);
        world.mock.on(SEND).errcode(code);
        let report = world.run(&plan(5, text())).await;
        assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
        assert!(report.halted.unwrap().contains(&code.to_string()));
        assert_eq!(world.count(SEND), 1);
    }
}

#[tokio::test]
async fn an_unknown_tag() {
    let world = World::new(5);
    let plan = Plan::new(app_id(), "x", Audience::tag(TagId::new(999)), text()).unwrap();
    assert_refused(&world.run(&plan).await, 0, 40152, "invalid group id");
}

#[tokio::test]
async fn a_refused_upload_names_the_picture() {
    let world = World::new(5);
    world.mock.on(UPLOADIMG).nth(2).errcode(40009);
    let report = world.run(&plan(5, article())).await;
    let halted = report.halted.as_deref().unwrap();
    assert!(halted.contains("pictures/tea.jpg") && halted.contains("40009"), "{halted}");
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert_eq!((world.count(UPLOADIMG), world.count(DRAFT_ADD), world.count(SEND)), (2, 0, 0));
}

/// Nothing is sent by an upload or a draft: to make one twice harms nobody.
#[tokio::test]
async fn uploads_and_drafts_that_fail_for_a_while_are_tried_again() {
    let world = World::new(TWO_CALLS);
    world.mock.on(UPLOADIMG).nth(2).errcode(45009);
    world.mock.on(ADD_MATERIAL).nth(1).status(502);
    world.mock.on(DRAFT_ADD).nth(1).errcode(-1);
    world.mock.on(DRAFT_ADD).nth(3).answer_lost();
    let opens = Window::Day.ends(world.now()) + Duration::from_secs(60);
    let (mut put_off, mut inbox) = (Vec::new(), NoInbox::new(world.mock.clock()));
    let report = world
        .run_with(
            &plan(TWO_CALLS, article()),
            &mut MemoryJournal::new(),
            &mut inbox,
            &mut |event| {
                if let Event::PutOff(until, reason) = event {
                    // The rest is what the request is called, and advice.
                    let what = reason.split(" [rid").next().unwrap_or_default();
                    put_off.push((until, what.to_owned()));
                }
            },
        )
        .await
        .unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let (until, reasons): (Vec<_>, Vec<_>) = put_off.into_iter().unzip();
    assert_eq!(until.iter().min(), Some(&opens), "the day's quota is waited for first");
    insta::assert_snapshot!(reasons.join("\n"));
    assert_eq!(world.count(DRAFT_ADD), 4);
    world.assert_once(TWO_CALLS);
}

/// Three failures, but no three of a kind.
#[tokio::test]
async fn what_nobody_answers_is_counted_apart_from_what_is_limited() {
    let world = World::new(5);
    for (nth, code) in [(1, 45011), (2, 45011), (3, -1), (4, 45011)] {
        world.mock.on(DRAFT_ADD).nth(nth).errcode(code);
    }
    for nth in [1, 2] {
        world.mock.on(SEND).nth(nth).errcode(45011);
    }
    // The client makes three attempts each time.
    for nth in 3..=5 {
        world.mock.on(SEND).nth(nth).refused();
    }
    let report = world.run(&plan(5, article())).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    assert_eq!((world.count(DRAFT_ADD), world.count(SEND)), (5, 6));
}

#[tokio::test]
async fn what_would_be_tried_again_after_the_campaign_s_end_is_named() {
    let mut world = World::new(5);
    world.policy.not_after = Some(world.now() + Duration::from_secs(60 * 60));
    world.mock.on(UPLOADIMG).nth(2).errcode(45009);
    let report = world.run(&plan(5, article())).await;
    let halted = report.halted.as_deref().unwrap();
    assert!(halted.contains("pictures/tea.jpg") && halted.contains("45009"), "{halted}");
}

#[tokio::test]
async fn uploads_that_fail_day_by_day_are_given_up() {
    let world = World::new(5);
    world.mock.on(UPLOADIMG).always().errcode(45009);
    let report = world.run(&plan(5, article())).await;
    assert!(report.halted.as_deref().unwrap().contains("45009"), "{report:?}");
    assert_eq!((world.count(UPLOADIMG), world.count(SEND)), (10, 0));
}

#[tokio::test]
async fn a_draft_of_the_second_call_that_cannot_be_made() {
    let world = World::new(TWO_CALLS);
    for nth in 2..=4 {
        world.mock.on(DRAFT_ADD).nth(nth).answer_lost();
    }
    let report = world.run(&plan(TWO_CALLS, article())).await;
    assert!(report.halted.as_deref().unwrap().contains("making the draft of call 2"), "{report:?}");
    assert_eq!(report.conclusion(), Conclusion::Partly);
    assert_eq!(report.chunks[1].outcome, ChunkOutcome::NotSent);
    // The first call's job is followed all the same.
    assert!(report.chunks[0].outcome.is_success());
    assert_eq!(world.count(DRAFT_ADD), 4);
}

#[tokio::test]
async fn a_platform_out_of_reach_is_tried_for_a_while() {
    let world = World::new(5);
    world.mock.on(SEND).always().refused();
    let report = world.run(&plan(5, text())).await;
    let ChunkOutcome::Refused { code: None, reason, .. } = &report.chunks[0].outcome else {
        panic!("{report:?}")
    };
    assert!(reason.contains("no connection"), "{reason}");
    assert_eq!(report.conclusion(), Conclusion::Refused);
    // And a short failure is none.
    let world = World::new(5);
    world.mock.on(SEND).times(7).refused();
    assert_eq!(world.run(&plan(5, text())).await.conclusion(), Conclusion::Success);
    world.assert_once(5);
}

#[tokio::test]
async fn the_plan_of_another_account() {
    let world = World::new(5);
    let other = AppId::new("wxffffffffffffffff").unwrap();
    let plan = Plan::new(other, "spring", to_fans(5), article()).unwrap();
    let mut journal = MemoryJournal::new();
    let error = world.run_on(&plan, &mut journal).await.unwrap_err();
    assert!(matches!(error, DriverError::WrongAccount { .. }));
    insta::assert_snapshot!(error, @"the plan is for wxffffffffffffffff, the client for wx0123456789abcdef; nothing was sent");
    assert!(world.mock.received().is_empty());
    assert!(journal.load().await.unwrap().is_empty());
}

/// What a mock was sent counts as sent: on the platform the campaign would end as a success, and reach nobody.
#[tokio::test]
async fn a_campaign_that_was_begun_on_another_server() {
    /// No stand-in, as far as it says.
    #[derive(Debug)]
    struct Platform(InProcess);

    #[async_trait]
    impl Transport for Platform {
        fn stand_in(&self) -> Option<&str> {
            None
        }

        async fn send(
            &self,
            request: http::Request<Bytes>,
        ) -> Result<http::Response<Bytes>, TransportError> {
            self.0.send(request).await
        }
    }

    let (tried, mut real) = (World::new(5), World::new(5));
    real.client = Client::builder(app_id(), real.mock.app_secret())
        .transport(Platform(real.mock.transport()))
        .clock(real.mock.clock())
        .build()
        .unwrap();
    let (store, plan) = (MemoryStore::new(), plan(5, text()));
    let mut journal = store.open(&plan, tried.now()).await.unwrap();
    let report = tried.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    let error = real.run_on(&plan, journal.as_mut()).await.unwrap_err();
    let DriverError::Journal { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), JournalErrorKind::AnotherServer);
    insta::assert_snapshot!(source);
    assert!(real.mock.received().is_empty());
    // Unless it is said to be the same one: what it sent is asked for there.
    let mut inbox = NoInbox::new(real.mock.clock());
    let driver = Driver::new(&real.client, &plan).with_policy(real.policy).moved();
    let report = driver.run(journal.as_mut(), &mut inbox, &mut |_| {}).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(real.count(SEND), 0);
    let error = tried.run_on(&plan, journal.as_mut()).await.unwrap_err();
    assert!(error.source().unwrap().to_string().contains("was begun on weixin.qq.com"));
}
