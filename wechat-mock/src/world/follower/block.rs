//! Followers as they are saved: in blocks of many, each column in runs of one value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wechat_types::id::{OpenId, TagId, WeChatName};

use super::packed::Packed;
use super::{Followers, Place, hindrance_of};
use crate::world::profile::FollowerProfile;

/// Followers in one block.
const BLOCK: usize = 1 << 16;

/// A value, and how many have it one after the other.
type Runs<T> = Vec<(T, u32)>;

/// Some followers, in the order of their places.
#[derive(Serialize, Deserialize)]
pub(crate) struct Block {
    /// Their OpenIDs, one after the other; a stand-in of the same length for each of another one.
    openids: String,
    /// Those of other lengths, by their place in the block.
    others: BTreeMap<u32, OpenId>,
    tags: Runs<Vec<TagId>>,
    hindrances: Runs<u8>,
    received: Runs<u16>,
    followed_at: Runs<u32>,
    profiles: BTreeMap<u32, FollowerProfile>,
    previews: BTreeMap<u32, u32>,
}

/// What is not in the blocks.
#[derive(Serialize, Deserialize)]
pub(crate) struct Rest {
    month: u64,
    names: BTreeMap<WeChatName, Place>,
}

fn runs<T: PartialEq>(values: impl Iterator<Item = T>) -> Runs<T> {
    let mut runs: Runs<T> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => runs.push((value, 1)),
        }
    }
    runs
}

/// The values of all, when they are as many as they should be.
fn values<T>(runs: &Runs<T>, count: usize) -> Result<impl Iterator<Item = &T>, &'static str> {
    let all: u64 = runs.iter().map(|(_, count)| u64::from(*count)).sum();
    if all != count as u64 {
        return Err("a column of another length than the OpenIDs");
    }
    Ok(runs.iter().flat_map(|(value, count)| std::iter::repeat_n(value, *count as usize)))
}

impl Followers {
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Block> {
        (0..self.len()).step_by(BLOCK).map(|first| self.block(first as Place))
    }

    fn block(&self, first: Place) -> Block {
        let places = || self.all().skip(first as usize).take(BLOCK);
        let end = first.saturating_add(BLOCK as Place);
        let inside = |place: &Place| place - first;
        let mut openids = String::with_capacity(places().count() * OpenId::USUAL_BYTES);
        self.ids.iter().skip(first as usize).take(BLOCK).for_each(|id| id.append_to(&mut openids));
        let others = self.other_ids.range(first..end);
        let profiles = self.profiles.range(first..end);
        let previews = self.previews.range(first..end);
        let followed_at = |place| self.followed_at.get(place as usize).copied().unwrap_or_default();
        let tags = runs(places().map(|place| self.tags(place)));
        Block {
            openids,
            others: others.map(|(place, openid)| (inside(place), openid.clone())).collect(),
            tags: tags.into_iter().map(|(tags, count)| (tags.to_vec(), count)).collect(),
            hindrances: runs(self.hindrances.iter().skip(first as usize).take(BLOCK).copied()),
            received: runs(self.received.iter().skip(first as usize).take(BLOCK).copied()),
            followed_at: runs(places().map(followed_at)),
            profiles: profiles.map(|(place, one)| (inside(place), one.clone())).collect(),
            previews: previews.map(|(place, count)| (inside(place), *count)).collect(),
        }
    }

    pub(crate) fn rest(&self) -> Rest {
        Rest { month: self.month, names: self.names.clone() }
    }

    pub(crate) fn restore_rest(&mut self, rest: Rest) {
        (self.month, self.names) = (rest.month, rest.names);
    }

    /// Adds a block's followers after those that are here.
    pub(crate) fn restore(&mut self, block: &Block) -> Result<(), &'static str> {
        let (ids, odd) = block.openids.as_bytes().as_chunks::<{ OpenId::USUAL_BYTES }>();
        if !odd.is_empty() {
            return Err("OpenIDs of another length");
        }
        let first = self.len() as Place;
        let count = ids.len();
        let tags = values(&block.tags, count)?;
        let hindrances = values(&block.hindrances, count)?;
        let received = values(&block.received, count)?;
        let followed_at = values(&block.followed_at, count)?;
        for (index, id) in (0..).zip(ids) {
            let place = match block.others.get(&index) {
                Some(openid) => self.add(openid.clone()),
                None => self.add_packed(Packed::new(id).ok_or("what is no OpenID")?),
            };
            if place != first + index {
                return Err("an OpenID that was there before");
            }
        }
        for (place, tags) in (first..).zip(tags).filter(|(_, tags)| !tags.is_empty()) {
            self.set_tags(place, tags);
        }
        for (place, kind) in (first..).zip(hindrances).filter(|(_, kind)| **kind != 0) {
            hindrance_of(*kind).ok_or("an unknown hindrance")?;
            self.set_kind(place, *kind);
        }
        for (own, received) in self.received.iter_mut().skip(first as usize).zip(received) {
            *own = *received;
        }
        if block.followed_at.iter().any(|(seconds, _)| *seconds != 0) {
            self.followed_at.resize(self.ids.len(), 0);
            let own = self.followed_at.iter_mut().skip(first as usize);
            own.zip(followed_at).for_each(|(own, seconds)| *own = *seconds);
        }
        let mut indices =
            block.profiles.keys().chain(block.previews.keys()).chain(block.others.keys());
        if indices.any(|index| *index as usize >= count) {
            return Err("something of nobody");
        }
        for (index, profile) in &block.profiles {
            self.profiles.insert(first + index, profile.clone());
        }
        for (index, count) in &block.previews {
            self.previews.insert(first + index, *count);
        }
        Ok(())
    }
}
