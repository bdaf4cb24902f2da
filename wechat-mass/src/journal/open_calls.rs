//! The calls of which nobody knows whether the platform took them.

use std::collections::BTreeSet;

use super::{Entry, JobOwner};
use crate::campaign::Answer;

/// The calls whose last attempt has no answer, or one that told nothing.
fn open_calls(entries: &[Entry]) -> BTreeSet<usize> {
    let mut open = BTreeSet::new();
    for entry in entries {
        match entry {
            Entry::Intent { chunk, .. }
            | Entry::Answer { chunk, answer: Answer::Unknown { .. }, .. } => {
                open.insert(*chunk);
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

/// The first open call of a campaign besides `this` one.
pub(super) fn first_open(name: &str, entries: &[Entry], this: &JobOwner) -> Option<JobOwner> {
    let calls = open_calls(entries).into_iter().map(|chunk| JobOwner::new(name, chunk));
    calls.into_iter().find(|call| call != this)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use wechat_types::id::MsgId;

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
            assert_eq!(open_calls(&entries), BTreeSet::from([1]));
            let other = JobOwner::new("spring", 0);
            let found = first_open("spring", &entries, &other);
            assert_eq!(found, Some(JobOwner::new("spring", 1)));
            assert_eq!(first_open("spring", &entries, &JobOwner::new("spring", 1)), None);
        }
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
