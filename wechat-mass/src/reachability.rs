//! Which followers had how many of this month's messages, as far as the journal knows: an index of
//! OpenIDs in about thirty bytes each.

pub(crate) mod calls;
mod index;
mod plan;

use std::borrow::Borrow;
use std::time::SystemTime;

use wechat_types::id::{AppId, OpenId};

use crate::journal::{JournalError, Store};
use crate::quota::{Spend, Window};

use index::Index;
pub use plan::{OnlyReachable, OnlyReachableError, only_reachable};

/// What followers may have received in a calendar month of Beijing.
///
/// Each number is a **most**: a call that was accepted counts for all whom it named, and so does one of
/// which nobody knows. A job that failed reached nobody. Sends of the website count for everyone,
/// as they were [stated](Store::state_website_sends).
#[derive(Debug, Default)]
pub struct Reachability {
    named: Index,
    /// Messages that went to all followers.
    everyone: u8,
    tags: usize,
}

/// How a list of followers can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reach {
    /// Those who have had fewer messages than a follower gets in a month.
    pub reachable: usize,
    /// The others: the platform takes them, and leaves them out (`FilterCount`).
    pub had_all: usize,
}

impl Reachability {
    /// Messages of a service account that a follower gets in a calendar month, those of the website
    /// included.
    ///
    /// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Batch_Sends_and_Originality_Checks.html>
    pub const A_MONTH: u8 = 4;

    /// Reads this month's calls of all campaigns but one: the calls of the campaign that is planned
    /// are not in its own way.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    pub async fn read(
        store: &dyn Store,
        account: &AppId,
        but: Option<&str>,
        now: SystemTime,
    ) -> Result<Self, JournalError> {
        let month = Window::Month.began(now);
        let website = store.spent(account, &[Spend::OnWebsite], month).await?.len();
        let everyone = u8::try_from(website).unwrap_or(u8::MAX);
        let mut found = Self { everyone, ..Self::default() };
        for frozen in store.campaigns(account).await? {
            if but == Some(frozen.name.as_str()) {
                continue;
            }
            let entries = store.entries(account, &frozen.name).await?;
            let calls = calls::may_have_reached(&entries).into_iter();
            for (call, _) in calls.filter(|(_, at)| *at >= month) {
                match store.recipients(account, &frozen.name, call).await? {
                    Some(list) => found.add_call(list.iter()),
                    None if frozen.spend() == Spend::ToEveryone => {
                        found.everyone = found.everyone.saturating_add(1);
                    }
                    None => found.tags += 1,
                }
            }
        }
        Ok(found)
    }

    /// Counts a message for each of these.
    pub fn add_call(&mut self, recipients: impl IntoIterator<Item = impl Borrow<OpenId>>) {
        self.named.add(recipients);
    }

    /// Messages that a follower may have had.
    pub fn received(&self, open_id: &OpenId) -> u8 {
        self.everyone.saturating_add(self.named.count(open_id))
    }

    /// The follower gets another one.
    pub fn reaches(&self, open_id: &OpenId) -> bool {
        self.received(open_id) < Self::A_MONTH
    }

    /// How a list can be reached.
    pub fn of<'a>(&self, list: impl IntoIterator<Item = &'a OpenId>) -> Reach {
        let mut reach = Reach::default();
        for open_id in list {
            *(if self.reaches(open_id) { &mut reach.reachable } else { &mut reach.had_all }) += 1;
        }
        reach
    }

    /// The same for all followers that a call of this month named.
    pub fn of_named(&self) -> Reach {
        let left = Self::A_MONTH.saturating_sub(self.everyone);
        let reachable = self.named.fewer_than(left);
        Reach { reachable, had_all: self.named.len() - reachable }
    }

    /// Messages that went to all followers: each counts for everyone.
    pub fn to_everyone(&self) -> u8 {
        self.everyone
    }

    /// Messages that went to a tag. Who had it is the platform's to know: its members may have one
    /// message less left than is told here.
    pub fn to_tags(&self) -> usize {
        self.tags
    }
}

#[cfg(test)]
mod tests;
