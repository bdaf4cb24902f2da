//! Lists put together: all of some, with or without those of others, each OpenID once.

use wechat_types::id::OpenId;

use super::RecipientsError;
use super::roster::{Roster, RosterWriter};
use super::sorter::{NO_PLACE, Sorter};
use super::spool::Scratch;
use crate::problem::Problems;

/// Puts lists together in bounded memory.
///
/// Everybody of the [included](Self::include) lists who is in each list of [`and`](Self::and), and in
/// none of [`except`](Self::except). The order is that of the included lists, each OpenID where it came
/// first; the same lists give the same [`Roster`], however much memory there is.
///
/// ```
/// # use wechat_mass::recipients::{Gatherer, Scratch};
/// # use wechat_types::id::OpenId;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut gatherer = Gatherer::new(Scratch::in_memory());
/// for id in ["oA", "oB", "oC", "oB"] {
///     gatherer.push(&OpenId::new(id)?)?;
/// }
/// gatherer.except();
/// gatherer.push(&OpenId::new("oA")?)?;
/// let roster = gatherer.finish()?;
/// assert_eq!(roster.open_ids(0..10)?, [OpenId::new("oB")?, OpenId::new("oC")?]);
/// assert_eq!((roster.duplicates(), roster.left_out()), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Gatherer {
    scratch: Scratch,
    /// All that was included, duplicates too.
    included: RosterWriter,
    sorter: Sorter,
    /// The kind and number of the list that grows.
    list: u8,
    /// The last list that everybody must be in.
    required: u8,
    source: Option<String>,
}

const INCLUDE: u8 = 0;
const EXCEPT: u8 = 63;

impl Gatherer {
    /// Lists of [`and`](Self::and), at most.
    pub const MAX_AND: u8 = EXCEPT - 1;

    /// What is pushed first is included.
    pub fn new(scratch: Scratch) -> Self {
        Self {
            included: RosterWriter::new(scratch.clone()),
            sorter: Sorter::new(scratch.clone()),
            scratch,
            list: INCLUDE,
            required: INCLUDE,
            source: None,
        }
    }

    /// Says how the list is made, where that is fixed and the outcome changes by itself, such as "all
    /// followers". A campaign that was begun with it goes on with the list of then.
    pub fn made_by(&mut self, source: impl Into<String>) {
        self.source = Some(source.into());
    }

    /// What is pushed from now on is included.
    pub fn include(&mut self) {
        self.list = INCLUDE;
    }

    /// Begins a list that everybody must be in too.
    ///
    /// # Errors
    ///
    /// [`RecipientsError`] after [`MAX_AND`](Self::MAX_AND) of them.
    pub fn and(&mut self) -> Result<(), RecipientsError> {
        if self.required == Self::MAX_AND {
            let problem = format!("more than {} lists that everybody must be in", Self::MAX_AND);
            return Err(Problems::one(problem).into());
        }
        self.required += 1;
        self.list = self.required;
        Ok(())
    }

    /// Who is pushed from now on gets nothing.
    pub fn except(&mut self) {
        self.list = EXCEPT;
    }

    /// Takes an OpenID of the list that was begun last.
    ///
    /// # Errors
    ///
    /// [`RecipientsError`] when there is no room for it on the disk.
    pub fn push(&mut self, open_id: &OpenId) -> Result<(), RecipientsError> {
        self.take(open_id.as_str().as_bytes())
    }

    pub(super) fn take(&mut self, id: &[u8]) -> Result<(), RecipientsError> {
        if self.list != INCLUDE {
            return self.sorter.push(id, self.list, NO_PLACE);
        }
        self.sorter.push(id, INCLUDE, self.included.len() as u64)?;
        self.included.push(id)
    }

    /// The list.
    ///
    /// # Errors
    ///
    /// [`RecipientsError`] when what was put aside cannot be read again.
    pub fn finish(self) -> Result<Roster, RecipientsError> {
        let Self { scratch, mut included, sorter, required, source, .. } = self;
        // Bits 1 to `required`.
        let all_required = ((1_u64 << required) - 1) << 1;
        let mut kept = Bits(vec![0; included.len().div_ceil(64)]);
        let (mut count, mut duplicates, mut left_out, mut unusual) = (0, 0, 0, 0);
        sorter.groups(|group| {
            if group.lists & (1 << INCLUDE) == 0 {
                return Ok(());
            }
            duplicates += group.times - 1;
            let meets_all = group.lists & all_required == all_required;
            if meets_all && group.lists & (1 << EXCEPT) == 0 {
                kept.set(group.first);
                count += 1;
                unusual += usize::from(!is_usual(group.id));
            } else {
                left_out += 1;
            }
            Ok(())
        })?;
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        (included.source, included.unusual) = (source, unusual);
        (included.duplicates, included.left_out) = (number(duplicates), number(left_out));
        if included.len() == count {
            return included.finish();
        }
        let mut writer = RosterWriter::new(scratch);
        writer.source = included.source.take();
        (writer.duplicates, writer.left_out) = (included.duplicates, included.left_out);
        writer.unusual = unusual;
        let included = included.finish()?;
        const AT_ONCE: usize = 10_000;
        for start in (0..included.len()).step_by(AT_ONCE) {
            let text = included.text(start..start + AT_ONCE)?;
            for (place, id) in (start as u64..).zip(text.split(|byte| *byte == b'\n')) {
                if kept.has(place) {
                    writer.push(id)?;
                }
            }
        }
        writer.finish()
    }
}

fn is_usual(id: &[u8]) -> bool {
    id.len() == OpenId::USUAL_BYTES && id.starts_with(b"o")
}

/// A set of places: a bit each.
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, place: u64) {
        if let Some(word) = usize::try_from(place / 64).ok().and_then(|at| self.0.get_mut(at)) {
            *word |= 1 << (place % 64);
        }
    }

    fn has(&self, place: u64) -> bool {
        let word = usize::try_from(place / 64).ok().and_then(|at| self.0.get(at));
        word.is_some_and(|word| word >> (place % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn lists() -> impl Strategy<Value = Vec<Vec<String>>> {
        prop::collection::vec(prop::collection::vec("[ab]{1,4}", 0..80), 0..3)
    }

    proptest! {
        #[test]
        fn it_is_what_sets_say(include in lists(), and in lists(), except in lists(), memory in 0_usize..500) {
            let folder = tempfile::tempdir().unwrap();
            let mut gatherer = Gatherer::new(Scratch::folder(folder.path()).with_memory(memory));
            let push = |gatherer: &mut Gatherer, list: &[String]| {
                list.iter().for_each(|id| gatherer.push(&OpenId::new(id).unwrap()).unwrap());
            };
            for list in &except {
                gatherer.except();
                push(&mut gatherer, list);
            }
            for list in &and {
                gatherer.and().unwrap();
                push(&mut gatherer, list);
            }
            gatherer.include();
            include.iter().for_each(|list| push(&mut gatherer, list));
            let roster = gatherer.finish().unwrap();

            let (all, mut seen) = (include.concat(), HashSet::new());
            let unique: Vec<&String> = all.iter().filter(|id| seen.insert(*id)).collect();
            let expected: Vec<&str> = unique
                .iter()
                .filter(|id| and.iter().all(|list| list.contains(id)))
                .filter(|id| !except.iter().any(|list| list.contains(id)))
                .map(|id| id.as_str())
                .collect();
            let found = roster.open_ids(0..roster.len()).unwrap();
            prop_assert_eq!(found.iter().map(OpenId::as_str).collect::<Vec<_>>(), expected);
            prop_assert_eq!(roster.duplicates(), all.len() - unique.len());
            prop_assert_eq!(roster.left_out(), unique.len() - roster.len());
        }
    }

    #[test]
    fn as_many_lists_as_there_are_bits() {
        let (one, two) = (OpenId::new("o1").unwrap(), OpenId::new("o2").unwrap());
        let mut gatherer = Gatherer::new(Scratch::in_memory());
        for id in [&one, &two] {
            gatherer.push(id).unwrap();
        }
        for _ in 0..Gatherer::MAX_AND {
            gatherer.and().unwrap();
            gatherer.push(&one).unwrap();
        }
        assert!(gatherer.and().is_err());
        assert_eq!(gatherer.finish().unwrap().open_ids(0..9).unwrap(), [one]);
    }
}
