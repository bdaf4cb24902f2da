//! What a campaign came to: per call, in total, and in one word.

use std::time::SystemTime;

use serde::Serialize;
use wechat_types::id::{ClientMsgId, MediaId, MsgDataId, MsgId};
use wechat_types::mass::{JobStatus, MassReport};

use super::chunk::ChunkState;
use super::progress::Progress;
use super::{Brake, Campaign, Canary};

/// What has become of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CampaignReport {
    /// Every call, in order.
    pub chunks: Vec<ChunkReport>,
    /// Why nothing further was sent, if that is so.
    pub halted: Option<String>,
    /// What keeps the calls that are left from being made by any further run, until a human says
    /// go on: [`Entry::GoOn`](crate::journal::Entry::GoOn). `halted` says the same in words.
    pub brake: Option<Brake>,
    /// The calls that were not made were not meant to be: [`Canary::Alone`].
    pub is_canary: bool,
    /// Where a call is undecided: reports of jobs that no call of the account has, and that came
    /// since a quarter of an hour before its first attempt, for clocks differ. One of them may be that call's.
    pub unclaimed: Vec<MassReport>,
}

/// What has become of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChunkReport {
    /// Recipients by OpenID; none for everyone and for a tag.
    pub recipients: Option<usize>,
    /// The call's key.
    pub key: ClientMsgId,
    /// The draft it used up.
    pub draft: Option<MediaId>,
    /// Its end.
    pub outcome: ChunkOutcome,
}

/// The end of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChunkOutcome {
    /// No call was made; nothing is with the platform.
    NotSent,
    /// The platform refused the call, or it could not be sent. Nothing is with the platform.
    #[non_exhaustive]
    Refused {
        /// The return code, if there is one.
        code: Option<i64>,
        /// The whole of it in words.
        reason: String,
    },
    /// Nobody knows whether the call was accepted. A human must look.
    #[non_exhaustive]
    Undecided {
        /// Why.
        reason: String,
    },
    /// The job was still running when following it ended.
    #[non_exhaustive]
    Running {
        /// The job.
        msg_id: MsgId,
        /// When the platform took the call, as far as that is known.
        accepted_at: SystemTime,
        /// It should have ended long ago: [`Policy::overdue_after`](super::Policy::overdue_after).
        overdue: bool,
    },
    /// A human decided that it was sent, and did not say as which job.
    SaidSent,
    /// The job has ended.
    #[non_exhaustive]
    Ended {
        /// Joins articles with their statistics.
        msg_data_id: Option<MsgDataId>,
        /// Learnt from 45065: an earlier call with this key was accepted.
        already: bool,
        /// How.
        report: MassReport,
    },
}

/// A campaign in one word; the program's exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Conclusion {
    /// Every job ended in `send success`, or a human decided that a call was sent. Followers may have
    /// been filtered all the same.
    Success,
    /// The platform took at least one call; a call was refused or a job failed.
    Partly,
    /// Nothing was sent.
    Refused,
    /// For at least one call nobody knows yet.
    Undecided,
    /// At least one job should have ended long ago; of the other calls it is known what became.
    Overdue,
}

/// Counters of all reports. Absent when no report has counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Followers in the lists or the tag.
    pub total: Option<u64>,
    /// Followers the platform left out: refusals, four messages a month.
    pub filtered: Option<u64>,
    /// Followers reached.
    pub sent: Option<u64>,
    /// Followers for whom delivery failed.
    pub failed: Option<u64>,
    /// Jobs whose counters are known. The other numbers are of these only.
    pub counted_jobs: usize,
}

impl CampaignReport {
    /// The campaign in one word.
    pub fn conclusion(&self) -> Conclusion {
        let any = |test: fn(&ChunkOutcome) -> bool| self.chunks.iter().any(|c| test(&c.outcome));
        if self.chunks.iter().any(ChunkReport::is_foreign) {
            return Conclusion::Undecided;
        }
        let open = |outcome: &ChunkOutcome| match outcome {
            ChunkOutcome::Undecided { .. } => true,
            ChunkOutcome::Ended { report, .. } => matches!(report.status, JobStatus::Other(_)),
            _ => false,
        };
        let running = |outcome: &ChunkOutcome| matches!(outcome, ChunkOutcome::Running { .. });
        let overdue =
            |outcome: &ChunkOutcome| matches!(outcome, ChunkOutcome::Running { overdue: true, .. });
        let sent = |outcome: &ChunkOutcome| {
            matches!(outcome, ChunkOutcome::Ended { .. } | ChunkOutcome::SaidSent)
        };
        let meant =
            |chunk: &&ChunkReport| !self.is_canary || chunk.outcome != ChunkOutcome::NotSent;
        if any(open) {
            Conclusion::Undecided
        } else if any(overdue) {
            Conclusion::Overdue
        } else if any(running) {
            Conclusion::Undecided
        } else if !any(sent) {
            Conclusion::Refused
        } else if self.chunks.iter().filter(meant).any(|chunk| !chunk.outcome.is_success()) {
            Conclusion::Partly
        } else {
            Conclusion::Success
        }
    }

    /// The reports' counters added up.
    pub fn totals(&self) -> Totals {
        let sum = |counter: fn(&MassReport) -> Option<u64>| {
            self.reports().filter_map(counter).reduce(|a, b| a.saturating_add(b))
        };
        Totals {
            total: sum(|report| report.total),
            filtered: sum(MassReport::filtered_out),
            sent: sum(|report| report.sent),
            failed: sum(|report| report.failed),
            counted_jobs: self.reports().filter(|report| report.total.is_some()).count(),
        }
    }

    /// The reports of ended jobs.
    pub fn reports(&self) -> impl Iterator<Item = &MassReport> {
        self.chunks.iter().filter_map(|chunk| match &chunk.outcome {
            ChunkOutcome::Ended { report, .. } => Some(report),
            _ => None,
        })
    }
}

impl ChunkReport {
    /// OpenIDs of the list that are no followers: the platform takes them, and leaves them out of
    /// its total. A job that was refused, and some others, have all counters 0: that says nothing.
    pub fn not_followers(&self) -> Option<u64> {
        match (&self.outcome, self.recipients) {
            (ChunkOutcome::Ended { report, .. }, Some(recipients)) if self.outcome.is_success() => {
                let total = report.total.filter(|total| *total > 0)?;
                Some((recipients as u64).saturating_sub(total))
            }
            _ => None,
        }
    }

    /// The job counts more followers than the call had recipients: it cannot be this call's.
    pub fn is_foreign(&self) -> bool {
        match (&self.outcome, self.recipients) {
            (ChunkOutcome::Ended { report, .. }, Some(recipients)) => {
                report.total.is_some_and(|total| total > recipients as u64)
            }
            _ => false,
        }
    }
}

impl ChunkOutcome {
    /// The job, where the platform took the call.
    pub fn msg_id(&self) -> Option<MsgId> {
        match self {
            Self::Running { msg_id, .. } => Some(*msg_id),
            Self::Ended { report, .. } => Some(report.msg_id),
            _ => None,
        }
    }

    /// What joins articles with their statistics, where it is known.
    pub fn msg_data_id(&self) -> Option<MsgDataId> {
        match self {
            Self::Ended { msg_data_id, .. } => *msg_data_id,
            _ => None,
        }
    }

    /// The report of an ended job.
    pub fn report(&self) -> Option<&MassReport> {
        match self {
            Self::Ended { report, .. } => Some(report),
            _ => None,
        }
    }

    /// It in a word or two.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotSent => "not sent",
            Self::Refused { .. } => "refused",
            Self::Undecided { .. } => "undecided",
            Self::Running { overdue: true, .. } => "overdue",
            Self::Running { .. } => "running",
            Self::SaidSent => "said sent",
            Self::Ended { .. } => "ended",
        }
    }

    /// Why it is not a success, where there is a reason.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Refused { reason, .. } | Self::Undecided { reason } => Some(reason.clone()),
            Self::Ended { report, .. } => match &report.status {
                JobStatus::Success => None,
                JobStatus::Refused(code) => {
                    Some(format!("err({}): {} ({})", code.get(), code.meaning(), code.meaning_zh()))
                }
                other => Some(other.to_string()),
            },
            Self::SaidSent => Some(
                "a human decided that it was sent; its job is not known (人工确认已发送)"
                    .to_owned(),
            ),
            Self::NotSent | Self::Running { .. } => None,
        }
    }

    /// The job ended in `send success`, or a human decided that the call was sent.
    pub fn is_success(&self) -> bool {
        match self {
            Self::Ended { report, .. } => report.status == JobStatus::Success,
            Self::SaidSent => true,
            _ => false,
        }
    }
}

pub(super) fn of(campaign: &Campaign<'_>) -> CampaignReport {
    let calls = (0..).map_while(|number| campaign.outline.call(number));
    let chunks = calls.zip(&campaign.chunks).map(|(call, state)| ChunkReport {
        recipients: call.recipients,
        key: call.key,
        draft: state.draft.clone(),
        outcome: match &state.progress {
            Progress::Pending { .. } => ChunkOutcome::NotSent,
            Progress::InFlight => {
                ChunkOutcome::Undecided { reason: "the call's answer was not recorded".to_owned() }
            }
            Progress::Unsettled { reason, .. } | Progress::Undecided { reason } => {
                ChunkOutcome::Undecided { reason: reason.clone() }
            }
            Progress::Refused { code, reason } => {
                ChunkOutcome::Refused { code: *code, reason: reason.clone() }
            }
            Progress::Running(job) => match &job.ended {
                None => ChunkOutcome::Running {
                    msg_id: job.msg_id,
                    accepted_at: job.accepted_at,
                    overdue: job.overdue,
                },
                Some(report) => ChunkOutcome::Ended {
                    msg_data_id: job.msg_data_id,
                    already: job.already,
                    report: report.clone(),
                },
            },
            Progress::SaidSent => ChunkOutcome::SaidSent,
            Progress::Reported(job, report) => ChunkOutcome::Ended {
                msg_data_id: job.msg_data_id,
                already: job.already,
                report: report.clone(),
            },
        },
    });
    // A brake that has nothing to keep back, now or when the program is run again, is none.
    let kept_back = campaign.chunks.iter().any(ChunkState::may_be_made);
    let brake = campaign.brake.clone().filter(|_| kept_back);
    let unfinished = campaign.chunks.iter().any(|chunk| !chunk.is_settled());
    let halted = match &brake {
        Some(brake) => Some(format!("{brake}; no call is made until a human says go on")),
        None => campaign.halted.clone().or_else(|| match campaign.policy.canary {
            _ if !unfinished || !campaign.waits_for_canary() => None,
            Canary::Alone => Some("only the first call was to be made (canary)".to_owned()),
            _ => Some("the job of the first call has not ended (canary)".to_owned()),
        }),
    };
    CampaignReport {
        chunks: chunks.collect(),
        halted,
        brake,
        is_canary: campaign.policy.canary == Canary::Alone,
        unclaimed: Vec::new(),
    }
}
