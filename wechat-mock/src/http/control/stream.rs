//! Control calls whose bodies are streams: never held whole, and taken in when they have ended well.

use std::io;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Either};
use hyper::body::Incoming;
use serde_json::json;

use super::asked::{Problem, Told};
use super::table::Scope;
use crate::beijing::unix_seconds;
use crate::http::Answer;
use crate::http::pieces::Pieces;
use crate::seeding::ImportError;
use crate::server::MockServer;
use crate::snapshot::LoadError;

/// Bytes read of what is refused.
const MOST_DROPPED: usize = 1 << 30;

/// Followers, one a line, as [`FollowerImport`](crate::FollowerImport) has them; all or none.
pub(super) async fn import(account: &MockServer, body: &mut Incoming) -> Told {
    let mut import = account.begin_import();
    pump(body, |bytes| import.feed(bytes).map_err(bad_line)).await?;
    // Millions take a while: others are served meanwhile, and a caller who leaves now cuts nothing
    // in half.
    let imported = tokio::task::spawn_blocking(move || import.finish()).await;
    let imported = imported.map_err(|_| broken_inside())?.map_err(bad_line)?;
    Ok(json!({"imported": imported, "followers": account.follower_count()}))
}

/// The account, or with the server's scope all of them and the clock.
pub(super) async fn save(account: MockServer, scope: Scope) -> Result<Answer, Problem> {
    let saved = tokio::task::spawn_blocking(move || {
        // Under the locks into memory: nobody shall wait for whoever reads slowly.
        let mut pieces = Pieces::default();
        let done = match scope {
            Scope::Server => account.save(&mut pieces),
            Scope::Account => account.save_account(&mut pieces),
        };
        done.map(|()| pieces)
    });
    let saved = saved.await.map_err(|_| broken_inside())?;
    let problem = |error: io::Error| {
        Problem::new(StatusCode::INSUFFICIENT_STORAGE, format!("it cannot be saved: {error}"))
    };
    saved.map(Either::Right).map_err(problem)
}

/// What was saved, in the place of the account or of all.
pub(super) async fn load(account: MockServer, scope: Scope, body: &mut Incoming) -> Told {
    let mut load = match scope {
        Scope::Server => account.begin_load(),
        Scope::Account => account.begin_account_load(),
    };
    pump(body, |bytes| load.feed(bytes).map_err(bad_state)).await?;
    let loaded = tokio::task::spawn_blocking(move || load.finish()).await;
    loaded.map_err(|_| broken_inside())?.map_err(bad_state)?;
    let accounts = match scope {
        Scope::Server => account.accounts().len(),
        Scope::Account => 1,
    };
    Ok(json!({"loaded": accounts, "now": unix_seconds(account.clock().now())}))
}

fn bad_state(error: LoadError) -> Problem {
    let message = error.to_string();
    match error {
        LoadError::Line { line, problem } => Problem::field(format!("line {line}"), problem),
        LoadError::Newer { .. } => Problem::field("wechat_mock_state.version", message),
        LoadError::OtherAccounts { .. } => Problem::conflict("wechat_mock_state.accounts", message),
        LoadError::Cut | LoadError::Read(_) => Problem::new(StatusCode::BAD_REQUEST, message),
    }
}

fn bad_line(error: ImportError) -> Problem {
    match error {
        ImportError::Line { line, field, problem } => {
            let field = field.map_or_else(String::new, |field| format!(", {field}"));
            Problem::field(format!("line {line}{field}"), problem)
        }
        ImportError::Read(_) => broke_off(),
    }
}

/// Hands a body on as it comes.
async fn pump(
    body: &mut Incoming,
    mut feed: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| broke_off())?;
        frame.data_ref().map_or(Ok(()), |bytes| feed(bytes))?;
    }
    Ok(())
}

/// Reads what is left of a body that is refused, and drops it: whoever is still sending would see a
/// broken connection in the place of the answer. Not for ever.
pub(super) async fn drop_rest(body: &mut Incoming) {
    let mut left = MOST_DROPPED;
    while let Some(Ok(frame)) = body.frame().await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            return;
        }
    }
}

pub(super) fn broke_off() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "the body broke off")
}

fn broken_inside() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the mock itself failed; please report it")
}
