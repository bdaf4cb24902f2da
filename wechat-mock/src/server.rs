//! The mock as a value: two doors, `handle` and `due`/`settle`, and its inspection.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use wechat_http::Clock;
use wechat_types::id::{AppId, AppSecret};

use crate::builder::{ClockSource, MockServerBuilder};
#[cfg(feature = "callbacks")]
use crate::callbacks::Outbox;
use crate::clock::ManualClock;
use crate::exchange::{Answered, Exchange, Push, PushOutcome};
use crate::fault::{ConnectionFault, Effect, FaultRule, Faults};
use crate::query::Query;
use crate::remark;
use crate::reply::{self, Refusal, Reply};
use crate::request::{RecordedAnswer, RecordedRequest};
use crate::routes::{self, Call};
use crate::rule::UNKNOWN_PATH;
use crate::settings::Settings;
use crate::transport::InProcess;
use crate::world::account::Account;

/// An imitation of `api.weixin.qq.com` with one account.
///
/// Clones are the same server. It never looks at the time and never acts by itself: whoever drives
/// it ([`transport`](Self::transport), [`listen`](Self::listen), a test) says what time it is.
#[derive(Clone)]
pub struct MockServer(Arc<Inner>);

/// Shows no more than the AppID: there are tokens and a secret inside.
impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("app_id", &self.0.app_id).finish_non_exhaustive()
    }
}

struct Inner {
    app_id: AppId,
    secret: AppSecret,
    clock: ClockSource,
    /// Behind an Arc, so that a call keeps the rules it started with.
    settings: Mutex<Arc<Settings>>,
    account: Mutex<Account>,
    faults: Mutex<Faults>,
    received: Mutex<Vec<RecordedRequest>>,
    #[cfg(feature = "callbacks")]
    outbox: Mutex<Outbox>,
    /// Tells the background task of the loopback server that something may have become due.
    #[cfg(feature = "server")]
    changed: tokio::sync::Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that failed in the middle must not hide the others' results.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MockServer {
    /// Begins a server.
    pub fn builder() -> MockServerBuilder {
        MockServerBuilder::new()
    }

    pub(crate) fn from_parts(
        clock: ClockSource,
        settings: Settings,
        account: Account,
        #[cfg(feature = "callbacks")] outbox: Outbox,
    ) -> Self {
        Self(Arc::new(Inner {
            app_id: account.app_id.clone(),
            secret: account.secret.clone(),
            clock,
            settings: Mutex::new(Arc::new(settings)),
            account: Mutex::new(account),
            faults: Mutex::default(),
            received: Mutex::default(),
            #[cfg(feature = "callbacks")]
            outbox: Mutex::new(outbox),
            #[cfg(feature = "server")]
            changed: tokio::sync::Notify::new(),
        }))
    }

    /// The first door: one request in, what becomes of it out. `peer` is the caller's address.
    pub fn handle(
        &self,
        request: &http::Request<Bytes>,
        now: SystemTime,
        peer: IpAddr,
    ) -> Exchange {
        let number = {
            let mut received = lock(&self.0.received);
            let number = received.len() as u64 + 1;
            received.push(RecordedRequest::new(number, now, request));
            number
        };
        let path = routes::plain_path(request.uri().path());
        let effect = self.faults().take(path, request.body());
        let Answered { exchange, errcode, broke } = match effect {
            None => self.answer(request, now, peer, number),
            Some(effect) => self.disturbed(effect, request, now, peer, number),
        };
        let answer = RecordedAnswer {
            status: exchange.response.as_ref().map(|response| response.status().as_u16()),
            errcode,
            fault: exchange.fault,
            broke,
            remarks: remark::remarks(request),
        };
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        if let Some(recorded) = lock(&self.0.received).get_mut(index) {
            recorded.answer = answer;
        }
        self.changed();
        exchange
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
            account: &self.0.account,
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
        let json = |body| reply::json(settings.content_type, body);
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
            Effect::Errcode { code, .. } => {
                let body = self.refused(&code.into(), request, now, peer, number);
                let response = reply::json(self.settings().content_type, body);
                Answered { errcode: Some(code), ..Exchange::answer(response).into() }
            }
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

    /// The second door: carries out what is due by `now` and hands out the callbacks to be sent.
    /// Each must be brought back to [`settle`](Self::settle).
    pub fn due(&self, now: SystemTime) -> Vec<Push> {
        let settings = self.settings();
        let mut account = self.account();
        account.advance(&settings, now);
        let reports = account.take_reports();
        let ended = account.publications.take_ended();
        #[cfg(feature = "callbacks")]
        {
            let sender = sender(&account);
            drop(account);
            let mut outbox = self.outbox();
            for report in &reports {
                outbox.add(report, &sender, &settings);
            }
            for publication in &ended {
                outbox.add_publication(publication, &sender);
            }
            outbox.due(&sender, &settings, now)
        }
        #[cfg(not(feature = "callbacks"))]
        {
            drop((reports, ended));
            Vec::new()
        }
    }

    /// Takes the outcome of a push. Silence and wrong answers bring the next try, which is due at
    /// once.
    pub fn settle(&self, push: &Push, outcome: &PushOutcome, now: SystemTime) {
        #[cfg(feature = "callbacks")]
        self.outbox().settle(push, outcome, &self.settings(), now);
        #[cfg(not(feature = "callbacks"))]
        let _ = (push, outcome, now);
        self.changed();
    }

    /// Takes back a push whose delivery was cut short.
    #[cfg(feature = "server")]
    pub(crate) fn put_back(&self, push: &Push) {
        #[cfg(feature = "callbacks")]
        self.outbox().put_back(push);
        #[cfg(not(feature = "callbacks"))]
        let _ = push;
        self.changed();
    }

    /// When [`due`](Self::due) has something to do next; none: not before the next request.
    pub fn next_due(&self) -> Option<SystemTime> {
        let jobs = self.account().next_due();
        #[cfg(feature = "callbacks")]
        let pushes = self.outbox().next_due();
        #[cfg(not(feature = "callbacks"))]
        let pushes = None;
        jobs.into_iter().chain(pushes).min()
    }

    /// Carries out all that is due by `now`: each push goes to `deliver`, its retries too.
    pub fn run_due(&self, now: SystemTime, mut deliver: impl FnMut(&Push) -> PushOutcome) {
        loop {
            let pushes = self.due(now);
            if pushes.is_empty() {
                return;
            }
            for push in pushes {
                let outcome = deliver(&push);
                self.settle(&push, &outcome, now);
            }
        }
    }

    /// A transport that ends in this server.
    pub fn transport(&self) -> InProcess {
        InProcess::new(self.clone())
    }

    /// The clock that [`transport`](Self::transport) and [`listen`](Self::listen) read.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock.as_clock()
    }

    /// The same clock when it is moved by hand, as it is unless another was given.
    pub fn manual_clock(&self) -> Option<ManualClock> {
        self.0.clock.manual()
    }

    /// Moves the manual clock; `false`, and nothing happens, with any other clock.
    pub fn advance(&self, by: Duration) -> bool {
        let clock = self.manual_clock();
        if let Some(clock) = &clock {
            clock.advance(by);
        }
        clock.is_some()
    }

    /// The account's AppID.
    pub fn app_id(&self) -> AppId {
        self.0.app_id.clone()
    }

    /// The account's AppSecret.
    pub fn app_secret(&self) -> AppSecret {
        self.0.secret.clone()
    }

    /// The rules in force.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.0.settings))
    }

    /// Changes the rules from now on.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(Arc::make_mut(&mut lock(&self.0.settings)));
    }

    /// Begins a disturbance of the calls of this path, such as `/cgi-bin/message/mass/send`.
    pub fn on(&self, path: impl Into<String>) -> FaultRule<'_> {
        FaultRule::new(self, Some(path.into()))
    }

    /// Begins a disturbance of any call.
    pub fn on_any(&self) -> FaultRule<'_> {
        FaultRule::new(self, None)
    }

    /// Takes back all disturbances that have not struck.
    pub fn clear_faults(&self) {
        self.faults().clear();
    }

    /// Disturbances that have not struck as often as they should. Those of
    /// [`always`](FaultRule::always) do not count.
    ///
    /// For the end of a test, as a fault that never struck proves nothing:
    ///
    /// ```
    /// # let server = wechat_mock::MockServer::builder().build();
    /// server.on("/cgi-bin/token").errcode(-1);
    /// assert_eq!(server.faults_left(), 1);
    /// ```
    pub fn faults_left(&self) -> usize {
        self.faults().left()
    }

    /// All requests so far, without secrets.
    pub fn received(&self) -> Vec<RecordedRequest> {
        lock(&self.0.received).clone()
    }

    /// The requests after the `number`-th, for a log that follows.
    pub fn received_after(&self, number: u64) -> Vec<RecordedRequest> {
        let received = lock(&self.0.received);
        let from = usize::try_from(number).unwrap_or(usize::MAX);
        received.get(from..).unwrap_or_default().to_vec()
    }

    /// Method and path of every call the mock answers.
    pub fn routes() -> Vec<(http::Method, &'static str)> {
        routes::list()
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.0.faults)
    }

    pub(crate) fn account(&self) -> MutexGuard<'_, Account> {
        lock(&self.0.account)
    }

    #[cfg(feature = "callbacks")]
    pub(crate) fn outbox(&self) -> MutexGuard<'_, Outbox> {
        lock(&self.0.outbox)
    }

    /// Something may have become due.
    pub(crate) fn changed(&self) {
        #[cfg(feature = "server")]
        self.0.changed.notify_one();
    }

    #[cfg(feature = "server")]
    pub(crate) async fn wait_for_change(&self) {
        self.0.changed.notified().await;
    }
}

#[cfg(feature = "callbacks")]
pub(crate) fn sender(account: &Account) -> crate::callbacks::Sender {
    crate::callbacks::Sender {
        app_id: account.app_id.clone(),
        original_id: account.original_id.clone(),
        owner: account.owner.clone(),
    }
}
