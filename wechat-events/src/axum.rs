//! A ready callback endpoint for axum: verifies, reads, hands over, answers.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};

use crate::callback::Callback;
use crate::error::{ParseError, ParseErrorKind};
use crate::parser::EventParser;
use crate::query::CallbackQuery;

/// Why a callback could not be taken. The text is logged, so no secrets in it.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Takes verified callbacks.
#[async_trait]
pub trait CallbackSink: Send + Sync + 'static {
    /// Stores the callback or acts on it. The platform waits five seconds; slow work belongs
    /// behind a queue.
    ///
    /// The same callback may come again: after an error, and when the answer was late or lost.
    ///
    /// This may be cancelled at any `.await`: when the platform hangs up after its five seconds, the
    /// server drops the future where it stands, and the next attempt begins anew. What must not stay
    /// half done belongs in one transaction, or in a task of its own.
    ///
    /// # Errors
    ///
    /// Whatever kept the callback from being stored: the platform gets a 500 and tries again, three
    /// attempts in all. A callback lost after that cannot be asked for again.
    async fn receive(&self, callback: Callback) -> Result<(), SinkError>;
}

/// The endpoint, to be routed at any path: `Router::new().route("/wechat", endpoint(parser, sink))`.
///
/// | request | answer |
/// |---|---|
/// | GET with a valid signature | 200, the bare `echostr` |
/// | POST that the sink took | 200, `success` |
/// | POST that the sink refused | 500 |
/// | wrong signature | 403 |
/// | body over 1 MiB | 413 |
/// | any other refusal | 400, the same text for all |
///
/// Refusals are logged through `tracing` by kind and field name, without query or body.
pub fn endpoint(parser: EventParser, sink: Arc<dyn CallbackSink>) -> MethodRouter {
    let parser = Arc::new(parser);
    let verifier = Arc::clone(&parser);
    get(async move |RawQuery(query): RawQuery| verify(&verifier, query))
        .post(async move |RawQuery(query): RawQuery, body: Result<Bytes, BytesRejection>| {
            receive(&parser, sink.as_ref(), query, body).await
        })
        .layer(DefaultBodyLimit::max(EventParser::MAX_BODY_BYTES))
}

fn verify(parser: &EventParser, query: Option<String>) -> Response {
    let query = CallbackQuery::parse(query.as_deref().unwrap_or_default());
    match parser.verify_url(&query) {
        Ok(echostr) => echostr.to_owned().into_response(),
        Err(error) => refuse(&error),
    }
}

async fn receive(
    parser: &EventParser,
    sink: &dyn CallbackSink,
    query: Option<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            tracing::warn!(status = %rejection.status(), "the body of a callback was not received");
            return (rejection.status(), REFUSED).into_response();
        }
    };
    let query = CallbackQuery::parse(query.as_deref().unwrap_or_default());
    let callback = match parser.parse(&query, &body) {
        Ok(callback) => callback,
        Err(error) => return refuse(&error),
    };
    match sink.receive(callback).await {
        Ok(()) => "success".into_response(),
        Err(error) => {
            tracing::error!(%error, "a callback was not taken; the platform will try again");
            (StatusCode::INTERNAL_SERVER_ERROR, "not taken").into_response()
        }
    }
}

/// One text for all refusals. The status tells a wrong signature and a body that was not received
/// from the rest; behind a right signature all look alike, so that nobody learns from the answer how
/// far a forged message got in decryption.
const REFUSED: &str = "refused";

fn refuse(error: &ParseError) -> Response {
    let kind = error.kind();
    if error.is_verified() {
        tracing::error!(?kind, "a push was lost: {error}");
    } else {
        tracing::warn!(?kind, "a request was refused: {error}");
    }
    let status = match kind {
        ParseErrorKind::Signature | ParseErrorKind::MsgSignature => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, REFUSED).into_response()
}
