//! A campaign with its journal: each fact is recorded, then taken in.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;
use wechat_types::mass::report::JobStatus;

use super::event::{DriverError, Event};
use super::ready::Ready;
use crate::campaign::obstacle::Obstacles;
use crate::campaign::{Answer, Campaign, CampaignReport, unclaimed_reports};
use crate::journal::{
    Entry, Hold, JobOwner, Journal, JournalError, JournalErrorKind, News, Part, Rebooked,
};
use crate::quota::Spend;

/// A campaign with its journal, in which nothing counts that is not recorded.
pub(super) struct Run<'r, 'p> {
    pub(super) campaign: Campaign<'p>,
    pub(super) journal: &'r mut dyn Journal,
    pub(super) observe: &'r mut (dyn FnMut(Event<'_>) + Send),
    /// Reports of jobs that no call of this campaign has: another campaign's, or one whose answer
    /// has not come.
    kept: BTreeMap<MsgId, MassReport>,
    /// The last kept report that was read.
    read_to: u64,
    /// One of them may be of a job that a call has by now.
    may_join: bool,
    /// Since there was one last.
    pub(super) without_token: Obstacles,
    /// A call that has not begun, made ready while the one before it was made.
    pub(super) ahead: Option<(usize, Ready)>,
}

impl<'r, 'p> Run<'r, 'p> {
    pub(super) fn new(
        campaign: Campaign<'p>,
        journal: &'r mut dyn Journal,
        observe: &'r mut (dyn FnMut(Event<'_>) + Send),
    ) -> Self {
        Self {
            campaign,
            journal,
            observe,
            kept: BTreeMap::new(),
            read_to: 0,
            may_join: false,
            without_token: Obstacles::default(),
            ahead: None,
        }
    }

    /// Takes in what others recorded since the last look: a human's stop, reports that came to other
    /// programs, or to none that had the job.
    pub(super) async fn look(&mut self) -> Result<(), DriverError> {
        let News { stopped, reports, entries } = match self.journal.news(self.read_to).await {
            Ok(news) => news,
            Err(source) => return Err(self.broken(source)),
        };
        for entry in &entries {
            self.learn(entry);
            (self.observe)(Event::News(entry));
        }
        match stopped {
            Some(at) if self.campaign.brake().is_none() => self.take_in(&Entry::Stopped { at }),
            _ => {}
        }
        for (number, _, report) in reports {
            self.read_to = number;
            if report.is_final() {
                self.may_join = true;
                self.kept.insert(report.msg_id, report);
            }
        }
        Ok(())
    }

    /// Records each kept report that tells something of a job of this campaign.
    pub(super) async fn join_kept(
        &mut self,
        at: SystemTime,
        span: Duration,
    ) -> Result<(), DriverError> {
        if !std::mem::take(&mut self.may_join) {
            return Ok(());
        }
        let known: Vec<MsgId> = {
            let known = |msg_id: &&MsgId| self.campaign.has_job(**msg_id);
            self.kept.keys().filter(known).copied().collect()
        };
        for msg_id in known {
            let Some(report) = self.kept.remove(&msg_id).filter(|r| self.campaign.is_news(r))
            else {
                continue;
            };
            // What tells of a failure is recorded whoever has the job: it is the brake of all.
            let failed = report.status != JobStatus::Success;
            if failed || self.hold(Part::Job(msg_id), span).await? == Hold::Mine {
                self.record(Entry::Report { at, report }).await?;
            } else {
                // Whoever has the job records it, or it is looked at again.
                self.kept.insert(msg_id, report);
                self.may_join = true;
            }
        }
        Ok(())
    }

    /// No call is made at once, whose intent would do it: what was recorded is to be on the disk.
    pub(super) async fn flush(&mut self) -> Result<(), DriverError> {
        match self.journal.flush().await {
            Ok(()) => Ok(()),
            Err(source) => Err(self.broken(source)),
        }
    }

    /// What has become of the campaign, with what may tell a human more.
    pub(super) async fn end(&mut self) -> Result<CampaignReport, DriverError> {
        let mut report = self.campaign.report();
        if let Some(since) = self.campaign.open_since() {
            report.unclaimed = match unclaimed_reports(self.journal, since).await {
                Ok(unclaimed) => unclaimed,
                Err(source) => return Err(self.broken(source)),
            };
        }
        Ok(report)
    }

    /// Makes a report durable before whoever brought it is told so: with its call, or for whichever
    /// campaign will have its job.
    pub(super) async fn report_in(
        &mut self,
        at: SystemTime,
        report: MassReport,
    ) -> Result<(), DriverError> {
        if self.campaign.has_job(report.msg_id) {
            return self.record(Entry::Report { at, report }).await;
        }
        match self.journal.keep_report(&report, at).await {
            Ok(()) => Ok(()),
            Err(source) => Err(self.broken(source)),
        }
    }

    /// Takes a part of the work for itself.
    pub(super) async fn hold(&mut self, part: Part, span: Duration) -> Result<Hold, DriverError> {
        match self.journal.hold(part, span).await {
            Ok(hold) => Ok(hold),
            Err(source) => Err(self.broken(source)),
        }
    }

    pub(super) async fn record(&mut self, entry: Entry) -> Result<(), DriverError> {
        self.record_with(entry, &[]).await
    }

    async fn record_with(
        &mut self,
        entry: Entry,
        rebooked: &[Rebooked],
    ) -> Result<(), DriverError> {
        loop {
            match self.journal.record(&entry, rebooked).await {
                Ok(()) => {
                    self.take_in(&entry);
                    return Ok(());
                }
                // Another worker may be at it; the news tell what became of it.
                Err(error) if error.kind() == JournalErrorKind::LeaseLost => {
                    (self.observe)(Event::LeaseLost(&entry));
                    return Ok(());
                }
                Err(error) if error.kind() == JournalErrorKind::Behind => self.look().await?,
                Err(source) => {
                    (self.observe)(Event::NotRecorded(&entry));
                    return Err(self.broken(source));
                }
            }
        }
    }

    /// Records an answer, with what becomes of the account's budgets by it.
    pub(super) async fn answered(
        &mut self,
        chunk: usize,
        at: SystemTime,
        answer: Answer,
        spend: Spend,
    ) -> Result<(), DriverError> {
        let call = self.campaign.chunks.get(chunk);
        let rebooked = call.map(|call| call.rebooked(&answer, spend)).unwrap_or_default();
        self.record_with(Entry::Answer { chunk, at, answer }, &rebooked).await
    }

    /// Takes in what was recorded.
    pub(super) fn take_in(&mut self, entry: &Entry) {
        self.learn(entry);
        (self.observe)(Event::Recorded(entry));
    }

    fn learn(&mut self, entry: &Entry) {
        self.campaign.apply(entry);
        self.may_join |= entry.owner().is_some();
    }

    pub(super) async fn other_owner(
        &mut self,
        msg_id: MsgId,
        number: usize,
    ) -> Result<Option<JobOwner>, DriverError> {
        match self.journal.other_owner(msg_id, number).await {
            Ok(owner) => Ok(owner),
            Err(source) => Err(self.broken(source)),
        }
    }

    pub(super) async fn other_open(
        &mut self,
        number: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, DriverError> {
        match self.journal.other_open(number, msg_id).await {
            Ok(open) => Ok(open),
            Err(source) => Err(self.broken(source)),
        }
    }

    pub(super) fn broken(&self, source: JournalError) -> DriverError {
        DriverError::Journal { source, report: Box::new(self.campaign.report()) }
    }
}
