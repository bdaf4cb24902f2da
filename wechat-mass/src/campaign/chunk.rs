//! One call of a campaign, from pending to reported.

mod rebooking;

use std::time::{Duration, SystemTime};

use wechat_types::error_code::ErrorCode;
use wechat_types::id::{MediaId, MsgId};
use wechat_types::mass::{MassReport, ReportSource};

use super::job::Job;
use super::obstacle::{Obstacle, Obstacles};
use super::policy::Policy;
use super::progress::Progress;
use super::resolution::Resolution;
use super::verdict::{Answer, Before, opens_again};
use crate::quota::BeijingTime;

/// What is known about one call.
#[derive(Debug, Default)]
pub(super) struct ChunkState {
    pub(super) progress: Progress,
    /// The draft that the call uses up. A repeat uses the same one, for it must be the same bytes.
    pub(super) draft: Option<MediaId>,
    /// The first attempt that may have been accepted.
    first_attempt: Option<SystemTime>,
    /// The last attempt of all.
    last_attempt: Option<SystemTime>,
    /// Attempts since the first that may have been accepted.
    attempts: u32,
    /// One of them may have been accepted, and nobody knows.
    lost: bool,
    /// What the call was put off for.
    met: Obstacles,
}

impl ChunkState {
    /// No further call is needed or allowed.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(
            self.progress,
            Progress::Pending { .. } | Progress::InFlight | Progress::Unsettled { .. }
        )
    }

    /// A call is needed, or would be made if the program were run again.
    pub(super) fn may_be_made(&self) -> bool {
        let again = matches!(self.progress, Progress::Refused { .. } | Progress::Undecided { .. });
        again || !self.is_settled()
    }

    pub(super) fn running_job(&self) -> Option<&Job> {
        match &self.progress {
            Progress::Running(job) => Some(job),
            _ => None,
        }
    }

    pub(super) fn msg_id(&self) -> Option<MsgId> {
        match &self.progress {
            Progress::Running(job) | Progress::Reported(job, _) => Some(job.msg_id),
            _ => None,
        }
    }

    /// What the attempts so far came to.
    pub(super) fn before(&self) -> Before {
        match (self.first_attempt, self.lost) {
            (None, _) => Before::Nothing,
            (Some(_), true) => Before::Lost,
            (Some(_), false) => Before::Doubtful,
        }
    }

    pub(super) fn intend(&mut self, at: SystemTime) {
        self.first_attempt.get_or_insert(at);
        self.last_attempt = Some(at);
        self.attempts += 1;
        self.progress = Progress::InFlight;
    }

    /// Takes in an answer; the reason to stop sending, if it is one.
    pub(super) fn settle(
        &mut self,
        at: SystemTime,
        answer: &Answer,
        policy: &Policy,
    ) -> Option<String> {
        match answer {
            Answer::Accepted { msg_id, msg_data_id, already } => {
                let job = Job::new(*msg_id, at, at + policy.poll_after);
                self.progress =
                    Progress::Running(Job { msg_data_id: *msg_data_id, already: *already, ..job });
                None
            }
            Answer::Mistaken { reason, .. } => {
                self.forget_attempts();
                let code = Some(ErrorCode::CLIENT_MSG_ID_EXISTS.get());
                self.put_off(at + policy.mistaken_after, Obstacle::Mistaken, code, reason)
            }
            Answer::Doubtful { reason, .. } => {
                self.first_attempt.get_or_insert(at);
                self.ask_again(at + policy.mistaken_after, reason, policy)
            }
            Answer::Rejected { code, reason } => {
                self.forget_attempts();
                match code.and_then(|code| opens_again(code, at)) {
                    Some(opens) => self.put_off(opens, Obstacle::TooFast, *code, reason),
                    None if code.is_some_and(is_about_recipients) => {
                        // The other calls have other recipients.
                        self.refuse(*code, reason);
                        None
                    }
                    None => self.refuse(*code, reason),
                }
            }
            Answer::NotSent { code, reason, passing } => {
                self.forget_attempts();
                if *passing {
                    self.put_off(at + policy.repeat_after, Obstacle::Unreachable, *code, reason)
                } else {
                    self.refuse(*code, reason)
                }
            }
            Answer::Ambiguous { reason, .. } => {
                self.lost = true;
                self.first_attempt.get_or_insert(at);
                self.ask_again(at + policy.repeat_after, reason, policy)
            }
            Answer::Unknown { reason, repeatable } => {
                self.lost = true;
                // A human may have said meanwhile that nothing was sent.
                self.first_attempt.get_or_insert(at);
                if *repeatable {
                    self.ask_again(at + policy.repeat_after, reason, policy)
                } else {
                    self.undecided(reason.clone())
                }
            }
        }
    }

    /// Makes the same call again with its key, while that is allowed and may tell something.
    fn ask_again(
        &mut self,
        repeat_at: SystemTime,
        reason: &str,
        policy: &Policy,
    ) -> Option<String> {
        if self.attempts >= policy.attempts {
            self.undecided(reason.to_owned())
        } else if !self.key_is_good_at(repeat_at, policy) {
            self.undecided(format!("{reason}; {KEY_TOO_OLD}"))
        } else {
            self.progress = Progress::Unsettled { repeat_at, reason: reason.to_owned() };
            None
        }
    }

    /// Whether the platform surely still knows the key of the first attempt.
    pub(super) fn key_is_good_at(&self, at: SystemTime, policy: &Policy) -> bool {
        self.first_attempt.is_none_or(|first| {
            match at.duration_since(first) {
                Ok(age) => age <= policy.key_window,
                // Workers' clocks differ by seconds. One that was set back says nothing about how old the
                // key is.
                Err(back) => policy.clocks_checked && back.duration() <= CLOCKS_DIFFER,
            }
        })
    }

    /// The key is too old for a repeat; the reason to stop sending.
    pub(super) fn give_up(&mut self) -> Option<String> {
        let Progress::Unsettled { reason, .. } = &self.progress else { return None };
        let reason = format!("{reason}; {KEY_TOO_OLD}");
        self.undecided(reason)
    }

    /// There is no time left for an attempt; the reason to stop sending.
    pub(super) fn too_late(&mut self, end: SystemTime) -> Option<String> {
        let end = BeijingTime::new(end);
        let late = format!("nothing is sent after {end}, Beijing time (已过截止时间)");
        match &self.progress {
            Progress::Pending { .. } => Some(format!("not made: {late}")),
            Progress::Unsettled { reason, .. } if reason.ends_with(&late) => {
                let reason = reason.clone();
                self.undecided(reason)
            }
            Progress::Unsettled { reason, .. } => {
                let reason = format!(
                    "{reason}; a repeat with its key could tell, and could send if the first attempt \
                     was not taken: {late}"
                );
                self.undecided(reason)
            }
            _ => None,
        }
    }

    pub(super) fn overdue(&mut self) {
        if let Progress::Running(job) = &mut self.progress {
            job.overdue = true;
        }
    }

    /// The platform took it, or a human says so.
    pub(super) fn was_taken(&self) -> bool {
        matches!(self.progress, Progress::Running(_) | Progress::Reported(..) | Progress::SaidSent)
    }

    /// Nobody knows whether the platform took it.
    pub(super) fn is_open(&self) -> bool {
        matches!(
            self.progress,
            Progress::InFlight | Progress::Unsettled { .. } | Progress::Undecided { .. }
        )
    }

    /// The first attempt of those that may have been accepted.
    pub(super) fn first_attempt(&self) -> Option<SystemTime> {
        self.first_attempt
    }

    /// A human decided what nobody knew. A call that was not sent keeps its key: if it was sent after
    /// all, the platform says so for as long as it remembers that, and afterwards another key would
    /// protect no better.
    pub(super) fn resolve(&mut self, at: SystemTime, resolution: &Resolution) {
        if !self.is_open() {
            return;
        }
        self.progress = match resolution {
            Resolution::Sent { msg_id: Some(msg_id) } => {
                let accepted_at = self.first_attempt.unwrap_or(at);
                Progress::Running(Job { followed_since: at, ..Job::new(*msg_id, accepted_at, at) })
            }
            Resolution::Sent { msg_id: None } => Progress::SaidSent,
            Resolution::NotSent => {
                self.forget_attempts();
                self.met = Obstacles::default();
                Progress::default()
            }
        };
    }

    /// Nothing of this call is with the platform: the next attempt is a first one.
    fn forget_attempts(&mut self) {
        (self.first_attempt, self.attempts, self.lost) = (None, 0, false);
    }

    fn put_off(
        &mut self,
        until: SystemTime,
        obstacle: Obstacle,
        code: Option<i64>,
        reason: &str,
    ) -> Option<String> {
        if !self.met.meet(obstacle) {
            return self.refuse(code, reason);
        }
        self.progress = Progress::Pending { not_before: Some(until) };
        None
    }

    fn refuse(&mut self, code: Option<i64>, reason: &str) -> Option<String> {
        self.progress = Progress::Refused { code, reason: reason.to_owned() };
        Some(reason.to_owned())
    }

    fn undecided(&mut self, reason: String) -> Option<String> {
        self.progress = Progress::Undecided { reason: reason.clone() };
        Some(reason)
    }

    /// Whoever was at it has ended, or is taken for ended: what was under way has no answer. The same call
    /// with its key will tell, at once, for its time has passed already.
    pub(super) fn interrupt(&mut self, at: SystemTime, reason: &str) {
        if let Progress::InFlight = self.progress {
            self.lost = true;
            self.progress = Progress::Unsettled { repeat_at: at, reason: reason.to_owned() };
        }
    }

    /// A new run of the program: what has no answer is made again with its key while that is
    /// good; what was refused is tried anew.
    pub(super) fn resume(&mut self, at: SystemTime, policy: &Policy) {
        let reason = match &self.progress {
            Progress::InFlight => return,
            Progress::Unsettled { reason, .. } | Progress::Undecided { reason } => reason.clone(),
            Progress::Refused { code, .. } => {
                if *code == Some(ErrorCode::INVALID_MEDIA_ID.get()) {
                    // The draft is gone; nothing was sent with it.
                    self.draft = None;
                }
                self.met = Obstacles::default();
                self.progress = Progress::default();
                return;
            }
            Progress::Running(job) => {
                let mut job = job.clone();
                (job.followed_since, job.next_look, job.looked_at) = (at, at, false);
                self.progress = Progress::Running(job);
                return;
            }
            Progress::Pending { .. } | Progress::Reported(..) | Progress::SaidSent => return,
        };
        self.attempts = 0;
        self.progress = if self.key_is_good_at(at, policy) {
            Progress::Unsettled { repeat_at: at, reason }
        } else if reason.ends_with(KEY_TOO_OLD) {
            Progress::Undecided { reason }
        } else {
            Progress::Undecided { reason: format!("{reason}; {KEY_TOO_OLD}") }
        };
    }

    pub(super) fn look_again(&mut self, at: SystemTime) {
        if let Progress::Running(job) = &mut self.progress {
            (job.next_look, job.looked_at) = (at, true);
        }
    }

    /// The job's end, where it is known.
    pub(super) fn end(&self) -> Option<&MassReport> {
        match &self.progress {
            Progress::Running(job) => job.ended.as_ref(),
            Progress::Reported(_, report) => Some(report),
            _ => None,
        }
    }

    /// A report of this call's job tells an end that is not known, or its counters.
    pub(super) fn is_news(&self, report: &MassReport) -> bool {
        self.msg_id() == Some(report.msg_id)
            && report.is_final()
            && self.end().is_none_or(|end| {
                end.source == ReportSource::StatusQuery && report.source == ReportSource::Callback
            })
    }

    pub(super) fn report_in(&mut self, at: SystemTime, report: &MassReport, policy: &Policy) {
        match &mut self.progress {
            Progress::Running(job) if !report.is_final() => {
                job.next_look = at + policy.poll_every;
            }
            Progress::Running(job) => {
                let counters_may_come = report.source == ReportSource::StatusQuery
                    && policy.wait_for_counters > Duration::ZERO;
                if counters_may_come && job.ended.is_none() {
                    job.ended = Some(report.clone());
                    job.next_look = at + policy.wait_for_counters;
                } else {
                    self.progress = Progress::Reported(job.clone(), report.clone());
                }
            }
            // Counters that come late are still better than none.
            Progress::Reported(job, known)
                if known.source == ReportSource::StatusQuery
                    && report.source == ReportSource::Callback =>
            {
                self.progress = Progress::Reported(job.clone(), report.clone());
            }
            _ => {}
        }
    }
}

/// The platform refused this call's list, such as one of which nobody follows any more.
fn is_about_recipients(code: i64) -> bool {
    [ErrorCode::INVALID_OPENID, ErrorCode::INVALID_OPENID_LIST].contains(&ErrorCode::new(code))
}

/// Workers' clocks, each of which may be so far from the store's.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

const KEY_TOO_OLD: &str =
    "the key may be forgotten by now, so the call is not repeated: look on mp.weixin.qq.com";
