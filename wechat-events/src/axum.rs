//! A ready callback endpoint for axum: verifies, reads, hands over, answers in time.
//!
//! ```no_run
#![doc = include_str!("../examples/callback_server.rs")]
//! ```

mod answer;
mod running;
mod serve;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::dedup::{DedupStore, MemoryDedup, PushKey};
use crate::error::ParseError;
use crate::event::Event;
use crate::handler::Handler;
use crate::opened::Opened;
use crate::parser::EventParser;
use crate::query::CallbackQuery;

use answer::{REFUSED, busy, refuse};
use running::{Outcome, Pace, Running};
use serve::Accepted;

pub use serve::{serve, serve_until};

/// The endpoint as it comes: `Router::new().route("/wechat", endpoint(parser, handler))`.
///
/// [`Endpoint`] says what it does, and has settings.
pub fn endpoint(parser: EventParser, handler: impl Handler) -> MethodRouter {
    Endpoint::new(parser, handler).into_route()
}

/// The endpoint of one account.
///
/// | request | answer |
/// |---|---|
/// | GET with a valid signature | 200, the bare `echostr` |
/// | POST that was handled, now or at an earlier try | 200: the reply, encrypted if the push was, or `success` |
/// | POST whose handler failed or panicked | 500 |
/// | POST whose handler is not ready in time | 503, or `success`: see [`Slow`] |
/// | too many at once | 503 |
/// | wrong signature | 403 |
/// | body that does not come in time | 408 |
/// | body over 1 MiB | 413 |
/// | any other refusal | 400, the same text for all |
///
/// **Handled once.** A push counts as seen when its handler has finished; after a failure, a panic or a
/// crash the platform's next try is handled. Each handler runs in a task of its own: it is not cut off when
/// the platform hangs up, and a try that comes meanwhile waits for the same result. A handler that takes
/// longer than [its limit](Self::with_handler_limit) is stopped where it awaits, and counts as failed. In a
/// shared store a claim lasts [six seconds](Self::with_lease) and is renewed while its handler runs, so that the tries after
/// a machine's death are handled by another.
///
/// **Nothing lost.** A known kind that lacks something is handed to [`Handler::other`] with all its fields.
///
/// **In time.** Within four seconds from the request's head there is an answer, whatever the handler does
/// (the platform waits five), unless it blocks all of the runtime's threads.
///
/// **Bounded.** At most [so many](Self::with_max_running) handlers run, and 32 MiB of bodies are read at once;
/// what is more is told to come again.
///
/// Refusals are logged through `tracing` by kind and field name, without query or body. It needs a tokio
/// runtime with its timers.
pub struct Endpoint {
    parser: EventParser,
    handler: Arc<dyn Handler>,
    store: Arc<dyn DedupStore>,
    lease: Duration,
    slow: Slow,
    answer_within: Duration,
    handler_limit: Duration,
    max_running: usize,
    now: Option<Now>,
}

type Now = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What to answer while the handler is not ready. It goes on in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slow {
    /// Status 503: the platform's next try waits on for the same result, so that handler and reply have
    /// three times the time; nothing is lost when the handler fails after all.
    #[default]
    NextTry,
    /// `success`. The platform does not try again: the reply of a handler that is late is not sent, and
    /// what its failure loses is lost. **Not for the ends of jobs** (mass send, template message,
    /// publish), which nobody can ask for again: those are left to the next try all the same.
    AnswerAndGoOn,
}

impl Endpoint {
    /// An answer is on its way by then: the platform waits five seconds, and a second is left for the way
    /// and for a busy machine.
    pub const ANSWER_WITHIN: Duration = Duration::from_secs(4);

    /// The usual settings: pushes remembered in memory, slow handlers left to the next try.
    pub fn new(parser: EventParser, handler: impl Handler) -> Self {
        Self {
            parser,
            handler: Arc::new(handler),
            store: running::in_memory(MemoryDedup::new()),
            lease: Pace::LEASE,
            slow: Slow::default(),
            answer_within: Self::ANSWER_WITHIN,
            handler_limit: Duration::from_secs(60),
            max_running: 256,
            now: None,
        }
    }

    /// Remembers pushes in memory with limits of one's own.
    pub fn with_memory(self, memory: MemoryDedup) -> Self {
        self.with_store(running::in_memory(memory))
    }

    /// Remembers pushes here, for several machines that receive for one account.
    pub fn with_store(self, store: Arc<dyn DedupStore>) -> Self {
        Self { store, ..self }
    }

    /// How long a claim in the store lasts when nobody renews it; 6 seconds unless set, a tenth of a second at
    /// least and a minute at most. It is renewed four times in that time while its handler runs. What a machine
    /// that died was handling waits so long for another one: with more than 10 seconds the platform has given up
    /// by then.
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease: lease.clamp(SHORTEST_LEASE, LONGEST_LEASE), ..self }
    }

    /// What to answer while the handler is not ready.
    pub fn with_slow(self, slow: Slow) -> Self {
        Self { slow, ..self }
    }

    /// Answers earlier than after [`ANSWER_WITHIN`](Self::ANSWER_WITHIN), if there is a slow proxy in
    /// front; a longer time is cut to that.
    pub fn with_answer_within(self, time: Duration) -> Self {
        Self { answer_within: time.min(Self::ANSWER_WITHIN), ..self }
    }

    /// Stops a handler where it awaits after this time; 60 seconds unless set, a day at most.
    pub fn with_handler_limit(self, limit: Duration) -> Self {
        Self { handler_limit: limit.min(LONGEST_LIMIT), ..self }
    }

    /// Runs at most this many handlers at once; 256 unless set.
    pub fn with_max_running(self, max: usize) -> Self {
        Self { max_running: max.min(Semaphore::MAX_PERMITS), ..self }
    }

    /// Tells the time of day, which a parser with
    /// [`max_age`](crate::EventParserBuilder::max_age) needs: without it, nothing is taken, and the
    /// address cannot be verified.
    pub fn with_now(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { now: Some(Arc::new(now)), ..self }
    }

    /// The endpoint for a router, or as a tower service of its own.
    pub fn into_route(self) -> MethodRouter {
        let shared = Arc::new(Shared {
            parser: self.parser,
            running: Arc::new(Running::new(
                self.handler,
                self.store,
                Pace::of(self.lease),
                self.handler_limit,
                self.max_running,
            )),
            slow: self.slow,
            answer_within: self.answer_within,
            now: self.now,
            small_bodies: Semaphore::new(SMALL_BODIES),
            large_bodies: Semaphore::new(LARGE_BODIES),
        });
        let verifier = Arc::clone(&shared);
        get(async move |request: Request| verifier.verify(&request))
            .post(async move |request: Request| shared.receive(request).await)
            .layer(DefaultBodyLimit::max(EventParser::MAX_BODY_BYTES))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("parser", &self.parser)
            .field("store", &self.store)
            .field("lease", &self.lease)
            .field("slow", &self.slow)
            .field("answer_within", &self.answer_within)
            .field("handler_limit", &self.handler_limit)
            .field("max_running", &self.max_running)
            .finish_non_exhaustive()
    }
}

const SHORTEST_LEASE: Duration = Duration::from_millis(100);
const LONGEST_LEASE: Duration = Duration::from_secs(60);
const LONGEST_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Every push of the platform is smaller. Those that announce more, or no length at all, share a few
/// places of 1 MiB, so that they can neither fill the memory nor keep the others out.
const SMALL_BODY: usize = 16 * 1024;
const SMALL_BODIES: usize = 1024;
const LARGE_BODIES: usize = 16;

struct Shared {
    parser: EventParser,
    running: Arc<Running>,
    slow: Slow,
    answer_within: Duration,
    now: Option<Now>,
    small_bodies: Semaphore,
    large_bodies: Semaphore,
}

impl Shared {
    fn verify(&self, request: &Request) -> Response {
        // Whatever comes next on this connection comes later.
        request.extensions().get::<Accepted>().and_then(Accepted::first);
        if self.parser.needs_time() && self.now.is_none() {
            // Before the address can be saved: every push would be refused for the same reason.
            tracing::error!("the parser has a max_age: tell the endpoint the time, by with_now");
            return busy();
        }
        let query = CallbackQuery::parse(request.uri().query().unwrap_or_default());
        match self.parser.verify_url(&query) {
            Ok(echostr) => echostr.to_owned().into_response(),
            Err(error) => refuse(&error),
        }
    }

    async fn receive(&self, request: Request) -> Response {
        let accepted = request.extensions().get::<Accepted>().and_then(Accepted::first);
        let deadline = accepted.unwrap_or_else(Instant::now) + self.answer_within;
        let query = CallbackQuery::parse(request.uri().query().unwrap_or_default());
        let body = match self.body(request, deadline).await {
            Ok(body) => body,
            Err(response) => return response,
        };
        let read =
            self.open(&query, &body).and_then(|opened| Ok((opened.seal, opened.read_or_keep()?)));
        let (seal, callback) = match read {
            Ok(read) => read,
            Err(error) => return refuse(&error),
        };
        if let Event::Unread { name, problem } = &callback.event {
            tracing::error!(name, problem, "a push lacks something; the handler gets its fields");
        }
        let job = is_job(&callback.header);
        let signed = query.timestamp.as_deref().and_then(|text| text.parse().ok());
        let timestamp = signed.unwrap_or(callback.header.create_time);
        let key = PushKey::of(&callback);
        let Some(mut result) = self.running.enter(&key, callback, timestamp) else {
            tracing::error!(%key, "too many handlers run; the platform will try again");
            return busy();
        };
        let outcome = match timeout_at(deadline, result.wait_for(Option::is_some)).await {
            // The sender is gone only if the store panicked.
            Ok(outcome) => outcome.ok().and_then(|outcome| outcome.clone()),
            Err(_) if self.slow == Slow::AnswerAndGoOn && !job => {
                tracing::warn!(%key, "the handler is slow; answered, it goes on");
                Some(Outcome::Finished(None))
            }
            Err(_) => {
                tracing::warn!(%key, "the handler is slow; the platform will try again");
                return busy();
            }
        };
        match outcome {
            Some(Outcome::Finished(reply)) => answer::finished(seal, &query, timestamp, reply),
            Some(Outcome::Elsewhere) => busy(),
            Some(Outcome::Failed) | None => answer::failed(),
        }
    }

    fn open(&self, query: &CallbackQuery, body: &[u8]) -> Result<Opened<'_>, ParseError> {
        match &self.now {
            Some(now) => self.parser.open_at(query, body, now()),
            None => self.parser.open(query, body),
        }
    }

    /// The whole body, while there is a place for it.
    async fn body(&self, request: Request, deadline: Instant) -> Result<Bytes, Response> {
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let small = length.is_some_and(|length| length <= SMALL_BODY);
        let places = if small { &self.small_bodies } else { &self.large_bodies };
        let Ok(_place) = places.try_acquire() else {
            tracing::warn!(small, "too many bodies at once; one was not received");
            return Err(busy());
        };
        let status = match timeout_at(deadline, Bytes::from_request(request, &())).await {
            Ok(Ok(body)) => return Ok(body),
            Ok(Err(rejection)) => rejection.status(),
            Err(_) => StatusCode::REQUEST_TIMEOUT,
        };
        tracing::warn!(%status, "the body of a callback was not received");
        Err((status, REFUSED).into_response())
    }
}

/// The end of a job is told once.
fn is_job(header: &crate::Header) -> bool {
    header.event_name.as_ref().is_some_and(|name| name.to_ascii_lowercase().ends_with("jobfinish"))
}
