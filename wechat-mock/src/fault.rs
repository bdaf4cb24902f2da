//! Disturbances on demand: error codes, broken answers, lost connections.

#[cfg(feature = "server")]
mod spec;

use std::time::Duration;

#[cfg(feature = "server")]
pub(crate) use spec::FaultSpec;

use crate::random::Random;
use serde::{Deserialize, Serialize};

/// How the connection itself failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ConnectionFault {
    /// No connection came about; the request was not sent. In process
    /// [`Connect`](wechat_http::TransportErrorKind::Connect). The loopback server has accepted the
    /// connection when it learns the path, so there it closes the socket: the caller sees a broken
    /// connection.
    Refused,
    /// The connection broke **before** the request took effect.
    ResetBeforeEffect,
    /// The request **took effect** and its answer was lost.
    AnswerLost,
}

/// What a rule does to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// The connection fails.
    Connection(ConnectionFault),
    /// An error code instead of the answer; `applied`: the request took effect all the same.
    Errcode { code: i64, applied: bool },
    /// An HTTP status with an HTML body.
    Status { status: u16, applied: bool },
    /// It took effect; the answer is not JSON.
    Garbled,
    /// It took effect; only so many bytes of the answer's body arrive.
    Cut(usize),
    /// It takes effect at once; the answer comes so much later.
    Delayed(Duration),
}

impl Effect {
    /// The request is carried out.
    pub(crate) fn applies(&self) -> bool {
        match self {
            Self::Connection(fault) => *fault == ConnectionFault::AnswerLost,
            Self::Errcode { applied, .. } | Self::Status { applied, .. } => *applied,
            Self::Garbled | Self::Cut(_) | Self::Delayed(_) => true,
        }
    }
}

/// A rule in force.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rule {
    /// Its number, from 1 and never used again: the control API takes rules back by it.
    pub(crate) id: u64,
    pub(crate) path: Option<String>,
    pub(crate) containing: Option<String>,
    /// Only calls with a token that works and was issued less than so long ago match.
    pub(crate) token_younger_than: Option<Duration>,
    /// Matching calls that pass before the rule acts.
    pub(crate) skip: u32,
    /// Calls it acts on, then it is spent.
    pub(crate) left: u32,
    /// It acts on this part of the calls that it could act on; none: on all.
    pub(crate) chance: Option<Chance>,
    pub(crate) effect: Effect,
}

/// How often, and the sequence that decides when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Chance {
    /// Digits do not hold every number of this kind.
    #[serde(with = "crate::saved::exact")]
    pub(crate) probability: f64,
    pub(crate) random: Random,
}

impl Chance {
    pub(crate) fn new(probability: f64, seed: u64) -> Self {
        Self { probability: probability.clamp(0.0, 1.0), random: Random::new(seed) }
    }

    fn strikes(&mut self) -> bool {
        // 53 bits are what a double holds exactly.
        let drawn = (self.random.number() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < self.probability
    }
}

/// The rules in force, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    last_id: u64,
}

impl Faults {
    /// Takes in a rule and gives it its number.
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.last_id += 1;
        self.rules.push(Rule { id: self.last_id, ..rule });
        self.last_id
    }

    #[cfg(feature = "server")]
    pub(crate) fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// Takes a rule back; `false`: there is none of this number.
    #[cfg(feature = "server")]
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.id != id);
        self.rules.len() < before
    }

    /// There are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The effect on this call, if any. Every rule that matches counts it; the oldest acts.
    /// `token_age`: how long ago the call's token was issued, if it is one that works.
    pub(crate) fn take(
        &mut self,
        path: &str,
        body: &[u8],
        token_age: Option<Duration>,
    ) -> Option<Effect> {
        let mut found = None;
        for rule in &mut self.rules {
            let is_young = |limit| token_age.is_some_and(|age| age < limit);
            let matches = rule.path.as_deref().is_none_or(|p| p == path)
                && rule.containing.as_deref().is_none_or(|text| contains(body, text.as_bytes()))
                && rule.token_younger_than.is_none_or(is_young);
            if !matches || rule.left == 0 {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            // Drawn even when another rule acts: what one rule does must not depend on others.
            let strikes = rule.chance.as_mut().is_none_or(Chance::strikes);
            if strikes && found.is_none() {
                rule.left = if rule.left == u32::MAX { u32::MAX } else { rule.left - 1 };
                found = Some(rule.effect.clone());
            }
        }
        self.rules.retain(|rule| rule.left > 0);
        found
    }

    /// Rules that have not struck as often as they should.
    pub(crate) fn left(&self) -> usize {
        self.rules.iter().filter(|rule| rule.left > 0 && rule.left != u32::MAX).count()
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && haystack.windows(needle.len()).any(|window| window == needle)
}

/// A disturbance in the making; the last method says what happens.
///
/// Without [`nth`](Self::nth), [`times`](Self::times), [`always`](Self::always) or
/// [`probability`](Self::probability) it strikes the next matching call, once.
///
/// ```
/// let server = wechat_mock::MockServer::builder().build();
/// server.on("/cgi-bin/message/mass/send").nth(2).answer_lost();
/// server.on("/cgi-bin/message/mass/get").always().errcode(-1);
/// ```
#[derive(Debug)]
#[must_use = "nothing happens without a last word such as `answer_lost()`"]
pub struct FaultRule<'a> {
    server: &'a crate::MockServer,
    path: Option<String>,
    containing: Option<String>,
    token_younger_than: Option<Duration>,
    skip: u32,
    times: Option<u32>,
    chance: Option<Chance>,
}

impl<'a> FaultRule<'a> {
    /// How long a stale node knows nothing of a token unless something else is said: a minute.
    pub const STALE_FOR: Duration = Duration::from_secs(60);

    pub(crate) fn new(server: &'a crate::MockServer, path: Option<String>) -> Self {
        let (containing, token_younger_than) = (None, None);
        Self { server, path, containing, token_younger_than, skip: 0, times: None, chance: None }
    }

    /// Strikes at the `n`-th matching call from now, counted from 1.
    pub fn nth(mut self, n: u32) -> Self {
        self.skip = n.saturating_sub(1);
        self
    }

    /// Strikes so many matching calls in a row.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes every matching call until [`clear_faults`](crate::MockServer::clear_faults).
    pub fn always(mut self) -> Self {
        self.times = Some(u32::MAX);
        self
    }

    /// Strikes a matching call with this probability, from 0 to 1; the seed decides which. Without
    /// [`times`](Self::times) it goes on until [`clear_faults`](crate::MockServer::clear_faults).
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.chance = Some(Chance::new(probability, seed));
        self
    }

    /// Only calls whose body contains this text match.
    pub fn containing(mut self, text: impl Into<String>) -> Self {
        self.containing = Some(text.into());
        self
    }

    /// Only calls match whose token works and was issued less than so long ago, by the server's clock.
    pub fn token_younger_than(mut self, age: Duration) -> Self {
        self.token_younger_than = Some(age);
        self
    }

    /// Answered with this code and its usual text; nothing takes effect.
    pub fn errcode(self, code: i64) {
        self.add(Effect::Errcode { code, applied: false });
    }

    /// Answered with this code although it **took effect** (as -1 sometimes is).
    pub fn errcode_after_effect(self, code: i64) {
        self.add(Effect::Errcode { code, applied: true });
    }

    /// Answered by a gateway with this HTTP status, 200 too, and an HTML page; nothing takes effect.
    pub fn status(self, status: u16) {
        self.add(Effect::Status { status, applied: false });
    }

    /// Answered with this HTTP status and an HTML page although it **took effect**.
    pub fn status_after_effect(self, status: u16) {
        self.add(Effect::Status { status, applied: true });
    }

    /// A node that has not heard yet of a **fresh** token refuses it: 40001, and the token stays good.
    /// Fresh is less than [`STALE_FOR`](Self::STALE_FOR) old, or what
    /// [`token_younger_than`](Self::token_younger_than) says; calls with an older token pass.
    pub fn stale_node(mut self) {
        self.token_younger_than.get_or_insert(Self::STALE_FOR);
        self.errcode(40001);
    }

    /// [`ConnectionFault::Refused`]: not sent.
    pub fn refused(self) {
        self.add(Effect::Connection(ConnectionFault::Refused));
    }

    /// [`ConnectionFault::ResetBeforeEffect`]: sent in vain.
    pub fn reset(self) {
        self.add(Effect::Connection(ConnectionFault::ResetBeforeEffect));
    }

    /// [`ConnectionFault::AnswerLost`]: it **took effect**, and nobody hears of it.
    pub fn answer_lost(self) {
        self.add(Effect::Connection(ConnectionFault::AnswerLost));
    }

    /// It took effect; the answer's body is not JSON.
    pub fn garbled(self) {
        self.add(Effect::Garbled);
    }

    /// It took effect; the answer's body ends after `bytes` bytes.
    pub fn cut(self, bytes: usize) {
        self.add(Effect::Cut(bytes));
    }

    /// It takes effect at once; the answer comes so much later, by the server's clock. Beyond the
    /// caller's deadline this is a timeout of a request that took effect.
    pub fn delayed(self, by: Duration) {
        self.add(Effect::Delayed(by));
    }

    fn add(self, effect: Effect) {
        let Self { server, path, containing, token_younger_than, skip, times, chance } = self;
        let left = times.unwrap_or(if chance.is_some() { u32::MAX } else { 1 });
        // The number is given when the rule is taken in.
        server.faults().add(Rule {
            id: 0,
            path,
            containing,
            token_younger_than,
            skip,
            left,
            chance,
            effect,
        });
    }
}
