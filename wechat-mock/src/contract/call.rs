//! Calls that the typed ones refuse to make: with limits broken, or with a token of one's own.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde_json::Value;
use wechat_types::codec::{Body, EncodeError, Reply, ReplyError};
use wechat_types::endpoint::{Endpoint, Replay, Spec};
use wechat_types::id::AccessToken;
use wechat_types::platform::GetApiDomainIps;

/// The call `E` with a body that its type would not write.
pub(super) struct Raw<E> {
    body: Value,
    call: PhantomData<fn() -> E>,
}

impl<E> Raw<E> {
    pub(super) fn new(body: Value) -> Self {
        Self { body, call: PhantomData }
    }
}

impl<E: Endpoint> Endpoint for Raw<E> {
    const SPEC: Spec = Spec::new(E::SPEC.method, E::SPEC.path, Replay::Never);
    type Response = E::Response;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::new("application/json", self.body.to_string().into_bytes()))
    }

    fn decode(reply: Reply<'_>) -> Result<E::Response, ReplyError> {
        E::decode(reply)
    }
}

/// A harmless call with this token, or with none, and not with the client's.
pub(super) struct WithToken(pub(super) Option<AccessToken>);

impl Endpoint for WithToken {
    const SPEC: Spec =
        Spec::new(GetApiDomainIps::SPEC.method, GetApiDomainIps::SPEC.path, Replay::Safe)
            .without_token();
    type Response = ();

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        self.0.iter().map(|token| ("access_token", token.expose().into())).collect()
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        GetApiDomainIps::decode(reply).map(|_| ())
    }
}
