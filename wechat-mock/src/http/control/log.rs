//! Control calls about the account as a whole: its state in figures, and its log.

use http::StatusCode;
use serde_json::{Value, json};

use super::asked::{Asked, Problem, Told};
use crate::beijing::unix_seconds;

pub(super) fn state(asked: &Asked) -> Told {
    let account = &asked.account;
    Ok(json!({
        "app_id": account.app_id(),
        "kind": account.settings().account_kind,
        "now": unix_seconds(account.clock().now()),
        "next_due": account.next_due().map(unix_seconds),
        "followers": account.follower_count(),
        "tags": account.tags().len(),
        "jobs": account.jobs().len(),
        "drafts": account.drafts().len(),
        "publications": account.publications().len(),
        "received": account.received_count(),
        "hash": format!("{:016x}", account.state_hash()),
        "faults_left": account.faults_left(),
    }))
}

/// `?after=N`: the requests after the N-th, at most `limit`.
pub(super) fn received(asked: &Asked) -> Told {
    let (after, limit) = (asked.number("after", 0)?, asked.number("limit", u64::MAX)?);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let requests = asked.account.received_after(after);
    let requests: Result<Vec<Value>, Problem> =
        requests.iter().take(limit).map(|request| parsed(&request.to_json())).collect();
    Ok(json!({"received": requests?}))
}

/// Which rules were broken, how often, and where first.
pub(super) fn report(asked: &Asked) -> Told {
    parsed(&asked.account.report().to_json())
}

/// What the log writes by itself.
fn parsed(text: &str) -> Told {
    serde_json::from_str(text)
        .map_err(|e| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the log: {e}")))
}
