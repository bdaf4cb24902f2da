//! What keeps a campaign from its next call until a human says go on.

use std::fmt;
use std::time::SystemTime;

use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport};

use crate::quota::BeijingTime;

/// A brake that holds, with all that a human must know to let it go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Brake {
    /// A human stopped the campaign.
    #[non_exhaustive]
    Stopped {
        /// When.
        at: SystemTime,
    },
    /// A job did not end in `send success`: the next one would likely end so too.
    #[non_exhaustive]
    Failed {
        /// The call, from 0.
        chunk: usize,
        /// Its job.
        msg_id: MsgId,
        /// How it ended.
        status: JobStatus,
    },
}

impl Brake {
    /// The brake that the end of a job is.
    pub(super) fn by(chunk: usize, report: &MassReport) -> Option<Self> {
        (report.status != JobStatus::Success).then(|| Self::Failed {
            chunk,
            msg_id: report.msg_id,
            status: report.status.clone(),
        })
    }
}

impl fmt::Display for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped { at } => {
                write!(
                    f,
                    "stopped by a human at {}, Beijing time (已被人工停止)",
                    BeijingTime::new(*at)
                )
            }
            Self::Failed { chunk, msg_id, status } => {
                write!(f, "call {}: job {msg_id} ended in {}", chunk + 1, words(status))
            }
        }
    }
}

/// The platform's word in both languages.
fn words(status: &JobStatus) -> String {
    match status {
        JobStatus::Refused(code) => {
            format!("err({}): {} ({})", code.get(), code.meaning(), code.meaning_zh())
        }
        JobStatus::Fail => "send fail (群发失败)".to_owned(),
        JobStatus::Deleted => "its deletion (已被删除)".to_owned(),
        other => other.to_string(),
    }
}
