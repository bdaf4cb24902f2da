//! Followers: who they are, whether they may be reached, and what reached them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wechat_types::id::{MsgId, OpenId, TagId, WeChatName};

use super::profile::FollowerProfile;

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

/// Place of a follower in the list.
pub(crate) type Place = usize;

#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) openid: OpenId,
    pub(crate) tags: Vec<TagId>,
    pub(crate) hindrance: Option<Hindrance>,
    pub(crate) profile: FollowerProfile,
    /// Month of `received`.
    month: u64,
    received: u32,
    pub(crate) inbox: Vec<MsgId>,
    pub(crate) previews: u32,
}

impl Follower {
    pub(crate) fn is_subscribed(&self) -> bool {
        self.hindrance != Some(Hindrance::Unsubscribed)
    }

    /// Messages received in `month`.
    pub(crate) fn received_in(&self, month: u64) -> u32 {
        if self.month == month { self.received } else { 0 }
    }

    pub(crate) fn set_received(&mut self, month: u64, count: u32) {
        (self.month, self.received) = (month, count);
    }
}

#[derive(Debug, Default)]
pub(crate) struct Followers {
    list: Vec<Follower>,
    index: BTreeMap<OpenId, Place>,
    names: BTreeMap<WeChatName, Place>,
}

impl Followers {
    /// Adds a follower; one that is known stays as it is.
    pub(crate) fn add(&mut self, openid: OpenId) -> Place {
        if let Some(place) = self.index.get(&openid) {
            return *place;
        }
        let place = self.list.len();
        self.index.insert(openid.clone(), place);
        self.list.push(Follower {
            openid,
            tags: Vec::new(),
            hindrance: None,
            profile: FollowerProfile::default(),
            month: 0,
            received: 0,
            inbox: Vec::new(),
            previews: 0,
        });
        place
    }

    pub(crate) fn name(&mut self, name: WeChatName, openid: OpenId) {
        let place = self.add(openid);
        self.names.insert(name, place);
    }

    pub(crate) fn find(&self, openid: &OpenId) -> Option<Place> {
        self.index.get(openid).copied()
    }

    pub(crate) fn find_name(&self, name: &WeChatName) -> Option<Place> {
        self.names.get(name).copied()
    }

    pub(crate) fn get(&self, place: Place) -> Option<&Follower> {
        self.list.get(place)
    }

    pub(crate) fn get_mut(&mut self, place: Place) -> Option<&mut Follower> {
        self.list.get_mut(place)
    }

    pub(crate) fn by_id_mut(&mut self, openid: &OpenId) -> Option<&mut Follower> {
        let place = self.find(openid)?;
        self.list.get_mut(place)
    }

    pub(crate) fn all(&self) -> &[Follower] {
        &self.list
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Follower> {
        self.list.iter_mut()
    }

    /// Those who follow now and are accepted by `wanted`, in the order they were added.
    pub(crate) fn subscribed(&self, wanted: impl Fn(&Follower) -> bool) -> Vec<Place> {
        let chosen = self.list.iter().enumerate().filter(|(_, f)| f.is_subscribed() && wanted(f));
        chosen.map(|(place, _)| place).collect()
    }
}
