//! Control calls about callbacks: where they go, what brings them about, how they fare.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::asked::{Asked, Problem, Told};
use crate::callbacks::{CallbackFault, CallbackMode, CallbackTarget, TriggerSpec};
use crate::exchange::UrlCheck;

pub(super) fn target(asked: &Asked) -> Told {
    let url = asked.account.callback_target().map(|target| target.url().to_owned());
    let check = asked.account.callback_check().map(|check| match check {
        UrlCheck::Verified => json!("verified"),
        UrlCheck::WrongAnswer { status, .. } => json!({"wrong_answer": {"status": status}}),
        UrlCheck::NoAnswer => json!("no_answer"),
    });
    Ok(json!({"url": url, "check": check}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    url: String,
    token: String,
    encoding_aes_key: Option<String>,
    mode: Option<CallbackMode>,
    /// Taken only when it echoes, as on the platform's website.
    #[serde(default)]
    verify: bool,
}

pub(super) fn set_target(asked: &Asked) -> Told {
    let Target { url, token, encoding_aes_key, mode, verify } = asked.body()?;
    let key = encoding_aes_key.as_deref();
    let target = CallbackTarget::read(&url, &token, key, mode, asked.remote_callbacks)
        .map_err(|(field, message)| Problem::field(field, message))?;
    if verify {
        asked.account.submit_callback(target);
    } else {
        asked.account.set_callback(Some(target));
    }
    self::target(asked)
}

pub(super) fn remove_target(asked: &Asked) -> Told {
    asked.account.set_callback(None);
    Ok(json!({}))
}

pub(super) fn results(asked: &Asked) -> Told {
    let results: Vec<Value> = asked
        .account
        .callback_results()
        .iter()
        .map(|result| json!({"id": result.id, "tries": result.tries, "accepted": result.accepted}))
        .collect();
    Ok(json!({"results": results}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disturbance {
    effect: Effect,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Effect {
    Lost,
    Doubled,
    Swapped,
    Delayed { seconds: u32 },
}

pub(super) fn disturb(asked: &Asked) -> Told {
    let Disturbance { effect } = asked.body()?;
    asked.account.disturb_next_callback(match effect {
        Effect::Lost => CallbackFault::Lost,
        Effect::Doubled => CallbackFault::Doubled,
        Effect::Swapped => CallbackFault::Swapped,
        Effect::Delayed { seconds } => CallbackFault::Delayed(Duration::from_secs(seconds.into())),
    });
    Ok(json!({}))
}

/// Lets a message or an event happen. Answers the numbers of the callbacks that come of it: none
/// without an address, and when one is lost on request.
pub(super) fn trigger(asked: &Asked) -> Told {
    let spec: TriggerSpec = asked.body()?;
    let trigger = spec.into_trigger().map_err(|(field, message)| Problem::field(field, message))?;
    Ok(json!({"callbacks": asked.account.triggered(trigger)}))
}
