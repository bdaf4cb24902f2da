//! Disturbances as they are written down: in the control API, and in a configuration file.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Chance, ConnectionFault, Effect, FaultRule, Rule};
use crate::routes;

/// A rule as it is written down. Without `nth`, `times`, `always` or `probability` it strikes the
/// next matching call, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultSpec {
    /// The calls of this path; none: any call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Only calls whose body contains this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    containing: Option<String>,
    /// Only calls with a token that works and was issued less than so long ago.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::seconds::option")]
    token_younger_than_seconds: Option<Duration>,
    /// From the n-th matching call on, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nth: Option<u32>,
    /// So many calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// Without end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    always: bool,
    /// Each matching call with this probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    /// Decides which calls a probability strikes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    effect: EffectSpec,
}

/// What happens to a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum EffectSpec {
    Refused,
    Reset,
    AnswerLost,
    Garbled,
    StaleNode,
    Errcode(ErrcodeSpec),
    Html {
        status: u16,
        #[serde(default)]
        after_effect: bool,
    },
    Cut {
        bytes: usize,
    },
    Delayed {
        seconds: f64,
    },
}

/// The disturbance that is asked for most, and most often written down wrongly.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object such as {\"code\": 45009}")]
struct ErrcodeSpec {
    code: i64,
    #[serde(default)]
    after_effect: bool,
}

/// The code of a node that does not know a token yet.
const STALE_NODE: i64 = 40001;

impl FaultSpec {
    /// The rule; otherwise the field that is wrong, and what is wrong with it.
    pub(crate) fn into_rule(self) -> Result<Rule, (&'static str, String)> {
        if let Some(path) = &self.path
            && !routes::list().iter().any(|(_, known)| known == path)
        {
            return Err(("path", format!("there is no call {path:?}")));
        }
        if self.containing.as_deref() == Some("") {
            return Err(("containing", "an empty text is in no body".to_owned()));
        }
        if self.nth == Some(0) {
            return Err(("nth", "calls are counted from 1".to_owned()));
        }
        if self.times == Some(0) {
            return Err(("times", "0 times is never".to_owned()));
        }
        if self.always && self.times.is_some() {
            return Err(("always", "there is a number of times as well".to_owned()));
        }
        let chance = match (self.probability, self.seed) {
            (Some(p), _) if !(p > 0.0 && p <= 1.0) => {
                return Err(("probability", format!("{p} is not above 0 and up to 1")));
            }
            (Some(p), seed) => Some(Chance::new(p, seed.unwrap_or(1))),
            (None, Some(_)) => return Err(("seed", "only a probability needs one".to_owned())),
            (None, None) => None,
        };
        if self.token_younger_than_seconds == Some(Duration::ZERO) {
            let problem = "no token is younger than 0 seconds".to_owned();
            return Err(("token_younger_than_seconds", problem));
        }
        let mut young = self.token_younger_than_seconds;
        if matches!(self.effect, EffectSpec::StaleNode) {
            young.get_or_insert(FaultRule::STALE_FOR);
        }
        let endless = self.always || (chance.is_some() && self.times.is_none());
        Ok(Rule {
            id: 0,
            path: self.path,
            containing: self.containing,
            token_younger_than: young,
            skip: self.nth.unwrap_or(1) - 1,
            left: if endless { u32::MAX } else { self.times.unwrap_or(1) },
            chance,
            effect: self.effect.into_effect()?,
        })
    }

    /// A rule as it would be written down now: what has passed and struck does not count any more.
    pub(crate) fn of(rule: &Rule) -> Self {
        let always = rule.left == u32::MAX;
        Self {
            path: rule.path.clone(),
            containing: rule.containing.clone(),
            token_younger_than_seconds: rule.token_younger_than,
            nth: (rule.skip > 0).then(|| rule.skip.saturating_add(1)),
            times: (!always).then_some(rule.left),
            always,
            probability: rule.chance.as_ref().map(|chance| chance.probability),
            seed: rule.chance.as_ref().map(|chance| chance.random.seed()),
            effect: EffectSpec::of(&rule.effect),
        }
    }
}

impl EffectSpec {
    fn into_effect(self) -> Result<Effect, (&'static str, String)> {
        Ok(match self {
            Self::Refused => Effect::Connection(ConnectionFault::Refused),
            Self::Reset => Effect::Connection(ConnectionFault::ResetBeforeEffect),
            Self::AnswerLost => Effect::Connection(ConnectionFault::AnswerLost),
            Self::Garbled => Effect::Garbled,
            Self::StaleNode => Effect::Errcode { code: STALE_NODE, applied: false },
            Self::Errcode(ErrcodeSpec { code: 0, .. }) => {
                return Err(("effect.errcode.code", "0 is no error".to_owned()));
            }
            Self::Errcode(ErrcodeSpec { code, after_effect }) => {
                Effect::Errcode { code, applied: after_effect }
            }
            Self::Html { status, .. } if !(200..=599).contains(&status) => {
                return Err(("effect.html.status", format!("{status} is not from 200 to 599")));
            }
            Self::Html { status, after_effect } => Effect::Status { status, applied: after_effect },
            Self::Cut { bytes } => Effect::Cut(bytes),
            Self::Delayed { seconds } => match Duration::try_from_secs_f64(seconds) {
                Ok(by) if by <= Duration::from_secs(86_400) => Effect::Delayed(by),
                _ => {
                    let problem = format!("{seconds} is not from 0 to 86400");
                    return Err(("effect.delayed.seconds", problem));
                }
            },
        })
    }

    fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Connection(ConnectionFault::Refused) => Self::Refused,
            Effect::Connection(ConnectionFault::ResetBeforeEffect) => Self::Reset,
            Effect::Connection(ConnectionFault::AnswerLost) => Self::AnswerLost,
            Effect::Errcode { code, applied } => {
                Self::Errcode(ErrcodeSpec { code: *code, after_effect: *applied })
            }
            Effect::Status { status, applied } => {
                Self::Html { status: *status, after_effect: *applied }
            }
            Effect::Garbled => Self::Garbled,
            Effect::Cut(bytes) => Self::Cut { bytes: *bytes },
            Effect::Delayed(by) => Self::Delayed { seconds: by.as_secs_f64() },
        }
    }
}
