//! Equal OpenIDs brought together in bounded memory: sorted runs, put aside and merged.
//!
//! The order is that of a fixed hash, which costs one comparison of numbers where OpenIDs of one
//! account share their first characters; equal hashes are told apart by the OpenIDs themselves.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::hash::{DefaultHasher, Hasher as _};

use super::RecipientsError;
use super::spool::{Scratch, Spool};

/// All that was pushed of one OpenID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group<'a> {
    pub(crate) id: &'a [u8],
    /// The lists it was in, as bits.
    pub(crate) lists: u64,
    /// The least place that was given with it.
    pub(crate) first: u64,
    /// How often it was pushed with a place.
    pub(crate) times: u64,
}

/// An OpenID that was pushed without a place.
pub(crate) const NO_PLACE: u64 = u64::MAX;

#[derive(Debug)]
pub(crate) struct Sorter {
    scratch: Scratch,
    /// The run that grows: its OpenIDs, one after the other, and what is known of each.
    ids: Vec<u8>,
    entries: Vec<Entry>,
    spool: Spool,
    /// Where each run in the spool ends.
    ends: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    place: u64,
    at: u32,
    len: u8,
    list: u8,
}

impl Entry {
    fn id<'a>(&self, ids: &'a [u8]) -> &'a [u8] {
        let at = self.at as usize;
        ids.get(at..at + usize::from(self.len)).unwrap_or_default()
    }
}

fn hash(id: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(id);
    hasher.finish()
}

impl Sorter {
    pub(crate) fn new(scratch: Scratch) -> Self {
        let spool = Spool::new(scratch.clone().with_memory(0));
        Self { scratch, ids: Vec::new(), entries: Vec::new(), spool, ends: Vec::new() }
    }

    /// Takes an OpenID of the list of this number, below 64, at this place.
    pub(crate) fn push(&mut self, id: &[u8], list: u8, place: u64) -> Result<(), RecipientsError> {
        // Two Vecs that double: what they take is up to twice what they hold.
        if self.scratch.is_exceeded_by(self.ids.len()) || self.ids.len() > (u32::MAX >> 1) as usize
        {
            self.put_aside()?;
        }
        let at = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let len = u8::try_from(id.len()).unwrap_or(u8::MAX);
        self.entries.push(Entry { hash: hash(id), place, at, len, list });
        self.ids.extend_from_slice(id);
        Ok(())
    }

    fn sort(&mut self) {
        let ids = &self.ids;
        self.entries.sort_unstable_by(|a, b| match a.hash.cmp(&b.hash) {
            Ordering::Equal => a.id(ids).cmp(b.id(ids)),
            other => other,
        });
    }

    fn put_aside(&mut self) -> Result<(), RecipientsError> {
        self.sort();
        let mut record = Vec::new();
        for entry in &self.entries {
            let id = entry.id(&self.ids);
            record.clear();
            record.extend_from_slice(&[entry.len, entry.list]);
            record.extend_from_slice(&entry.place.to_be_bytes());
            record.extend_from_slice(id);
            self.spool.append(&record)?;
        }
        self.ends.push(self.spool.len());
        self.entries.clear();
        self.ids.clear();
        Ok(())
    }

    /// Tells each OpenID once, with all that was pushed of it.
    pub(crate) fn groups(
        mut self,
        mut tell: impl FnMut(&Group<'_>) -> Result<(), RecipientsError>,
    ) -> Result<(), RecipientsError> {
        if self.ends.is_empty() {
            self.sort();
            let mut groups = Groups::default();
            for entry in &self.entries {
                groups.take(entry.id(&self.ids), entry.list, entry.place, &mut tell)?;
            }
            return groups.finish(&mut tell);
        }
        self.put_aside()?;
        (self.ids, self.entries) = (Vec::new(), Vec::new());
        self.spool.finish()?;
        let mut heads = BinaryHeap::new();
        let mut start = 0;
        for end in &self.ends {
            let mut run =
                Run { spool: &self.spool, next: start, end: *end, bytes: Vec::new(), at: 0 };
            heads.extend(run.head()?.map(|head| Reverse(Head { run, head })));
            start = *end;
        }
        let mut groups = Groups::default();
        while let Some(mut least) = heads.pop() {
            let Head { run, head } = &mut least.0;
            groups.take(&head.id, head.list, head.place, &mut tell)?;
            if run.read(head)? {
                heads.push(least);
            }
        }
        groups.finish(&mut tell)
    }
}

/// Folds what comes sorted.
#[derive(Debug, Default)]
struct Groups {
    id: Vec<u8>,
    open: Option<(u64, u64, u64)>,
}

impl Groups {
    fn take(
        &mut self,
        id: &[u8],
        list: u8,
        place: u64,
        tell: &mut impl FnMut(&Group<'_>) -> Result<(), RecipientsError>,
    ) -> Result<(), RecipientsError> {
        if self.id != id {
            self.finish(tell)?;
            self.id.clear();
            self.id.extend_from_slice(id);
        }
        let (lists, first, times) = self.open.unwrap_or((0, NO_PLACE, 0));
        let bit = 1_u64.checked_shl(list.into()).unwrap_or_default();
        self.open = Some((lists | bit, first.min(place), times + u64::from(place != NO_PLACE)));
        Ok(())
    }

    fn finish(
        &mut self,
        tell: &mut impl FnMut(&Group<'_>) -> Result<(), RecipientsError>,
    ) -> Result<(), RecipientsError> {
        match self.open.take() {
            Some((lists, first, times)) => tell(&Group { id: &self.id, lists, first, times }),
            None => Ok(()),
        }
    }
}

/// The next record of a run.
#[derive(Debug, Default)]
struct Record {
    hash: u64,
    id: Vec<u8>,
    place: u64,
    list: u8,
}

/// A run that is read.
#[derive(Debug)]
struct Run<'s> {
    spool: &'s Spool,
    next: u64,
    end: u64,
    bytes: Vec<u8>,
    at: usize,
}

/// Bytes of a run that are read at once.
const READ: u64 = 128 << 10;

impl Run<'_> {
    fn head(&mut self) -> Result<Option<Record>, RecipientsError> {
        let mut record = Record::default();
        Ok(self.read(&mut record)?.then_some(record))
    }

    /// Takes the next record; false after the last.
    fn read(&mut self, record: &mut Record) -> Result<bool, RecipientsError> {
        const FIXED: usize = 10;
        if self.bytes.len() - self.at < FIXED + usize::from(u8::MAX) && self.next < self.end {
            let until = self.end.min(self.next + READ);
            let more = self.spool.read(self.next..until)?;
            self.bytes.drain(..self.at);
            self.bytes.extend_from_slice(&more);
            (self.at, self.next) = (0, until);
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((&[len, list, ref place @ ..], rest)) = rest.split_first_chunk::<FIXED>() else {
            return Ok(false);
        };
        let id = rest.get(..len.into()).unwrap_or_default();
        (record.list, record.place) = (list, u64::from_be_bytes(*place));
        record.id.clear();
        record.id.extend_from_slice(id);
        record.hash = hash(id);
        self.at += FIXED + usize::from(len);
        Ok(true)
    }
}

/// A run by its next record.
#[derive(Debug)]
struct Head<'s> {
    run: Run<'s>,
    head: Record,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.head, &other.head);
        a.hash.cmp(&b.hash).then_with(|| a.id.cmp(&b.id))
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_open_id_is_told_once_with_all_its_lists(
            pushed in prop::collection::vec(("[ab]{1,4}", 0_u8..64, prop::option::of(0_u64..100)), 0..300),
            memory in 0_usize..400,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(Scratch::folder(folder.path()).with_memory(memory));
            let mut expected: BTreeMap<Vec<u8>, (u64, u64, u64)> = BTreeMap::new();
            for (id, list, place) in &pushed {
                sorter.push(id.as_bytes(), *list, place.unwrap_or(NO_PLACE)).unwrap();
                let known = expected.entry(id.clone().into_bytes()).or_insert((0, NO_PLACE, 0));
                known.0 |= 1 << list;
                known.1 = known.1.min(place.unwrap_or(NO_PLACE));
                known.2 += u64::from(place.is_some());
            }
            let mut told = BTreeMap::new();
            sorter.groups(|group| {
                let twice = told.insert(group.id.to_vec(), (group.lists, group.first, group.times));
                assert_eq!(twice, None);
                Ok(())
            }).unwrap();
            prop_assert_eq!(told, expected);
        }
    }
}
