//! OpenIDs, each once, in an order that stays: however many there are.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use wechat_types::codec::EncodeError;
use wechat_types::id::OpenId;
use wechat_types::mass::Audience;

use super::RecipientsError;
use super::spool::{Scratch, Spool};

/// A list of recipients: each OpenID once, in an order that stays. Clones share it.
///
/// A long one lies in a file of a [`Scratch`], which vanishes with the last clone.
#[derive(Clone)]
pub struct Roster(Arc<Kept>);

struct Kept {
    /// One a line.
    text: Spool,
    /// Where every [`STEP`]-th OpenID begins.
    marks: Vec<u64>,
    len: usize,
    duplicates: usize,
    left_out: usize,
    unusual: usize,
    source: Option<String>,
}

const STEP: usize = 1000;

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roster({} OpenIDs)", self.0.len)
    }
}

impl Roster {
    /// A list that is in memory already; duplicates are removed and counted.
    pub fn of(list: impl IntoIterator<Item = OpenId>) -> Self {
        let (mut seen, mut writer) = (HashSet::new(), RosterWriter::new(Scratch::in_memory()));
        for open_id in list {
            if seen.contains(&open_id) {
                writer.duplicates += 1;
            } else {
                // In memory nothing can fail.
                writer.unusual += usize::from(!open_id.is_usual());
                let _ = writer.push(open_id.as_str().as_bytes());
                seen.insert(open_id);
            }
        }
        writer.kept()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Nobody.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// OpenIDs that came more than once and are in the list once.
    pub fn duplicates(&self) -> usize {
        self.0.duplicates
    }

    /// OpenIDs that a set operation left out.
    pub fn left_out(&self) -> usize {
        self.0.left_out
    }

    /// OpenIDs that do not have the usual shape, see [`OpenId::is_usual`].
    pub fn unusual(&self) -> usize {
        self.0.unusual
    }

    /// How the list was made, in words, if that is part of what it is: see
    /// [`Gatherer::made_by`](super::Gatherer::made_by).
    pub fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// Holds the list against the platform's smallest: two.
    ///
    /// # Errors
    ///
    /// 40130 for fewer.
    pub fn check(&self) -> Result<(), EncodeError> {
        if self.len() >= 2 {
            return Ok(());
        }
        let list = self.open_ids(0..self.len()).unwrap_or_default();
        Audience::open_ids(list).map(drop)
    }

    /// A part of the list; what is beyond its end is left out.
    ///
    /// # Errors
    ///
    /// [`RecipientsError`] when it lies in a file that cannot be read.
    pub fn open_ids(&self, range: Range<usize>) -> Result<Vec<OpenId>, RecipientsError> {
        open_ids(&self.text(range)?)
    }

    /// A part of the list as text, one a line, without a line feed at its end.
    pub(crate) fn text(&self, range: Range<usize>) -> Result<Vec<u8>, RecipientsError> {
        let end = range.end.min(self.len());
        if range.start >= end {
            return Ok(Vec::new());
        }
        let Kept { text, marks, .. } = &*self.0;
        let first = range.start / STEP;
        let from = marks.get(first).copied().unwrap_or_default();
        let to = marks.get(end.div_ceil(STEP)).copied().unwrap_or(text.len());
        let mut bytes = text.read(from..to)?;
        let mut ends = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at);
        let skipped = range.start - first * STEP;
        let start = skipped.checked_sub(1).and_then(|n| ends.nth(n)).map_or(0, |at| at + 1);
        // Calls are full but for the last two: their ends are marks, and need not be counted to.
        let stop = if end.is_multiple_of(STEP) || end == self.len() {
            bytes.len().saturating_sub(1)
        } else {
            ends.nth(end - range.start - 1).unwrap_or(bytes.len())
        };
        bytes.truncate(stop);
        // A file that has lost line feeds may end before the part begins.
        bytes.drain(..start.min(bytes.len()));
        Ok(bytes)
    }
}

/// The OpenIDs of a text of [`Roster::text`].
pub(crate) fn open_ids(text: &[u8]) -> Result<Vec<OpenId>, RecipientsError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    // Each was one when the list was made.
    let changed = RecipientsError::changed;
    let text = std::str::from_utf8(text).map_err(|_| changed())?;
    let mut list = Vec::with_capacity(text.len() / (OpenId::USUAL_BYTES + 1) + 1);
    for line in text.split('\n') {
        list.push(OpenId::new(line).map_err(|_| changed())?);
    }
    Ok(list)
}

/// A list that grows.
#[derive(Debug)]
pub(super) struct RosterWriter {
    text: Spool,
    marks: Vec<u64>,
    len: usize,
    pub(super) duplicates: usize,
    pub(super) left_out: usize,
    pub(super) unusual: usize,
    pub(super) source: Option<String>,
}

impl RosterWriter {
    pub(super) fn new(scratch: Scratch) -> Self {
        let text = Spool::new(scratch);
        Self {
            text,
            marks: Vec::new(),
            len: 0,
            duplicates: 0,
            left_out: 0,
            unusual: 0,
            source: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Takes an OpenID that is not in the list yet.
    pub(super) fn push(&mut self, id: &[u8]) -> Result<(), RecipientsError> {
        if self.len.is_multiple_of(STEP) {
            self.marks.push(self.text.len());
        }
        self.text.append(id)?;
        self.text.append(b"\n")?;
        self.len += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Roster, RecipientsError> {
        self.text.finish()?;
        Ok(self.kept())
    }

    fn kept(self) -> Roster {
        let Self { text, marks, len, duplicates, left_out, unusual, source } = self;
        Roster(Arc::new(Kept { text, marks, len, duplicates, left_out, unusual, source }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_part_is_read(len in 0_usize..3500, from in 0_usize..3600, more in 0_usize..3600, memory in 0_usize..40_000) {
            let folder = tempfile::tempdir().unwrap();
            let mut writer = RosterWriter::new(Scratch::folder(folder.path()).with_memory(memory));
            let all: Vec<OpenId> = (0..len).map(|number| OpenId::new(format!("o{number}")).unwrap()).collect();
            for id in &all {
                writer.push(id.as_str().as_bytes()).unwrap();
            }
            let roster = writer.finish().unwrap();
            prop_assert_eq!(roster.len(), len);
            let expected: Vec<OpenId> = all.iter().skip(from).take(more).cloned().collect();
            prop_assert_eq!(roster.open_ids(from..from + more).unwrap(), expected);
            let in_memory = Roster::of(all.iter().chain(&all).cloned());
            prop_assert_eq!((in_memory.len(), in_memory.duplicates()), (len, len));
            prop_assert_eq!(in_memory.open_ids(0..len).unwrap(), all);
        }
    }
}
