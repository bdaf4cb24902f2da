//! What an account does with its followers: lists, tags, groups, blacklist, notes, moved OpenIDs.

use std::collections::BTreeMap;
use std::time::SystemTime;

use wechat_types::id::{AppId, OpenId, TagId};

use super::account::Account;
use super::follower::{Follower, Hindrance, Place};
use super::tag::{BLACKLIST, UNGROUPED};
use crate::beijing::day;
use crate::reply::Refusal;
use crate::settings::Settings;

/// Tags a follower may have (45059).
const TAGS_PER_FOLLOWER: usize = 20;
/// A tag with more followers cannot be deleted (45057).
const FOLLOWERS_OF_DELETABLE_TAG: usize = 100_000;

/// A page of OpenIDs.
pub(crate) struct Page {
    /// On all pages together.
    pub(crate) total: usize,
    pub(crate) openids: Vec<OpenId>,
}

/// OpenIDs of this account by those of another one.
pub(crate) type Moved = BTreeMap<AppId, BTreeMap<OpenId, OpenId>>;

impl Account {
    /// Counts so many followers asked about.
    pub(crate) fn take_infos(
        &mut self,
        count: usize,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        for _ in 0..count {
            let limit = settings.follower_infos_per_day;
            self.quotas.take("user/info", day(now), limit).ok_or(45009)?;
        }
        Ok(())
    }

    /// Somebody who follows now. 40003 for what no OpenID looks like; the other codes differ by
    /// call.
    pub(crate) fn follower(&self, openid: &str, stranger: i64, gone: i64) -> Result<Place, i64> {
        let place = self.person(openid, stranger)?;
        let follows = self.followers.get(place).is_some_and(Follower::is_subscribed);
        if follows { Ok(place) } else { Err(gone) }
    }

    /// Somebody who follows or did so once.
    pub(crate) fn person(&self, openid: &str, stranger: i64) -> Result<Place, i64> {
        let openid = OpenId::new(openid).map_err(|_| 40003)?;
        let unknown = if openid.is_usual() { stranger } else { 40003 };
        self.followers.find(&openid).ok_or(unknown)
    }

    /// The next followers after `after`, from the start when that is empty.
    pub(crate) fn page(
        &self,
        after: &str,
        size: usize,
        stranger: i64,
        wanted: impl Fn(&Follower) -> bool,
    ) -> Result<Page, i64> {
        let start = if after.is_empty() { 0 } else { self.person(after, stranger)? + 1 };
        let places = self.followers.subscribed(wanted);
        let rest = places.iter().filter(|place| **place >= start).take(size.max(1));
        let openids = rest.filter_map(|p| Some(self.followers.get(*p)?.openid.clone())).collect();
        Ok(Page { total: places.len(), openids })
    }

    /// Followers of each tag. The blacklisted stand under 1, those without a tag under 0.
    pub(crate) fn tag_counts(&self) -> BTreeMap<TagId, usize> {
        let mut counts = BTreeMap::new();
        for follower in self.followers.all().iter().filter(|f| f.is_subscribed()) {
            if follower.is_in(BLACKLIST) {
                *counts.entry(BLACKLIST).or_default() += 1;
            } else if follower.tags.is_empty() {
                *counts.entry(UNGROUPED).or_default() += 1;
            }
            for tag in &follower.tags {
                *counts.entry(*tag).or_default() += 1;
            }
        }
        counts
    }

    /// Followers of each group; each follower is in exactly one.
    pub(crate) fn group_counts(&self) -> BTreeMap<TagId, usize> {
        let mut counts = BTreeMap::new();
        for follower in self.followers.all().iter().filter(|f| f.is_subscribed()) {
            *counts.entry(follower.group()).or_default() += 1;
        }
        counts
    }

    pub(crate) fn delete_tag(&mut self, tag: TagId) -> Result<(), i64> {
        self.tags.changeable(tag, 45058, 45159)?;
        if self.followers.subscribed(|f| f.tags.contains(&tag)).len() > FOLLOWERS_OF_DELETABLE_TAG {
            return Err(45057);
        }
        self.forget_tag(tag);
        Ok(())
    }

    pub(crate) fn delete_group(&mut self, group: TagId) -> Result<(), i64> {
        self.tags.changeable(group, 45016, 40050)?;
        self.forget_tag(group);
        Ok(())
    }

    fn forget_tag(&mut self, tag: TagId) {
        self.tags.remove(tag);
        self.followers.all_mut().for_each(|follower| follower.tags.retain(|one| *one != tag));
    }

    /// Puts a tag on followers. One who cannot have it spoils the call, or, when the account does
    /// it in part, is left out and named.
    pub(crate) fn put_tag(
        &mut self,
        tag: TagId,
        openids: &[String],
        settings: &Settings,
    ) -> Result<(), Refusal> {
        self.tags.usable(tag)?;
        let places = self.taggable(openids, settings, |follower| {
            let full = follower.tags.len() >= TAGS_PER_FOLLOWER && !follower.tags.contains(&tag);
            if full { Err(45059) } else { Ok(()) }
        });
        self.change(places, |follower| {
            if !follower.tags.contains(&tag) {
                follower.tags.push(tag);
            }
        })
    }

    pub(crate) fn take_tag(
        &mut self,
        tag: TagId,
        openids: &[String],
        settings: &Settings,
    ) -> Result<(), Refusal> {
        self.tags.usable(tag)?;
        let places = self.taggable(openids, settings, |_| Ok(()));
        self.change(places, |follower| follower.tags.retain(|one| *one != tag))
    }

    /// Whom to change, and what to answer.
    fn taggable(
        &self,
        openids: &[String],
        settings: &Settings,
        check: impl Fn(&Follower) -> Result<(), i64>,
    ) -> (Vec<Place>, Result<(), Refusal>) {
        let mut good = Vec::new();
        let mut failed = Vec::new();
        let mut first = None;
        for openid in openids {
            let found = self.follower(openid, 49003, 50005).and_then(|place| {
                self.followers.get(place).map_or(Ok(()), &check)?;
                Ok(place)
            });
            match found {
                Ok(place) => good.push(place),
                Err(code) => {
                    first = first.or(Some(code));
                    failed.push(openid.clone());
                }
            }
        }
        match first {
            None => (good, Ok(())),
            Some(_) if settings.partial_tagging && !good.is_empty() => {
                (good, Err(Refusal { failed, ..45171.into() }))
            }
            Some(code) => (Vec::new(), Err(code.into())),
        }
    }

    fn change(
        &mut self,
        (places, answer): (Vec<Place>, Result<(), Refusal>),
        change: impl Fn(&mut Follower),
    ) -> Result<(), Refusal> {
        for place in places {
            if let Some(follower) = self.followers.get_mut(place) {
                change(follower);
            }
        }
        answer
    }

    /// Puts followers on the blacklist or takes them off; all or none.
    pub(crate) fn set_blacklisted(&mut self, openids: &[String], on: bool) -> Result<(), Refusal> {
        let places = openids.iter().map(|openid| self.follower(openid, 49003, 40003));
        let places: Vec<Place> = places.collect::<Result<_, _>>()?;
        self.change((places, Ok(())), |follower| follower.set_blacklisted(on))
    }

    /// Moves followers to a group; all or none. They leave whatever group or tags they were in.
    pub(crate) fn move_to_group(
        &mut self,
        openids: &[String],
        group: TagId,
    ) -> Result<(), Refusal> {
        if !self.tags.contains(group) {
            return Err(40050.into());
        }
        let places = openids.iter().map(|openid| self.follower(openid, 40003, 43004));
        let places: Vec<Place> = places.collect::<Result<_, _>>()?;
        self.change((places, Ok(())), |follower| {
            follower.set_blacklisted(group == BLACKLIST);
            follower.tags.clear();
            if group != UNGROUPED && group != BLACKLIST {
                follower.tags.push(group);
            }
        })
    }

    pub(crate) fn set_remark(
        &mut self,
        openid: &str,
        remark: &str,
        settings: &Settings,
    ) -> Result<(), Refusal> {
        let place = self.follower(openid, 40003, 43004)?;
        if remark.len() > settings.remark_limit {
            return Err(40092.into());
        }
        self.change((vec![place], Ok(())), |follower| {
            remark.clone_into(&mut follower.profile.remark);
        })
    }

    /// The OpenIDs that followers of another account have here, now that they were moved.
    pub(crate) fn moved(&self, from: &str, openids: &[String]) -> Result<Vec<Option<OpenId>>, i64> {
        let from = AppId::new(from).map_err(|_| 63178)?;
        let moved = self.moved.get(&from).ok_or(63178)?;
        let new = |old: &String| {
            let new = moved.get(&OpenId::new(old.as_str()).map_err(|_| 40003)?);
            Ok(new.filter(|new| self.follower(new.as_str(), 40003, 40003).is_ok()).cloned())
        };
        openids.iter().map(new).collect()
    }
}

impl Follower {
    /// Tag 0 holds those without any, tag 1 the blacklisted.
    pub(crate) fn is_in(&self, tag: TagId) -> bool {
        match tag {
            UNGROUPED => self.tags.is_empty() && !self.is_in(BLACKLIST),
            BLACKLIST => self.hindrance == Some(Hindrance::Blacklisted),
            _ => self.tags.contains(&tag),
        }
    }

    /// The old group: the blacklist, else the first tag, else none.
    pub(crate) fn group(&self) -> TagId {
        if self.is_in(BLACKLIST) {
            return BLACKLIST;
        }
        self.tags.first().copied().unwrap_or(UNGROUPED)
    }

    /// A follower has one hindrance: the blacklist takes the place of any other.
    fn set_blacklisted(&mut self, on: bool) {
        if on {
            self.hindrance = Some(Hindrance::Blacklisted);
        } else if self.is_in(BLACKLIST) {
            self.hindrance = None;
        }
    }
}
