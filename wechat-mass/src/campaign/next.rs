//! What is to be done next, of what is known.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, SystemTime};

use wechat_types::id::MsgId;

use super::chunk::ChunkState;
use super::job::Job;
use super::progress::Progress;
use super::{Campaign, Canary, GiveUp, Step, WaitReason};
use crate::journal::Part;

/// When a lost call is to be made again.
fn repeat_of(chunk: &ChunkState) -> Option<SystemTime> {
    match &chunk.progress {
        Progress::Unsettled { repeat_at, .. } => Some(*repeat_at),
        _ => None,
    }
}

/// How soon a worker looks again who waits for others.
const LOOK_AT_WORKERS: Duration = Duration::from_secs(5);

impl Campaign<'_> {
    /// What is to be done now.
    pub fn next(&self, now: SystemTime) -> Step {
        if let Some(msg_id) = self.overdue_at(now) {
            return Step::Overdue { msg_id };
        }
        if let Some(msg_id) = self.first_look(now) {
            return Step::Poll { msg_id };
        }
        match (self.next_send(now), self.next_poll(now)) {
            (Some(Step::Wait { .. }) | None, Some(poll @ Step::Poll { .. })) => poll,
            (
                Some(Step::Wait { until: send_at, reason }),
                Some(Step::Wait { until: poll_at, .. }),
            ) if send_at <= poll_at => Step::Wait { until: send_at, reason },
            (Some(Step::Wait { .. }) | None, Some(wait)) => wait,
            (Some(step), _) => step,
            (None, None) => Step::Done,
        }
    }

    /// The first chunk that is not settled, and not another worker's, decides: calls go out one after
    /// the other.
    fn next_send(&self, now: SystemTime) -> Option<Step> {
        if self.halted.is_some() || self.brake.is_some() || self.waits_for_canary() {
            return None;
        }
        let is_ours = |(number, chunk): &(usize, &ChunkState)| self.is_free(*number, chunk, now);
        let is_begun = |(_, chunk): &(usize, &ChunkState)| {
            matches!(chunk.progress, Progress::InFlight | Progress::Unsettled { .. })
        };
        let mut open = self.chunks.iter().enumerate().filter(|(_, chunk)| !chunk.is_settled());
        let first = open.clone().next()?;
        let found = match (self.shared, self.goes_alone()) {
            (false, _) => Some(first).filter(is_ours),
            (true, false) => self.next_of_all(now),
            // Beside a call that may be the canary no other goes out.
            (true, true) => match open.clone().find(is_begun) {
                Some(begun) => Some(begun).filter(is_ours),
                None => open.find(is_ours),
            },
        };
        let Some((number, chunk)) = found else {
            let until = now + self.policy.look_every.min(LOOK_AT_WORKERS);
            return self.shared.then_some(Step::Wait { until, reason: WaitReason::Workers });
        };
        let step = self.next_of(number, chunk, now)?;
        let soonest = match step {
            Step::GiveUp { .. } => return Some(step),
            // A wait that lasts too long need not be waited for.
            Step::Wait { until, .. } => until,
            _ => now,
        };
        if self.policy.has_ended(soonest) {
            return Some(Step::GiveUp { chunk: number, why: GiveUp::Ended });
        }
        match self.policy.not_before.filter(|at| *at > now) {
            Some(until) => Some(Step::Wait { until, reason: WaitReason::NotBefore }),
            None => Some(step),
        }
    }

    /// Beside other workers: what was lost or put off comes before what nobody has begun, and holds that up as it
    /// would in the order of the plan. While one lost call waits for its repeat, another one is asked for: each may
    /// tell of the other. Of the rest, what comes first in this worker's own order.
    fn next_of_all(&self, now: SystemTime) -> Option<(usize, &ChunkState)> {
        let chunks = self.chunks.iter().enumerate();
        let free = chunks
            .filter(|(number, chunk)| !chunk.is_settled() && self.is_free(*number, chunk, now));
        let is_fresh = |chunk: &ChunkState| match chunk.progress {
            Progress::Pending { not_before } => not_before.is_none_or(|at| at <= now),
            _ => false,
        };
        let mut waiting = free.clone().filter(|(_, chunk)| !is_fresh(chunk));
        if let Some(first) = waiting.clone().next() {
            let is_due = |chunk: &ChunkState| repeat_of(chunk).is_some_and(|at| at <= now);
            return waiting.find(|(_, chunk)| is_due(chunk)).or(Some(first));
        }
        free.min_by_key(|(number, _)| {
            let mut hash = DefaultHasher::new();
            (self.worker, number).hash(&mut hash);
            hash.finish()
        })
    }

    /// Begins the calls in an order of this worker's own: in the same order all would ask for the same call, and
    /// one get it.
    pub fn order_by(&mut self, worker: &str) {
        let mut hash = DefaultHasher::new();
        worker.hash(&mut hash);
        self.worker = hash.finish();
    }

    /// The call that will likely be made after this one.
    pub(super) fn after(&self, number: usize, now: SystemTime) -> usize {
        let others = self.shared && !self.goes_alone();
        let next = others.then(|| self.next_of_all(now)).flatten();
        next.map_or(number + 1, |(next, _)| next)
    }

    /// What is next for this call, whatever the hour.
    fn next_of(&self, number: usize, chunk: &ChunkState, now: SystemTime) -> Option<Step> {
        match &chunk.progress {
            Progress::Unsettled { repeat_at, .. } => Some(if *repeat_at > now {
                Step::Wait { until: *repeat_at, reason: WaitReason::Repeat }
            } else if !chunk.key_is_good_at(now, &self.policy) {
                // The machine may have slept through the wait.
                Step::GiveUp { chunk: number, why: GiveUp::KeyTooOld }
            } else if let Some(wait) = self.closed(now) {
                wait
            } else {
                Step::Send { chunk: number, repeat: true }
            }),
            Progress::Pending { not_before } => {
                if let Some(until) = not_before.filter(|at| *at > now) {
                    return Some(Step::Wait { until, reason: WaitReason::Pace });
                }
                let no_way =
                    |wait: &Step| matches!(wait, Step::Wait { reason: WaitReason::NoWay, .. });
                let wait = self.preparation.wait(now).or(self.closed(now).filter(no_way));
                if let Some(step) = self.next_upload() {
                    let other = self.elsewhere.get(&Part::Uploads).filter(|until| **until > now);
                    let for_others = |until: &SystemTime| Step::Wait {
                        until: *until,
                        reason: WaitReason::Workers,
                    };
                    return Some(other.map(for_others).or(wait).unwrap_or(step));
                }
                if self.outline.needs_draft() && chunk.draft.is_none() {
                    return Some(wait.unwrap_or(Step::AddDraft { chunk: number }));
                }
                Some(self.closed(now).unwrap_or(Step::Send { chunk: number, repeat: false }))
            }
            _ => None,
        }
    }

    /// Nobody is at this call.
    fn is_free(&self, number: usize, chunk: &ChunkState, now: SystemTime) -> bool {
        !matches!(chunk.progress, Progress::InFlight) && !self.is_elsewhere(Part::Call(number), now)
    }

    fn is_elsewhere(&self, part: Part, now: SystemTime) -> bool {
        self.elsewhere.get(&part).is_some_and(|until| *until > now)
    }

    fn next_upload(&self) -> Option<Step> {
        self.outline.articles().iter().zip(&self.uploads).enumerate().find_map(
            |(number, (article, uploads))| {
                let missing = article.pictures.keys().find(|s| !uploads.addresses.contains_key(*s));
                match (missing, &uploads.cover) {
                    (Some(source), _) => {
                        Some(Step::UploadPicture { article: number, source: source.clone() })
                    }
                    (None, None) => Some(Step::AddCover { article: number }),
                    (None, Some(_)) => None,
                }
            },
        )
    }

    /// The next call is the canary, beside which no other goes out.
    pub(super) fn goes_alone(&self) -> bool {
        self.policy.canary != Canary::Off && !self.chunks.iter().any(ChunkState::was_taken)
    }

    /// The wait for a budget to open.
    fn closed(&self, now: SystemTime) -> Option<Step> {
        let (until, reason) = self.closed_until.filter(|(until, _)| *until > now)?;
        Some(Step::Wait { until, reason })
    }

    /// The canary has not ended, or nothing is to follow it. It is the first call that the platform
    /// took: one that was refused shows nothing.
    pub(super) fn waits_for_canary(&self) -> bool {
        let taken = self.chunks.iter().find(|chunk| chunk.was_taken());
        match (self.policy.canary, taken) {
            (Canary::Off, _) | (_, None) => false,
            (Canary::Alone, Some(_)) => true,
            (Canary::ThenRest, Some(chunk)) => {
                chunk.running_job().is_some_and(|j| j.ended.is_none())
            }
        }
    }

    /// A job that has had its time, and is not known to be overdue yet.
    fn overdue_at(&self, now: SystemTime) -> Option<MsgId> {
        let jobs = self.chunks.iter().filter_map(ChunkState::running_job);
        let late = |job: &&Job| job.accepted_at + self.policy.overdue_after <= now;
        jobs.filter(|job| !job.overdue && job.ended.is_none()).filter(late).map(|j| j.msg_id).min()
    }

    /// A job that was not looked at yet is looked at before the next call, for its end may be a
    /// reason not to make that. Once each: many jobs must not keep the calls waiting.
    fn first_look(&self, now: SystemTime) -> Option<MsgId> {
        let jobs = self.chunks.iter().filter_map(ChunkState::running_job);
        jobs.filter(|job| !job.looked_at && job.ended.is_none() && job.next_look <= now)
            .map(|job| job.msg_id)
            .min()
    }

    /// The job that is next asked for, or waited for.
    fn next_poll(&self, now: SystemTime) -> Option<Step> {
        let (at, msg_id) = self
            .chunks
            .iter()
            .filter_map(|chunk| chunk.running_job())
            .filter(|job| now < job.followed_since + self.policy.follow_for)
            .map(|job| (job.next_look, job.msg_id))
            .min()?;
        Some(if at <= now {
            Step::Poll { msg_id }
        } else {
            Step::Wait { until: at, reason: WaitReason::Jobs }
        })
    }
}
