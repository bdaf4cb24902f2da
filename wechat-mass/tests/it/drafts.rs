//! Each call uses up a draft of its own; a repeat uses the same one.

use std::collections::BTreeSet;

use wechat_mass::campaign::Conclusion;
use wechat_mass::journal::MemoryJournal;
use wechat_mock::{DraftConsumed, KeyCheck, Verdict};

use crate::world::{DRAFT_ADD, SEND, TWO_CALLS, UPLOADIMG, World, article, plan};

const BOTH: [DraftConsumed; 2] = [DraftConsumed::AtAcceptance, DraftConsumed::WhenJobSucceeds];

fn named_drafts(world: &World) -> Vec<String> {
    let sends = world.requests(SEND);
    sends.iter().map(|s| s.json()["mpnews"]["media_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_call_has_its_own() {
    for consumed in BOTH {
        let world = World::with(TWO_CALLS, |rules| rules.draft_consumed = consumed);
        let report = world.run(&plan(TWO_CALLS, article())).await;
        assert_eq!(report.conclusion(), Conclusion::Success);
        let named = named_drafts(&world);
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), 2, "two calls, two drafts");
        for (chunk, named) in report.chunks.iter().zip(&named) {
            let draft = chunk.draft.as_ref().unwrap();
            assert_eq!(draft.as_str(), named);
            assert!(world.draft(draft).consumed, "{consumed:?}");
        }
        assert_eq!(world.count(DRAFT_ADD), 2);
        assert_eq!(world.count(UPLOADIMG), 2, "the pictures are uploaded once for all calls");
        world.assert_once(TWO_CALLS);
    }
}

#[tokio::test]
async fn a_repeat_uses_the_same_draft_and_the_same_bytes() {
    for consumed in BOTH {
        for key_check in [KeyCheck::BeforeMedia, KeyCheck::AfterQuota] {
            let world = World::with(5, |rules| {
                (rules.draft_consumed, rules.key_check) = (consumed, key_check);
            });
            world.mock.on(SEND).answer_lost();
            let report = world.run(&plan(5, article())).await;
            let sends = world.requests(SEND);
            assert_eq!(sends.len(), 2);
            assert_eq!(sends[0].body, sends[1].body);
            assert_eq!(world.count(DRAFT_ADD), 1, "no second draft");
            // A draft that is gone hides the key when the draft is looked at first: by now the
            // job has succeeded, so both rules have used it up.
            let expected = match key_check {
                KeyCheck::AfterQuota => Conclusion::Undecided,
                _ => Conclusion::Success,
            };
            assert_eq!(report.conclusion(), expected, "{consumed:?}, {key_check:?}");
            world.assert_once(5);
        }
    }
}

#[tokio::test]
async fn a_failed_job_leaves_its_draft_where_only_success_uses_it_up() {
    let world = World::with(5, |rules| rules.draft_consumed = DraftConsumed::WhenJobSucceeds);
    world.mock.next_job_verdict(Verdict::Fail);
    let report = world.run(&plan(5, article())).await;
    assert_eq!(report.conclusion(), Conclusion::Partly);
    assert!(!world.draft(report.chunks[0].draft.as_ref().unwrap()).consumed);
}

#[tokio::test]
async fn a_new_run_repeats_with_the_recorded_draft() {
    let mut world = World::new(5);
    let plan = plan(5, article());
    let mut journal = MemoryJournal::new();
    // Pictures, cover, draft, intent; the sixth would be the answer.
    let died_at = 3 + 1 + 1 + 1;
    assert!(world.run_and_die(&plan, &mut journal, died_at, false).is_none());
    assert_eq!(world.count(SEND), 1);
    world.restart();
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let sends = world.requests(SEND);
    assert_eq!(sends.len(), 2);
    assert_eq!(sends[0].body, sends[1].body);
    assert_eq!((world.count(DRAFT_ADD), world.count(UPLOADIMG)), (1, 2));
    world.assert_once(5);
}

#[tokio::test]
async fn a_refused_draft_is_made_anew_by_the_next_run() {
    let world = World::new(5);
    let plan = plan(5, article());
    let mut journal = MemoryJournal::new();
    world.mock.on(SEND).errcode(40007);
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Refused);
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    let named = named_drafts(&world);
    assert_ne!(named[0], named[1]);
    assert_eq!(world.count(UPLOADIMG), 2, "pictures and cover are used again");
    world.assert_once(5);
}
