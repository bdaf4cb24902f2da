//! One call from value to answer: token, request, transport, and again where that is decided.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wechat_types::codec::Reply;
use wechat_types::endpoint::{Auth, Endpoint, Method, Replay};
use wechat_types::id::AccessToken;

use crate::base_url::BaseUrl;
use crate::checks::Checks;
use crate::clock::Clock;
use crate::error::{Error, describe};
use crate::hosts::Hosts;
use crate::redact::Shown;
use crate::retry::{self, Attempts, Decision, RetryPolicy};
use crate::token::TokenSource;
use crate::transport::{Deadline, Transport, TransportError, TransportErrorKind};

/// What stays as it is in a query's value.
pub(crate) const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Timeouts that all attempts at a call that is not safe to repeat share.
const ATTEMPTS_SHARE: u32 = 3;

/// What a client and its token source share: how requests get out.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) hosts: Hosts,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) checks: Checks,
}

/// A request on its way, with what its attempts have come to.
struct Call<'a> {
    method: Method,
    path: &'static str,
    /// The host of the last attempt.
    base_url: BaseUrl,
    auth: Auth,
    replay: Replay,
    query: Vec<(&'static str, Cow<'a, str>)>,
    content_type: Option<String>,
    body: Bytes,
    /// When the call began, for what must not go out long after it was decided.
    began: SystemTime,
    made: u32,
    token: Option<AccessToken>,
    token_renewed: bool,
}

impl Wire {
    /// Makes one call. A shell: only encoding and decoding are compiled for each endpoint.
    pub(crate) async fn send<E: Endpoint>(
        &self,
        request: &E,
        tokens: Option<&dyn TokenSource>,
    ) -> Result<E::Response, Error> {
        self.checks.hold(E::SPEC.path, request.check())?;
        let body = request.write()?;
        let mut call = Call {
            method: E::SPEC.method,
            path: E::SPEC.path,
            base_url: self.hosts.current(),
            auth: E::SPEC.auth,
            replay: request.replay(),
            query: request.query(),
            content_type: body.content_type().map(str::to_owned),
            body: Bytes::from_owner(body),
            began: self.clock.now(),
            made: 0,
            token: None,
            token_renewed: false,
        };
        loop {
            let reply = self.exchange(&mut call, tokens).await?;
            match E::decode(answered(&reply)) {
                Ok(answer) => return Ok(answer),
                Err(error) => self.recover(&mut call, Error::Reply(error), tokens).await?,
            }
        }
    }

    /// Gets an HTTP answer, whatever it says.
    async fn exchange(
        &self,
        call: &mut Call<'_>,
        tokens: Option<&dyn TokenSource>,
    ) -> Result<http::Response<Bytes>, Error> {
        loop {
            if let (Auth::AccessToken, Some(tokens)) = (call.auth, tokens) {
                call.token = Some(tokens.token().await.map_err(Error::Token)?);
            }
            let request = self.request(call).map_err(Error::Transport)?;
            call.made += 1;
            match self.transport.send(request).await {
                Ok(reply) => {
                    tracing::debug!(call = %call.shown(), attempt = call.made, status = reply.status().as_u16(), "answered");
                    return Ok(reply);
                }
                Err(error) => self.recover(call, Error::Transport(error), tokens).await?,
            }
        }
    }

    /// Returns when the call is to be made again, and the failure when it is not.
    async fn recover(
        &self,
        call: &mut Call<'_>,
        failure: Error,
        tokens: Option<&dyn TokenSource>,
    ) -> Result<(), Error> {
        let attempts = Attempts {
            auth: call.auth,
            replay: call.replay,
            made: call.made,
            token_renewed: call.token_renewed,
        };
        let decision = retry::decide(&failure, attempts, self.retry);
        tracing::debug!(call = %call.shown(), attempt = call.made, ?decision, error = describe(&failure), "failed");
        match (decision, tokens, &call.token) {
            (Decision::RenewToken, Some(tokens), Some(token)) => {
                call.token_renewed = true;
                tokens.invalidate(token).await;
                Ok(())
            }
            (Decision::Again(pause), ..) => {
                // What is made again was not sent, or is safe: another host may take it.
                self.hosts.turn(&call.base_url);
                self.clock.sleep_until(self.clock.now() + pause).await;
                Ok(())
            }
            _ => Err(failure),
        }
    }

    /// When an attempt must be over. All attempts at a call that is not safe to repeat share one
    /// end: a machine that slept through a pause must not send what was decided the day before.
    fn deadline(&self, call: &Call<'_>) -> SystemTime {
        let attempt = self.clock.now() + self.timeout;
        match call.replay {
            Replay::Safe => attempt,
            _ => attempt.min(call.began + self.timeout * ATTEMPTS_SHARE),
        }
    }

    fn request(&self, call: &mut Call<'_>) -> Result<http::Request<Bytes>, TransportError> {
        call.base_url = self.hosts.current();
        let mut url = format!("{}{}", call.base_url, call.path);
        let token = call.token.as_ref().map(|token| ("access_token", token.expose()));
        let query = call.query.iter().map(|(key, value)| (*key, value.as_ref()));
        for (number, (key, value)) in token.into_iter().chain(query).enumerate() {
            url.push(if number == 0 { '?' } else { '&' });
            url.push_str(key);
            url.push('=');
            url.extend(utf8_percent_encode(value, UNRESERVED));
        }
        let method = match call.method {
            Method::Get => http::Method::GET,
            _ => http::Method::POST,
        };
        let mut request = http::Request::builder()
            .method(method)
            .uri(url)
            .extension(Deadline::new(self.deadline(call)));
        if let Some(content_type) = &call.content_type {
            request = request.header(http::header::CONTENT_TYPE, content_type);
        }
        // The error of `http` does not repeat the URL.
        request
            .body(call.body.clone())
            .map_err(|error| TransportError::new(TransportErrorKind::Malformed, error))
    }
}

/// An answer as an endpoint reads it: a download has its file name in a header.
fn answered(reply: &http::Response<Bytes>) -> Reply<'_> {
    let header = |name| reply.headers().get(name);
    let mut answer = Reply::new(reply.status().as_u16(), reply.body());
    if let Some(kind) = header(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
        answer = answer.with_content_type(kind);
    }
    if let Some(disposition) = header(http::header::CONTENT_DISPOSITION) {
        answer = answer.with_content_disposition(disposition.as_bytes());
    }
    answer
}

impl Call<'_> {
    fn shown(&self) -> Shown<'_> {
        Shown { path: self.path, query: &self.query }
    }
}
