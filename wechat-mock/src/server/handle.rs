//! The first door: one request in, what becomes of it out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::{MockServer, lock};
use crate::exchange::{Answered, Exchange};
use crate::fault::{ConnectionFault, Effect};
use crate::query::Query;
use crate::reply::{self, Refusal, Reply};
use crate::request::RecordedAnswer;
use crate::routes::{self, Call};
use crate::rule::UNKNOWN_PATH;
use crate::stub::{self, Stubbed};
use crate::turn::catch_up;

impl MockServer {
    /// The first door: one request in, what becomes of it out. `peer` is the caller's address.
    ///
    /// The access token says which account is meant, in a call without one the AppID. What names
    /// neither, or none that is known, is answered by the account that this is a view of.
    pub fn handle(
        &self,
        request: &http::Request<Bytes>,
        now: SystemTime,
        peer: IpAddr,
    ) -> Exchange {
        let account = self.addressed(request);
        let exchange = account.take_in(request, now, peer);
        // What the request has made due at once.
        catch_up(account.account_lock(), &account.settings(), now);
        account.wake();
        exchange
    }

    /// A request for this account, without what it has made due at once.
    pub(crate) fn take_in(
        &self,
        request: &http::Request<Bytes>,
        now: SystemTime,
        peer: IpAddr,
    ) -> Exchange {
        let limit = self.settings().request_log_bytes;
        let number = lock(&self.own.received).push(request, now, limit);
        stub::counted(self, request);
        let path = routes::plain_path(request.uri().path());
        // The outermost wins: a stub keeps a call from the faults, a fault from the world.
        let Answered { exchange, errcode, broke } = match stub::answered(self, request) {
            Some(Stubbed::Response(response)) => Exchange::answer(response).into(),
            Some(Stubbed::Errcode(code)) => self.refusing(code, request, now, peer, number),
            None => {
                let effect = if self.faults().is_empty() {
                    None
                } else {
                    // The account is asked before: its lock comes before that of the faults.
                    let age = self.token_age(request, now);
                    self.faults().take(path, request.body(), age)
                };
                match effect {
                    None => self.answer(request, now, peer, number),
                    Some(effect) => self.disturbed(effect, request, now, peer, number),
                }
            }
        };
        let answer = RecordedAnswer {
            status: exchange.response.as_ref().map(|response| response.status().as_u16()),
            errcode,
            fault: exchange.fault,
            broke,
            remarks: Vec::new(),
        };
        lock(&self.own.received).answered(number, answer);
        exchange
    }

    /// How long ago the request's token was issued; none: it has none that works.
    fn token_age(&self, request: &http::Request<Bytes>, now: SystemTime) -> Option<Duration> {
        let query = Query::parse(request.uri().query().unwrap_or_default());
        self.account().tokens.age(query.get("access_token")?, now)
    }

    /// The undisturbed answer.
    fn answer(
        &self,
        request: &http::Request<Bytes>,
        now: SystemTime,
        peer: IpAddr,
        number: u64,
    ) -> Answered {
        let settings = self.settings();
        let call = Call {
            request,
            query: Query::parse(request.uri().query().unwrap_or_default()),
            now,
            peer,
            settings: Arc::clone(&settings),
            account: &self.own.account,
            #[cfg(feature = "callbacks")]
            has_callback_url: self.outbox().target.is_some(),
            #[cfg(not(feature = "callbacks"))]
            has_callback_url: false,
        };
        let answer = match (routes::dispatch(&call), settings.unknown_path_code) {
            (Some(answer), _) => answer,
            (None, Some(code)) => Err(Refusal::by(&UNKNOWN_PATH, code)),
            (None, None) => {
                let broke = Refusal::by(&UNKNOWN_PATH, 0).finding(request.uri().path());
                return Answered { broke, ..Exchange::answer(reply::html(404)).into() };
            }
        };
        self.announce_tokens();
        let json = |body| reply::json(&settings.content_type, body);
        match answer {
            Ok(Reply::Json(body)) => Exchange::answer(json(body)).into(),
            Ok(Reply::File(file)) => Exchange::answer(reply::file(file)).into(),
            Err(refusal) => {
                let body = self.refused(&refusal, request, now, peer, number);
                let broke = refusal.finding(routes::plain_path(request.uri().path()));
                let exchange = Exchange::answer(json(body));
                Answered { exchange, errcode: Some(refusal.code), broke }
            }
        }
    }

    /// This code, whatever the rules would say.
    fn refusing(
        &self,
        code: i64,
        request: &http::Request<Bytes>,
        now: SystemTime,
        peer: IpAddr,
        number: u64,
    ) -> Answered {
        let body = self.refused(&code.into(), request, now, peer, number);
        let response = reply::json(&self.settings().content_type, body);
        Answered { errcode: Some(code), ..Exchange::answer(response).into() }
    }

    fn disturbed(
        &self,
        effect: Effect,
        request: &http::Request<Bytes>,
        now: SystemTime,
        peer: IpAddr,
        number: u64,
    ) -> Answered {
        let answered = effect.applies().then(|| self.answer(request, now, peer, number));
        match effect {
            Effect::Connection(fault) => Exchange::broken(fault).into(),
            Effect::Errcode { code, .. } => self.refusing(code, request, now, peer, number),
            Effect::Status { status, .. } => Exchange::answer(reply::html(status)).into(),
            Effect::Garbled | Effect::Cut(_) | Effect::Delayed(_) => {
                let Some(mut answered) = answered else {
                    return Exchange::broken(ConnectionFault::AnswerLost).into();
                };
                match (effect, &mut answered.exchange.response) {
                    (Effect::Garbled, Some(response)) => {
                        *response.body_mut() = Bytes::from_static(b"\x1f\x8b\x08{\"errcode\":0");
                    }
                    (Effect::Cut(bytes), Some(response)) => response.body_mut().truncate(bytes),
                    (Effect::Delayed(by), _) => answered.exchange.delay = by,
                    _ => {}
                }
                answered
            }
        }
    }
}
