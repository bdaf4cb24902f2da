//! Setting up what is known of followers in a test, and looking into it.

use wechat_types::id::{AppId, OpenId, TagId};

use crate::server::MockServer;
use crate::world::profile::FollowerProfile;

/// What is known of followers.
impl MockServer {
    /// Changes what user/info tells of a follower. Ignored for one who was never added.
    pub fn change_profile(&self, openid: &OpenId, change: impl FnOnce(&mut FollowerProfile)) {
        let mut account = self.account();
        let followers = &mut account.followers;
        if let Some(place) = followers.find(openid) {
            followers.change_profile(place, change);
        }
    }

    /// What user/info tells of a follower, his remark among it; `None` for one who was never added.
    pub fn profile(&self, openid: &OpenId) -> Option<FollowerProfile> {
        let account = self.account();
        let followers = &account.followers;
        followers.find(openid).map(|place| followers.profile(place))
    }

    /// A follower's tags, the oldest first.
    pub fn tags_of(&self, openid: &OpenId) -> Vec<TagId> {
        let account = self.account();
        let followers = &account.followers;
        let place = followers.find(openid);
        place.map(|place| followers.tags(place).to_vec()).unwrap_or_default()
    }

    /// All tags, or groups, with their names, by id.
    pub fn tags(&self) -> Vec<(TagId, String)> {
        self.account().tags.all().map(|(tag, name)| (tag, name.to_owned())).collect()
    }

    /// A follower who came with the account's move from another AppID, where he was `old`.
    pub fn add_moved_follower(&self, from: AppId, old: OpenId, new: OpenId) {
        let mut account = self.account();
        account.followers.add(new.clone());
        account.moved.entry(from).or_default().insert(old, new);
    }
}
