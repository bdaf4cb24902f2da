//! The facts of a campaign, as they are recorded.

use std::num::NonZeroU64;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use wechat_types::id::{MediaId, MsgId};
use wechat_types::mass::{JobStatus, MassReport};

use super::Part;
use crate::campaign::{Answer, Resolution};

/// Who must have read a fact before he goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concern {
    /// Whoever makes another call.
    All,
    /// Whoever makes this call.
    Call(usize),
    /// Whoever uploads.
    Uploads,
    Nobody,
}

impl Concern {
    /// It matters to whoever does this part.
    pub(crate) fn is_about(self, part: Part) -> bool {
        match self {
            Self::All => matches!(part, Part::Call(_)),
            Self::Call(chunk) => part == Part::Call(chunk),
            Self::Uploads => part == Part::Uploads,
            Self::Nobody => false,
        }
    }
}

/// A recorded fact about a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A picture of an article was uploaded.
    Picture {
        /// The article, from 0.
        article: usize,
        /// Its `src`.
        source: String,
        /// Its address.
        url: String,
    },
    /// An article's cover was added to the permanent material.
    Cover {
        /// The article, from 0.
        article: usize,
        /// The material.
        media_id: MediaId,
    },
    /// The platform no longer knows the covers (40007): they are added anew.
    CoversRefused {
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
    },
    /// The draft that a call will use up.
    Draft {
        /// The call, from 0.
        chunk: usize,
        /// The draft.
        media_id: MediaId,
    },
    /// The call is about to be made. Recorded before the request is written.
    Intent {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
    },
    /// What came of the call.
    Answer {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
        /// What.
        #[serde(flatten)]
        answer: Answer,
    },
    /// The worker who made the call did not come back before his lease ended: nobody knows what became of
    /// it.
    GivenUp {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
    },
    /// A job's report came in.
    Report {
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
        /// The report.
        report: MassReport,
    },
    /// A new run of the program took the campaign up.
    Resumed {
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
    },
    /// A worker took part from now on, beside those who do already.
    Joined {
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
        /// What he is called.
        worker: String,
    },
    /// A job's message was taken back, or one article of it.
    Deleted {
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
        /// The job.
        msg_id: MsgId,
        /// The article, from 1; the whole message if absent.
        article: Option<NonZeroU64>,
    },
    /// A human stopped the campaign: no call is made until a human says go on. Recorded by
    /// [`Store::stop`](super::Store::stop), whoever holds the campaign.
    Stopped {
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
    },
    /// A human decided what became of a call of which nobody knew. Recorded by
    /// [`resolve`](crate::campaign::resolve).
    Resolved {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
        /// What.
        #[serde(flatten)]
        resolution: Resolution,
    },
    /// A human says go on: no stop and no failed job from before this keeps the calls back.
    GoOn {
        /// When.
        #[serde(with = "super::unix_millis")]
        at: SystemTime,
    },
}

impl Entry {
    /// A call was about to be made.
    pub(crate) fn is_intent(&self) -> bool {
        matches!(self, Self::Intent { .. })
    }

    /// When it happened; uploads and drafts do not say.
    pub fn at(&self) -> Option<SystemTime> {
        match self {
            Self::CoversRefused { at }
            | Self::Intent { at, .. }
            | Self::Answer { at, .. }
            | Self::GivenUp { at, .. }
            | Self::Report { at, .. }
            | Self::Resumed { at }
            | Self::Joined { at, .. }
            | Self::Deleted { at, .. }
            | Self::Stopped { at }
            | Self::Resolved { at, .. }
            | Self::GoOn { at } => Some(*at),
            Self::Picture { .. } | Self::Cover { .. } | Self::Draft { .. } => None,
        }
    }

    /// Who must have read it before he goes on.
    pub(crate) fn concern(&self) -> Concern {
        match self {
            Self::Draft { chunk, .. }
            | Self::Intent { chunk, .. }
            | Self::Answer { chunk, answer: Answer::Accepted { .. }, .. }
            | Self::GivenUp { chunk, .. }
            | Self::Resolved { chunk, .. } => Concern::Call(*chunk),
            Self::Picture { .. } | Self::Cover { .. } | Self::CoversRefused { .. } => {
                Concern::Uploads
            }
            Self::Report { report, .. } if report.status == JobStatus::Success => Concern::Nobody,
            Self::Resumed { .. } | Self::Deleted { .. } => Concern::Nobody,
            // It may be a reason to send nothing further, or to go on.
            Self::Answer { .. } | Self::Report { .. } => Concern::All,
            Self::Stopped { .. } | Self::GoOn { .. } | Self::Joined { .. } => Concern::All,
        }
    }

    /// Whoever records this must have read that: taken in the other way round, they would mean something else.
    pub(crate) fn comes_after(&self, other: &Self) -> bool {
        let chunk = match self.concern() {
            Concern::All if other.concern() == Concern::All => return true,
            Concern::Call(chunk) => Some(chunk),
            _ => match self {
                Self::Answer { chunk, .. } => Some(*chunk),
                _ => None,
            },
        };
        chunk.is_some_and(|chunk| other.concern() == Concern::Call(chunk))
    }

    /// The part that must be the worker's own who records it.
    pub(crate) fn part(&self) -> Option<Part> {
        match self {
            Self::Draft { chunk, .. } | Self::Answer { chunk, .. } => Some(Part::Call(*chunk)),
            Self::Picture { .. } | Self::Cover { .. } => Some(Part::Uploads),
            _ => None,
        }
    }

    /// The call that has this job from now on.
    pub(crate) fn owner(&self) -> Option<(usize, MsgId)> {
        match self {
            Self::Answer { chunk, answer: Answer::Accepted { msg_id, .. }, .. }
            | Self::Resolved {
                chunk, resolution: Resolution::Sent { msg_id: Some(msg_id) }, ..
            } => Some((*chunk, *msg_id)),
            _ => None,
        }
    }
}
/// The stop that these tell of, unless somebody said go on since.
pub(super) fn last_stop(entries: &[Entry]) -> Option<SystemTime> {
    entries.iter().fold(None, |stopped, entry| match entry {
        Entry::Stopped { at } => Some(*at),
        Entry::GoOn { .. } => None,
        _ => stopped,
    })
}
