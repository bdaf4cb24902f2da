//! An answer is lost after the platform has accepted: no follower ever gets a second message.

use std::time::{Duration, UNIX_EPOCH};

use wechat_mass::campaign::{
    Begun, CampaignReport, ChunkOutcome, Conclusion, Plan, Resolution, resolve,
};
use wechat_mass::journal::{Journal, MemoryStore, Store as _};
use wechat_mass::quota::{Limits, Spend, Window};
use wechat_mock::{FaultRule, JobProgress, KeyCheck};
use wechat_types::id::TagId;
use wechat_types::mass::{Audience, JobStatus};

use crate::world::{
    Dying, GET, SEND, SENDALL, THREE_CALLS, TWO_CALLS, World, app_id, article, plan, poll_once,
    text,
};

/// Each call ended well; the `learnt`-th, from 0, by 45065.
#[track_caller]
fn assert_success(report: &CampaignReport, learnt: usize) {
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    for (number, chunk) in report.chunks.iter().enumerate() {
        let ChunkOutcome::Ended { already, report, .. } = &chunk.outcome else {
            panic!("call {number}: {:?}", chunk.outcome)
        };
        assert_eq!(report.status, JobStatus::Success);
        assert_eq!(*already, number == learnt, "call {number}");
    }
}

/// The last call is undecided, which is said in these words, and nothing went out after it.
#[track_caller]
fn assert_undecided(report: &CampaignReport, words: &str) {
    assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
    let undecided = report.chunks.iter().find_map(|chunk| match &chunk.outcome {
        ChunkOutcome::Undecided { reason, .. } => Some(reason.as_str()),
        _ => None,
    });
    let reason = undecided.expect("an undecided call");
    assert!(reason.contains(words), "{reason}");
    assert!(report.halted.as_deref().is_some_and(|halted| halted.contains(words)), "{report:?}");
}

/// A campaign of three calls whose `call`-th answer, from 1, is lost.
async fn three_calls_one_lost(call: usize) {
    let world = World::new(THREE_CALLS);
    world.mock.on(SEND).nth(u32::try_from(call).unwrap()).answer_lost();
    let report = world.run(&plan(THREE_CALLS, article())).await;
    assert_success(&report, call - 1);
    let sends = world.requests(SEND);
    assert_eq!(sends.len(), 4);
    assert_eq!(sends[call - 1].body, sends[call].body, "the repeat is the same bytes");
    assert_eq!(sends[call].at, sends[call - 1].at + Duration::from_secs(60));
    assert_eq!(world.mock.jobs().len(), 3);
    world.assert_once(THREE_CALLS);
}

#[tokio::test]
async fn the_first_of_three_calls() {
    three_calls_one_lost(1).await;
}

#[tokio::test]
async fn the_second_of_three_calls() {
    three_calls_one_lost(2).await;
}

#[tokio::test]
async fn the_third_of_three_calls() {
    three_calls_one_lost(3).await;
}

/// What may befall an answer after the platform has acted.
type Loss = fn(FaultRule<'_>);

#[tokio::test]
async fn however_the_answer_is_lost() {
    let losses: [(&str, Loss); 9] = [
        ("lost", |rule| rule.answer_lost()),
        ("HTTP 500", |rule| rule.status_after_effect(500)),
        ("HTTP 502", |rule| rule.status_after_effect(502)),
        ("HTML with 200", |rule| rule.status_after_effect(200)),
        ("garbled", |rule| rule.garbled()),
        ("cut to nothing", |rule| rule.cut(0)),
        ("cut in the middle", |rule| rule.cut(40)),
        ("too late", |rule| rule.delayed(Duration::from_secs(31))),
        ("-1", |rule| rule.errcode_after_effect(-1)),
    ];
    for (name, lose) in losses {
        let world = World::new(5);
        lose(world.mock.on(SEND));
        let report = world.run(&plan(5, article())).await;
        println!("{name}");
        assert_success(&report, 0);
        assert_eq!(world.count(SEND), 2, "{name}");
        world.assert_once(5);
    }
}

#[tokio::test]
async fn internal_errors_of_the_platform_tell_nothing() {
    // The last one stands in no document: a gateway may have made it up.
    for code in [-1, 268_488_001, 9_500_001, 9_500_002, 99_999] {
        let world = World::new(5);
        world.mock.on(SEND).errcode_after_effect(code);
        assert_success(&world.run(&plan(5, text())).await, 0);
        world.assert_once(5);
        // The same answer without the effect: the repeat is the message.
        let world = World::new(5);
        world.mock.on(SEND).errcode(code);
        assert_success(&world.run(&plan(5, text())).await, usize::MAX);
        world.assert_once(5);
    }
}

#[tokio::test]
async fn a_repeat_that_comes_too_fast_is_made_again() {
    for call in [1_u32, 2] {
        let world = World::new(TWO_CALLS);
        world.mock.on(SEND).nth(call).answer_lost();
        world.mock.on(SEND).nth(call + 1).errcode(45066);
        let report = world.run(&plan(TWO_CALLS, article())).await;
        assert_success(&report, call as usize - 1);
        assert_eq!(world.count(SEND), 4);
        world.assert_once(TWO_CALLS);
    }
}

#[tokio::test]
async fn the_platform_wants_a_pause_longer_than_ours() {
    // 45066 for three minutes, by the mock's own rule.
    let world = World::with(5, |rules| rules.repeat_too_fast = Some(Duration::from_secs(180)));
    world.mock.on(SEND).answer_lost();
    let report = world.run(&plan(5, article())).await;
    assert_success(&report, 0);
    let codes: Vec<_> = world.requests(SEND).iter().map(|send| send.answer.errcode).collect();
    assert_eq!(codes, [None, Some(45066), Some(45066), Some(45065)]);
    world.assert_once(5);
}

#[tokio::test]
async fn the_answer_is_lost_twice() {
    for call in [1_u32, 2] {
        let world = World::new(TWO_CALLS);
        world.mock.on(SEND).nth(call).times(2).answer_lost();
        let report = world.run(&plan(TWO_CALLS, article())).await;
        assert_success(&report, call as usize - 1);
        world.assert_once(TWO_CALLS);
    }
}

#[tokio::test]
async fn an_answer_lost_for_ever_is_undecided_and_the_rest_not_sent() {
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).always().answer_lost();
    let report = world.run(&plan(TWO_CALLS, article())).await;
    assert_undecided(&report, "the mock lost the answer");
    assert_eq!(report.chunks[1].outcome, ChunkOutcome::NotSent);
    assert_eq!(world.count(SEND), world.policy.attempts as usize);
    world.assert_at_most_once(TWO_CALLS);
}

#[tokio::test]
async fn the_draft_is_gone_when_the_call_is_repeated() {
    // The platform looks at the draft before it looks at the key: 40007, and nobody knows.
    for call in [1_u32, 2] {
        let world = World::with(TWO_CALLS, |rules| rules.key_check = KeyCheck::AfterQuota);
        world.mock.on(SEND).nth(call).answer_lost();
        let report = world.run(&plan(TWO_CALLS, article())).await;
        assert_undecided(&report, "40007");
        assert_eq!(world.count(SEND), call as usize + 1, "nothing after the repeat");
        // It did arrive; sending it again, with a new draft, would have been a second message.
        world.assert_at_most_once(TWO_CALLS);
        assert_eq!(world.mock.jobs().len(), call as usize);
    }
}

#[tokio::test]
async fn the_quota_is_used_up_when_the_call_is_repeated() {
    let world = World::with(5, |rules| rules.key_check = KeyCheck::AfterQuota);
    world.mock.set_mass_quota_left(Some(1));
    world.mock.on(SEND).answer_lost();
    let report = world.run(&plan(5, text())).await;
    assert_undecided(&report, "45028");
    assert_eq!(world.count(SEND), 2);
    world.assert_once(5);
}

#[tokio::test]
async fn a_repeat_refused_with_any_code_decides_nothing() {
    for code in [40003, 40007, 45028, 48001, 48004] {
        let world = World::new(5);
        world.mock.on(SEND).answer_lost();
        world.mock.on(SEND).nth(2).errcode(code);
        let report = world.run(&plan(5, text())).await;
        assert_undecided(&report, &code.to_string());
        assert_eq!(world.count(SEND), 2);
        world.assert_once(5);
    }
}

#[tokio::test]
async fn a_code_that_no_document_names_is_asked_about() {
    let world = World::new(5);
    world.mock.on(SEND).errcode_after_effect(9_500_003);
    let report = world.run(&plan(5, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.count(SEND), 2);
    world.assert_once(5);
}

#[tokio::test]
async fn a_call_that_may_wait_for_the_administrator_is_undecided() {
    for code in [89504, 89505] {
        let world = World::new(5);
        world.mock.on(SEND).errcode_after_effect(code);
        let report = world.run(&plan(5, text())).await;
        assert_undecided(&report, &code.to_string());
        assert_eq!(world.count(SEND), 1);
        world.assert_once(5);
    }
}

#[tokio::test]
async fn a_repeat_told_to_slow_down_is_made_again() {
    for code in [42010, 45011] {
        let world = World::new(5);
        world.mock.on(SEND).answer_lost();
        world.mock.on(SEND).nth(2).errcode(code);
        let report = world.run(&plan(5, text())).await;
        assert_success(&report, 0);
        assert_eq!(world.count(SEND), 3);
        world.assert_once(5);
    }
}

#[tokio::test]
async fn a_repeat_that_cannot_connect_is_made_again() {
    let world = World::new(5);
    world.mock.on(SEND).answer_lost();
    // The client itself tries three times.
    world.mock.on(SEND).nth(2).times(3).refused();
    let report = world.run(&plan(5, text())).await;
    assert_success(&report, 0);
    world.assert_once(5);
}

#[tokio::test]
async fn an_answer_lost_before_the_effect_costs_nothing() {
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).nth(2).reset();
    let report = world.run(&plan(TWO_CALLS, article())).await;
    assert_success(&report, usize::MAX);
    world.assert_once(TWO_CALLS);
}

#[tokio::test]
async fn lost_status_answers_only_cost_a_look() {
    let world = World::with(5, |rules| rules.progress = JobProgress::AfterQueries(3));
    world.mock.on(GET).nth(2).answer_lost();
    world.mock.on(GET).nth(4).errcode(40059);
    let report = world.run(&plan(5, text())).await;
    assert_success(&report, usize::MAX);
    world.assert_once(5);
}

/// A subscription account's one send a day, or the fourth to everyone of the month.
#[tokio::test]
async fn a_repeat_is_not_kept_from_the_budget_that_its_first_attempt_used_up() {
    let subscription = Limits::subscription();
    let mut fourth = Limits::default();
    fourth.to_everyone_per_month = 1;
    for (limits, audience) in [
        (subscription, Audience::everyone()),
        (subscription, Audience::tag(TagId::new(2))),
        (fourth, Audience::everyone()),
    ] {
        for accepted in [true, false] {
            let mut world = World::new(5);
            world.mock.tag_first_followers(5, TagId::new(2));
            world.policy.limits = limits;
            let first = world.mock.on(SENDALL);
            if accepted {
                first.answer_lost();
            } else {
                first.errcode(-1);
            }
            let plan = Plan::new(app_id(), "spring", audience.clone(), text()).unwrap();
            let (begin, report) = (world.now(), world.run(&plan).await);
            assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
            let last = world.requests(SENDALL).last().map(|send| send.at).unwrap();
            assert!(last < begin + Duration::from_secs(600), "{audience:?}: {last:?}");
            world.assert_once(5);
        }
    }
}

async fn begin(store: &MemoryStore, world: &World, name: &str) -> (Plan, Box<dyn Journal>) {
    let plan = Plan::new(app_id(), name, Audience::everyone(), text()).unwrap();
    let journal = store.open(&plan, world.now()).await.unwrap();
    (plan, journal)
}

async fn spent(store: &MemoryStore, spend: Spend) -> usize {
    store.spent(&app_id(), &[spend], UNIX_EPOCH).await.unwrap().len()
}

/// Four days on which the network was away would be the month's four sends to everyone, and what one campaign was
/// refused would keep the next one waiting until tomorrow.
#[tokio::test]
async fn a_call_that_was_not_made_is_no_send() {
    let world = World::new(5);
    let store = MemoryStore::new();
    let (plan, mut journal) = begin(&store, &world, "spring").await;
    for _ in 0..5 {
        world.mock.on(SENDALL).times(9).refused();
        let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
        assert_eq!(report.conclusion(), Conclusion::Refused);
        world.mock.clear_faults();
        world.clock.advance(Duration::from_secs(24 * 60 * 60));
    }
    world.mock.on(SENDALL).errcode(45028);
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert_eq!(spent(&store, Spend::ToEveryone).await, 0);
    assert_eq!(spent(&store, Spend::ToEveryoneAgain).await, 16, "three attempts a day were calls");

    let (summer, mut other) = begin(&store, &world, "summer").await;
    let asked = world.now();
    assert_success(&world.run_on(&summer, other.as_mut()).await.unwrap(), usize::MAX);
    assert!(world.now() < asked + Duration::from_secs(6 * 60 * 60), "{:?}", world.now());
    assert_eq!(spent(&store, Spend::ToEveryone).await, 1);
    world.assert_once(5);
}

/// Tomorrow's send to everyone is another campaign's; what asks for yesterday's is none.
#[tokio::test]
async fn a_lost_call_is_asked_for_whatever_was_sent_meanwhile() {
    let world = World::new(5);
    let store = MemoryStore::new();
    let (spring, mut journal) = begin(&store, &world, "spring").await;
    world.mock.on(SENDALL).answer_lost();
    let mut dying = Dying { inner: journal.as_mut(), records_left: 2, record_survives: false };
    assert!(poll_once(world.run_on(&spring, &mut dying)).is_none(), "it dies with the lost answer");
    drop(journal);
    world.clock.advance(Duration::from_secs(22 * 60 * 60));
    let (summer, mut other) = begin(&store, &world, "summer").await;
    assert_success(&world.run_on(&summer, other.as_mut()).await.unwrap(), usize::MAX);
    let (spring, mut journal) = begin(&store, &world, "spring").await;
    assert_success(&world.run_on(&spring, journal.as_mut()).await.unwrap(), 0);
    assert_eq!(spent(&store, Spend::ToEveryone).await, 2);
    assert_eq!(world.mock.jobs().len(), 2);
}

/// What the repeat of a lost call sends is sent today, whatever day it was reserved for.
#[tokio::test]
async fn a_repeat_that_sends_on_another_day_is_that_day_s_send() {
    let world = World::new(5);
    let store = MemoryStore::new();
    let (spring, mut journal) = begin(&store, &world, "spring").await;
    world.mock.on(SENDALL).reset();
    let mut dying = Dying { inner: journal.as_mut(), records_left: 2, record_survives: false };
    assert!(poll_once(world.run_on(&spring, &mut dying)).is_none(), "it dies in the call");
    drop(journal);
    world.clock.advance(Duration::from_secs(22 * 60 * 60));
    let (spring, mut journal) = begin(&store, &world, "spring").await;
    assert_success(&world.run_on(&spring, journal.as_mut()).await.unwrap(), usize::MAX);
    let today = Window::Day.began(world.now());
    let sent = store.spent(&app_id(), &[Spend::ToEveryone], UNIX_EPOCH).await.unwrap();
    assert!(sent.len() == 1 && sent[0] > today, "{sent:?}");
    let (summer, mut other) = begin(&store, &world, "summer").await;
    assert_success(&world.run_on(&summer, other.as_mut()).await.unwrap(), usize::MAX);
    let last = world.requests(SENDALL).last().map(|send| send.at).unwrap();
    assert!(last >= Window::Day.ends(today), "the platform would have refused it: {last:?}");
    assert_eq!(world.count(SENDALL), 3);
}

#[tokio::test]
async fn what_a_human_says_was_not_sent_is_no_send() {
    for by_name in [false, true] {
        let world = World::new(5);
        let store = MemoryStore::with_clock(world.mock.clock());
        let (spring, mut journal) = begin(&store, &world, "spring").await;
        world.mock.on(SENDALL).always().reset();
        let report = world.run_on(&spring, journal.as_mut()).await.unwrap();
        assert_eq!(report.conclusion(), Conclusion::Undecided);
        world.mock.clear_faults();
        assert_eq!(spent(&store, Spend::ToEveryone).await, 1);
        if by_name {
            drop(journal);
            let begun = Begun::join(&store, &app_id(), "spring", "anna", world.now()).await;
            let mut begun = begun.unwrap().unwrap();
            begun.resolve(0, Resolution::NotSent, world.now()).await.unwrap();
        } else {
            resolve(journal.as_mut(), &spring, 0, Resolution::NotSent, world.now()).await.unwrap();
            drop(journal);
        }
        assert_eq!(spent(&store, Spend::ToEveryone).await, 0);
        let asked = world.now();
        let (spring, mut journal) = begin(&store, &world, "spring").await;
        assert_success(&world.run_on(&spring, journal.as_mut()).await.unwrap(), usize::MAX);
        assert!(world.now() < asked + Duration::from_secs(6 * 60 * 60), "{:?}", world.now());
        world.assert_once(5);
    }
}
