//! No more calls a minute than allowed; a platform that asks for a pause gets it.

use std::time::Duration;

use wechat_mass::campaign::{ChunkOutcome, Conclusion, Event, NoInbox, Plan, WaitReason};
use wechat_mass::journal::{MemoryJournal, MemoryStore, Store as _};
use wechat_mass::quota::{Limits, Window};

use crate::world::{SEND, THREE_CALLS, TWO_CALLS, World, app_id, fan, plan, text, to_fans};

const MINUTE: Duration = Duration::from_secs(60);

/// One follower in each of three calls.
fn three_calls() -> World {
    let world = World::new(1);
    world.mock.add_follower(fan(10_000));
    world.mock.add_follower(fan(20_000));
    world
}

/// When each send arrived, after the first.
fn arrivals(world: &World) -> Vec<u64> {
    let sends = world.requests(SEND);
    sends.iter().map(|s| s.at.duration_since(sends[0].at).unwrap().as_secs()).collect()
}

#[tokio::test]
async fn calls_within_the_limit_go_out_at_once() {
    let world = three_calls();
    world.run(&plan(THREE_CALLS, text())).await;
    assert_eq!(arrivals(&world), [0, 0, 0]);
}

#[tokio::test]
async fn the_call_over_the_limit_waits_for_the_minute_to_pass() {
    for (limit, expected) in [(1, [0, 60, 120]), (2, [0, 0, 60]), (3, [0, 0, 0])] {
        let mut world = three_calls();
        world.policy.limits.sends_per_minute = limit;
        world.run(&plan(THREE_CALLS, text())).await;
        assert_eq!(arrivals(&world), expected, "{limit} a minute");
    }
}

#[tokio::test]
async fn the_wait_is_shown_with_its_reason() {
    let mut world = three_calls();
    world.policy.limits.sends_per_minute = 1;
    let began = world.now();
    let (mut waits, mut inbox) = (Vec::new(), NoInbox::new(world.mock.clock()));
    world
        .run_with(&plan(TWO_CALLS, text()), &mut MemoryJournal::new(), &mut inbox, &mut |event| {
            if let Event::Waiting(until, reason) = event {
                waits.push((until.duration_since(began).unwrap().as_secs(), reason));
            }
        })
        .await
        .unwrap();
    // The first job is looked at meanwhile.
    assert_eq!(waits[..2], [(30, WaitReason::Jobs), (60, WaitReason::Pace)]);
}

#[tokio::test]
async fn repeats_count_as_calls() {
    let mut world = three_calls();
    world.policy.limits.sends_per_minute = 1;
    world.policy.repeat_after = Duration::from_secs(5);
    world.mock.on(SEND).nth(2).times(2).answer_lost();
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert_eq!(arrivals(&world), [0, 60, 120, 180]);
    assert!(report.chunks[0].outcome.is_success());
}

#[tokio::test]
async fn a_new_run_knows_the_calls_of_the_last_one() {
    let mut world = World::new(TWO_CALLS);
    world.policy.limits.sends_per_minute = 1;
    let plan = plan(TWO_CALLS, text());
    for (died_at, answer_survives) in [(2, true), (2, false), (3, false)] {
        let mut world = World { policy: world.policy, ..World::new(TWO_CALLS) };
        let mut journal = MemoryJournal::new();
        assert!(world.run_and_die(&plan, &mut journal, died_at, answer_survives).is_none());
        world.restart();
        world.run_on(&plan, &mut journal).await.unwrap();
        let arrivals = arrivals(&world);
        assert!(
            arrivals.windows(2).all(|two| two[1] >= two[0] + MINUTE.as_secs()),
            "died at {died_at}: {arrivals:?}"
        );
        world.assert_once(TWO_CALLS);
    }
}

#[tokio::test]
async fn a_day_s_calls_are_spread_over_the_days() {
    let mut world = three_calls();
    world.policy.limits.by_open_ids_per_day = 2;
    let report = world.run(&plan(THREE_CALLS, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let arrivals = arrivals(&world);
    let sends = world.requests(SEND);
    let opens = Window::Day.ends(sends[1].at) + Duration::from_secs(60);
    assert_eq!(sends[2].at, opens, "a minute after midnight in Beijing");
    assert!(arrivals[2] > arrivals[1] && arrivals[2] - arrivals[0] <= 24 * 60 * 60);
}

#[tokio::test]
async fn campaigns_share_the_account_s_minute() {
    let mut world = three_calls();
    world.policy.limits.sends_per_minute = 1;
    let store = MemoryStore::new();
    for name in ["spring", "summer"] {
        let plan = Plan::new(app_id(), name, to_fans(5), text()).unwrap();
        let mut journal = store.open(&plan, world.now()).await.unwrap();
        world.run_on(&plan, journal.as_mut()).await.unwrap();
    }
    assert_eq!(arrivals(&world), [0, 60]);
}

#[tokio::test]
async fn an_account_that_may_not_send_is_told_so() {
    let mut world = three_calls();
    world.policy.limits = Limits::subscription();
    let report = world.run(&plan(5, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert!(report.halted.unwrap().contains("limits allow no such call"));
    assert_eq!(world.count(SEND), 0);
}

#[tokio::test]
async fn the_platform_asks_for_a_pause() {
    for (code, pause) in [(42010, 180), (45011, 60)] {
        let world = World::new(TWO_CALLS);
        world.mock.on(SEND).nth(2).errcode(code);
        let report = world.run(&plan(TWO_CALLS, text())).await;
        assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
        assert_eq!(arrivals(&world), [0, 0, pause], "{code}");
        world.assert_once(TWO_CALLS);
    }
}

#[tokio::test]
async fn a_day_s_quota_used_up_elsewhere_is_waited_for_until_the_next_day() {
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).nth(2).errcode(45009);
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let sends = world.requests(SEND);
    assert_eq!(sends.len(), 3);
    let opens = Window::Day.ends(sends[1].at) + Duration::from_secs(60);
    assert_eq!(sends[2].at, opens, "a minute after midnight in Beijing");
    world.assert_once(TWO_CALLS);
}

#[tokio::test]
async fn the_mock_s_own_minute_limit_is_met() {
    let world = World::with(TWO_CALLS, |rules| rules.mass_calls_per_minute = 1);
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let codes: Vec<_> = world.requests(SEND).iter().map(|send| send.answer.errcode).collect();
    assert_eq!(codes, [None, Some(45011), None]);
    world.assert_once(TWO_CALLS);
}

#[tokio::test]
async fn a_platform_that_asks_for_pauses_for_ever_is_given_up() {
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).always().errcode(45011);
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert!(matches!(report.chunks[0].outcome, ChunkOutcome::Refused { code: Some(45011), .. }));
    assert_eq!(report.chunks[1].outcome, ChunkOutcome::NotSent);
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert_eq!(world.count(SEND), 10);
}
