//! Control calls whose bodies are streams: never held whole, and taken in when they have ended well.

use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::json;

use super::asked::{Problem, Told};
use crate::seeding::ImportError;
use crate::server::MockServer;

/// Followers, one a line, as [`FollowerImport`](crate::FollowerImport) has them; all or none.
pub(super) async fn import(account: &MockServer, body: Incoming) -> Told {
    let mut import = account.begin_import();
    pump(body, |bytes| import.feed(bytes).map_err(bad_line)).await?;
    // Millions take a while: others are served meanwhile, and a caller who leaves now cuts nothing
    // in half.
    let imported = tokio::task::spawn_blocking(move || import.finish()).await;
    let imported = imported.map_err(|_| broken_inside())?.map_err(bad_line)?;
    Ok(json!({"imported": imported, "followers": account.follower_count()}))
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

/// Hands a body on as it comes. Of one that is refused the rest is read and dropped: whoever is still
/// sending would otherwise see a broken connection in the place of the answer.
async fn pump(
    mut body: Incoming,
    mut feed: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut so_far = Ok(());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| broke_off())?;
        if let (Ok(()), Some(bytes)) = (&so_far, frame.data_ref()) {
            so_far = feed(bytes);
        }
    }
    so_far
}

pub(super) fn broke_off() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "the body broke off")
}

fn broken_inside() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the mock itself failed; please report it")
}
