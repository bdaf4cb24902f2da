//! The program dies at each entry of its journal, before or after the entry is on the disk; the
//! next run brings every follower exactly one message.

use wechat_mass::campaign::{CampaignReport, Conclusion, Content, Event, NoInbox, Plan};
use wechat_mass::journal::{Entry, MemoryJournal, SqliteStore, Store as _};
use wechat_mock::{JobProgress, KeyCheck};

use crate::world::{SEND, TWO_CALLS, World, article, plan, poll_once, text};

/// Runs out the campaign after a death.
fn finish(world: &mut World, plan: &Plan, journal: &mut MemoryJournal) -> CampaignReport {
    world.restart();
    world.run_and_die(plan, journal, usize::MAX, true).expect("a run to its end")
}

/// Dies at every entry in turn; answers how many there were.
fn die_everywhere(count: usize, content: &Content, entry_survives: bool) -> usize {
    let plan = plan(count, content.clone());
    for at in 1.. {
        let mut world = World::new(count);
        let mut journal = MemoryJournal::new();
        let first = world.run_and_die(&plan, &mut journal, at, entry_survives);
        let sends = world.count(SEND);
        let report = finish(&mut world, &plan, &mut journal);
        assert_eq!(report.conclusion(), Conclusion::Success, "died at {at}: {report:?}");
        world.assert_once(count);
        assert_eq!(world.mock.jobs().len(), plan.chunks().len(), "died at {at}");
        if first.is_some() {
            assert_eq!(world.count(SEND), sends, "a finished campaign sends nothing");
            return at - 1;
        }
    }
    unreachable!("there is a last entry")
}

#[test]
fn two_calls_the_entry_is_lost() {
    assert!(die_everywhere(TWO_CALLS, &article(), false) >= 11);
}

#[test]
fn two_calls_the_entry_survives() {
    assert!(die_everywhere(TWO_CALLS, &article(), true) >= 11);
}

#[test]
fn a_text() {
    for entry_survives in [false, true] {
        assert!(die_everywhere(5, &text(), entry_survives) >= 3);
    }
}

#[test]
fn two_deaths() {
    let plan = plan(5, article());
    for (first, second) in (1..10).flat_map(|first| (1..12).map(move |second| (first, second))) {
        for (before, after) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut world = World::new(5);
            let mut journal = MemoryJournal::new();
            world.run_and_die(&plan, &mut journal, first, before);
            world.restart();
            world.run_and_die(&plan, &mut journal, second, after);
            let report = finish(&mut world, &plan, &mut journal);
            let place = format!("died at {first} and {second}");
            assert_eq!(report.conclusion(), Conclusion::Success, "{place}: {report:?}");
            world.assert_once(5);
            assert_eq!(world.mock.jobs().len(), 1, "{place}");
        }
    }
}

#[test]
fn a_death_whose_repeat_finds_the_draft_gone_is_undecided_and_never_a_second_message() {
    // The platform looks at the draft before the key.
    for entry_survives in [false, true] {
        for at in 1..=9 {
            let mut world = World::with(5, |rules| {
                (rules.key_check, rules.progress) = (KeyCheck::AfterQuota, JobProgress::Immediate);
            });
            let plan = plan(5, article());
            let mut journal = MemoryJournal::new();
            world.run_and_die(&plan, &mut journal, at, entry_survives);
            let report = finish(&mut world, &plan, &mut journal);
            // The answer's entry is the sixth: only its loss leaves the question open.
            let expected = if at == 6 && !entry_survives {
                Conclusion::Undecided
            } else {
                Conclusion::Success
            };
            assert_eq!(report.conclusion(), expected, "died at {at}: {report:?}");
            world.assert_once(5);
        }
    }
}

#[test]
fn a_database_survives_as_well() {
    for record_survives in [false, true] {
        for at in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let mut world = World::new(5);
            let plan = plan(5, article());
            // Each time anew, as another process would.
            let open = |now| {
                let store = SqliteStore::open(&folder.path().join("journal.db")).unwrap();
                poll_once(store.open(&plan, now)).unwrap().unwrap()
            };
            let mut journal = open(world.now());
            let first = world.run_and_die(&plan, journal.as_mut(), at, record_survives);
            drop(journal);
            world.restart();
            let mut journal = open(world.now());
            let report = world.run_and_die(&plan, journal.as_mut(), usize::MAX, true).unwrap();
            assert_eq!(report.conclusion(), Conclusion::Success, "died at {at}: {report:?}");
            world.assert_once(5);
            if first.is_some() {
                assert!(at > 8, "{at}");
                break;
            }
        }
    }
}

#[tokio::test]
async fn the_intent_is_recorded_before_the_request_and_the_answer_after_it() {
    let world = World::new(TWO_CALLS);
    let plan = plan(TWO_CALLS, text());
    world.mock.on(SEND).nth(2).answer_lost();
    let mut sends = Vec::new();
    let mut inbox = NoInbox::new(world.mock.clock());
    world
        .run_with(&plan, &mut MemoryJournal::new(), &mut inbox, &mut |event| match event {
            Event::Recorded(Entry::Intent { chunk, .. }) => {
                sends.push(format!("intent {chunk}: {}", world.count(SEND)));
            }
            Event::Recorded(Entry::Answer { chunk, .. }) => {
                sends.push(format!("answer {chunk}: {}", world.count(SEND)));
            }
            _ => {}
        })
        .await
        .unwrap();
    assert_eq!(
        sends,
        ["intent 0: 0", "answer 0: 1", "intent 1: 1", "answer 1: 2", "intent 1: 2", "answer 1: 3"]
    );
}
