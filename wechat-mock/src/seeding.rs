//! Setting up an account's world in a test, and looking into it.

mod import;
mod people;
mod publishing;
mod sent;

pub use import::{FollowerImport, ImportError};

use std::sync::MutexGuard;
use std::time::SystemTime;

use wechat_types::id::{MediaId, MsgId, OpenId, TagId, WeChatName};

use crate::beijing::month;
#[cfg(feature = "callbacks")]
use crate::callbacks::{CallbackFault, CallbackResult, CallbackTarget};
#[cfg(feature = "callbacks")]
use crate::exchange::{Push, UrlCheck};
use crate::server::MockServer;
use crate::settings::Verdict;
use crate::turn::catch_up;
use crate::world::account::Account;
use crate::world::draft::StoredDraft;
use crate::world::follower::Hindrance;
use crate::world::mass_job::MassJob;
use crate::world::media::MaterialKind;

impl MockServer {
    /// The account after all that is due by now: what is changed holds for what comes later.
    fn account_now(&self) -> MutexGuard<'_, Account> {
        catch_up(self.account_lock(), &self.settings(), self.clock().now());
        self.account()
    }
}

/// Followers and tags.
impl MockServer {
    /// Somebody follows the account. One who does already stays as he is.
    pub fn add_follower(&self, openid: OpenId) {
        self.account().followers.add(openid);
    }

    /// So many new followers with OpenIDs from the seed. For very many see
    /// [`MockServerBuilder::followers`](crate::MockServerBuilder::followers).
    pub fn add_followers(&self, count: usize) -> Vec<OpenId> {
        let mut account = self.account();
        let first = account.invent_followers(count);
        (first..).take(count).filter_map(|place| account.followers.openid(place)).collect()
    }

    /// All who were ever added, in that order, also those who have left.
    pub fn followers(&self) -> Vec<OpenId> {
        let account = self.account();
        account.followers.all().filter_map(|place| account.followers.openid(place)).collect()
    }

    /// Of all who were ever added the next `count` after the first `after`, in that order.
    pub fn followers_after(&self, after: usize, count: usize) -> Vec<OpenId> {
        let account = self.account();
        let places = account.followers.all().skip(after).take(count);
        places.filter_map(|place| account.followers.openid(place)).collect()
    }

    /// How many were ever added, also those who have left.
    pub fn follower_count(&self) -> usize {
        self.account().followers.len()
    }

    /// What keeps a follower from receiving messages; `None`: nothing any more. Ignored for one who
    /// was never added.
    pub fn set_hindrance(&self, openid: &OpenId, hindrance: Option<Hindrance>) {
        let mut account = self.account_now();
        let followers = &mut account.followers;
        if let Some(place) = followers.find(openid) {
            followers.set_hindrance(place, hindrance);
        }
    }

    /// Sets how many mass messages a follower has received in the Beijing month of `now`, up to
    /// 65 535. The mock counts one month at a time: another month forgets what all received before.
    pub fn set_received_this_month(&self, openid: &OpenId, count: u32, now: SystemTime) {
        let mut account = self.account_now();
        let followers = &mut account.followers;
        if let Some(place) = followers.find(openid) {
            followers.set_received(place, month(now), count);
        }
    }

    /// Mass messages that a follower has received in the Beijing month of `now`.
    pub fn received_this_month(&self, openid: &OpenId, now: SystemTime) -> u32 {
        let account = self.account();
        let followers = &account.followers;
        followers.find(openid).map_or(0, |place| followers.received_in(place, month(now)))
    }

    /// Gives a follower, who is added if need be, a WeChat name for previews.
    pub fn add_wechat_name(&self, name: WeChatName, openid: OpenId) {
        self.account().followers.name(name, openid);
    }

    /// A tag exists. 0, 1 and 2 exist always.
    pub fn add_tag(&self, tag: TagId, name: impl Into<String>) {
        self.account().tags.add(tag, name.into());
    }

    /// Puts a tag on a follower. Ignored for one who was never added.
    pub fn tag_follower(&self, openid: &OpenId, tag: TagId) {
        let mut account = self.account();
        let followers = &mut account.followers;
        if let Some(place) = followers.find(openid) {
            followers.put_tag(place, tag);
        }
    }

    /// Puts a tag on the first so many who were ever added.
    pub fn tag_first_followers(&self, count: usize, tag: TagId) {
        let mut account = self.account();
        let followers = &mut account.followers;
        followers.all().take(count).for_each(|place| followers.put_tag(place, tag));
    }

    /// The jobs whose message reached this follower, in order.
    pub fn inbox(&self, openid: &OpenId) -> Vec<MsgId> {
        let account = self.account();
        let place = account.followers.find(openid);
        place.map(|place| account.inbox(place).collect()).unwrap_or_default()
    }

    /// Whom the message of a job reached, in the order of adding. How many they are stands in
    /// [`JobCounts::sent`](crate::JobCounts::sent).
    pub fn deliveries(&self, msg_id: MsgId) -> Vec<OpenId> {
        let account = self.account();
        let reached = account.job(msg_id).map(|job| job.delivery.reached.iter());
        reached.into_iter().flatten().filter_map(|place| account.followers.openid(place)).collect()
    }

    /// Previews shown to this follower.
    pub fn previews(&self, openid: &OpenId) -> u32 {
        let account = self.account();
        let followers = &account.followers;
        followers.find(openid).map_or(0, |place| followers.previews(place))
    }
}

/// Material and drafts.
impl MockServer {
    /// Permanent material under a given id.
    pub fn add_material_with_id(&self, id: MediaId, kind: MaterialKind) {
        let mut guard = self.account();
        let item = self.seeded_item(kind, &mut guard);
        guard.media.insert(id, item);
    }

    /// Permanent material under an id from the seed.
    pub fn add_material(&self, kind: MaterialKind) -> MediaId {
        let id = self.account().new_media_id();
        self.add_material_with_id(id.clone(), kind);
        id
    }

    /// A draft of one small article under a given id.
    pub fn add_draft_with_id(&self, id: MediaId) {
        let now = self.clock().now();
        self.account().drafts.insert(id, vec![publishing::small_article()], now);
    }

    /// A draft of one small article under an id from the seed.
    pub fn add_draft(&self) -> MediaId {
        let id = self.account().new_media_id();
        self.add_draft_with_id(id.clone());
        id
    }

    /// A draft as the platform keeps it, also a consumed one.
    pub fn draft(&self, id: &MediaId) -> Option<StoredDraft> {
        self.account().drafts.get(id).cloned()
    }

    /// The addresses uploadimg has given out.
    pub fn article_pictures(&self) -> Vec<String> {
        self.account().media.pictures().to_vec()
    }
}

/// Tokens, quotas and jobs.
impl MockServer {
    /// All tokens stop to work at `now`, as after a change of the secret: 40001.
    pub fn revoke_tokens(&self, now: SystemTime) {
        self.account().tokens.revoke(now);
    }

    /// So many more mass sends are accepted, whatever the account's rules about them say (45028);
    /// `None`: the rules again. The limits of calls a minute and a day hold all the same.
    pub fn set_mass_quota_left(&self, left: Option<u32>) {
        self.account().quotas.set_by_hand(left);
    }

    /// The number of the next job: below 2^31 that of the next send to everyone, else that of the
    /// next other send.
    pub fn set_next_msg_id(&self, msg_id: MsgId) {
        self.account().set_next_msg_id(msg_id);
    }

    /// The verdict on the next job without one; call it again for the one after it.
    pub fn next_job_verdict(&self, verdict: Verdict) {
        self.account().verdicts.push_back(verdict);
    }

    /// A job.
    pub fn job(&self, msg_id: MsgId) -> Option<MassJob> {
        self.account().job(msg_id).map(|job| job.public.clone())
    }

    /// All jobs, by number: sends to everyone first.
    pub fn jobs(&self) -> Vec<MassJob> {
        self.account().jobs().map(|job| job.public.clone()).collect()
    }
}

/// Callbacks.
#[cfg(feature = "callbacks")]
impl MockServer {
    /// Changes where callbacks go; those on their way go there too.
    pub fn set_callback(&self, target: Option<CallbackTarget>) {
        self.outbox().target = target;
        self.changed();
    }

    /// Hands in a callback address as on the platform's website: [`due`](Self::due) gives out the
    /// GET that checks it, and only an address that echoes takes the place of the one before it.
    pub fn submit_callback(&self, target: CallbackTarget) {
        let now = self.clock().now();
        self.outbox().submit(target, now);
        self.changed();
    }

    /// How the check of the last address handed in ended; none while it is under way.
    pub fn callback_check(&self) -> Option<UrlCheck> {
        self.outbox().checked.clone()
    }

    /// Where callbacks go.
    pub fn callback_target(&self) -> Option<CallbackTarget> {
        self.outbox().target.clone()
    }

    /// Disturbs the next callback; call it again for the one after it.
    pub fn disturb_next_callback(&self, fault: CallbackFault) {
        self.disturb_callbacks(1, fault);
    }

    /// Disturbs so many callbacks more. [`CallbackFault::Swapped`] counts pairs.
    pub fn disturb_callbacks(&self, count: usize, fault: CallbackFault) {
        self.outbox().faults.extend(std::iter::repeat_n(fault, count));
    }

    /// How callbacks ended, in that order.
    pub fn callback_results(&self) -> Vec<CallbackResult> {
        self.outbox().results.clone()
    }

    /// The GET by which the platform checks the callback address; none without one. Judge its
    /// answer by [`UrlCheck::of`](crate::UrlCheck::of); it needs no settling.
    pub fn verify_callback_url(&self, now: SystemTime) -> Option<Push> {
        let settings = self.settings();
        self.outbox().verify_url(&settings, now)
    }
}
