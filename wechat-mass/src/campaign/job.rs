//! A job that the platform took, as long as its end is not known.

use std::time::SystemTime;

use wechat_types::id::{MsgDataId, MsgId};
use wechat_types::mass::MassReport;

/// An accepted job.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) msg_id: MsgId,
    pub(super) msg_data_id: Option<MsgDataId>,
    pub(super) already: bool,
    pub(super) accepted_at: SystemTime,
    /// It should have ended long ago.
    pub(super) overdue: bool,
    /// The acceptance, or the beginning of the run that took the campaign up.
    pub(super) followed_since: SystemTime,
    pub(super) next_look: SystemTime,
    /// By this run.
    pub(super) looked_at: bool,
    /// The status is final; its counters may still come by callback until `next_look`.
    pub(super) ended: Option<MassReport>,
}

impl Job {
    pub(super) fn new(msg_id: MsgId, accepted_at: SystemTime, next_look: SystemTime) -> Self {
        Self {
            msg_id,
            msg_data_id: None,
            already: false,
            accepted_at,
            overdue: false,
            followed_since: accepted_at,
            next_look,
            looked_at: false,
            ended: None,
        }
    }
}
