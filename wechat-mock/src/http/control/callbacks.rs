//! Control calls about callbacks: where they go, how they fare, how they are disturbed.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use wechat_events::{CallbackToken, EncodingAesKey};

use super::asked::{Asked, Problem, Told};
use crate::callbacks::{CallbackFault, CallbackTarget};
use crate::http::push;

pub(super) fn target(asked: &Asked) -> Told {
    let url = asked.account.callback_target().map(|target| target.url().to_owned());
    Ok(json!({"url": url}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    url: String,
    token: String,
    encoding_aes_key: Option<String>,
    mode: Option<Mode>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Plain,
    Safe,
    Compatible,
}

pub(super) fn set_target(asked: &Asked) -> Told {
    let Target { url, token, encoding_aes_key, mode } = asked.body()?;
    let reachable = push::check_url(&url, asked.remote_callbacks);
    reachable.map_err(|message| Problem::field("url", message))?;
    // The values of both are secrets and stand in no message.
    let token = CallbackToken::new(token)
        .map_err(|_| Problem::field("token", "3 to 32 letters and digits are expected"))?;
    let key = encoding_aes_key.map(|key| EncodingAesKey::parse(&key)).transpose();
    let key = key.map_err(|_| Problem::field("encoding_aes_key", "it is not one"))?;
    let default = if key.is_some() { Mode::Safe } else { Mode::Plain };
    let target = match (mode.unwrap_or(default), key) {
        (Mode::Plain, _) => CallbackTarget::plain(url, token),
        (Mode::Safe, Some(key)) => CallbackTarget::safe(url, token, key),
        (Mode::Compatible, Some(key)) => CallbackTarget::compatible(url, token, key),
        (Mode::Safe | Mode::Compatible, None) => {
            return Err(Problem::field("encoding_aes_key", "this mode needs it"));
        }
    };
    asked.account.set_callback(Some(target));
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
    Delayed { seconds: u32 },
}

pub(super) fn disturb(asked: &Asked) -> Told {
    let Disturbance { effect } = asked.body()?;
    asked.account.disturb_next_callback(match effect {
        Effect::Lost => CallbackFault::Lost,
        Effect::Doubled => CallbackFault::Doubled,
        Effect::Delayed { seconds } => CallbackFault::Delayed(Duration::from_secs(seconds.into())),
    });
    Ok(json!({}))
}
