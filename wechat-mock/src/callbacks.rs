//! Callbacks: sealed for each try, tried again as documented, disturbed on request.

mod publication;
mod report;
mod target;
mod trigger;

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use wechat_events::push::{Cipher, Stamp};
use wechat_events::signature;
use wechat_types::id::{AppId, OpenId};

use crate::beijing::unix_seconds;
use crate::exchange::{Push, PushOutcome, UrlCheck};
use crate::random::Random;
use crate::settings::Settings;
use crate::world::mass_job::JobReport;
use crate::world::publish::Publication;

#[cfg(feature = "server")]
pub(crate) use target::CallbackMode;
pub use target::CallbackTarget;
use target::Mode;
pub use trigger::Trigger;
#[cfg(feature = "server")]
pub(crate) use trigger::TriggerSpec;

/// A disturbance of the next callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CallbackFault {
    /// It is never sent.
    Lost,
    /// It is sent twice, each with its own tries.
    Doubled,
    /// It is sent so much later; those after it overtake it.
    Delayed(Duration),
    /// It is held back until the one after it has been sent; without one, for ever.
    Swapped,
}

/// How the tries of one callback ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallbackResult {
    /// Which callback: [`Push::id`].
    pub id: u64,
    /// Tries made.
    pub tries: u32,
    /// The receiver took it.
    pub accepted: bool,
    /// The passive reply as it came, encrypted in safe mode; none with `success` and with nothing. The
    /// mock delivers it to nobody.
    #[serde(with = "crate::saved::bytes::option")]
    pub reply: Option<Bytes>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Pending {
    id: u64,
    xml: String,
    /// Whom the query names as the sender.
    openid: String,
    attempt: u32,
    due: SystemTime,
    /// Handed out and not settled yet.
    #[serde(skip)]
    in_flight: bool,
}

/// Callbacks on their way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outbox {
    pub(crate) target: Option<CallbackTarget>,
    pub(crate) faults: VecDeque<CallbackFault>,
    pub(crate) results: Vec<CallbackResult>,
    pending: Vec<Pending>,
    /// Held back until the next one.
    held: Option<Pending>,
    /// Handed in as on the platform's website, and not checked yet.
    submitted: Option<Submitted>,
    /// How the check of the last one handed in ended.
    pub(crate) checked: Option<UrlCheck>,
    last_id: u64,
    last_message: u64,
    /// The number of the last address handed in, from 1.
    last_check: u64,
    random: Random,
    /// How often it started anew: an outcome from before decides nothing.
    #[serde(skip)]
    epoch: Epoch,
}

/// How often an account was reset. No part of its state: a reset account is as a new one.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Epoch(u64);

impl std::fmt::Debug for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Epoch")
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Submitted {
    /// Which of those handed in.
    number: u64,
    target: CallbackTarget,
    due: SystemTime,
    #[serde(skip)]
    in_flight: bool,
}

impl Submitted {
    /// This push checks this address, and not another one or one of an earlier life.
    fn is_checked_by(&self, push: &Push, epoch: u64) -> bool {
        self.in_flight && push.epoch == epoch && push.check == self.number
    }
}

/// What of the account stands in a callback.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) app_id: AppId,
    pub(crate) original_id: String,
    pub(crate) owner: OpenId,
}

impl Outbox {
    pub(crate) fn new(target: Option<CallbackTarget>, random: Random) -> Self {
        Self {
            target,
            faults: VecDeque::new(),
            results: Vec::new(),
            pending: Vec::new(),
            held: None,
            submitted: None,
            checked: None,
            last_id: 0,
            // As long as those seen on the wire.
            last_message: 24_000_000_000_000_000,
            last_check: 0,
            random,
            epoch: Epoch(0),
        }
    }

    /// Becomes this other one, to which nothing that is on its way now comes back.
    pub(crate) fn start_anew(&mut self, other: Self) {
        *self = Self { epoch: Epoch(self.epoch.0 + 1), ..other };
    }

    /// Takes the report of a send in.
    pub(crate) fn add(&mut self, report: &JobReport, sender: &Sender, settings: &Settings) {
        let xml = report::mass_send_job_finish(report, sender, settings);
        self.post(xml, sender.owner.as_str(), report.at);
    }

    /// Takes the end of a publication in.
    pub(crate) fn add_publication(&mut self, ended: &Publication, sender: &Sender) {
        let xml = publication::publish_job_finish(ended, sender);
        self.post(xml, sender.owner.as_str(), ended.updated_at);
    }

    /// Takes a document in that is to be sent at `at`. Without a target it is dropped, as for an
    /// account without server settings.
    fn post(&mut self, xml: String, openid: &str, at: SystemTime) {
        if self.target.is_none() {
            return;
        }
        // Whoever lets a held one go is not disturbed himself: two in turn change places.
        let fault = if self.held.is_some() { None } else { self.faults.pop_front() };
        let (copies, delay) = match fault {
            Some(CallbackFault::Lost) => (0, Duration::ZERO),
            Some(CallbackFault::Doubled) => (2, Duration::ZERO),
            Some(CallbackFault::Delayed(delay)) => (1, delay),
            Some(CallbackFault::Swapped) | None => (1, Duration::ZERO),
        };
        for _ in 0..copies {
            self.last_id += 1;
            let pending = Pending {
                id: self.last_id,
                xml: xml.clone(),
                openid: openid.to_owned(),
                attempt: 1,
                due: at + delay,
                in_flight: false,
            };
            if fault == Some(CallbackFault::Swapped) {
                self.held = Some(pending);
                return;
            }
            self.pending.push(pending);
        }
        if let Some(held) = self.held.take() {
            self.pending.push(Pending { due: held.due.max(at), ..held });
        }
    }

    /// A number for a follower's message.
    fn next_message(&mut self) -> u64 {
        self.last_message += 1;
        self.last_message
    }

    /// Hands in an address as on the platform's website: it is checked first.
    pub(crate) fn submit(&mut self, target: CallbackTarget, now: SystemTime) {
        self.checked = None;
        self.last_check += 1;
        let number = self.last_check;
        self.submitted = Some(Submitted { number, target, due: now, in_flight: false });
    }

    /// None without a target: what is on its way waits for the next one.
    pub(crate) fn next_due(&self) -> Option<SystemTime> {
        let check = self.submitted.as_ref().filter(|one| !one.in_flight).map(|one| one.due);
        let waiting = self.pending.iter().filter(|p| self.target.is_some() && !p.in_flight);
        waiting.map(|p| p.due).chain(check).min()
    }

    /// A try, or a check, was handed out and is not settled yet.
    #[cfg(feature = "server")]
    pub(crate) fn has_one_under_way(&self) -> bool {
        let checks = self.submitted.as_ref().is_some_and(|one| one.in_flight);
        checks || self.pending.iter().any(|pending| pending.in_flight)
    }

    /// All tries to be made now, each freshly signed, in the order of time.
    pub(crate) fn due(
        &mut self,
        sender: &Sender,
        settings: &Settings,
        now: SystemTime,
    ) -> Vec<Push> {
        let mut pushes = Vec::new();
        if let Some(one) = self.submitted.as_mut().filter(|one| !one.in_flight && one.due <= now) {
            one.in_flight = true;
            let push = check(&one.target, settings, &mut self.random, now);
            pushes.push(Push { check: one.number, epoch: self.epoch.0, ..push });
        }
        let Some(target) = &self.target else { return pushes };
        // How often somebody looks must not decide which of two comes first. Of one time: as they
        // came in.
        self.pending.sort_by_key(|pending| pending.due);
        for pending in self.pending.iter_mut().filter(|p| !p.in_flight && p.due <= now) {
            pending.in_flight = true;
            let push = seal(target, pending, sender, settings, &mut self.random, now);
            pushes.push(Push { epoch: self.epoch.0, ..push });
        }
        pushes
    }

    pub(crate) fn settle(
        &mut self,
        push: &Push,
        outcome: &PushOutcome,
        settings: &Settings,
        now: SystemTime,
    ) {
        if push.echo.is_some() {
            return self.settle_check(push, outcome);
        }
        let Some(place) = self.on_its_way(push) else { return };
        let accepted = outcome.is_accepted();
        let answered = matches!(outcome, PushOutcome::Answered { .. });
        let given_up = answered && !settings.wrong_answers_tried_again;
        if accepted || given_up || push.attempt >= settings.push_tries {
            self.pending.remove(place);
            let (id, tries, reply) = (push.id, push.attempt, outcome.reply());
            self.results.push(CallbackResult { id, tries, accepted, reply });
        } else if let Some(pending) = self.pending.get_mut(place) {
            pending.attempt += 1;
            pending.due = now + settings.push_pause;
            pending.in_flight = false;
        }
    }

    /// Only an address that echoes takes the place of the one before it.
    fn settle_check(&mut self, push: &Push, outcome: &PushOutcome) {
        let epoch = self.epoch.0;
        if let Some(one) = self.submitted.take_if(|one| one.is_checked_by(push, epoch)) {
            let check = UrlCheck::of(push, outcome);
            if check == UrlCheck::Verified {
                self.target = Some(one.target);
            }
            self.checked = Some(check);
        }
    }

    /// Takes back a try that was cut short: it is due again, under the same number.
    #[cfg(feature = "server")]
    pub(crate) fn put_back(&mut self, push: &Push) {
        let epoch = self.epoch.0;
        if let Some(one) = self.submitted.as_mut().filter(|one| one.is_checked_by(push, epoch)) {
            one.in_flight = false;
        }
        let pending = self.on_its_way(push).and_then(|place| self.pending.get_mut(place));
        if let Some(pending) = pending {
            pending.in_flight = false;
        }
    }

    /// Where the callback stands whose current try this is. An old try decides nothing any more.
    fn on_its_way(&self, push: &Push) -> Option<usize> {
        let is_this = |p: &Pending| {
            self.epoch.0 == push.epoch
                && p.id == push.id
                && p.attempt == push.attempt
                && p.in_flight
        };
        self.pending.iter().position(is_this)
    }

    /// The GET by which the platform checks the address; plain even in safe mode.
    pub(crate) fn verify_url(&mut self, settings: &Settings, now: SystemTime) -> Option<Push> {
        Some(check(self.target.as_ref()?, settings, &mut self.random, now))
    }
}

fn check(
    target: &CallbackTarget,
    settings: &Settings,
    random: &mut Random,
    now: SystemTime,
) -> Push {
    let (timestamp, nonce) = stamp(random, now);
    let echo = (random.number() >> 1).to_string();
    let signature = signature::signature(&target.token, &timestamp, &nonce);
    let query = format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&echostr={echo}");
    Push {
        id: 0,
        attempt: 1,
        method: Method::GET,
        url: target.with_query(&query),
        content_type: "text/xml",
        body: Bytes::new(),
        timeout: settings.push_timeout,
        echo: Some(Bytes::from(echo)),
        check: 0,
        epoch: 0,
    }
}

fn stamp(random: &mut Random, now: SystemTime) -> (String, String) {
    (unix_seconds(now).to_string(), (random.number() % 9_000_000_000 + 1_000_000_000).to_string())
}

fn seal(
    target: &CallbackTarget,
    pending: &Pending,
    sender: &Sender,
    settings: &Settings,
    random: &mut Random,
    now: SystemTime,
) -> Push {
    let (timestamp, nonce) = stamp(random, now);
    let mut bytes = [0; 16];
    for (byte, digit) in bytes.iter_mut().zip(random.hex(16).bytes()) {
        *byte = digit;
    }
    let stamp = Stamp::new(&target.token, &timestamp, &nonce, &pending.openid);
    let sealed = match &target.mode {
        Mode::Plain => stamp.plain(&pending.xml),
        Mode::Compatible(key) => {
            stamp.compatible(&Cipher::new(key, &sender.app_id, bytes), &pending.xml)
        }
        Mode::Safe(key) => {
            let cipher = Cipher::new(key, &sender.app_id, bytes);
            stamp.safe(&cipher, &sender.original_id, &pending.xml)
        }
    };
    Push {
        id: pending.id,
        attempt: pending.attempt,
        method: Method::POST,
        url: target.with_query(&sealed.query),
        content_type: "text/xml",
        body: Bytes::from(sealed.body),
        timeout: settings.push_timeout,
        echo: None,
        check: 0,
        epoch: 0,
    }
}
