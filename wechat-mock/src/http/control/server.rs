//! Control calls about the whole server: its accounts and its clock.

use std::time::{Duration, UNIX_EPOCH};

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::asked::{Asked, Problem, Told};
use crate::beijing::unix_seconds;
use crate::server::MockServer;

/// Ten years: more would sooner or later be no time any more.
const MAX_ADVANCE: u64 = 315_360_000;

pub(super) fn identity(asked: &Asked) -> Told {
    let server = &asked.account;
    Ok(json!({
        "server": "wechat-mock",
        "version": env!("CARGO_PKG_VERSION"),
        "app_id": server.app_id(),
        "now": now(server),
    }))
}

pub(super) fn accounts(asked: &Asked) -> Told {
    let accounts: Vec<Value> = asked
        .account
        .accounts()
        .iter()
        .map(|account| json!({"app_id": account.app_id(), "kind": account.settings().account_kind}))
        .collect();
    Ok(json!({"accounts": accounts}))
}

pub(super) fn clock(asked: &Asked) -> Told {
    let server = &asked.account;
    let due = server.accounts().iter().filter_map(MockServer::next_due).min();
    Ok(json!({
        "now": now(server),
        "manual": server.manual_clock().is_some(),
        "next_due": due.map(unix_seconds),
    }))
}

/// How the clock is to be moved: by one of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance_seconds: Option<u64>,
    to: Option<u64>,
    #[serde(default)]
    to_next_due: bool,
}

pub(super) fn move_clock(asked: &Asked) -> Told {
    let wanted: Move = asked.body()?;
    let server = &asked.account;
    let clock = server.manual_clock().ok_or_else(not_by_hand)?;
    let here = clock.now();
    let to = match (wanted.advance_seconds, wanted.to, wanted.to_next_due) {
        (Some(seconds), None, false) => here + by("advance_seconds", seconds)?,
        (None, Some(to), false) => {
            let last = unix_seconds(here).saturating_add(MAX_ADVANCE);
            if to < unix_seconds(here) || to > last {
                let message = format!("{to} is not from now, {}, to {last}", unix_seconds(here));
                return Err(Problem::field("to", message));
            }
            UNIX_EPOCH + Duration::from_secs(to)
        }
        (None, None, true) => {
            server.accounts().iter().filter_map(MockServer::next_due).min().unwrap_or(here)
        }
        _ => {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "exactly one of advance_seconds, to and to_next_due is expected",
            ));
        }
    };
    clock.advance_to(to);
    Ok(json!({"now": now(server)}))
}

/// Answers when nothing is due and no callback is on its way: a clock that is moved before ends those that are, and they come
/// again.
pub(super) async fn settled(server: &MockServer) -> Value {
    server.wait_for_quiet().await;
    json!({"now": now(server)})
}

/// Nobody sends callbacks any more.
pub(super) fn stopping() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the mock is stopping")
}

/// The older form of [`move_clock`]: `?seconds=N`.
pub(super) fn advance(asked: &Asked) -> Told {
    let seconds = asked.number("seconds", u64::MAX)?;
    let by = by("seconds", seconds)?;
    if !asked.account.advance(by) {
        return Err(not_by_hand());
    }
    Ok(json!({"now": now(&asked.account)}))
}

fn by(field: &'static str, seconds: u64) -> Result<Duration, Problem> {
    if seconds > MAX_ADVANCE {
        let message = format!("a number up to {MAX_ADVANCE}, ten years, is expected");
        return Err(Problem::field(field, message));
    }
    Ok(Duration::from_secs(seconds))
}

fn not_by_hand() -> Problem {
    Problem::new(StatusCode::CONFLICT, "the clock is not moved by hand; start with --clock manual")
}

/// What all calls take and answer.
pub(super) fn openapi(_: &Asked) -> Told {
    Ok(crate::http::openapi::document())
}

pub(super) fn reset_all(asked: &Asked) -> Told {
    let accounts = asked.account.accounts();
    accounts.iter().for_each(MockServer::reset);
    Ok(json!({"reset": accounts.len()}))
}

pub(super) fn reset(asked: &Asked) -> Told {
    asked.account.reset();
    Ok(json!({"reset": 1}))
}

fn now(server: &MockServer) -> u64 {
    unix_seconds(server.clock().now())
}
