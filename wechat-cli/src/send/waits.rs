//! What a run waits for, in words.

use std::time::SystemTime;

use wechat_mass::campaign::WaitReason;
use wechat_mass::quota::BeijingTime;

pub(super) fn waited_for(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::Pace => "waiting until the next call may be made",
        WaitReason::Quota => "waiting until the day's or the month's quota opens",
        WaitReason::Repeat => "waiting to ask with the same key what became of the call",
        WaitReason::Jobs => "waiting for the jobs to end",
        WaitReason::NotBefore => "waiting for the time from which it may be sent (not_before)",
        WaitReason::Workers => "waiting for the calls of other workers",
        WaitReason::NoWay => "waiting to try again what failed for a while",
        _ => "waiting",
    }
}

/// The same with its end.
pub(super) fn shown_wait(until: SystemTime, reason: WaitReason) -> String {
    let what = waited_for(reason);
    match reason {
        // It ends when they do.
        WaitReason::Jobs | WaitReason::Workers => what.to_owned(),
        _ => format!("{what}: {} Beijing time", BeijingTime::new(until)),
    }
}
