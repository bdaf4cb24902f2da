//! The transport that answers from a recording.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use wechat_http::{Transport, TransportError, TransportErrorKind};

use super::masking::{self, Masker};
use super::recorder::kind;
use super::{Answered, Asked, End, Exchange, Head, VERSION, difference};

/// Answers requests from a recording, in its order. The first request that differs from it fails, and
/// all after it, with the first difference as their reason. Clones play the same recording.
///
/// The failure is one to connect, as certainly nothing was sent, and so a client repeats the call
/// after a pause. Give it a clock that jumps ([`ManualClock::auto`](crate::ManualClock::auto)), or
/// [`RetryPolicy::NEVER`](wechat_http::RetryPolicy::NEVER).
#[derive(Clone, Debug)]
pub struct Replayer(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    left: VecDeque<Exchange>,
    played: usize,
    masker: Masker,
    difference: Option<String>,
}

impl Replayer {
    /// Plays the text that a [`Recorder`](super::Recorder) has written.
    ///
    /// # Errors
    ///
    /// [`InvalidRecording`] with the line that cannot be read.
    pub fn new(recording: &str) -> Result<Self, InvalidRecording> {
        let mut lines = recording.lines().enumerate();
        let head = lines.next().map_or("", |(_, line)| line);
        let invalid = |line, problem: String| InvalidRecording { line, problem };
        let Head { wechat_recording: version } = serde_json::from_str(head)
            .map_err(|e| invalid(1, format!("it is not the head of a recording: {e}")))?;
        if version != VERSION {
            let problem = format!("the recording has version {version}, and not {VERSION}");
            return Err(invalid(1, problem));
        }
        let mut left = VecDeque::new();
        for (number, line) in lines {
            let exchange: Exchange = serde_json::from_str(line)
                .map_err(|e| invalid(number + 1, format!("it is no exchange: {e}")))?;
            left.push_back(exchange);
        }
        let state = State { left, played: 0, masker: Masker::default(), difference: None };
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    /// How many exchanges have not been played. For the end of a test.
    pub fn left(&self) -> usize {
        self.state().left.len()
    }

    /// How the first request that differed differs from the recording.
    pub fn difference(&self) -> Option<String> {
        self.state().difference.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn play(
        &mut self,
        request: &http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        if self.difference.is_none() {
            let asked = self.masker.request(request);
            self.difference = self.compare(&asked);
        }
        if let Some(difference) = &self.difference {
            return Err(TransportError::new(TransportErrorKind::Connect, difference.clone()));
        }
        self.played += 1;
        match self.left.pop_front().map(|exchange| exchange.end) {
            Some(End::Answer(answer)) => {
                let answer = response(&answer).ok_or_else(|| {
                    let problem = "the recorded answer cannot be written as HTTP";
                    TransportError::new(TransportErrorKind::BadAnswer, problem)
                })?;
                // Numbers the tokens in it as the recorder did.
                self.masker.answer(&answer);
                Ok(answer)
            }
            Some(End::Failure(name)) => Err(TransportError::new(kind(&name), "as it was recorded")),
            None => Err(TransportError::new(TransportErrorKind::Connect, "the recording is over")),
        }
    }

    fn compare(&self, asked: &Asked) -> Option<String> {
        let number = self.played + 1;
        let Some(next) = self.left.front() else {
            let played = self.played;
            return Some(format!(
                "the recording ends after {played} requests, and there is one more: {} {}",
                asked.method, asked.path
            ));
        };
        let first = difference::first(&next.request, asked)?;
        let (method, path) = (&next.request.method, &next.request.path);
        Some(format!("request {number} ({method} {path}) differs from the recording: {first}"))
    }
}

#[async_trait]
impl Transport for Replayer {
    fn stand_in(&self) -> Option<&str> {
        Some("a recording")
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.state().play(&request)
    }
}

fn response(answer: &Answered) -> Option<http::Response<Bytes>> {
    let mut response = http::Response::builder().status(answer.status);
    if let Some(kind) = &answer.content_type {
        response = response.header(CONTENT_TYPE, kind);
    }
    if let Some(disposition) = &answer.content_disposition {
        response = response.header(CONTENT_DISPOSITION, disposition);
    }
    response.body(masking::bytes(&answer.body)?).ok()
}

/// The text is no recording that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRecording {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for InvalidRecording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the recording: {}", self.line, self.problem)
    }
}

impl std::error::Error for InvalidRecording {}
