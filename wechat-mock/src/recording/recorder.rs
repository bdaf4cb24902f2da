//! The transport that writes down what another one carries.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::{Transport, TransportError, TransportErrorKind};

use super::masking::Masker;
use super::{End, Exchange, Head, VERSION};

/// Carries requests to another transport, and writes each with its answer to a file, without secrets.
/// Clones write to the same file.
#[derive(Clone, Debug)]
pub struct Recorder {
    transport: Arc<dyn Transport>,
    state: Arc<Mutex<State>>,
}

struct State {
    sink: Box<dyn Write + Send>,
    masker: Masker,
    failure: Option<io::Error>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("failure", &self.failure).finish_non_exhaustive()
    }
}

impl Recorder {
    /// Records what goes through `transport`. Each exchange is written and flushed at once.
    ///
    /// # Errors
    ///
    /// When the head cannot be written.
    pub fn new(transport: impl Transport, sink: impl Write + Send + 'static) -> io::Result<Self> {
        let mut sink: Box<dyn Write + Send> = Box::new(sink);
        write_line(sink.as_mut(), &Head { wechat_recording: VERSION })?;
        let state = State { sink, masker: Masker::default(), failure: None };
        Ok(Self { transport: Arc::new(transport), state: Arc::new(Mutex::new(state)) })
    }

    /// Tells whether everything so far was written. An exchange that cannot be written is no reason
    /// to lose its answer, so nothing else tells; nothing is written after it.
    ///
    /// # Errors
    ///
    /// The first failure to write.
    pub fn finish(&self) -> io::Result<()> {
        self.state().failure.take().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(
        &mut self,
        request: &http::Request<Bytes>,
        end: &Result<http::Response<Bytes>, TransportError>,
    ) {
        if self.failure.is_some() {
            return;
        }
        // The request first: placeholders are numbered in this order when it is played back.
        let request = self.masker.request(request);
        let end = match end {
            Ok(answer) => End::Answer(self.masker.answer(answer)),
            Err(error) => End::Failure(name(error.kind()).to_owned()),
        };
        self.failure = write_line(self.sink.as_mut(), &Exchange { request, end }).err();
    }
}

#[async_trait]
impl Transport for Recorder {
    fn stand_in(&self) -> Option<&str> {
        self.transport.stand_in()
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let copy = request.clone();
        let end = self.transport.send(request).await;
        self.state().write(&copy, &end);
        end
    }
}

fn write_line(sink: &mut dyn Write, line: &impl serde::Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    sink.write_all(&line)?;
    sink.flush()
}

const KINDS: [(TransportErrorKind, &str); 7] = [
    (TransportErrorKind::Malformed, "Malformed"),
    (TransportErrorKind::Connect, "Connect"),
    (TransportErrorKind::DeadlinePassed, "DeadlinePassed"),
    (TransportErrorKind::Timeout, "Timeout"),
    (TransportErrorKind::Interrupted, "Interrupted"),
    (TransportErrorKind::BadAnswer, "BadAnswer"),
    (TransportErrorKind::Other, "Other"),
];

fn name(kind: TransportErrorKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("Other", |(_, name)| name)
}

/// The kind of this name; one that is not known may have been processed.
pub(super) fn kind(name: &str) -> TransportErrorKind {
    KINDS
        .iter()
        .find(|(_, known)| *known == name)
        .map_or(TransportErrorKind::Other, |(kind, _)| *kind)
}
