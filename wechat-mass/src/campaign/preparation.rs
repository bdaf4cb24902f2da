//! Uploads and drafts that fail for a while: nothing is sent by them, so they are tried again.

use std::time::SystemTime;

use wechat_http::{Error, Outcome};
use wechat_types::error_code::{ErrorClass, ErrorCode};

use super::verdict::{is_passing, opens_again};
use super::{Policy, Step, WaitReason};

/// Failures one after the other, while nobody answers as one should, after which it is given up: as many as
/// of a call that cannot be sent.
const UNREACHABLE: u32 = 3;
/// The same of those that the platform puts off.
const TOO_FAST: u32 = 10;

/// Whether uploads and drafts can be made.
#[derive(Clone, Debug, Default)]
pub(super) struct Preparation {
    /// One after the other, until now, all for the same reason.
    failures: u32,
    closed_until: Option<(SystemTime, WaitReason)>,
}

impl Preparation {
    /// One more failed, and is to be tried again then; false when that was done often enough.
    pub(super) fn put_off(&mut self, until: SystemTime, reason: WaitReason) -> bool {
        let is_the_same = self.closed_until.is_some_and(|(_, before)| before == reason);
        self.failures = if is_the_same { self.failures + 1 } else { 1 };
        self.closed_until = Some((until, reason));
        self.failures < if reason == WaitReason::NoWay { UNREACHABLE } else { TOO_FAST }
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
