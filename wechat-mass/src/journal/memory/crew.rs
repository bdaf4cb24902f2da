//! The workers who share a campaign in memory: who they are, what each holds and has read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use wechat_http::Clock;

use crate::journal::worker::{Hold, Part, WorkerStatus};
use crate::journal::{Entry, open_calls};

/// A worker as his journal knows himself.
#[derive(Debug)]
pub(super) struct Member {
    number: u64,
    name: String,
    /// Entries from the first one on that he has read, or written.
    read: usize,
    clock: Arc<dyn Clock>,
}

impl Member {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn has_read(&mut self, entries: usize) {
        self.read = entries;
    }
}

/// What is kept of the workers, beside the entries.
#[derive(Debug, Default)]
pub(super) struct Crew {
    /// By number: the name and the last sign of life.
    present: BTreeMap<u64, (String, SystemTime)>,
    joined: u64,
    /// Who recorded the entry of this number.
    by: BTreeMap<usize, u64>,
    leases: BTreeMap<Part, (u64, SystemTime)>,
}

impl Crew {
    pub(super) fn is_empty(&self) -> bool {
        self.present.is_empty()
    }

    pub(super) fn join(&mut self, name: &str, clock: Arc<dyn Clock>) -> Member {
        self.joined += 1;
        self.present.insert(self.joined, (name.to_owned(), clock.now()));
        Member { number: self.joined, name: name.to_owned(), read: 0, clock }
    }

    /// His leases end by themselves: a process that was killed says no goodbye either.
    pub(super) fn leaves(&mut self, member: &Member) {
        self.present.remove(&member.number);
    }

    pub(super) fn members(&self, now: SystemTime) -> Vec<WorkerStatus> {
        let of = |number: &u64| {
            let mine = self.leases.iter().filter(|(_, (by, until))| by == number && *until > now);
            mine.filter_map(|(part, _)| match part {
                Part::Call(chunk) => Some(*chunk),
                _ => None,
            })
            .collect()
        };
        let all = self.present.iter();
        all.map(|(number, (name, seen))| {
            WorkerStatus::new(name, now.duration_since(*seen).unwrap_or_default(), of(number))
        })
        .collect()
    }

    pub(super) fn recorded(&mut self, number: usize, member: Option<&Member>) {
        if let Some(member) = member {
            self.by.insert(number, member.number);
        }
    }

    fn unread<'e>(&self, member: &Member, entries: &'e [Entry]) -> impl Iterator<Item = &'e Entry> {
        let new = entries.iter().enumerate().skip(member.read);
        let by = new.map(|(number, entry)| (self.by.get(&number).copied(), entry));
        let own = Some(member.number);
        by.filter(move |(by, _)| *by != own).map(|(_, entry)| entry)
    }

    /// Others have recorded something of this sort that he has not read.
    pub(super) fn is_behind(
        &self,
        member: &Member,
        entries: &[Entry],
        matters: impl Fn(&Entry) -> bool,
    ) -> bool {
        self.unread(member, entries).any(matters)
    }

    /// What others recorded since he last looked.
    pub(super) fn look(&mut self, member: &mut Member, entries: &[Entry]) -> Vec<Entry> {
        let new = self.unread(member, entries).cloned().collect();
        member.read = entries.len();
        if let Some((_, seen)) = self.present.get_mut(&member.number) {
            *seen = member.clock.now();
        }
        new
    }

    /// How long a part is still another's.
    pub(super) fn left_of_others(&self, member: &Member, part: Part) -> Option<Duration> {
        let (by, until) = self.leases.get(&part)?;
        let left = until.duration_since(member.clock.now()).ok()?;
        (*by != member.number && !left.is_zero()).then_some(left)
    }

    pub(super) fn hold(&mut self, member: &Member, part: Part, span: Duration) -> Hold {
        if let Some(left) = self.left_of_others(member, part) {
            return Hold::others(left);
        }
        self.leases.insert(part, (member.number, member.clock.now() + span));
        Hold::Mine
    }

    /// A part is his, and its lease has not ended.
    pub(super) fn has(&self, member: &Member, part: Part) -> bool {
        let now = member.clock.now();
        self.leases.get(&part).is_some_and(|(by, until)| *by == member.number && *until > now)
    }

    /// An answer ends the call's lease.
    pub(super) fn did(&mut self, member: &Member, entry: &Entry) {
        if let (Entry::Answer { .. }, Some(part)) = (entry, entry.part())
            && self.has(member, part)
        {
            self.leases.remove(&part);
        }
    }

    /// The calls whose workers did not come back in time.
    pub(super) fn given_up(&mut self, member: &Member, entries: &[Entry]) -> Vec<Entry> {
        let at = member.clock.now();
        let unanswered = open_calls::unanswered(entries);
        let over = |part: &Part| {
            let lease = self.leases.get(part);
            lease.is_none_or(|(_, until)| *until <= at)
        };
        let lost: Vec<usize> =
            unanswered.into_iter().filter(|chunk| over(&Part::Call(*chunk))).collect();
        for chunk in &lost {
            self.leases.remove(&Part::Call(*chunk));
        }
        lost.into_iter().map(|chunk| Entry::GivenUp { chunk, at }).collect()
    }
}
