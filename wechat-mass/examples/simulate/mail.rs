//! The callbacks as one process gets them: once, twice, late or never.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_mass::campaign::Inbox;
use wechat_mock::{JobState, MassJob, Verdict};
use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport, RefusalCode, ReportSource};

use crate::gate::Gate;
use crate::scene::HOUR;
use crate::world::World;

/// An inbox that is told of every job of the account that ends while its process lives.
pub(crate) struct Mail {
    world: Arc<World>,
    gate: Gate,
    told: BTreeSet<MsgId>,
    on_the_way: Vec<(SystemTime, MassReport)>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("on_the_way", &self.on_the_way.len()).finish_non_exhaustive()
    }
}

impl Mail {
    pub(crate) fn new(world: Arc<World>, gate: Gate) -> Self {
        // What ended while nobody listened is lost.
        let told =
            world.mock.jobs().iter().filter(|job| has_ended(job)).map(|j| j.msg_id).collect();
        Self { world, gate, told, on_the_way: Vec::new() }
    }

    fn collect(&mut self) {
        let now = self.world.clock.now();
        self.world.mock.due(now);
        if !self.world.scene.callbacks {
            return;
        }
        for job in self.world.mock.jobs().iter().filter(|job| has_ended(job)) {
            if !self.told.insert(job.msg_id) {
                continue;
            }
            let mut state = self.world.state();
            let copies = match state.dice.below(8) {
                _ if !state.chaos => 1,
                0 => 0,
                1 => 2,
                _ => 1,
            };
            for _ in 0..copies {
                let late = if state.dice.one_in(3) { HOUR } else { Duration::from_secs(2) };
                let at = now + state.dice.time(Duration::ZERO, late);
                self.on_the_way.push((at, report_of(job)));
            }
        }
    }
}

#[async_trait]
impl Inbox for Mail {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        self.gate.point("before the inbox").await;
        loop {
            self.collect();
            let now = self.world.clock.now();
            if let Some(place) = self.on_the_way.iter().position(|(at, _)| *at <= now) {
                return Some(self.on_the_way.swap_remove(place).1);
            }
            if now >= until {
                return None;
            }
            let mail = self.on_the_way.iter().map(|(at, _)| *at).min();
            let job = self.world.mock.next_due().filter(|at| *at > now);
            let wake = mail.into_iter().chain(job).fold(until, SystemTime::min);
            self.gate.until(&self.world.clock, wake).await;
        }
    }
}

pub(crate) fn has_ended(job: &MassJob) -> bool {
    job.state != JobState::Sending
}

/// What MASSSENDJOBFINISH tells of a job.
pub(crate) fn report_of(job: &MassJob) -> MassReport {
    let status = match job.verdict {
        Verdict::Success => JobStatus::Success,
        Verdict::Refused(number) => JobStatus::Refused(RefusalCode::new(number)),
        _ => JobStatus::Fail,
    };
    let mut report = MassReport::new(job.msg_id, status, ReportSource::Callback);
    report.total = Some(job.counts.total);
    report.after_filter = Some(job.counts.after_filter);
    report.sent = Some(job.counts.sent);
    report.failed = Some(job.counts.errors);
    report
}
