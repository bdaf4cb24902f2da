//! Which followers have which tag, and how many they are.

use std::collections::BTreeMap;

use wechat_types::id::TagId;

use super::bits::Bits;
use super::tag_lists::{KINDS, ListId, NO_TAGS};
use super::{Followers, Hindrance, Place, hindrance_of, kind};
use crate::world::tag::{BLACKLIST, UNGROUPED};

/// A part of those who follow now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Section {
    Everyone,
    /// Tag 0 holds those without any, tag 1 the blacklisted.
    Tag(TagId),
}

impl Followers {
    /// The oldest first.
    pub(crate) fn tags(&self, place: Place) -> &[TagId] {
        self.lists.tags(self.tag_lists.get(place as usize).copied().unwrap_or(NO_TAGS))
    }

    pub(crate) fn set_tags(&mut self, place: Place, tags: &[TagId]) {
        let index = place as usize;
        let (Some(list), Some(kind)) = (self.tag_lists.get_mut(index), self.hindrances.get(index))
        else {
            return;
        };
        for tag in self.lists.tags(*list) {
            if let Some(members) = self.tagged.get_mut(tag) {
                members.set(place, false);
            }
        }
        let new = self.lists.id(tags);
        self.lists.join(new, *kind, 1);
        self.lists.leave(*list, *kind, 1);
        *list = new;
        for tag in tags {
            self.tagged.entry(*tag).or_default().set(place, true);
        }
        self.ungrouped.set(place, tags.is_empty() && !self.blacklisted.contains(place));
    }

    /// Tags that somebody has or had.
    pub(crate) fn used_tags(&self) -> impl Iterator<Item = TagId> {
        self.tagged.keys().copied()
    }

    pub(crate) fn put_tag(&mut self, place: Place, tag: TagId) {
        if !self.tags(place).contains(&tag) {
            let tags: Vec<TagId> = self.tags(place).iter().copied().chain([tag]).collect();
            self.set_tags(place, &tags);
        }
    }

    pub(crate) fn take_tag(&mut self, place: Place, tag: TagId) {
        if self.tags(place).contains(&tag) {
            let tags: Vec<TagId> =
                self.tags(place).iter().copied().filter(|one| *one != tag).collect();
            self.set_tags(place, &tags);
        }
    }

    /// Takes a tag from all who have it, list by list: they may be everybody.
    pub(crate) fn forget_tag(&mut self, tag: TagId) {
        let Some(members) = self.tagged.remove(&tag) else { return };
        let mut shorter: BTreeMap<ListId, (ListId, [u32; KINDS])> = BTreeMap::new();
        for place in members.iter() {
            let index = place as usize;
            let (Some(list), Some(kind)) =
                (self.tag_lists.get_mut(index), self.hindrances.get(index))
            else {
                continue;
            };
            let (new, people) = shorter.entry(*list).or_insert_with(|| {
                let tags: Vec<TagId> =
                    self.lists.tags(*list).iter().copied().filter(|one| *one != tag).collect();
                let new = self.lists.id(&tags);
                (new, [0; KINDS])
            });
            *list = *new;
            if let Some(people) = people.get_mut(usize::from(*kind)) {
                *people += 1;
            }
            if *new == NO_TAGS && !self.blacklisted.contains(place) {
                self.ungrouped.set(place, true);
            }
        }
        for (old, (new, people)) in shorter {
            for (kind, people) in (0..).zip(people).filter(|(_, people)| *people > 0) {
                self.lists.join(new, kind, people);
                self.lists.leave(old, kind, people);
            }
        }
    }

    /// The old group: the blacklist, else the first tag, else none.
    pub(crate) fn group(&self, place: Place) -> TagId {
        if self.blacklisted.contains(place) {
            return BLACKLIST;
        }
        self.tags(place).first().copied().unwrap_or(UNGROUPED)
    }

    /// Those who follow now.
    pub(crate) fn subscribed(&self) -> &Bits {
        &self.subscribed
    }

    /// Those who follow now and have this tag; the platform's own 0 and 1 nobody *has*.
    pub(crate) fn subscribed_with(&self, tag: TagId) -> Bits {
        self.tagged.get(&tag).map(|members| members.and(&self.subscribed)).unwrap_or_default()
    }

    /// Those of a section, in order, from `start` on.
    pub(crate) fn section(&self, section: Section, start: Place) -> impl Iterator<Item = Place> {
        let members = match section {
            Section::Everyone => Some(&self.subscribed),
            Section::Tag(UNGROUPED) => Some(&self.ungrouped),
            Section::Tag(BLACKLIST) => Some(&self.blacklisted),
            Section::Tag(tag) => self.tagged.get(&tag),
        };
        members.into_iter().flat_map(move |members| members.common(&self.subscribed, start))
    }

    /// How many a section has.
    pub(crate) fn section_len(&self, section: Section) -> usize {
        match section {
            Section::Everyone => self.lists.all().map(|list| following(&list.people)).sum(),
            Section::Tag(tag) => self.tag_counts().get(&tag).copied().unwrap_or_default(),
        }
    }

    /// Followers of each tag. The blacklisted stand under 1, those without a tag under 0.
    pub(crate) fn tag_counts(&self) -> BTreeMap<TagId, usize> {
        let mut counts = BTreeMap::new();
        for list in self.lists.all() {
            let following = following(&list.people);
            let blacklisted = blacklisted(&list.people);
            *counts.entry(BLACKLIST).or_default() += blacklisted;
            if list.tags.is_empty() {
                *counts.entry(UNGROUPED).or_default() += following - blacklisted;
            }
            for tag in &*list.tags {
                *counts.entry(*tag).or_default() += following;
            }
        }
        counts
    }

    /// Followers of each group; each follower is in exactly one.
    pub(crate) fn group_counts(&self) -> BTreeMap<TagId, usize> {
        let mut counts = BTreeMap::new();
        for list in self.lists.all() {
            let blacklisted = blacklisted(&list.people);
            let group = list.tags.first().copied().unwrap_or(UNGROUPED);
            *counts.entry(BLACKLIST).or_default() += blacklisted;
            *counts.entry(group).or_default() += following(&list.people) - blacklisted;
        }
        counts
    }
}

fn following(people: &[u32; KINDS]) -> usize {
    let gone = usize::from(kind(Some(Hindrance::Unsubscribed)));
    let here = people.iter().enumerate().filter(|(kind, _)| *kind != gone);
    here.map(|(_, people)| *people as usize).sum()
}

fn blacklisted(people: &[u32; KINDS]) -> usize {
    let on_it =
        (0..).zip(people).filter(|(kind, _)| hindrance_of(*kind) == Some(Hindrance::Blacklisted));
    on_it.map(|(_, people)| *people as usize).sum()
}
