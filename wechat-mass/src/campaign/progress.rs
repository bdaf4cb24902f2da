//! Where a call stands: with nobody, with the platform, ended, or nobody knows.

use std::time::SystemTime;

use wechat_types::mass::MassReport;

use super::job::Job;

/// Where a call stands.
#[derive(Debug)]
pub(super) enum Progress {
    /// Nothing of it is with the platform.
    Pending { not_before: Option<SystemTime> },
    /// An attempt is under way, or the process died during one.
    InFlight,
    /// An attempt may have been accepted.
    Unsettled { repeat_at: SystemTime, reason: String },
    /// The platform has the job.
    Running(Job),
    /// The job has ended.
    Reported(Job, MassReport),
    /// The platform refused the call, or it could not be sent.
    Refused { code: Option<i64>, reason: String },
    /// Nobody knows, and another attempt will not tell.
    Undecided { reason: String },
    /// A human decided that it was sent, as a job that nobody knows.
    SaidSent,
}

impl Default for Progress {
    fn default() -> Self {
        Self::Pending { not_before: None }
    }
}
