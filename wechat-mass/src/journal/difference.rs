//! How a list of recipients differs from the one that was frozen, in bounded memory.

use wechat_types::id::ClientMsgId;

use crate::campaign::Plan;
use crate::recipients::{NO_PLACE, RecipientsError, Scratch, Sorter};

/// A call as it was frozen: its key, and the text of its list if it has one.
pub(super) type FrozenText = (String, Option<Vec<u8>>);

const BEFORE: u8 = 0;
const AFTER: u8 = 1;

/// The lists of a frozen plan and of another one, for a store that gives its calls at once: `frozen` gives
/// them one by one, in their order, by number.
pub(super) fn of_lists<E: From<RecipientsError>>(
    scratch: Scratch,
    plan: &Plan,
    mut frozen: impl FnMut(usize) -> Result<Option<FrozenText>, E>,
) -> Result<Vec<String>, E> {
    let mut lists = Lists::new(scratch, plan);
    while lists.take(frozen(lists.number)?)? {}
    Ok(lists.told()?)
}

/// The lists of a frozen plan and of another one, call by call. Calls with the same key have the same list
/// and are not looked at.
pub(super) struct Lists<'p> {
    plan: &'p Plan,
    sorter: Sorter,
    /// The call that comes next.
    pub(super) number: usize,
    places: u64,
    had_list: bool,
    same: bool,
}

impl<'p> Lists<'p> {
    /// Nothing compared yet.
    pub(super) fn new(scratch: Scratch, plan: &'p Plan) -> Self {
        let sorter = Sorter::new(scratch);
        Self { plan, sorter, number: 0, places: 0, had_list: false, same: true }
    }

    /// Takes in the next call as it was frozen, none beyond the last. True when there may be more.
    pub(super) fn take(&mut self, before: Option<FrozenText>) -> Result<bool, RecipientsError> {
        let after = self.plan.chunks().get(self.number);
        if before.is_none() && after.is_none() {
            return Ok(false);
        }
        let is_kept = |key: &ClientMsgId| before.as_ref().is_some_and(|(k, _)| key.as_str() == k);
        if !after.is_some_and(|chunk| is_kept(&chunk.key)) {
            let after = after.map(|chunk| self.plan.text(chunk)).transpose()?.flatten();
            let before = before.and_then(|(_, text)| text);
            self.had_list |= before.is_some();
            self.same &= before == after;
            for (list, text) in [(BEFORE, before), (AFTER, after)] {
                for id in text.iter().flat_map(|text| text.split(|byte| *byte == b'\n')) {
                    self.sorter.push(id, list, self.places)?;
                    self.places += 1;
                }
            }
        }
        self.number += 1;
        Ok(true)
    }

    /// What was added, what removed, or that only the order is another. Nothing where one of them has no
    /// list.
    pub(super) fn told(self) -> Result<Vec<String>, RecipientsError> {
        if !self.had_list || self.plan.roster().is_none() || self.same {
            return Ok(Vec::new());
        }
        let (mut added, mut removed) = (Named::default(), Named::default());
        self.sorter.groups(|group| {
            match group.lists {
                lists if lists == 1 << AFTER => added.take(group.first, group.id),
                lists if lists == 1 << BEFORE => removed.take(group.first, group.id),
                _ => {}
            }
            Ok(())
        })?;
        if added.count == 0 && removed.count == 0 {
            return Ok(vec!["the OpenIDs stand in another order".to_owned()]);
        }
        let told = [added.told("added"), removed.told("removed")];
        Ok(told.into_iter().flatten().collect())
    }
}

/// The first few of many, by their place in the list.
#[derive(Default)]
struct Named {
    count: u64,
    first: Vec<(u64, String)>,
}

impl Named {
    const NAMED: usize = 3;

    fn take(&mut self, place: u64, id: &[u8]) {
        self.count += 1;
        let last = self.first.last().map_or(NO_PLACE, |(place, _)| *place);
        if self.first.len() < Self::NAMED || place < last {
            self.first.push((place, String::from_utf8_lossy(id).into_owned()));
            self.first.sort_unstable();
            self.first.truncate(Self::NAMED);
        }
    }

    fn told(&self, what: &str) -> Option<String> {
        let names: Vec<&str> = self.first.iter().map(|(_, id)| id.as_str()).collect();
        let more = if self.count > Self::NAMED as u64 { ", …" } else { "" };
        (self.count > 0)
            .then(|| format!("{what}: {} OpenIDs ({}{more})", self.count, names.join(", ")))
    }
}
