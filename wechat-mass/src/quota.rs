//! What an account may do in a minute, a day and a month, counted in Beijing time.
//!
//! The counting itself is the journal's: [`Journal::claim`](crate::journal::Journal::claim) reserves a
//! call before it is made, across all campaigns and programs that share a journal.

mod calendar;
mod day;
mod forecast;

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

pub use calendar::BeijingTime;
pub use day::Day;
pub use forecast::{Forecast, platform_count};

/// A call that the platform counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Spend {
    /// `message/mass/send`: a list of OpenIDs.
    #[doc(alias = "send")]
    ByOpenIds,
    /// `message/mass/sendall` to a tag.
    #[doc(alias = "sendall")]
    ToTag,
    /// `message/mass/sendall` to all followers.
    #[doc(alias = "sendall")]
    ToEveryone,
    /// An attempt at a send to a tag that is no further send: a repeat of one that may have been accepted, or one
    /// that nothing was sent by. The platform counts the call.
    ToTagAgain,
    /// The same of a send to everyone.
    ToEveryoneAgain,
    /// A send to everyone that somebody made on mp.weixin.qq.com, as a human
    /// [says](crate::journal::Store::state_website_sends): it draws on the month like one of this program.
    OnWebsite,
    /// `message/mass/preview`.
    Preview,
    /// `message/mass/delete`.
    Delete,
}

impl Spend {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ByOpenIds,
        Self::ToTag,
        Self::ToEveryone,
        Self::ToTagAgain,
        Self::ToEveryoneAgain,
        Self::OnWebsite,
        Self::Preview,
        Self::Delete,
    ];

    /// What an attempt is that is no further send. A list is counted by its calls alone.
    #[must_use]
    pub fn again(self) -> Self {
        match self {
            Self::ToTag => Self::ToTagAgain,
            Self::ToEveryone => Self::ToEveryoneAgain,
            spend => spend,
        }
    }

    /// The name in a journal, which must never change.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByOpenIds => "by_open_ids",
            Self::ToTag => "to_tag",
            Self::ToEveryone => "to_everyone",
            Self::ToTagAgain => "to_tag_again",
            Self::ToEveryoneAgain => "to_everyone_again",
            Self::OnWebsite => "on_website",
            Self::Preview => "preview",
            Self::Delete => "delete",
        }
    }
}

/// The time in which a budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Window {
    /// The last 60 seconds, at any moment.
    Minute,
    /// A day in Beijing.
    Day,
    /// A calendar month in Beijing.
    Month,
}

impl Window {
    /// What was spent from this moment on counts at `now`.
    pub fn began(self, now: SystemTime) -> SystemTime {
        match self {
            // Exactly 60 seconds ago is out.
            Self::Minute => now - MINUTE + Duration::from_millis(1),
            Self::Day => calendar::day(now),
            Self::Month => calendar::month(now),
        }
    }

    /// When what was spent at `spent` no longer counts.
    pub fn ends(self, spent: SystemTime) -> SystemTime {
        match self {
            Self::Minute => spent + MINUTE,
            Self::Day => calendar::next_day(spent),
            Self::Month => calendar::next_month(spent),
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// So many calls of these kinds together in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// The calls that draw on it.
    pub spends: &'static [Spend],
    /// The window.
    pub window: Window,
    /// Calls in one window.
    pub limit: u32,
}

impl Budget {
    /// Given the moments at which it was drawn on within the window, oldest first: `None` when
    /// another call is possible at once, otherwise from when.
    pub fn wait(&self, spent: &[SystemTime]) -> Option<SystemTime> {
        let over = (spent.len() + 1).checked_sub(self.limit as usize)?.checked_sub(1)?;
        match spent.get(over) {
            Some(oldest_in_the_way) => Some(self.window.ends(*oldest_in_the_way)),
            // A budget of nothing is never open.
            None => Some(calendar::far()),
        }
    }
}

/// An account's limits. The defaults are those that the platform documents for a verified service
/// account; what it really grants is shown by [`GetApiQuota`](wechat_types::platform::GetApiQuota).
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Batch_Sends_and_Originality_Checks.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Send calls a minute, all kinds together (45011 beyond).
    pub sends_per_minute: u32,
    /// Calls of `mass/send` a day (45009).
    pub by_open_ids_per_day: u32,
    /// Calls of `mass/sendall` a day (45009).
    pub sendall_per_day: u32,
    /// Sends to everyone or a tag a day, however often each is attempted (45028).
    pub sends_per_day: u32,
    /// Sends to everyone a day, however often each is attempted (45028). The newest page alone has this limit, and for
    /// service accounts.
    pub to_everyone_per_day: u32,
    /// Sends to everyone a month, those of the website included (45028).
    pub to_everyone_per_month: u32,
    /// Previews a day (45009).
    pub previews_per_day: u32,
    /// Deletions a day (45009).
    pub deletes_per_day: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sends_per_minute: 60,
            by_open_ids_per_day: 100,
            sendall_per_day: 100,
            sends_per_day: u32::MAX,
            to_everyone_per_day: 1,
            to_everyone_per_month: 4,
            previews_per_day: 100,
            deletes_per_day: 10,
        }
    }
}

impl Limits {
    /// A verified subscription account: one send a day, to everyone or to a tag.
    pub fn subscription() -> Self {
        Self {
            by_open_ids_per_day: 0,
            sends_per_day: 1,
            to_everyone_per_day: u32::MAX,
            to_everyone_per_month: 31,
            ..Self::default()
        }
    }

    /// No limits, for a server of one's own that has none.
    pub fn none() -> Self {
        Self {
            sends_per_minute: u32::MAX,
            by_open_ids_per_day: u32::MAX,
            sendall_per_day: u32::MAX,
            sends_per_day: u32::MAX,
            to_everyone_per_day: u32::MAX,
            to_everyone_per_month: u32::MAX,
            previews_per_day: u32::MAX,
            deletes_per_day: u32::MAX,
        }
    }

    /// The budgets that a call draws on.
    pub fn budgets(&self, spend: Spend) -> Vec<Budget> {
        let all = [
            (Window::Minute, SENDS, self.sends_per_minute),
            (Window::Day, &[Spend::ByOpenIds], self.by_open_ids_per_day),
            (Window::Day, SENDALL, self.sendall_per_day),
            (Window::Day, &[Spend::ToTag, Spend::ToEveryone], self.sends_per_day),
            (Window::Day, &[Spend::ToEveryone], self.to_everyone_per_day),
            (Window::Month, &[Spend::ToEveryone, Spend::OnWebsite], self.to_everyone_per_month),
            (Window::Day, &[Spend::Preview], self.previews_per_day),
            (Window::Day, &[Spend::Delete], self.deletes_per_day),
        ];
        all.into_iter()
            .filter(|(_, spends, limit)| spends.contains(&spend) && *limit < u32::MAX)
            .map(|(window, spends, limit)| Budget { spends, window, limit })
            .collect()
    }
}

/// Calls of `message/mass/sendall`.
pub const SENDALL: &[Spend] =
    &[Spend::ToTag, Spend::ToEveryone, Spend::ToTagAgain, Spend::ToEveryoneAgain];

const SENDS: &[Spend] =
    &[Spend::ByOpenIds, Spend::ToTag, Spend::ToEveryone, Spend::ToTagAgain, Spend::ToEveryoneAgain];
