//! The promises of a store, kept by both of them; and a check that breaks one of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use wechat_mass::campaign::Plan;
use wechat_mass::journal::conformance::{BEGINNING, PROMISES, Place, WORKERS};
use wechat_mass::journal::{
    Claim, Entry, Frozen, FrozenCall, Journal, JournalError, JournalErrorKind, MemoryStore,
    Rebooked, Reserved, SqliteStore, Store,
};
use wechat_mass::quota::{Budget, Spend};
use wechat_mock::ManualClock;
use wechat_types::id::AppId;
use wechat_types::mass::{MassReport, Recipients};

use crate::pass_on::pass_on;

struct Memory(MemoryStore);

impl Place for Memory {
    fn open(&self) -> Result<Box<dyn Store>, JournalError> {
        Ok(Box::new(self.0.clone()))
    }
}

struct Sqlite(PathBuf);

impl Place for Sqlite {
    fn open(&self) -> Result<Box<dyn Store>, JournalError> {
        Ok(Box::new(SqliteStore::open(&self.0)?))
    }
}

#[tokio::test]
async fn memory_keeps_every_promise() {
    for promise in PROMISES {
        let place = Memory(MemoryStore::new());
        assert_eq!(promise.check(&place).await, Ok(()), "{}", promise.name());
    }
}

/// A store in memory whose clock is moved by hand.
struct Crowded {
    store: MemoryStore,
    clock: ManualClock,
}

#[async_trait]
impl Place for Crowded {
    fn open(&self) -> Result<Box<dyn Store>, JournalError> {
        Ok(Box::new(self.store.clone()))
    }

    async fn pass(&self, span: Duration) -> Result<(), String> {
        self.clock.advance(span);
        Ok(())
    }
}

#[tokio::test]
async fn memory_keeps_every_promise_to_workers() {
    for promise in WORKERS {
        let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(BEGINNING));
        let store = MemoryStore::with_clock(Arc::new(clock.clone()));
        let place = Crowded { store, clock };
        assert_eq!(promise.check(&place).await, Ok(()), "{}", promise.name());
    }
}

#[tokio::test]
async fn sqlite_keeps_every_promise() {
    for promise in PROMISES {
        let folder = tempfile::tempdir().unwrap();
        let place = Sqlite(folder.path().join("new/folder/journal.db"));
        assert_eq!(promise.check(&place).await, Ok(()), "{}", promise.name());
    }
}

/// What a bad store does wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    ForgetsEntries,
    IgnoresBudgets,
    RecordsRefusedClaims,
    SharesJobs,
    DropsReports,
    DropsNotes,
    AddsUpWebsiteSends,
    ClaimsWhatIsStopped,
    ShufflesRecipients,
    MovesCampaigns,
    TakesAnyPlan,
    GivesNothingBack,
}

/// A store with one fault, over a good one.
#[derive(Debug)]
struct Bad(MemoryStore, Fault);

#[derive(Debug)]
struct BadJournal(Box<dyn Journal>, Fault);

impl Place for Bad {
    fn open(&self) -> Result<Box<dyn Store>, JournalError> {
        Ok(Box::new(Self(self.0.clone(), self.1)))
    }
}

#[async_trait]
impl Store for Bad {
    async fn open(&self, plan: &Plan, at: SystemTime) -> Result<Box<dyn Journal>, JournalError> {
        Ok(Box::new(BadJournal(self.0.open(plan, at).await?, self.1)))
    }

    async fn campaigns(&self, account: &AppId) -> Result<Vec<Frozen>, JournalError> {
        self.0.campaigns(account).await
    }

    async fn entries(&self, account: &AppId, name: &str) -> Result<Vec<Entry>, JournalError> {
        self.0.entries(account, name).await
    }

    async fn calls(&self, account: &AppId, name: &str) -> Result<Vec<FrozenCall>, JournalError> {
        self.0.calls(account, name).await
    }

    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError> {
        if self.1 == Fault::DropsNotes { Ok(()) } else { self.0.note(account, name, entry).await }
    }

    async fn spend(
        &self,
        account: &AppId,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError> {
        self.0.spend(account, spend, at, budgets).await
    }

    async fn state_website_sends(
        &self,
        account: &AppId,
        sends: u8,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        if self.1 != Fault::AddsUpWebsiteSends {
            return self.0.state_website_sends(account, sends, at).await;
        }
        for _ in 0..sends {
            self.0.spend(account, Spend::OnWebsite, at, &[]).await?;
        }
        Ok(())
    }

    async fn spent(
        &self,
        account: &AppId,
        spends: &[Spend],
        since: SystemTime,
    ) -> Result<Vec<SystemTime>, JournalError> {
        self.0.spent(account, spends, since).await
    }

    async fn recipients(
        &self,
        account: &AppId,
        name: &str,
        chunk: usize,
    ) -> Result<Option<Recipients>, JournalError> {
        let found = self.0.recipients(account, name, chunk).await?;
        if self.1 == Fault::ShufflesRecipients {
            let turned =
                |list: Recipients| list.iter().collect::<Vec<_>>().into_iter().rev().collect();
            return Ok(found.map(turned).and_then(|list| Recipients::new(list).ok()));
        }
        Ok(found)
    }

    async fn stop(
        &self,
        account: &AppId,
        name: &str,
        at: SystemTime,
    ) -> Result<bool, JournalError> {
        self.0.stop(account, name, at).await
    }

    async fn keep_report(
        &self,
        account: &AppId,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        if self.1 == Fault::DropsReports {
            Ok(())
        } else {
            self.0.keep_report(account, report, at).await
        }
    }

    async fn reports_after(
        &self,
        account: &AppId,
        number: u64,
    ) -> Result<Vec<(u64, MassReport)>, JournalError> {
        self.0.reports_after(account, number).await
    }
}

#[async_trait]
impl Journal for BadJournal {
    pass_on!(0: worker hold load flush news keep_report other_owner other_open);

    async fn bind(&mut self, plan: &Plan, server: &str, moved: bool) -> Result<(), JournalError> {
        match self.1 {
            Fault::MovesCampaigns => self.0.bind(plan, server, true).await,
            Fault::TakesAnyPlan => match self.0.bind(plan, server, moved).await {
                Err(error) if error.kind() == JournalErrorKind::AnotherPlan => Ok(()),
                done => done,
            },
            _ => self.0.bind(plan, server, moved).await,
        }
    }

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        match self.1 {
            Fault::ForgetsEntries => Ok(()),
            Fault::GivesNothingBack => self.0.append(entry).await,
            // The owner is not looked at.
            Fault::SharesJobs => match self.0.record(entry, rebooked).await {
                Err(_) => Ok(()),
                done => done,
            },
            _ => self.0.record(entry, rebooked).await,
        }
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        if self.1 == Fault::IgnoresBudgets {
            let free = Claim::new(claim.chunk, claim.at, claim.spend, &[]);
            return self.0.claim(&free).await;
        }
        let reserved = self.0.claim(claim).await?;
        if self.1 == Fault::ClaimsWhatIsStopped && matches!(reserved, Reserved::Stopped { .. }) {
            return Ok(Reserved::Granted);
        }
        if self.1 == Fault::RecordsRefusedClaims && reserved != Reserved::Granted {
            self.0.append(&claim.intent()).await?;
        }
        Ok(reserved)
    }
}

#[tokio::test]
async fn a_bad_store_is_found_out() {
    for fault in [
        Fault::ForgetsEntries,
        Fault::IgnoresBudgets,
        Fault::RecordsRefusedClaims,
        Fault::SharesJobs,
        Fault::DropsReports,
        Fault::DropsNotes,
        Fault::AddsUpWebsiteSends,
        Fault::ClaimsWhatIsStopped,
        Fault::ShufflesRecipients,
        Fault::MovesCampaigns,
        Fault::TakesAnyPlan,
        Fault::GivesNothingBack,
    ] {
        let mut broken = Vec::new();
        for promise in PROMISES {
            if promise.check(&Bad(MemoryStore::new(), fault)).await.is_err() {
                broken.push(promise.name());
            }
        }
        assert!(!broken.is_empty(), "nobody notices that a store {fault:?}");
    }
}
