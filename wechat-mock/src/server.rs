//! The mock as a value: a view of one account, its clock, its rules and its inspection.

mod accounts;
mod due;
mod handle;
mod whole;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wechat_http::Clock;
use wechat_types::id::{AppId, AppSecret};

use crate::builder::{AccountBuilder, MockServerBuilder};
#[cfg(feature = "callbacks")]
use crate::callbacks::Outbox;
use crate::clock::ManualClock;
use crate::fault::{FaultRule, Faults};
use crate::request::RecordedRequest;
use crate::request_log::{self, RequestLog};
use crate::routes;
use crate::settings::Settings;
use crate::stub::Stubs;
use crate::transport::InProcess;
use crate::turn::catch_up;
use crate::world::account::Account;

pub(crate) use accounts::Shared;
#[cfg(feature = "callbacks")]
pub(crate) use due::sender;
pub(crate) use whole::{Locked, Restored};

/// An imitation of `api.weixin.qq.com`: a server, and a view of one of its accounts.
///
/// Requests reach the account that they name, whichever view takes them in; everything else that
/// this type does is about its own account, but for the clock, which all share. Clones are the same
/// view. It never looks at the time and never acts by itself: whoever drives it
/// ([`transport`](Self::transport), [`listen`](Self::listen), a test) says what time it is.
#[derive(Clone)]
pub struct MockServer {
    shared: Arc<Shared>,
    own: Arc<AccountCell>,
}

/// Shows no more than the AppID: there are tokens and a secret inside.
impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("app_id", &self.own.app_id).finish_non_exhaustive()
    }
}

/// One account with what belongs to it. Nothing in here waits for another account.
///
/// Several locks are taken in the order in which they stand here.
pub(crate) struct AccountCell {
    app_id: AppId,
    /// How it was made, to make it again.
    recipe: AccountBuilder,
    seed: u64,
    /// Behind an Arc, so that a call keeps the rules it started with.
    settings: Mutex<Arc<Settings>>,
    account: Mutex<Account>,
    stubs: Mutex<Stubs>,
    faults: Mutex<Faults>,
    received: Mutex<RequestLog>,
    #[cfg(feature = "callbacks")]
    outbox: Mutex<Outbox>,
}

impl AccountCell {
    pub(crate) fn new(recipe: AccountBuilder, seed: u64) -> Self {
        let parts = recipe.parts(seed);
        Self {
            app_id: parts.account.app_id.clone(),
            recipe,
            seed,
            settings: Mutex::new(Arc::new(parts.settings)),
            account: Mutex::new(parts.account),
            stubs: Mutex::default(),
            faults: Mutex::default(),
            received: Mutex::default(),
            #[cfg(feature = "callbacks")]
            outbox: Mutex::new(parts.outbox),
        }
    }
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

    /// A transport that ends in this server.
    pub fn transport(&self) -> InProcess {
        InProcess::new(self.clone())
    }

    /// The clock that [`transport`](Self::transport) and [`listen`](Self::listen) read.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.shared.clock.as_clock()
    }

    /// The same clock when it is moved by hand, as it is unless another was given.
    pub fn manual_clock(&self) -> Option<ManualClock> {
        self.shared.clock.manual()
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
        self.own.app_id.clone()
    }

    /// The account's AppSecret.
    pub fn app_secret(&self) -> AppSecret {
        self.account().secret.clone()
    }

    /// The rules in force.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.own.settings))
    }

    /// Changes the rules from now on; what is due already happens by those before.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        catch_up(self.account_lock(), &self.settings(), self.clock().now());
        change(Arc::make_mut(&mut lock(&self.own.settings)));
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

    /// The requests so far, without secrets. Of very many the first are forgotten:
    /// [`Settings::request_log_bytes`].
    pub fn received(&self) -> Vec<RecordedRequest> {
        self.received_after(0)
    }

    /// The requests after the `number`-th, for a log that follows.
    pub fn received_after(&self, number: u64) -> Vec<RecordedRequest> {
        let entries = lock(&self.own.received).after(number);
        request_log::shown(&entries)
    }

    /// How many requests there were so far.
    pub fn received_count(&self) -> usize {
        lock(&self.own.received).count()
    }

    /// Method and path of every call the mock answers.
    pub fn routes() -> Vec<(http::Method, &'static str)> {
        routes::list()
    }

    pub(crate) fn stubs(&self) -> MutexGuard<'_, Stubs> {
        lock(&self.own.stubs)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.own.faults)
    }

    pub(crate) fn account_lock(&self) -> &Mutex<Account> {
        &self.own.account
    }

    pub(crate) fn account(&self) -> MutexGuard<'_, Account> {
        lock(&self.own.account)
    }

    #[cfg(feature = "callbacks")]
    pub(crate) fn outbox(&self) -> MutexGuard<'_, Outbox> {
        lock(&self.own.outbox)
    }

    /// Something may have become due.
    pub(crate) fn changed(&self) {
        #[cfg(feature = "server")]
        {
            self.shared.changed.notify_one();
            self.tell_waiting();
        }
    }

    /// Nothing may be on its way any more.
    #[cfg(feature = "server")]
    pub(crate) fn tell_waiting(&self) {
        self.shared.maybe_quiet.notify_waiters();
    }

    #[cfg(feature = "server")]
    pub(crate) async fn wait_for_change(&self) {
        self.shared.changed.notified().await;
    }

    /// Returns when nothing is due and no callback is on its way, of any account.
    #[cfg(feature = "server")]
    pub(crate) async fn wait_for_quiet(&self) {
        loop {
            // Before the look: what changes after it is not missed.
            let changed = self.shared.maybe_quiet.notified();
            let mut quiet = true;
            for account in self.accounts() {
                let now = account.clock().now();
                account.caught_up(now).await;
                quiet &= account.is_quiet(now);
            }
            if quiet {
                return;
            }
            changed.await;
        }
    }
}
