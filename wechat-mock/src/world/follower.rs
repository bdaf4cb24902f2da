//! Followers: who they are, whether they may be reached, and what is known of them.
//!
//! Made for ten million: one column for each thing that everybody has, 30 to 40 bytes a follower
//! all together, and tables on the side for what few have.

pub(crate) mod bits;
pub(crate) mod block;
mod index;
pub(crate) mod membership;
pub(crate) mod packed;
mod tag_lists;

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use wechat_types::id::{OpenId, TagId, WeChatName};

use self::bits::Bits;
use self::index::Index;
use self::packed::Packed;
use self::tag_lists::{ListId, NO_TAGS, TagLists};
use super::mass_job::JobCounts;
use super::profile::FollowerProfile;
use crate::beijing::unix_seconds;
use crate::random::{Random, mix};

/// What keeps a follower from receiving mass messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hindrance {
    /// Does not follow (any more): counted in no total.
    Unsubscribed,
    /// Switched messages of the account off: filtered out.
    Refuses,
    /// On the account's blacklist: filtered out.
    Blacklisted,
    /// Delivery fails: counted in ErrorCount.
    Unreachable,
}

/// Place of a follower in the list, in the order of adding.
pub(crate) type Place = u32;

/// The blacklist before one who would get nothing without it either: he is as before when it ends.
const BLACKLISTED_REFUSES: u8 = 5;
const BLACKLISTED_UNREACHABLE: u8 = 6;

/// A hindrance in a byte; 0 is none.
fn kind(hindrance: Option<Hindrance>) -> u8 {
    match hindrance {
        None => 0,
        Some(Hindrance::Unsubscribed) => 1,
        Some(Hindrance::Refuses) => 2,
        Some(Hindrance::Blacklisted) => 3,
        Some(Hindrance::Unreachable) => 4,
    }
}

fn hindrance_of(kind: u8) -> Option<Hindrance> {
    match kind {
        1 => Some(Hindrance::Unsubscribed),
        2 => Some(Hindrance::Refuses),
        3 | BLACKLISTED_REFUSES | BLACKLISTED_UNREACHABLE => Some(Hindrance::Blacklisted),
        4 => Some(Hindrance::Unreachable),
        _ => None,
    }
}

#[derive(Default)]
pub(crate) struct Followers {
    ids: Vec<Packed>,
    index: Index,
    /// OpenIDs that are not of the usual length, both ways.
    others: BTreeMap<OpenId, Place>,
    other_ids: BTreeMap<Place, OpenId>,
    hindrances: Vec<u8>,
    tag_lists: Vec<ListId>,
    lists: TagLists,
    /// Month of `received`.
    month: u64,
    received: Vec<u16>,
    /// Seconds since 1970, and 0 for the usual time. Empty while everybody has the usual one.
    followed_at: Vec<u32>,
    profiles: BTreeMap<Place, FollowerProfile>,
    previews: BTreeMap<Place, u32>,
    names: BTreeMap<WeChatName, Place>,
    subscribed: Bits,
    blacklisted: Bits,
    /// Without a tag, and not on the blacklist.
    ungrouped: Bits,
    tagged: BTreeMap<TagId, Bits>,
}

/// A digest of what everybody has, and all of what few have.
impl fmt::Debug for Followers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = self.lists.digests();
        let mut digest = 0;
        for place in self.all() {
            let at = place as usize;
            let list = self.tag_lists.get(at).and_then(|list| lists.get(*list as usize));
            let numbers = [
                self.ids.get(at).map_or(0, Packed::hash),
                self.hindrances.get(at).map_or(0, |kind| u64::from(*kind)),
                list.copied().unwrap_or_default(),
                self.received.get(at).map_or(0, |count| u64::from(*count)),
                self.followed_at.get(at).map_or(0, |seconds| u64::from(*seconds)),
            ];
            digest = numbers.into_iter().fold(digest, mix);
        }
        f.debug_struct("Followers")
            .field("count", &self.len())
            .field("digest", &digest)
            .field("month", &self.month)
            .field("others", &self.other_ids)
            .field("profiles", &self.profiles)
            .field("previews", &self.previews)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl Followers {
    /// Adds a follower; one that is known stays as it is.
    pub(crate) fn add(&mut self, openid: OpenId) -> Place {
        if let Some(packed) = Packed::new(openid.as_str().as_bytes()) {
            return self.add_packed(packed);
        }
        if let Some(place) = self.others.get(&openid) {
            return *place;
        }
        let place = self.push(Packed::NONE);
        self.others.insert(openid.clone(), place);
        self.other_ids.insert(place, openid);
        place
    }

    /// Adds somebody of another list.
    pub(crate) fn add_from(&mut self, from: &Self, place: Place) -> Option<Place> {
        match from.other_ids.get(&place) {
            Some(openid) => Some(self.add(openid.clone())),
            None => Some(self.add_packed(*from.ids.get(place as usize)?)),
        }
    }

    pub(crate) fn add_packed(&mut self, id: Packed) -> Place {
        if let Some(place) = self.index.find(&id, &self.ids) {
            return place;
        }
        let place = self.push(id);
        let other_ids = &self.other_ids;
        self.index.insert_last(&self.ids, |place| !other_ids.contains_key(&place));
        place
    }

    /// So many new ones from the seed; their places begin at the one returned.
    pub(crate) fn invent(&mut self, count: usize, random: &mut Random) -> Place {
        let first = self.len();
        let other_ids = &self.other_ids;
        let is_packed = |place| !other_ids.contains_key(&place);
        self.index.grow(first + count, &self.ids, is_packed);
        self.ids.reserve(count);
        self.hindrances.reserve(count);
        self.tag_lists.reserve(count);
        self.received.reserve(count);
        while self.len() < first + count {
            self.add_packed(Packed::invent(random));
        }
        first as Place
    }

    /// A row for somebody who is not there yet. Memory ends before the numbers of places do.
    fn push(&mut self, id: Packed) -> Place {
        let place = self.ids.len() as Place;
        self.ids.push(id);
        self.hindrances.push(kind(None));
        self.tag_lists.push(NO_TAGS);
        self.lists.join(NO_TAGS, kind(None), 1);
        self.received.push(0);
        if !self.followed_at.is_empty() {
            self.followed_at.push(0);
        }
        self.subscribed.set(place, true);
        self.ungrouped.set(place, true);
        place
    }

    /// All who were ever added.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = Place> + use<> {
        0..self.len() as Place
    }

    pub(crate) fn find(&self, openid: &OpenId) -> Option<Place> {
        match Packed::new(openid.as_str().as_bytes()) {
            Some(packed) => self.index.find(&packed, &self.ids),
            None => self.others.get(openid).copied(),
        }
    }

    /// The places of those who are known, in any order.
    pub(crate) fn find_many(&self, ids: &[Packed]) -> Vec<Place> {
        self.index.find_many(ids, &self.ids)
    }

    pub(crate) fn openid(&self, place: Place) -> Option<OpenId> {
        if let Some(openid) = self.other_ids.get(&place) {
            return Some(openid.clone());
        }
        OpenId::new(self.ids.get(place as usize)?.text()).ok()
    }

    pub(crate) fn name(&mut self, name: WeChatName, openid: OpenId) {
        let place = self.add(openid);
        self.names.insert(name, place);
    }

    pub(crate) fn find_name(&self, name: &WeChatName) -> Option<Place> {
        self.names.get(name).copied()
    }

    pub(crate) fn hindrance(&self, place: Place) -> Option<Hindrance> {
        hindrance_of(self.hindrances.get(place as usize).copied().unwrap_or_default())
    }

    pub(crate) fn set_hindrance(&mut self, place: Place, hindrance: Option<Hindrance>) {
        self.set_kind(place, kind(hindrance));
    }

    fn set_kind(&mut self, place: Place, kind: u8) {
        let hindrance = hindrance_of(kind);
        let index = place as usize;
        let (Some(old), Some(list)) = (self.hindrances.get_mut(index), self.tag_lists.get(index))
        else {
            return;
        };
        let old = std::mem::replace(old, kind);
        self.lists.join(*list, kind, 1);
        self.lists.leave(*list, old, 1);
        let blacklisted = hindrance == Some(Hindrance::Blacklisted);
        self.subscribed.set(place, hindrance != Some(Hindrance::Unsubscribed));
        self.blacklisted.set(place, blacklisted);
        self.ungrouped.set(place, *list == NO_TAGS && !blacklisted);
    }

    /// A follower has one hindrance: the blacklist stands before any other, which is there again
    /// when it ends.
    pub(crate) fn set_blacklisted(&mut self, place: Place, on: bool) {
        let Some(now) = self.hindrances.get(place as usize).copied() else { return };
        let (refuses, unreachable) =
            (kind(Some(Hindrance::Refuses)), kind(Some(Hindrance::Unreachable)));
        let next = match (on, now) {
            (true, _) if self.blacklisted.contains(place) => return,
            (true, now) if now == refuses => BLACKLISTED_REFUSES,
            (true, now) if now == unreachable => BLACKLISTED_UNREACHABLE,
            (true, _) => kind(Some(Hindrance::Blacklisted)),
            (false, _) if !self.blacklisted.contains(place) => return,
            (false, BLACKLISTED_REFUSES) => refuses,
            (false, BLACKLISTED_UNREACHABLE) => unreachable,
            (false, _) => kind(None),
        };
        self.set_kind(place, next);
    }

    pub(crate) fn is_subscribed(&self, place: Place) -> bool {
        self.subscribed.contains(place)
    }

    /// Messages received in `month`. One month is counted at a time, the last that was told of.
    pub(crate) fn received_in(&self, place: Place, month: u64) -> u32 {
        let counted = self.received.get(place as usize).filter(|_| self.month == month);
        counted.copied().map_or(0, u32::from)
    }

    /// From 65 535 on nothing more is counted.
    pub(crate) fn set_received(&mut self, place: Place, month: u64, count: u32) {
        self.begin_month(month);
        if let Some(received) = self.received.get_mut(place as usize) {
            *received = u16::try_from(count).unwrap_or(u16::MAX);
        }
    }

    /// Forgets what was received in other months.
    pub(crate) fn begin_month(&mut self, month: u64) {
        if self.month != month {
            self.received.fill(0);
            self.month = month;
        }
    }

    /// A message comes to this follower in the month that was begun. Counts what becomes of it;
    /// `true`: it was received.
    pub(crate) fn receive(&mut self, place: Place, limit: u32, counts: &mut JobCounts) -> bool {
        let index = place as usize;
        let (Some(kind), Some(received)) =
            (self.hindrances.get(index), self.received.get_mut(index))
        else {
            return false;
        };
        counts.total += 1;
        let hindrance = hindrance_of(*kind);
        if u32::from(*received) >= limit
            || !matches!(hindrance, None | Some(Hindrance::Unreachable))
        {
            return false;
        }
        counts.after_filter += 1;
        if hindrance.is_some() {
            counts.errors += 1;
            return false;
        }
        counts.sent += 1;
        *received = received.saturating_add(1);
        true
    }

    pub(crate) fn profile(&self, place: Place) -> FollowerProfile {
        if let Some(profile) = self.profiles.get(&place) {
            return profile.clone();
        }
        let mut profile = FollowerProfile::default();
        profile.followed_at = self.named_time(place).unwrap_or(profile.followed_at);
        profile
    }

    /// When somebody followed, if it was said.
    pub(crate) fn named_time(&self, place: Place) -> Option<SystemTime> {
        let seconds = self.followed_at.get(place as usize).filter(|seconds| **seconds > 0)?;
        Some(UNIX_EPOCH + Duration::from_secs(u64::from(*seconds)))
    }

    pub(crate) fn change_profile(
        &mut self,
        place: Place,
        change: impl FnOnce(&mut FollowerProfile),
    ) {
        let mut profile = self.profile(place);
        change(&mut profile);
        self.profiles.insert(place, profile);
    }

    /// The last time that somebody followed, to the second.
    pub(crate) fn set_followed_at(&mut self, place: Place, at: SystemTime) {
        match u32::try_from(unix_seconds(at)) {
            Ok(seconds) if !self.profiles.contains_key(&place) => {
                self.followed_at.resize(self.ids.len(), 0);
                if let Some(column) = self.followed_at.get_mut(place as usize) {
                    *column = seconds;
                }
            }
            _ => self.change_profile(place, |profile| profile.followed_at = at),
        }
    }

    pub(crate) fn previews(&self, place: Place) -> u32 {
        self.previews.get(&place).copied().unwrap_or_default()
    }

    pub(crate) fn add_preview(&mut self, place: Place) {
        *self.previews.entry(place).or_default() += 1;
    }
}
