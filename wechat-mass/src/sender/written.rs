//! A request that is written before its time comes.

use std::borrow::Cow;

use wechat_types::codec::{Body, EncodeError, Reply, ReplyError};
use wechat_types::endpoint::{Endpoint, Replay, Spec};

/// A request whose body stands ready: that of ten thousand OpenIDs takes longer to write than a flush to the disk.
#[derive(Debug)]
pub(crate) struct Written<E> {
    request: E,
    body: Body,
}

impl<E: Endpoint> Written<E> {
    /// Writes it now.
    pub(crate) fn new(request: E) -> Result<Self, EncodeError> {
        let body = request.write()?;
        Ok(Self { request, body })
    }
}

impl<E: Endpoint> Endpoint for Written<E> {
    const SPEC: Spec = E::SPEC;
    type Response = E::Response;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        self.request.query()
    }

    fn check(&self) -> Result<(), EncodeError> {
        self.request.check()
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(self.body.clone())
    }

    fn decode(reply: Reply<'_>) -> Result<Self::Response, ReplyError> {
        E::decode(reply)
    }

    fn replay(&self) -> Replay {
        self.request.replay()
    }
}
