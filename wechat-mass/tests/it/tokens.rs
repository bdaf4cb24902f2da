//! Tokens that die in the middle of a campaign.

use std::time::Duration;

use wechat_mass::campaign::{Answer, Conclusion, Event};
use wechat_mass::journal::{Entry, MemoryJournal};

use crate::world::{SEND, STABLE_TOKEN, TWO_CALLS, World, article, plan, text};
use wechat_mass::campaign::NoInbox;

/// A campaign of two calls; between them its token is revoked, and this happens.
async fn revoked_between_two_calls(world: &World, and: impl Fn() + Sync) -> MemoryJournal {
    let plan = plan(TWO_CALLS, text());
    let (mut journal, mut inbox) = (MemoryJournal::new(), NoInbox::new(world.mock.clock()));
    let report = world
        .run_with(&plan, &mut journal, &mut inbox, &mut |event| {
            if matches!(event, Event::Recorded(Entry::Answer { chunk: 0, .. })) {
                world.mock.revoke_tokens(world.now());
                and();
            }
        })
        .await
        .unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    journal
}

#[tokio::test]
async fn a_token_revoked_between_two_calls_is_renewed_once() {
    let world = World::new(TWO_CALLS);
    revoked_between_two_calls(&world, || ()).await;
    assert_eq!(world.count(STABLE_TOKEN), 2, "the first token and one renewal");
    let codes: Vec<_> = world.requests(SEND).iter().map(|send| send.answer.errcode).collect();
    assert_eq!(codes, [None, Some(40001), None]);
    world.assert_once(TWO_CALLS);
}

#[tokio::test]
async fn a_token_revoked_at_every_step_costs_one_renewal_each() {
    let world = World::new(5);
    let plan = plan(5, article());
    let (mut journal, mut inbox) = (MemoryJournal::new(), NoInbox::new(world.mock.clock()));
    let report = world
        .run_with(&plan, &mut journal, &mut inbox, &mut |event| {
            if matches!(event, Event::Recorded(_)) {
                world.mock.revoke_tokens(world.now());
            }
        })
        .await
        .unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let refused = world.mock.received().iter().filter(|r| r.answer.errcode == Some(40001)).count();
    assert!(refused >= 5, "two pictures, cover, draft, send, status: {refused}");
    assert_eq!(world.count(STABLE_TOKEN), refused + 1);
    world.assert_once(5);
}

#[tokio::test]
async fn a_node_that_does_not_know_the_token_yet_costs_no_message() {
    for code in [40001, 40014, 42001] {
        let world = World::new(5);
        world.mock.on(SEND).errcode(code);
        let report = world.run(&plan(5, article())).await;
        assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
        assert_eq!(world.count(SEND), 2);
        world.assert_once(5);
    }
}

#[tokio::test]
async fn a_token_refused_for_ever_ends_the_sending() {
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).always().errcode(40001);
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Refused, "{report:?}");
    assert!(report.halted.unwrap().contains("40001"));
    assert_eq!(world.count(SEND), 2, "the call and its repeat with another token");
    world.assert_at_most_once(5);
}

#[tokio::test]
async fn a_token_that_cannot_be_fetched_for_a_while_puts_the_call_off() {
    for code in [None, Some(-1)] {
        let world = World::new(TWO_CALLS);
        let no_token = || {
            let fault = world.mock.on(STABLE_TOKEN).times(3);
            match code {
                Some(code) => fault.errcode(code),
                None => fault.refused(),
            }
        };
        let journal = revoked_between_two_calls(&world, no_token).await;
        let put_off = |entry: &Entry| {
            matches!(entry, Entry::Answer { answer: Answer::NotSent { passing: true, .. }, .. })
        };
        assert!(journal.entries().iter().any(put_off), "{code:?}: {:?}", journal.entries());
        world.assert_once(TWO_CALLS);
    }
}

/// Each attempt would use up one of the account's calls of the day, or of the month.
#[tokio::test]
async fn without_a_token_no_call_is_begun() {
    // The client asks three times each.
    for (refusals, sends, conclusion) in [(6, 1, Conclusion::Success), (9, 0, Conclusion::Refused)]
    {
        let world = World::new(5);
        world.mock.on(STABLE_TOKEN).times(refusals).refused();
        let (mut journal, mut inbox) = (MemoryJournal::new(), NoInbox::new(world.mock.clock()));
        let (mut told, began) = (0, world.now());
        let report = world
            .run_with(&plan(5, text()), &mut journal, &mut inbox, &mut |event| {
                told += usize::from(matches!(event, Event::NoToken(_)));
            })
            .await
            .unwrap();
        assert_eq!((report.conclusion(), world.count(SEND)), (conclusion, sends), "{report:?}");
        assert_eq!(told, 2);
        assert!(world.now() >= began + 2 * world.policy.repeat_after);
        let begun = |entry: &&Entry| matches!(entry, Entry::Intent { .. });
        assert_eq!(journal.entries().iter().filter(begun).count(), sends);
    }
}

/// The call was decided before it was waited for.
#[tokio::test]
async fn a_token_that_comes_late_uses_up_no_call() {
    let world = World::new(5);
    world.mock.on(STABLE_TOKEN).delayed(Duration::from_secs(35));
    let mut journal = MemoryJournal::new();
    let began = world.now();
    let report = world.run_on(&plan(5, text()), &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    assert!(world.requests(SEND)[0].at >= began + Duration::from_secs(30));
    let begun = |entry: &&Entry| matches!(entry, Entry::Intent { .. });
    assert_eq!(journal.entries().iter().filter(begun).count(), 1);
}
