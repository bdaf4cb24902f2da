//! Mass-send jobs: from acceptance over review and delivery to their report.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use wechat_types::id::{MediaId, MsgDataId, MsgId};

use super::delivery::{Delivery, Recipients};
use super::follower::Followers;
use super::keys::SendKey;
use super::originality::Originality;
use super::quota::Taken;
use crate::beijing::month;
use crate::settings::{JobProgress, Settings, Verdict};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobState {
    /// Under review or being delivered: `SENDING`.
    Sending,
    /// `SEND_SUCCESS`.
    Success,
    /// `SEND_FAIL`, also after `err(N)`.
    Fail,
    /// Sent, and all of it deleted since: `DELETE`.
    Deleted,
}

/// The counters of MASSSENDJOBFINISH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobCounts {
    /// `TotalCount`: followers in the list or tag; others do not count.
    pub total: u64,
    /// `FilterCount`: how many were **left** after those were taken out who refuse, are
    /// blacklisted, or have received their messages of this month.
    pub after_filter: u64,
    /// `SentCount`.
    pub sent: u64,
    /// `ErrorCount`.
    pub errors: u64,
}

impl JobCounts {
    /// As the report has them, while the last messages are still on their way.
    fn reported(self, settings: &Settings) -> Self {
        let missing = self.sent.saturating_mul(settings.report_shortfall.into()).div_ceil(1000);
        Self { sent: self.sent.saturating_sub(missing), ..self }
    }
}

/// What the mock knows of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MassJob {
    /// The job's number.
    pub msg_id: MsgId,
    /// The articles' number; none for other kinds.
    pub msg_data_id: Option<MsgDataId>,
    /// The key the sender gave.
    pub client_msg_id: Option<String>,
    /// When it was accepted.
    pub accepted_at: SystemTime,
    /// It went to everyone.
    pub to_all: bool,
    /// Where it stands.
    pub state: JobState,
    /// What becomes of it.
    pub verdict: Verdict,
    /// The counters; all 0 until it was delivered, and for a failed job.
    pub counts: JobCounts,
    /// The counters as MASSSENDJOBFINISH told them, a little before the end; none before that.
    pub reported: Option<JobCounts>,
    /// The sent articles' addresses.
    pub article_urls: Vec<String>,
    /// Which of its articles are reprints.
    pub originality: Originality,
    /// Made on the platform's website.
    pub from_website: bool,
}

/// The content of MASSSENDJOBFINISH.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(not(feature = "callbacks"), allow(dead_code, reason = "only callbacks tell it"))]
pub(crate) struct JobReport {
    pub(crate) at: SystemTime,
    pub(crate) msg_id: MsgId,
    pub(crate) verdict: Verdict,
    pub(crate) counts: JobCounts,
    pub(crate) article_urls: Vec<String>,
    pub(crate) is_articles: bool,
    pub(crate) originality: Originality,
}

/// A job with what is needed to carry it out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) public: MassJob,
    /// To whom it is yet to go.
    pub(crate) audience: Recipients,
    pub(crate) delivery: Delivery,
    /// The articles or the video it is about: what can be deleted.
    pub(crate) material: Option<MediaId>,
    /// So many articles or videos.
    pub(crate) parts: usize,
    /// Those deleted, counted from 1.
    pub(crate) dead_parts: BTreeSet<usize>,
    /// The draft it uses up.
    pub(crate) draft: Option<MediaId>,
    /// The key under which it is remembered.
    pub(crate) key: Option<SendKey>,
    /// The quota it used, to be given back.
    pub(crate) taken: Vec<Taken>,
    pub(crate) plan: JobPlan,
    pub(crate) delivered: bool,
}

/// When the job goes on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum JobPlan {
    At {
        report: SystemTime,
        end: SystemTime,
    },
    AfterQueries(u32),
    /// The administrator has time until then to confirm it.
    Waiting {
        until: SystemTime,
    },
}

impl JobPlan {
    pub(crate) fn new(settings: &Settings, followers: usize, now: SystemTime) -> Self {
        match settings.progress {
            JobProgress::Immediate => Self::At { report: now, end: now },
            JobProgress::AfterQueries(left) => Self::AfterQueries(left),
            JobProgress::ByTime { review, followers_per_minute } => {
                let millis =
                    (followers as u64).saturating_mul(60_000) / followers_per_minute.max(1);
                let length = review + Duration::from_millis(millis);
                let report = now + length.saturating_sub(settings.report_ahead);
                Self::At { report, end: now + length }
            }
        }
    }
}

impl Job {
    /// When the job does something by itself; none when it has ended or waits for queries.
    pub(crate) fn next_due(&self) -> Option<SystemTime> {
        match self.plan {
            JobPlan::At { .. } if self.public.state != JobState::Sending => None,
            JobPlan::At { report, .. } if !self.delivered => Some(report),
            JobPlan::At { end, .. } => Some(end),
            JobPlan::Waiting { until } => Some(until),
            JobPlan::AfterQueries(_) => None,
        }
    }

    /// Brings the message to up to `budget` followers, which are taken off it. When all were
    /// served: the report.
    pub(crate) fn deliver(
        &mut self,
        followers: &mut Followers,
        settings: &Settings,
        now: SystemTime,
        budget: &mut usize,
    ) -> Option<JobReport> {
        if self.public.verdict == Verdict::Success {
            let rule = (month(now), monthly_limit(settings));
            if !self.delivery.go_on(&self.audience, followers, rule, budget) {
                return None;
            }
            self.public.counts = self.delivery.counts;
        } else {
            self.public.article_urls.clear();
        }
        let reported = self.public.counts.reported(settings);
        self.public.reported = Some(reported);
        self.delivered = true;
        self.audience = Recipients::default();
        Some(JobReport {
            at: now,
            msg_id: self.public.msg_id,
            verdict: self.public.verdict,
            counts: reported,
            article_urls: self.public.article_urls.clone(),
            is_articles: self.public.msg_data_id.is_some(),
            originality: self.public.originality.clone(),
        })
    }

    pub(crate) fn finish(&mut self, settings: &Settings) {
        self.public.state = match self.public.verdict {
            Verdict::Success if self.public.counts.sent == 0 && settings.unsent_job_is_deleted => {
                JobState::Deleted
            }
            Verdict::Success => JobState::Success,
            Verdict::Fail | Verdict::Refused(_) => JobState::Fail,
        };
        self.bury();
    }
}

/// Messages that a follower may receive in a month.
fn monthly_limit(settings: &Settings) -> u32 {
    let is_service = settings.account_kind.is_service();
    if is_service { settings.messages_per_follower_and_month } else { u32::MAX }
}
