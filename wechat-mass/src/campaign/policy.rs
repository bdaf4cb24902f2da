//! How patient a campaign is.

use std::time::{Duration, SystemTime};

use crate::journal::LEASE;
use crate::quota::Limits;

/// Times and limits of a campaign's run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// What the account may do in a minute, a day and a month.
    pub limits: Limits,
    /// The pause before a call whose answer was lost is made again with its key. The platform
    /// answers 45066 to a key that comes again within a minute.
    pub repeat_after: Duration,
    /// The pause before a call is tried again that was answered 45065 with the job of another call
    /// of the same content.
    pub mistaken_after: Duration,
    /// Attempts in all at a call whose answer is lost again and again.
    pub attempts: u32,
    /// How long after the first attempt the key may still be used. The platform remembers it for
    /// 24 hours from when it **took** the call; deadline and clock differences need a margin.
    pub key_window: Duration,
    /// The first look at a job's status, after its acceptance.
    pub poll_after: Duration,
    /// The further looks.
    pub poll_every: Duration,
    /// How long a callback is waited for after a job's status is final: the status has no
    /// counters. Zero when no callback can come.
    pub wait_for_counters: Duration,
    /// How long jobs are followed.
    pub follow_for: Duration,
    /// How often, while nothing is to be done, the journal is looked at for what others recorded: a
    /// human's stop, reports that came to another program. Before each call it is looked at anyway.
    pub look_every: Duration,
    /// How long a call, or an upload, is one worker's own where several share the campaign. If he does not come
    /// back in time, another makes it again with its key: longer than a call with its draft takes.
    pub lease: Duration,
    /// How long after its acceptance a job without a final report is overdue. It is followed further.
    pub overdue_after: Duration,
    /// No call before this moment.
    pub not_before: Option<SystemTime>,
    /// No call after this moment: not for a campaign that is resumed either, nor as the repeat of a
    /// call whose answer was lost.
    pub not_after: Option<SystemTime>,
    /// The first call is tried out before the others.
    pub canary: Canary,
    /// A new run makes the calls after one that is undecided for good. Otherwise it stops there,
    /// for whoever decides about that call decides about the others too.
    pub past_undecided: bool,
    /// The store holds each worker's clock against its own.
    pub(crate) clocks_checked: bool,
}

/// Whether the first call goes out before the others, to be looked at. The first is the first that
/// the platform takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Canary {
    /// All calls go out one after the other.
    #[default]
    Off,
    /// The others wait for the report of the first. If that is no success, they need a human's word,
    /// as after any job that failed.
    ThenRest,
    /// The others are not made by this run.
    Alone,
}

impl Policy {
    /// Nothing is sent at this moment any more.
    pub(super) fn has_ended(&self, at: SystemTime) -> bool {
        self.not_after.is_some_and(|end| at > end)
    }

    /// No time is so long that adding it to a date fails.
    pub(super) fn bounded(self) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        Self {
            repeat_after: self.repeat_after.min(YEAR),
            mistaken_after: self.mistaken_after.min(YEAR),
            key_window: self.key_window.min(YEAR),
            poll_after: self.poll_after.min(YEAR),
            poll_every: self.poll_every.min(YEAR),
            wait_for_counters: self.wait_for_counters.min(YEAR),
            follow_for: self.follow_for.min(YEAR),
            overdue_after: self.overdue_after.min(YEAR),
            look_every: self.look_every.clamp(SECOND, YEAR),
            lease: self.lease.clamp(SECOND, YEAR),
            ..self
        }
    }
}

impl Default for Policy {
    /// Stops at what is undecided; the documented limits; 6 attempts, 60 seconds apart, for 23
    /// hours; 10 minutes where the
    /// platform took a call for another one; a look at each job every 30 seconds for 6 hours, and at
    /// the journal as often; a lease of 5 minutes; 30 seconds for a job's counters; a job is
    /// overdue after 6 hours; no canary, sent at any time.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            repeat_after: Duration::from_secs(60),
            mistaken_after: Duration::from_secs(10 * 60),
            attempts: 6,
            key_window: Duration::from_secs(23 * 60 * 60),
            poll_after: Duration::from_secs(30),
            poll_every: Duration::from_secs(30),
            wait_for_counters: Duration::from_secs(30),
            follow_for: Duration::from_secs(6 * 60 * 60),
            look_every: Duration::from_secs(30),
            lease: LEASE,
            overdue_after: Duration::from_secs(6 * 60 * 60),
            not_before: None,
            not_after: None,
            canary: Canary::Off,
            past_undecided: false,
            clocks_checked: false,
        }
    }
}
