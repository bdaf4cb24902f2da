//! One run of the program: the real driver over a transport, a clock, a journal and an inbox that
//! can be stopped and fail.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::{Client, Clock, Transport, TransportError};
use wechat_mass::campaign::{
    CampaignReport, Driver, Event, Plan, Resolution, ResolveError, resolve,
};
use wechat_mass::journal::{
    Claim, Entry, Hold, JobOwner, Journal, JournalError, News, Part, Rebooked, Reserved,
};
use wechat_mock::{ManualClock, Verdict};
use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;

use crate::faults;
use crate::gate::Gate;
use crate::mail::Mail;
use crate::world::{CallOf, Id, World};

/// How a run ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The campaign could not be taken up.
    NotBegun(String),
    /// The journal failed.
    Stopped(String),
    Reported(CampaignReport),
}

/// A process from its start to its end.
pub(crate) async fn run(world: Arc<World>, id: Id, gate: Gate) -> End {
    match attempt(&world, id, &gate).await {
        Ok(end) => end,
        Err(problem) => End::NotBegun(problem),
    }
}

async fn attempt(world: &Arc<World>, id: Id, gate: &Gate) -> Result<End, String> {
    let campaign = id.campaign;
    gate.point("starting").await;
    let plan = world.plan(campaign)?;
    let client = Client::builder(world.mock.app_id(), world.mock.app_secret())
        .transport(Carrier { world: Arc::clone(world), id, gate: gate.clone() })
        .clock(Arc::new(Watch { clock: world.clock.clone(), gate: gate.clone() }))
        .build()
        .map_err(|error| error.to_string())?;
    let store = world.store()?;
    let opened = match world.scene.workers {
        0 => store.open(plan, world.clock.now()).await,
        _ => store.join(plan, &format!("worker {}", id.place), world.clock.now()).await,
    };
    let inner = opened.map_err(|error| error.to_string())?;
    let mut journal =
        Records { inner, world: Arc::clone(world), id, gate: gate.clone(), answered: false };
    let human = {
        let mut state = world.state();
        !state.chaos || state.dice.one_in(2)
    };
    if human {
        // Whoever starts it has looked, and says go on.
        journal.load().await.map_err(|error| error.to_string())?;
        let recorded = journal.append(&Entry::GoOn { at: world.clock.now() }).await;
        recorded.map_err(|error| error.to_string())?;
        decide(world, campaign, plan, &mut journal).await?;
    }
    let mut mail = Mail::new(Arc::clone(world), gate.clone());
    let mut observe = |event: Event<'_>| {
        if let Event::LeaseLost(entry) = event {
            world.count("records that came too late");
            world.tell(|| format!("  {id} is too late to record {entry:?}"));
        }
        if let Event::Waiting(until, reason) = event {
            let wait = until.duration_since(world.clock.now()).unwrap_or_default();
            world.tell(|| format!("    {id} waits {} s: {reason:?}", wait.as_secs()));
        }
    };
    let driver = Driver::new(&client, plan).with_policy(world.scene.policy);
    Ok(match driver.run(&mut journal, &mut mail, &mut observe).await {
        Ok(report) => End::Reported(report),
        Err(error) => End::Stopped(wechat_http::describe(&error)),
    })
}

/// Now and then a human looks what became of the calls of which nobody knows, and says so.
async fn decide(
    world: &Arc<World>,
    campaign: usize,
    plan: &Plan,
    journal: &mut Records,
) -> Result<(), String> {
    if !world.state().dice.one_in(3) {
        return Ok(());
    }
    for chunk in 0..plan.chunks().len() {
        let msg_id = world.state().last_job(CallOf { campaign, chunk });
        let resolution = match msg_id {
            Some(msg_id) => Resolution::Sent { msg_id: Some(msg_id) },
            None => Resolution::NotSent,
        };
        match resolve(journal, plan, chunk, resolution, world.clock.now()).await {
            Ok(()) => world.count("calls decided by a human"),
            Err(ResolveError::Known) => {}
            // A worker that is gone may have been at it: what he did is found out by the next.
            Err(ResolveError::UnderWay) => world.count("decisions that came too early"),
            Err(error) => return Err(wechat_http::describe(&error)),
        }
    }
    Ok(())
}

/// The network between one process and the mock.
#[derive(Debug)]
struct Carrier {
    world: Arc<World>,
    id: Id,
    gate: Gate,
}

#[async_trait]
impl Transport for Carrier {
    fn stand_in(&self) -> Option<&str> {
        None
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.gate.point("before a request").await;
        let path = request.uri().path().to_owned();
        let disturbance = {
            let mut state = self.world.state();
            let failing = self.world.scene.failing;
            if state.chaos && crate::world::is_send(&path) && state.dice.one_in(failing) {
                let verdicts = [Verdict::Fail, Verdict::Refused(20008), Verdict::Refused(30003)];
                let verdict = state.dice.pick(&verdicts).unwrap_or_default();
                self.world.mock.next_job_verdict(verdict);
            }
            if self.world.scene.settings.known_content_refused {
                // Those who saw it did not see it each time.
                let now = state.dice.one_in(2);
                self.world.mock.configure(|rules| rules.known_content_refused = now);
            }
            let disturbed = self.world.scene.disturbed;
            (state.chaos && state.dice.one_in(disturbed))
                .then(|| faults::disturb(&self.world.mock, &path, &mut state.dice))
        };
        self.world.tell(|| {
            let how = disturbance.as_deref().unwrap_or("undisturbed");
            format!("  {} calls {path}: {how}", self.id)
        });
        if disturbance.is_some() {
            self.world.count("requests disturbed");
        }
        self.world.carries(self.id, &path, request.body().clone(), disturbance.is_some());
        let answer = self.world.mock.transport().send(request).await;
        // What did not come to be sent must not strike the next request.
        self.world.mock.clear_faults();
        self.gate.point("after a request").await;
        answer
    }
}

/// The world's clock as one process sees it.
#[derive(Debug)]
struct Watch {
    clock: ManualClock,
    gate: Gate,
}

#[async_trait]
impl Clock for Watch {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    async fn sleep_until(&self, at: SystemTime) {
        self.gate.point("before a sleep").await;
        self.gate.until(&self.clock, at).await;
    }
}

/// A journal whose process can end before and after each record, and whose disk can fail.
#[derive(Debug)]
struct Records {
    inner: Box<dyn Journal>,
    world: Arc<World>,
    id: Id,
    gate: Gate,
    /// The last record was an answer: where no other worker reads it at once, it is still to be flushed.
    answered: bool,
}

impl Records {
    fn fails(&self, when: &str) -> Result<(), JournalError> {
        let fails = {
            let mut state = self.world.state();
            state.chaos && state.dice.one_in(self.world.scene.unrecorded)
        };
        if !fails {
            return Ok(());
        }
        self.world.count("records failed");
        self.world.tell(|| format!("  {}: the disk fails {when} a record", self.id));
        Err(JournalError::new(format!("the disk failed {when} the record")))
    }
}

#[async_trait]
impl Journal for Records {
    fn worker(&self) -> Option<&str> {
        self.inner.worker()
    }

    async fn bind(&mut self, plan: &Plan, server: &str, moved: bool) -> Result<(), JournalError> {
        self.gate.point("before saying which server").await;
        self.inner.bind(plan, server, moved).await
    }

    async fn hold(&mut self, part: Part, span: Duration) -> Result<Hold, JournalError> {
        self.gate.point("before taking a part").await;
        let hold = self.inner.hold(part, span).await?;
        if hold != Hold::Mine {
            self.world.tell(|| format!("  {} wants {part:?}: {hold:?}", self.id));
            self.world.count("parts that were another's");
        }
        Ok(hold)
    }

    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        self.gate.point("before reading the journal").await;
        self.inner.load().await
    }

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        self.gate.point("before a record").await;
        self.fails("before")?;
        self.inner.record(entry, rebooked).await?;
        if !rebooked.is_empty() {
            self.world.count("answers that changed what was spent");
        }
        self.answered = matches!(entry, Entry::Answer { .. });
        self.world.brakes(self.id.campaign, entry);
        self.world.tell(|| format!("  {} records {entry:?}", self.id));
        self.fails("after")?;
        self.gate.point("after a record").await;
        Ok(())
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        self.gate.point("before a claim").await;
        self.fails("before")?;
        let reserved = self.inner.claim(claim).await?;
        self.world.tell(|| format!("  {} claims call {}: {reserved:?}", self.id, claim.chunk + 1));
        if reserved == Reserved::Granted {
            self.world.claimed(self.id, claim.at);
        } else {
            self.world.count("claims put off");
        }
        self.fails("after")?;
        self.gate.point("after a claim").await;
        Ok(reserved)
    }

    async fn flush(&mut self) -> Result<(), JournalError> {
        if self.inner.worker().is_some() || !std::mem::take(&mut self.answered) {
            return Ok(());
        }
        self.gate.point("before a flush").await;
        self.fails("at")?;
        self.inner.flush().await
    }

    async fn news(&mut self, number: u64) -> Result<News, JournalError> {
        self.gate.point("before looking what is new").await;
        self.inner.news(number).await
    }

    async fn keep_report(
        &mut self,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        self.gate.point("before keeping a report").await;
        self.fails("before")?;
        self.inner.keep_report(report, at).await?;
        self.fails("after")?;
        self.gate.point("after keeping a report").await;
        Ok(())
    }

    async fn other_owner(
        &mut self,
        msg_id: MsgId,
        chunk: usize,
    ) -> Result<Option<JobOwner>, JournalError> {
        self.gate.point("before asking for a job's owner").await;
        self.inner.other_owner(msg_id, chunk).await
    }

    async fn other_open(
        &mut self,
        chunk: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, JournalError> {
        self.gate.point("before asking for open calls").await;
        self.inner.other_open(chunk, msg_id).await
    }
}
