//! A transport around a transport: it notes what passes, and holds an answer back on demand.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use wechat_http::{Transport, TransportError, TransportErrorKind};

/// Clones are the same tap.
#[derive(Clone)]
pub(crate) struct Tap(Arc<Inner>);

struct Inner {
    transport: Box<dyn Transport>,
    sent: Mutex<Vec<Sent>>,
    tokens: Mutex<BTreeSet<String>>,
    gate: Mutex<Option<Arc<Gate>>>,
}

/// One request that passed.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "reqwest"), allow(dead_code, reason = "some is for tests over HTTP"))]
pub(crate) struct Sent {
    pub(crate) uri: http::Uri,
    pub(crate) headers: http::HeaderMap,
    pub(crate) failed: Option<TransportErrorKind>,
}

/// Holds back one answer.
pub(crate) struct Gate {
    path: &'static str,
    arrived: Semaphore,
    open: Semaphore,
}

impl Gate {
    /// Returns once the answer is there.
    pub(crate) async fn arrived(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    /// The same; fails when the task that should bring it has ended without.
    pub(crate) async fn arrived_from<T>(&self, task: &JoinHandle<T>) {
        while self.arrived.available_permits() == 0 {
            assert!(!task.is_finished(), "{} was not called", self.path);
            tokio::task::yield_now().await;
        }
        self.arrived().await;
    }

    /// Lets the answer through.
    pub(crate) fn open(&self) {
        self.open.add_permits(1);
    }
}

impl Tap {
    pub(crate) fn new(transport: impl Transport) -> Self {
        Self(Arc::new(Inner {
            transport: Box::new(transport),
            sent: Mutex::default(),
            tokens: Mutex::default(),
            gate: Mutex::default(),
        }))
    }

    /// Holds back the next answer to a call of this path.
    pub(crate) fn hold_next(&self, path: &'static str) -> Arc<Gate> {
        let gate = Arc::new(Gate { path, arrived: Semaphore::new(0), open: Semaphore::new(0) });
        *self.0.gate.lock().unwrap() = Some(Arc::clone(&gate));
        gate
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.0.sent.lock().unwrap().clone()
    }

    /// The beginning of each token given out so far; also of one whose answer broke off.
    pub(crate) fn tokens(&self) -> BTreeSet<String> {
        self.0.tokens.lock().unwrap().clone()
    }

    fn note_token(&self, answer: &[u8]) {
        const LENGTH: usize = 24;
        let text = String::from_utf8_lossy(answer);
        if let Some((_, rest)) = text.split_once("\"access_token\":\"") {
            let token = rest.split('"').next().unwrap_or_default();
            self.0.tokens.lock().unwrap().insert(token.chars().take(LENGTH).collect());
        }
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tap").field(&self.0.transport).finish()
    }
}

#[async_trait]
impl Transport for Tap {
    fn stand_in(&self) -> Option<&str> {
        self.0.transport.stand_in()
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        // All who are on their way get as far as this before the first has its answer.
        tokio::task::yield_now().await;
        let (uri, headers) = (request.uri().clone(), request.headers().clone());
        let path = uri.path().to_owned();
        let reply = self.0.transport.send(request).await;
        let failed = reply.as_ref().err().map(TransportError::kind);
        self.0.sent.lock().unwrap().push(Sent { uri, headers, failed });
        if let Ok(reply) = &reply {
            self.note_token(reply.body());
        }
        let gate = self.0.gate.lock().unwrap().take_if(|gate| gate.path == path);
        if let Some(gate) = gate {
            gate.arrived.add_permits(1);
            gate.open.acquire().await.unwrap().forget();
        }
        reply
    }
}
