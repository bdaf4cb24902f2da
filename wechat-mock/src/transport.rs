//! The transport that ends in the mock, without a network.

use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::{Deadline, Transport, TransportError, TransportErrorKind};

use crate::fault::ConnectionFault;
use crate::server::MockServer;

/// Carries requests into a [`MockServer`] by its own clock.
#[derive(Clone, Debug)]
pub struct InProcess {
    server: MockServer,
}

impl InProcess {
    pub(crate) fn new(server: MockServer) -> Self {
        Self { server }
    }
}

#[async_trait]
impl Transport for InProcess {
    fn stand_in(&self) -> Option<&str> {
        Some("an in-process mock")
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let clock = self.server.clock();
        let deadline = request.extensions().get::<Deadline>().map(|deadline| deadline.at());
        let now = clock.now();
        if deadline.is_some_and(|deadline| deadline <= now) {
            return Err(error(TransportErrorKind::DeadlinePassed, "deadline passed"));
        }
        let peer = self.server.settings().in_process_ip;
        let exchange = self.server.handle(&request, now, peer);
        if !exchange.delay.is_zero() {
            let end = now + exchange.delay;
            if let Some(deadline) = deadline.filter(|deadline: &SystemTime| *deadline < end) {
                clock.sleep_until(deadline).await;
                return Err(error(TransportErrorKind::Timeout, "the mock answers too late"));
            }
            clock.sleep_until(end).await;
        }
        match (exchange.fault, exchange.response) {
            (Some(ConnectionFault::Refused), _) => {
                Err(error(TransportErrorKind::Connect, "the mock refused the connection"))
            }
            (Some(ConnectionFault::ResetBeforeEffect), _) => {
                Err(error(TransportErrorKind::Interrupted, "the mock reset the connection"))
            }
            (Some(ConnectionFault::AnswerLost), _) | (None, None) => {
                Err(error(TransportErrorKind::Interrupted, "the mock lost the answer"))
            }
            (None, Some(response)) => Ok(response),
        }
    }
}

fn error(kind: TransportErrorKind, text: &'static str) -> TransportError {
    TransportError::new(kind, text)
}
