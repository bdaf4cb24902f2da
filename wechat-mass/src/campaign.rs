//! A campaign from its plan to its last report: pure state, moved by recorded facts only.
//!
//! [`Campaign::next`] says what is to be done, [`Campaign::apply`] takes in what was recorded.
//! There is no IO here, no clock and no randomness, so that every step can be replayed: the
//! [`driver`] does what is to be done and records each fact before it counts.

mod brake;
mod chunk;
mod content;
pub mod driver;
mod inbox;
mod job;
mod next;
mod obstacle;
mod outline;
mod plan;
mod policy;
mod preparation;
mod progress;
mod report;
mod resolution;
mod status;
mod step;
mod verdict;

use std::collections::BTreeMap;
use std::time::SystemTime;

use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;

use crate::article::Uploads;
use crate::journal::{Concern, Entry, FrozenCall, Part};
use crate::quota::Spend;

use chunk::ChunkState;
use outline::Outline;
use preparation::Preparation;
use progress::Progress;

pub use brake::Brake;
pub use content::Content;
pub use driver::{Driver, DriverError, Event};
pub use inbox::{ChannelInbox, Inbox, NoInbox, NotRecorded, ReportSender};
pub use plan::{Chunk, ChunkAudience, Plan, PlanAudience};
pub use policy::{Canary, Policy};
pub use report::{CampaignReport, ChunkOutcome, ChunkReport, Conclusion, Totals};
pub use resolution::{Begun, Resolution, ResolveError, resolve, unclaimed_reports};
pub use status::{CallTimes, CampaignStatus};
pub use step::{GiveUp, Step, WaitReason};
pub use verdict::Answer;

/// The state of a campaign.
#[derive(Debug)]
pub struct Campaign<'p> {
    outline: Outline<'p>,
    policy: Policy,
    /// What each article's uploads came to so far.
    uploads: Vec<Uploads>,
    chunks: Vec<ChunkState>,
    /// Reports of jobs that no chunk has yet: a report may come before the send's own answer.
    early: BTreeMap<MsgId, MassReport>,
    /// Several workers may take part.
    shared: bool,
    /// Which of them this is, in whose own order the calls are begun.
    worker: u64,
    /// What other workers hold, and until when at the most.
    elsewhere: BTreeMap<Part, SystemTime>,
    /// A budget is used up, or there is no way to the platform: no call before this moment.
    closed_until: Option<(SystemTime, WaitReason)>,
    preparation: Preparation,
    /// This run has added the covers anew, after the platform had lost them.
    covers_renewed: bool,
    /// Why nothing further is sent by this run.
    halted: Option<String>,
    /// Why nothing further is sent by any run, until a human says go on.
    brake: Option<Brake>,
}

impl<'p> Campaign<'p> {
    /// A campaign of which nothing is recorded yet.
    pub fn new(plan: &'p Plan, policy: Policy) -> Self {
        Self::of(Outline::Plan(plan), policy)
    }

    /// The same of calls that a journal froze, for whoever looks on: what they say is not there, so
    /// [`next`](Self::next) leaves uploads and drafts out.
    pub fn of_calls(calls: &'p [FrozenCall], policy: Policy) -> Self {
        Self::of(Outline::Frozen(calls), policy)
    }

    fn of(outline: Outline<'p>, policy: Policy) -> Self {
        Self {
            outline,
            policy: policy.bounded(),
            uploads: vec![Uploads::default(); outline.articles().len()],
            chunks: (0..outline.len()).map(|_| ChunkState::default()).collect(),
            early: BTreeMap::new(),
            shared: false,
            worker: 0,
            elsewhere: BTreeMap::new(),
            closed_until: None,
            preparation: Preparation::default(),
            covers_renewed: false,
            halted: None,
            brake: None,
        }
    }

    /// A budget is used up until then. Not recorded: whoever tries again learns the same.
    pub fn close_until(&mut self, until: SystemTime, reason: WaitReason) {
        self.closed_until = Some((until, reason));
    }

    /// Several workers may take part, as a recorded [`Entry::Joined`] says too.
    pub fn share(&mut self) {
        (self.shared, self.policy.clocks_checked) = (true, true);
    }

    /// Another worker has this part; it is left to him until then. Not recorded: whoever tries learns the
    /// same.
    pub fn leave_to_others(&mut self, part: Part, until: SystemTime) {
        self.elsewhere.insert(part, until);
    }

    /// Stops sending: nothing further goes out, jobs are still followed.
    pub fn halt(&mut self, reason: impl Into<String>) {
        self.halted.get_or_insert_with(|| reason.into());
    }

    /// Leaves a call as it is, as [`Step::GiveUp`] asks. Not recorded, for the next run comes to the
    /// same conclusion by itself.
    pub fn give_up(&mut self, number: usize, why: GiveUp) {
        let Some(chunk) = self.chunks.get_mut(number) else { return };
        let reason = match (why, self.policy.not_after) {
            (GiveUp::Ended, Some(end)) => chunk.too_late(end),
            _ => chunk.give_up(),
        };
        if let Some(reason) = reason {
            self.halt(format!("call {}: {reason}", number + 1));
        }
    }

    /// A job is overdue, as [`Step::Overdue`] says. Not recorded: time tells the next run the same.
    pub fn overdue(&mut self, msg_id: MsgId) {
        if let Some(chunk) = self.chunk_of(msg_id).and_then(|number| self.chunks.get_mut(number)) {
            chunk.overdue();
        }
    }

    /// Takes in a recorded fact.
    pub fn apply(&mut self, entry: &Entry) {
        if let Concern::Call(chunk) = entry.concern() {
            self.elsewhere.remove(&Part::Call(chunk));
        }
        match entry {
            Entry::Picture { article, source, url } => {
                if let Some(uploads) = self.uploads.get_mut(*article) {
                    uploads.addresses.insert(source.clone(), url.clone());
                }
            }
            Entry::Cover { article, media_id } => {
                if let Some(uploads) = self.uploads.get_mut(*article) {
                    uploads.cover = Some(media_id.clone());
                }
            }
            Entry::CoversRefused { .. } => {
                self.uploads.iter_mut().for_each(|uploads| uploads.cover = None);
                self.covers_renewed = true;
            }
            Entry::Draft { chunk, media_id } => {
                if let Some(state) = self.chunks.get_mut(*chunk) {
                    state.draft = Some(media_id.clone());
                }
            }
            Entry::Intent { chunk, at } => {
                if let Some(state) = self.chunks.get_mut(*chunk) {
                    state.intend(*at);
                }
            }
            Entry::Answer { chunk, at, answer } => self.settle(*chunk, *at, answer),
            Entry::GivenUp { chunk, at } => {
                if let Some(state) = self.chunks.get_mut(*chunk) {
                    state.interrupt(*at, "its worker did not come back in time");
                }
            }
            Entry::Report { at, report } => self.report_in(*at, report),
            Entry::Resumed { at } => {
                let reason = "the program ended before the answer came";
                self.chunks.iter_mut().for_each(|chunk| chunk.interrupt(*at, reason));
                self.resume(*at);
            }
            // What is under way has a worker, or is given up when its lease ends.
            Entry::Joined { at, .. } => {
                self.share();
                self.resume(*at);
            }
            // What was sent was sent.
            Entry::Deleted { .. } => {}
            Entry::Stopped { at } => {
                self.brake.get_or_insert(Brake::Stopped { at: *at });
            }
            Entry::GoOn { .. } => self.brake = None,
            Entry::Resolved { chunk, at, resolution } => {
                if let Some(state) = self.chunks.get_mut(*chunk) {
                    state.resolve(*at, resolution);
                    self.join_early(*chunk, *at);
                }
            }
        }
    }

    fn resume(&mut self, at: SystemTime) {
        (self.halted, self.covers_renewed) = (None, false);
        self.preparation = Preparation::default();
        for chunk in &mut self.chunks {
            chunk.resume(at, &self.policy);
        }
        if self.policy.past_undecided {
            return;
        }
        let undecided =
            self.chunks.iter().enumerate().find_map(|(number, chunk)| match &chunk.progress {
                Progress::Undecided { reason } => Some(format!("call {}: {reason}", number + 1)),
                _ => None,
            });
        if let Some(reason) = undecided {
            self.halt(reason);
        }
    }

    fn settle(&mut self, number: usize, at: SystemTime, answer: &Answer) {
        self.elsewhere.remove(&Part::Call(number));
        let Some(chunk) = self.chunks.get_mut(number) else { return };
        let halt = chunk.settle(at, answer, &self.policy);
        self.join_early(number, at);
        if let Some(reason) = halt {
            self.halt(format!("call {}: {reason}", number + 1));
        }
    }

    /// The report of a call's job may have come before the job was known.
    fn join_early(&mut self, number: usize, at: SystemTime) {
        let job = self.chunks.get(number).and_then(ChunkState::running_job).map(|job| job.msg_id);
        if let Some(report) = job.and_then(|msg_id| self.early.remove(&msg_id)) {
            self.learn(number, at, &report);
        }
    }

    fn report_in(&mut self, at: SystemTime, report: &MassReport) {
        match self.chunk_of(report.msg_id) {
            Some(number) => self.learn(number, at, report),
            None => {
                self.early.insert(report.msg_id, report.clone());
            }
        }
    }

    /// A call's job is told of. An end that is no success keeps the further calls back.
    fn learn(&mut self, number: usize, at: SystemTime, report: &MassReport) {
        let Some(chunk) = self.chunks.get_mut(number) else { return };
        let before = chunk.end().map(|end| end.status.clone());
        chunk.report_in(at, report, &self.policy);
        if let Some(end) = chunk.end().filter(|end| Some(&end.status) != before.as_ref())
            && let Some(brake) = Brake::by(number, end)
        {
            self.brake.get_or_insert(brake);
        }
    }

    /// What keeps the further calls back until a human says go on.
    pub fn brake(&self) -> Option<&Brake> {
        self.brake.as_ref()
    }

    /// The first attempt at a call of which nobody knows whether it was sent.
    pub fn open_since(&self) -> Option<SystemTime> {
        let open = self.chunks.iter().filter(|chunk| chunk.is_open());
        open.filter_map(ChunkState::first_attempt).min()
    }

    /// What a call draws on the account's budgets when it is made next, where a first attempt draws `spend`. What an
    /// attempt reserved that may have been accepted is the call's: nothing must stand in the way of its repeat.
    pub fn spend_of(&self, number: usize, spend: Spend) -> Spend {
        match self.chunks.get(number).and_then(ChunkState::first_attempt) {
            Some(_) => spend.again(),
            None => spend,
        }
    }

    /// A call has this job.
    pub(crate) fn has_job(&self, msg_id: MsgId) -> bool {
        self.chunk_of(msg_id).is_some()
    }

    /// A report tells something that is not known yet, of a job that a call has.
    pub(crate) fn is_news(&self, report: &MassReport) -> bool {
        self.chunks.iter().any(|chunk| chunk.is_news(report))
    }

    fn chunk_of(&self, msg_id: MsgId) -> Option<usize> {
        self.chunks.iter().position(|chunk| chunk.msg_id() == Some(msg_id))
    }

    /// A look at a job told nothing new: the next one comes later. Nothing worth recording.
    pub fn looked(&mut self, now: SystemTime, msg_id: MsgId) {
        let next = now + self.policy.poll_every;
        if let Some(chunk) = self.chunk_of(msg_id).and_then(|number| self.chunks.get_mut(number)) {
            chunk.look_again(next);
        }
    }

    /// What has become of every chunk so far.
    pub fn report(&self) -> CampaignReport {
        report::of(self)
    }
}

#[cfg(test)]
mod tests;
