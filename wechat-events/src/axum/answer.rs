//! What the platform, or a stranger, gets to see.

use axum::http::StatusCode;
use axum::http::header::{CONNECTION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use crate::error::{ParseError, ParseErrorKind};
use crate::opened::Seal;
use crate::query::CallbackQuery;
use crate::reply::SUCCESS;

/// One text for all refusals. The status tells a wrong signature and a body that was not received
/// from the rest; behind a right signature all look alike, so that nobody learns from the answer how
/// far a forged message got in decryption.
pub(super) const REFUSED: &str = "refused";

pub(super) fn refuse(error: &ParseError) -> Response {
    let kind = error.kind();
    let stale = matches!(kind, ParseErrorKind::Age | ParseErrorKind::PlainRefused);
    if error.is_verified() && !stale {
        tracing::error!(?kind, "a push was lost: {error}");
    } else {
        // Whoever recorded a push can send it again as often as they like.
        tracing::warn!(?kind, "a request was refused: {error}");
    }
    let status = match kind {
        ParseErrorKind::Signature | ParseErrorKind::MsgSignature => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, REFUSED).into_response()
}

/// Come again. The connection is closed: who comes again may find a machine with more time.
pub(super) fn busy() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(CONNECTION, "close")], "not ready").into_response()
}

pub(super) fn failed() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "not taken").into_response()
}

pub(super) fn finished(
    seal: Option<Seal<'_>>,
    query: &CallbackQuery,
    timestamp: u64,
    reply: Option<String>,
) -> Response {
    let Some(reply) = reply else { return SUCCESS.into_response() };
    let xml = match seal {
        Some(seal) => seal.reply(query, timestamp, &reply).to_xml(),
        None => reply,
    };
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], xml).into_response()
}
