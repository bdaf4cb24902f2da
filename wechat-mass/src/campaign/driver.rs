//! Does what a campaign says is next, and records each fact before it counts.

mod event;
mod meanwhile;
mod prepare;
mod ready;
mod run;

use std::time::{Duration, SystemTime};

use wechat_http::{Client, Error};

use super::chunk::ChunkState;
use super::obstacle::{Obstacle, Obstacles};
use super::plan::ChunkAudience;
use super::preparation;
use super::verdict::{Before, Others, PAST_MIDNIGHT, judge, reason_of, too_late};
use super::{Answer, Campaign, CampaignReport, Inbox, Plan, Policy, Step, WaitReason};
use crate::journal::{Claim, Entry, Hold, Journal, Part, Reserved};
use crate::quota::Window;
use crate::sender::MassSender;

pub use event::{DriverError, Event};
use meanwhile::meanwhile;
use ready::Ready;
use run::Run;

/// A call is not made later than this after it was decided: the machine may have slept for a day
/// while it was recorded, and key and budgets were looked at before.
const LATEST: Duration = Duration::from_secs(30);

/// Runs a campaign to its end. It awaits only the client, the journal and the inbox.
///
/// The journal is of a [`Store`](crate::journal::Store) of the client's server. A whole campaign on the mock, whose
/// clock jumps from sleep to sleep here (on its usual one, which stands until it is moved, this waits for ever):
///
/// ```
/// use wechat_http::Client;
/// use wechat_mass::campaign::{Conclusion, Content, Driver, NoInbox, Plan};
/// use wechat_mass::journal::MemoryJournal;
/// use wechat_mock::{ManualClock, MockServer};
/// use wechat_types::id::TagId;
/// use wechat_types::mass::Audience;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let clock = ManualClock::auto(ManualClock::default_start());
/// let mock = MockServer::builder().followers(3).manual_clock(clock).build();
/// mock.add_tag(TagId::new(134), "tea");
/// mock.tag_follower(&mock.followers()[0], TagId::new(134));
/// let client = Client::builder(mock.app_id(), mock.app_secret())
///     .transport(mock.transport())
///     .clock(mock.clock())
///     .build()?;
/// let content = Content::Text("【春茶上新】".to_owned());
/// let plan = Plan::new(mock.app_id(), "spring", Audience::tag(TagId::new(134)), content)?;
/// let (mut journal, mut inbox) = (MemoryJournal::new(), NoInbox::new(mock.clock()));
/// let report = Driver::new(&client, &plan).run(&mut journal, &mut inbox, &mut |_| {}).await?;
/// assert_eq!(report.conclusion(), Conclusion::Success);
/// assert_eq!(mock.jobs().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Driver<'a> {
    client: &'a Client,
    plan: &'a Plan,
    policy: Policy,
    again: bool,
    moved: bool,
}

impl<'a> Driver<'a> {
    /// Runs this plan by this client.
    pub fn new(client: &'a Client, plan: &'a Plan) -> Self {
        Self { client, plan, policy: Policy::default(), again: false, moved: false }
    }

    /// The same worker takes part again, after its journal was away: nobody has looked at the campaign, so what
    /// was refused stays refused, and what halted the others halts them on.
    #[must_use]
    pub fn again(self) -> Self {
        Self { again: true, ..self }
    }

    /// The client's server is that where the campaign was begun, at another address: such as the platform by
    /// another proxy. What it is known by is recorded. Never true of a mock.
    #[must_use]
    pub fn moved(self) -> Self {
        Self { moved: true, ..self }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy: policy.bounded(), ..self }
    }

    /// Sends what the journal does not know as sent, and follows every job to its end.
    ///
    /// The same plan run again with its journal sends nothing twice: what was accepted is only
    /// followed, what was lost on the way is asked for with its key.
    ///
    /// # Errors
    ///
    /// [`DriverError`] when the campaign cannot be run or recorded. What the platform refused, or
    /// what nobody knows, is in the report.
    pub async fn run(
        &self,
        journal: &mut dyn Journal,
        inbox: &mut dyn Inbox,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<CampaignReport, DriverError> {
        inbox.not_recorded();
        let ended = self.drive(journal, inbox, observe).await;
        if ended.is_err() {
            inbox.not_recorded();
        }
        ended
    }

    async fn drive(
        &self,
        journal: &mut dyn Journal,
        inbox: &mut dyn Inbox,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<CampaignReport, DriverError> {
        if self.client.app_id() != self.plan.account() {
            return Err(DriverError::WrongAccount {
                plan: self.plan.account().clone(),
                client: self.client.app_id().clone(),
            });
        }
        let campaign = Campaign::new(self.plan, self.policy);
        let mut run = Run::new(campaign, journal, observe);
        let entries = match run.journal.load().await {
            Ok(entries) => entries,
            Err(source) => return Err(run.broken(source)),
        };
        for entry in &entries {
            run.campaign.apply(entry);
        }
        if let Err(source) = run.journal.bind(self.plan, self.client.server(), self.moved).await {
            return Err(run.broken(source));
        }
        if let Some(worker) = run.journal.worker() {
            run.campaign.order_by(worker);
        }
        match run.journal.worker().map(str::to_owned) {
            Some(_) if self.again => run.campaign.share(),
            Some(worker) => run.record(Entry::Joined { at: self.now(), worker }).await?,
            None if entries.is_empty() => {}
            None => run.record(Entry::Resumed { at: self.now() }).await?,
        }
        loop {
            while let Some(report) = inbox.next(self.now()).await {
                run.report_in(self.now(), report).await?;
            }
            run.look().await?;
            run.join_kept(self.now(), self.policy.lease).await?;
            let now = self.now();
            let step = run.campaign.next(now);
            if !matches!(step, Step::Send { .. }) {
                run.flush().await?;
            }
            match step {
                Step::Done => return run.end().await,
                Step::Wait { until, reason } => {
                    (run.observe)(Event::Waiting(until, reason));
                    // Nobody rings when another program records a stop, or keeps a report.
                    let until = until.min(self.now() + self.policy.look_every);
                    if let Some(report) = inbox.next(until).await {
                        run.report_in(self.now(), report).await?;
                    }
                }
                Step::Poll { msg_id } => {
                    let hold = run.hold(Part::Job(msg_id), self.policy.poll_every).await?;
                    if hold != Hold::Mine {
                        // Another worker looks at it.
                        run.campaign.looked(self.now(), msg_id);
                        continue;
                    }
                    let status = MassSender::new(self.client.clone()).status(msg_id).await;
                    run.campaign.looked(self.now(), msg_id);
                    match status {
                        Ok(report) if report.is_final() => {
                            run.report_in(self.now(), report).await?;
                        }
                        Ok(_) => {}
                        Err(error) => {
                            (run.observe)(Event::StatusFailed(&reason_of(&error)));
                        }
                    }
                }
                Step::GiveUp { chunk, why } => run.campaign.give_up(chunk, why),
                Step::Overdue { msg_id } => {
                    run.campaign.overdue(msg_id);
                    (run.observe)(Event::Overdue(msg_id, self.policy.overdue_after));
                }
                Step::Send { chunk, .. } => self.send(&mut run, chunk).await?,
                step => self.prepare_alone(&mut run, &step).await?,
            }
        }
    }

    fn now(&self) -> SystemTime {
        self.client.clock().now()
    }

    /// Makes one call: intent durable, request, answer durable.
    async fn send(&self, run: &mut Run<'_, '_>, number: usize) -> Result<(), DriverError> {
        let before = run.campaign.chunks.get(number).map_or(Before::Nothing, ChunkState::before);
        let Some(planned) = self.plan.chunks().get(number) else {
            run.campaign.halt(format!("the plan has no call {}", number + 1));
            return Ok(());
        };
        let ready = match run.ahead.take().filter(|(of, _)| *of == number) {
            Some((_, ready)) => Some(ready),
            None => match Ready::new(self.plan, &run.campaign, number) {
                Ok(ready) => ready,
                Err(error) => {
                    let why = error.list().join("; ");
                    run.campaign.halt(format!("call {} cannot be made: {why}", number + 1));
                    return Ok(());
                }
            },
        };
        let Some(ready) = ready else {
            run.campaign.halt(format!("call {} has no draft", number + 1));
            return Ok(());
        };
        if !self.has_token(run).await {
            return Ok(());
        }
        // That may have taken long, and nothing is reserved yet: it is decided anew.
        let decided_at = self.now();
        let still =
            matches!(run.campaign.next(decided_at), Step::Send { chunk, .. } if chunk == number);
        if !still || !self.claim(run, number, &planned.audience).await? {
            return Ok(());
        }
        let now = self.now();
        let slept = now.duration_since(decided_at).is_ok_and(|late| late > LATEST);
        if slept || self.policy.has_ended(now) {
            let answer = too_late(before);
            return run.answered(number, self.now(), answer, planned.audience.spend()).await;
        }
        let after = run.campaign.after(number, now);
        let next = || Ready::new(self.plan, &run.campaign, after);
        let (answer, next) = meanwhile(ready.send(self.client), next).await;
        // What could not be read is read again in its turn, and said then.
        run.ahead = next.and_then(|next| Some((after, next.ok()??)));
        let (mut open, mut owner) = (None, None);
        if let Ok(accepted) = &answer {
            if accepted.already {
                // First: one that is settled in the meantime is found as the owner.
                open = run.other_open(number, accepted.msg_id).await?;
            }
            owner = run.other_owner(accepted.msg_id, number).await?;
        }
        let others = Others { owner: owner.as_ref(), open: open.as_ref() };
        let answer: Answer = judge(answer, &planned.key, before, others);
        let unreachable = matches!(answer, Answer::NotSent { passing: true, .. });
        run.answered(number, self.now(), answer, planned.audience.spend()).await?;
        if unreachable && run.journal.worker().is_some() {
            // Another machine may have a way to the platform; this one's claims would use up the account's calls.
            let until = self.now() + self.policy.repeat_after * 2;
            run.campaign.leave_to_others(Part::Call(number), until);
            run.campaign.close_until(until, WaitReason::NoWay);
        }
        Ok(())
    }

    /// Whether a request could be made now. Asked before anything is reserved: who has no token must not use up the
    /// account's calls, nor end the campaign for the workers that have one.
    async fn has_token(&self, run: &mut Run<'_, '_>) -> bool {
        let Err(error) = self.client.tokens().token().await else {
            run.without_token = Obstacles::default();
            return true;
        };
        let error = Error::Token(error);
        let reason = reason_of(&error);
        let now = self.now();
        let again = preparation::again(&error, now, &self.policy).map(|(until, _)| until);
        let until = if run.journal.worker().is_some() {
            let pause = (self.policy.repeat_after * 2).max(Duration::from_secs(1));
            again.map(|until| until.max(now + pause))
        } else {
            // Nobody else goes on meanwhile: it is waited for as for a call that does not get through.
            let again = again.filter(|until| !self.policy.has_ended(*until));
            again.filter(|_| run.without_token.meet(Obstacle::Unreachable))
        };
        match until {
            Some(until) => {
                (run.observe)(Event::NoToken(&reason));
                run.campaign.close_until(until, WaitReason::NoWay);
            }
            None => run.campaign.halt(reason),
        }
        false
    }

    /// Reserves a call and records its intent; false when it is not to be made now.
    async fn claim(
        &self,
        run: &mut Run<'_, '_>,
        number: usize,
        audience: &ChunkAudience,
    ) -> Result<bool, DriverError> {
        let now = self.now();
        let spend = run.campaign.spend_of(number, audience.spend());
        let budgets = self.policy.limits.budgets(spend);
        let claim = Claim::new(number, now, spend, &budgets)
            .with_lease(self.policy.lease)
            .with_alone(run.campaign.goes_alone());
        match run.journal.claim(&claim).await {
            Ok(Reserved::Granted) => {
                run.take_in(&claim.intent());
                Ok(true)
            }
            Ok(Reserved::Wait { budget, .. }) if budget.limit == 0 => {
                let call = number + 1;
                run.campaign.halt(format!("call {call}: the account's limits allow no such call"));
                Ok(false)
            }
            Ok(Reserved::Wait { until, budget }) => {
                let (until, reason) = match budget.window {
                    Window::Minute => (until, WaitReason::Pace),
                    _ => (until + PAST_MIDNIGHT, WaitReason::Quota),
                };
                run.campaign.close_until(until, reason);
                Ok(false)
            }
            Ok(Reserved::Held { left }) => {
                run.campaign.leave_to_others(Part::Call(number), self.now() + left);
                Ok(false)
            }
            Ok(Reserved::Behind) => Ok(false),
            Ok(Reserved::Stopped { at }) => {
                run.take_in(&Entry::Stopped { at });
                Ok(false)
            }
            Err(source) => Err(run.broken(source)),
        }
    }
}
