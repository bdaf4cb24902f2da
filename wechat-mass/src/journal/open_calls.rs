//! The calls of which nobody knows whether the platform took them.

use std::collections::{BTreeMap, BTreeSet};

use wechat_types::id::MsgId;

use super::{Entry, JobOwner};
use crate::campaign::Answer;

/// The calls whose last attempt has no answer, or one that told nothing, with the job that was named to
/// them and may be theirs.
fn open_calls(entries: &[Entry]) -> BTreeMap<usize, Option<MsgId>> {
    let mut open = BTreeMap::new();
    for entry in entries {
        match entry {
            Entry::Intent { chunk, .. }
            | Entry::Answer { chunk, answer: Answer::Unknown { .. }, .. } => {
                open.entry(*chunk).or_insert(None);
            }
            Entry::Answer { chunk, answer: Answer::Ambiguous { msg_id, .. }, .. } => {
                open.insert(*chunk, Some(*msg_id));
            }
            Entry::Answer { chunk, .. } | Entry::Resolved { chunk, .. } => {
                open.remove(chunk);
            }
            _ => {}
        }
    }
    open
}

/// The calls that were begun, have no answer of any kind, and were not given up.
pub(super) fn unanswered(entries: &[Entry]) -> BTreeSet<usize> {
    let mut begun = BTreeSet::new();
    entries.iter().for_each(|entry| begin_or_answer(&mut begun, entry));
    begun
}

/// The same entry by entry.
pub(super) fn begin_or_answer(begun: &mut BTreeSet<usize>, entry: &Entry) {
    match entry {
        Entry::Intent { chunk, .. } => {
            begun.insert(*chunk);
        }
        Entry::Answer { chunk, .. }
        | Entry::GivenUp { chunk, .. }
        | Entry::Resolved { chunk, .. } => {
            begun.remove(chunk);
        }
        _ => {}
    }
}

/// The first open call of a campaign besides `this` one that this job may belong to.
pub(super) fn first_open(
    name: &str,
    entries: &[Entry],
    this: &JobOwner,
    msg_id: MsgId,
) -> Option<JobOwner> {
    let may_be = |named: &Option<MsgId>| named.is_none_or(|named| named == msg_id);
    let calls = open_calls(entries).into_iter().filter(|(_, named)| may_be(named));
    calls.map(|(chunk, _)| JobOwner::new(name, chunk)).find(|call| call != this)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const AT: SystemTime = SystemTime::UNIX_EPOCH;

    fn answer(chunk: usize, answer: Answer) -> Entry {
        Entry::Answer { chunk, at: AT, answer }
    }

    #[test]
    fn a_call_is_open_until_an_answer_tells() {
        let reason = String::new;
        let intent = Entry::Intent { chunk: 1, at: AT };
        let lost = Answer::Unknown { reason: reason(), repeatable: false };
        for entries in [vec![intent.clone()], vec![intent.clone(), answer(1, lost.clone())]] {
            assert_eq!(open_calls(&entries), BTreeMap::from([(1, None)]));
            let other = JobOwner::new("spring", 0);
            let job = MsgId::new(7);
            let found = first_open("spring", &entries, &other, job);
            assert_eq!(found, Some(JobOwner::new("spring", 1)));
            assert_eq!(first_open("spring", &entries, &JobOwner::new("spring", 1), job), None);
        }
        let ambiguous = Answer::Ambiguous { msg_id: MsgId::new(7), reason: reason() };
        let entries = [intent.clone(), answer(1, ambiguous), intent.clone()];
        let of = |job| first_open("spring", &entries, &JobOwner::new("spring", 0), MsgId::new(job));
        assert_eq!((of(7), of(8)), (Some(JobOwner::new("spring", 1)), None), "its job is named");
        let told = [
            Answer::Accepted { msg_id: MsgId::new(7), msg_data_id: None, already: true },
            Answer::Mistaken { msg_id: MsgId::new(7), reason: reason() },
            // The others wait for nobody who waits for them.
            Answer::Doubtful { msg_id: MsgId::new(7), reason: reason() },
            Answer::Rejected { code: None, reason: reason() },
            Answer::NotSent { code: None, reason: reason(), passing: true },
        ];
        for told in told {
            let entries = [intent.clone(), answer(1, lost.clone()), answer(1, told)];
            assert!(open_calls(&entries).is_empty(), "{entries:?}");
        }
    }
}
