//! Counted like a plain map, whatever the OpenIDs; and which calls count.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

use super::*;
use crate::campaign::{Answer, Resolution};
use crate::journal::Entry;

fn id(text: &str) -> OpenId {
    OpenId::new(text).unwrap()
}

/// Usual ones that are close to each other, and unusual ones.
fn open_id() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0_u32..300).prop_map(|number| format!("oTESTfan{number:020}")),
        2 => "o[A-Za-z0-9_-]{27}",
        1 => "[a-z]{1,3}",
        1 => (0_u32..30).prop_map(|number| format!("xTESTfan{number:020}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn it_counts_like_a_map(
        calls in prop::collection::vec(prop::collection::vec(open_id(), 0..120), 0..20),
        website in 0_u8..4,
    ) {
        let mut plain: HashMap<&str, u8> = HashMap::new();
        let mut index = Reachability { everyone: website, ..Reachability::default() };
        for call in &calls {
            let ids: Vec<OpenId> = call.iter().map(|text| id(text)).collect();
            index.add_call(&ids);
            call.iter().for_each(|text| *plain.entry(text).or_default() += 1);
        }
        for (text, count) in &plain {
            prop_assert_eq!(index.received(&id(text)), count + website, "{}", text);
        }
        prop_assert_eq!(index.received(&id("oNobody")), website);
        let reachable = plain.values().filter(|count| **count + website < 4).count();
        let reach = Reach { reachable, had_all: plain.len() - reachable };
        prop_assert_eq!(index.of_named(), reach);
        let all: Vec<OpenId> = plain.keys().map(|text| id(text)).collect();
        prop_assert_eq!(index.of(&all), reach);
    }
}

#[test]
fn many_are_kept_apart() {
    let ids: Vec<OpenId> = (0..40_000).map(|n| id(&format!("oTESTfan{n:020}"))).collect();
    let mut index = Reachability::default();
    for (times, range) in [(1, 0..40_000), (3, 10_000..30_000)] {
        for _ in 0..times {
            index.add_call(&ids[range.clone()]);
        }
    }
    assert_eq!(index.of_named(), Reach { reachable: 20_000, had_all: 20_000 });
    assert_eq!((index.received(&ids[9_999]), index.received(&ids[10_000])), (1, 4));
}

#[test]
fn a_call_counts_when_it_may_have_reached_somebody_this_month() {
    let month = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_294_400);
    let (before, after) = (month - Duration::from_secs(1), month + Duration::from_secs(1));
    let intent = |at| Entry::Intent { chunk: 0, at };
    let answer = |at, answer| Entry::Answer { chunk: 0, at, answer };
    let accepted = |at| {
        answer(at, Answer::Accepted { msg_id: MsgId::new(7), msg_data_id: None, already: false })
    };
    let lost = |at| answer(at, Answer::Unknown { reason: String::new(), repeatable: false });
    let (msg_id, reason) = (MsgId::new(7), String::new);
    let mistaken = |at| answer(at, Answer::Mistaken { msg_id, reason: reason() });
    let doubtful = |at| answer(at, Answer::Doubtful { msg_id, reason: reason() });
    let ambiguous = |at| answer(at, Answer::Ambiguous { msg_id, reason: reason() });
    let refused = |at| answer(at, Answer::Rejected { code: None, reason: String::new() });
    let ended = |status| Entry::Report {
        at: after,
        report: MassReport::new(MsgId::new(7), status, ReportSource::Callback),
    };
    let resolved = |resolution| Entry::Resolved { chunk: 0, at: after, resolution };
    let sent = Resolution::Sent { msg_id: None };
    for (entries, counts) in [
        (vec![], false),
        (vec![intent(after)], true),
        (vec![intent(after), accepted(after)], true),
        (vec![intent(before), accepted(after)], true),
        (vec![intent(before), accepted(before)], false),
        (vec![intent(after), lost(after)], true),
        (vec![intent(after), refused(after)], false),
        (vec![intent(after), mistaken(after)], false),
        (vec![intent(after), doubtful(after)], true),
        (vec![intent(after), doubtful(after), intent(after), mistaken(after)], false),
        (vec![intent(after), ambiguous(after)], true),
        // Which call's job that was is not known.
        (vec![intent(after), ambiguous(after), ended(JobStatus::Fail)], true),
        (vec![intent(after), accepted(after), ended(JobStatus::Success)], true),
        (vec![intent(after), accepted(after), ended(JobStatus::Fail)], false),
        // It came before its own answer.
        (vec![intent(after), ended(JobStatus::from_wire("err(20008)")), accepted(after)], false),
        (vec![intent(after), lost(after), resolved(Resolution::NotSent)], false),
        (vec![intent(after), lost(after), resolved(sent)], true),
        (vec![intent(before), lost(before), resolved(sent)], false),
    ] {
        let calls = calls::may_have_reached(&entries);
        assert_eq!(calls.values().any(|at| *at >= month), counts, "{entries:?}");
    }
}
