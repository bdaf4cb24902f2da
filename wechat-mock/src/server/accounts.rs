//! The accounts of one server, and which of them a request is meant for.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use wechat_types::id::AppId;

use super::{AccountCell, MockServer, Restored};
use crate::builder::ClockSource;
use crate::fault::Faults;
use crate::query::Query;
use crate::request_log::RequestLog;

/// What all views of a server have in common.
pub(crate) struct Shared {
    pub(super) clock: ClockSource,
    accounts: Vec<Arc<AccountCell>>,
    /// Whose token it is: a call must not wait for another account to learn that the token is none
    /// of its own. Taken last of all locks.
    tokens: RwLock<BTreeMap<String, Arc<AccountCell>>>,
    /// Tells the background task of the loopback server that something may have become due.
    #[cfg(feature = "server")]
    pub(super) changed: tokio::sync::Notify,
    /// Tells the same to all who wait for nothing to be on its way.
    #[cfg(feature = "server")]
    pub(super) maybe_quiet: tokio::sync::Notify,
}

/// All that is read of a body to learn whom it names: the rest may be long.
#[derive(serde::Deserialize)]
struct Named {
    appid: String,
}

impl MockServer {
    /// A server with these accounts; a view of the first.
    pub(crate) fn from_parts(
        clock: ClockSource,
        first: AccountCell,
        more: Vec<AccountCell>,
    ) -> Self {
        let own = Arc::new(first);
        let mut accounts = vec![Arc::clone(&own)];
        accounts.extend(more.into_iter().map(Arc::new));
        let shared = Shared {
            clock,
            accounts,
            tokens: RwLock::default(),
            #[cfg(feature = "server")]
            changed: tokio::sync::Notify::new(),
            #[cfg(feature = "server")]
            maybe_quiet: tokio::sync::Notify::new(),
        };
        let server = Self { shared: Arc::new(shared), own };
        for account in server.accounts() {
            account.own.recipe.set_up(&account);
        }
        server
    }

    /// The view of the account with this AppID; `None`: the server has none.
    pub fn account_of(&self, app_id: &AppId) -> Option<Self> {
        self.named(app_id.as_str())
    }

    /// Views of all accounts, in the order in which they were given to the builder.
    pub fn accounts(&self) -> Vec<Self> {
        self.shared.accounts.iter().map(|cell| self.view(cell)).collect()
    }

    fn view(&self, cell: &Arc<AccountCell>) -> Self {
        Self { shared: Arc::clone(&self.shared), own: Arc::clone(cell) }
    }

    pub(crate) fn named(&self, app_id: &str) -> Option<Self> {
        let cell = self.shared.accounts.iter().find(|cell| cell.app_id.as_str() == app_id)?;
        Some(self.view(cell))
    }

    /// The account that a request is meant for.
    pub(crate) fn addressed(&self, request: &http::Request<Bytes>) -> Self {
        let found = if self.shared.accounts.len() > 1 { self.find(request) } else { None };
        found.unwrap_or_else(|| self.clone())
    }

    fn find(&self, request: &http::Request<Bytes>) -> Option<Self> {
        let query = Query::parse(request.uri().query().unwrap_or_default());
        if let Some(token) = query.get("access_token") {
            let tokens = self.shared.tokens.read().unwrap_or_else(PoisonError::into_inner);
            return tokens.get(token).map(|cell| self.view(cell));
        }
        if let Some(app_id) = query.get("appid") {
            return self.named(app_id);
        }
        let named: Named = serde_json::from_slice(request.body()).ok()?;
        self.named(&named.appid)
    }

    /// Lets every view know the tokens that this account has issued. Under the account's lock, so
    /// that whoever was given a token finds it known.
    pub(super) fn announce_tokens(&self) {
        let mut account = self.account();
        let fresh = account.tokens.take_fresh();
        if fresh.is_empty() {
            return;
        }
        let mut tokens = self.shared.tokens.write().unwrap_or_else(PoisonError::into_inner);
        tokens.extend(fresh.into_iter().map(|token| (token, Arc::clone(&self.own))));
    }

    /// The account is again as it was made: its followers, jobs and tokens, its rules, faults, log
    /// and callbacks. Neither the clock nor any other account changes.
    pub fn reset(&self) {
        let parts = self.own.recipe.parts(self.own.seed);
        self.restore(Restored {
            settings: Arc::new(parts.settings),
            account: parts.account,
            faults: Faults::default(),
            received: RequestLog::default(),
            #[cfg(feature = "callbacks")]
            outbox: Some(parts.outbox),
        });
        self.clear_stubs();
        self.own.recipe.set_up(self);
        self.changed();
    }
}
