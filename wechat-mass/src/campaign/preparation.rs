//! Uploads and drafts that fail for a while: nothing is sent by them, so they are tried again.

use std::time::SystemTime;

use wechat_http::{Error, Outcome};
use wechat_types::error_code::{ErrorClass, ErrorCode};

use super::obstacle::{Obstacle, Obstacles};
use super::verdict::{is_passing, opens_again};
use super::{Policy, Step, WaitReason};

/// Whether uploads and drafts can be made.
#[derive(Clone, Debug, Default)]
pub(super) struct Preparation {
    /// Since the last success.
    met: Obstacles,
    closed_until: Option<(SystemTime, WaitReason)>,
}

impl Preparation {
    /// One more failed, and is to be tried again then; false when that was done often enough.
    pub(super) fn put_off(&mut self, until: SystemTime, reason: WaitReason) -> bool {
        self.closed_until = Some((until, reason));
        self.met.meet(match reason {
            WaitReason::NoWay => Obstacle::Unreachable,
            _ => Obstacle::TooFast,
        })
    }

    /// The wait before the next one.
    pub(super) fn wait(&self, now: SystemTime) -> Option<Step> {
        let (until, reason) = self.closed_until.filter(|(until, _)| *until > now)?;
        Some(Step::Wait { until, reason })
    }
}

/// When one that failed may go through, and why not before; none when it never will. One that was made, and whose
/// answer was lost, leaves behind a picture or a draft that nobody uses.
pub(super) fn again(
    error: &Error,
    at: SystemTime,
    policy: &Policy,
) -> Option<(SystemTime, WaitReason)> {
    let code = error.code();
    if let Some(opens) = code.and_then(|code| opens_again(code.get(), at)) {
        let of_the_day = code == Some(ErrorCode::DAILY_QUOTA_REACHED);
        return Some((opens, if of_the_day { WaitReason::Quota } else { WaitReason::Pace }));
    }
    let later = code.and_then(ErrorCode::class) == Some(ErrorClass::RetryLater);
    let passes = later || is_passing(error) || error.outcome() == Outcome::Unknown;
    passes.then_some((at + policy.repeat_after, WaitReason::NoWay))
}
