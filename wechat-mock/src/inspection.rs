//! Looking into an account: what the control API tells, typed.

use std::time::SystemTime;

use wechat_types::id::{MediaId, OpenId};

use crate::routes;
use crate::server::MockServer;
use crate::world::draft::StoredDraft;
use crate::world::follower::Hindrance;

/// How much of a call's limit a day is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaUse {
    /// The call.
    pub path: &'static str,
    /// Calls a day.
    pub limit: u32,
    /// Calls made on this Beijing day.
    pub used: u32,
}

impl MockServer {
    /// The calls that have a limit a day, with what is used of it.
    pub fn quotas(&self, now: SystemTime) -> Vec<QuotaUse> {
        let settings = self.settings();
        routes::quotas(&self.account(), &settings, now)
    }

    /// All drafts, also the consumed ones, by id.
    pub fn drafts(&self) -> Vec<(MediaId, StoredDraft)> {
        let account = self.account();
        account.drafts.all().map(|(id, draft)| (id.clone(), draft.clone())).collect()
    }

    /// Was this person ever added?
    pub fn is_known(&self, openid: &OpenId) -> bool {
        self.account().followers.find(openid).is_some()
    }

    /// What keeps a follower from receiving messages; `None`: nothing, or he was never added.
    pub fn hindrance(&self, openid: &OpenId) -> Option<Hindrance> {
        let account = self.account();
        account.followers.find(openid).and_then(|place| account.followers.hindrance(place))
    }
}
