//! Control calls about the account as a whole: its state in figures, and its log.

use http::StatusCode;
use serde_json::{Value, json};

use super::asked::{Asked, Problem, Told};
use crate::beijing::unix_seconds;
use crate::request::RecordedRequest;

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

/// `?after=N`: the requests after the N-th, at most `limit`; with `bodies=1` as whole as they are kept: a call to
/// ten thousand followers has 300 kB.
pub(super) fn received(asked: &Asked) -> Told {
    let (after, limit) = (asked.number("after", 0)?, asked.number("limit", u64::MAX)?);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let with_bodies = asked.number("bodies", 0)? != 0;
    let requests = asked.account.received_after(after);
    let one = |request: &RecordedRequest| {
        let Value::Object(mut told) = parsed(&request.to_json())? else { return Ok(Value::Null) };
        let query = request.query.iter().map(|(name, value)| (name.clone(), json!(value)));
        told.insert("at".to_owned(), json!(unix_seconds(request.at)));
        told.insert("query".to_owned(), query.collect());
        if with_bodies {
            told.insert("body".to_owned(), whole(request));
        }
        Ok(Value::Object(told))
    };
    let requests: Result<Vec<Value>, Problem> = requests.iter().take(limit).map(one).collect();
    Ok(json!({"received": requests?}))
}

/// A body as JSON, or as text where it is none.
fn whole(request: &RecordedRequest) -> Value {
    match request.json() {
        Value::Null => json!(String::from_utf8_lossy(&request.body)),
        body => body,
    }
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
