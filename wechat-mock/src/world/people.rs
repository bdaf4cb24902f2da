//! What an account does with its followers: lists, tags, groups, blacklist, notes, moved OpenIDs.

use std::collections::BTreeMap;
use std::time::SystemTime;

use wechat_types::id::{AppId, OpenId, TagId};

use super::account::Account;
use super::follower::Place;
use super::follower::membership::Section;
use super::tag::{BLACKLIST, UNGROUPED};
use crate::beijing::day;
use crate::reply::Refusal;
use crate::settings::Settings;

/// Tags a follower may have (45059).
pub(crate) const TAGS_PER_FOLLOWER: usize = 20;
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
        if self.followers.is_subscribed(place) { Ok(place) } else { Err(gone) }
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
        section: Section,
    ) -> Result<Page, i64> {
        let start = if after.is_empty() { 0 } else { self.person(after, stranger)? + 1 };
        let places = self.followers.section(section, start).take(size.max(1));
        let openids = places.filter_map(|place| self.followers.openid(place)).collect();
        Ok(Page { total: self.followers.section_len(section), openids })
    }

    pub(crate) fn delete_tag(&mut self, tag: TagId) -> Result<(), i64> {
        self.tags.changeable(tag, 45058, 45159)?;
        if self.followers.section_len(Section::Tag(tag)) > FOLLOWERS_OF_DELETABLE_TAG {
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
        self.followers.forget_tag(tag);
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
        let (places, answer) = self.taggable(openids, settings, |tags| {
            let full = tags.len() >= TAGS_PER_FOLLOWER && !tags.contains(&tag);
            if full { Err(45059) } else { Ok(()) }
        });
        places.into_iter().for_each(|place| self.followers.put_tag(place, tag));
        answer
    }

    pub(crate) fn take_tag(
        &mut self,
        tag: TagId,
        openids: &[String],
        settings: &Settings,
    ) -> Result<(), Refusal> {
        self.tags.usable(tag)?;
        let (places, answer) = self.taggable(openids, settings, |_| Ok(()));
        places.into_iter().for_each(|place| self.followers.take_tag(place, tag));
        answer
    }

    /// Whom to change, and what to answer.
    fn taggable(
        &self,
        openids: &[String],
        settings: &Settings,
        check: impl Fn(&[TagId]) -> Result<(), i64>,
    ) -> (Vec<Place>, Result<(), Refusal>) {
        let mut good = Vec::new();
        let mut failed = Vec::new();
        let mut first = None;
        for openid in openids {
            let found = self.follower(openid, 49003, 50005).and_then(|place| {
                check(self.followers.tags(place))?;
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

    /// Puts followers on the blacklist or takes them off; all or none.
    pub(crate) fn set_blacklisted(&mut self, openids: &[String], on: bool) -> Result<(), Refusal> {
        let places = openids.iter().map(|openid| self.follower(openid, 49003, 40003));
        let places: Vec<Place> = places.collect::<Result<_, _>>()?;
        places.into_iter().for_each(|place| self.followers.set_blacklisted(place, on));
        Ok(())
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
        let is_tag = group != UNGROUPED && group != BLACKLIST;
        let tags: &[TagId] = if is_tag { &[group] } else { &[] };
        for place in places {
            self.followers.set_blacklisted(place, group == BLACKLIST);
            self.followers.set_tags(place, tags);
        }
        Ok(())
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
        self.followers.change_profile(place, |profile| remark.clone_into(&mut profile.remark));
        Ok(())
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
