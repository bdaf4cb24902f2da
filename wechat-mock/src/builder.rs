//! Builds a [`MockServer`].

use std::fmt;
use std::sync::Arc;

use wechat_http::Clock;
use wechat_types::id::{AppId, AppSecret, OpenId};

#[cfg(feature = "callbacks")]
use crate::callbacks::{CallbackTarget, Outbox};
use crate::clock::ManualClock;
use crate::random::{Random, digest};
use crate::server::{AccountCell, MockServer};
use crate::settings::Settings;
use crate::world::account::Account;

/// Where time comes from.
#[derive(Clone, Debug)]
pub(crate) enum ClockSource {
    Manual(ManualClock),
    Other(Arc<dyn Clock>),
}

impl ClockSource {
    pub(crate) fn as_clock(&self) -> Arc<dyn Clock> {
        match self {
            Self::Manual(clock) => Arc::new(clock.clone()),
            Self::Other(clock) => Arc::clone(clock),
        }
    }

    pub(crate) fn manual(&self) -> Option<ManualClock> {
        match self {
            Self::Manual(clock) => Some(clock.clone()),
            Self::Other(_) => None,
        }
    }
}

/// One account of a [`MockServer`] in the making. All has defaults.
#[derive(Clone, Default)]
#[must_use = "an account is taken by `MockServerBuilder::account`"]
pub struct AccountBuilder {
    seed: Option<u64>,
    app_id: Option<AppId>,
    secret: Option<AppSecret>,
    settings: Settings,
    followers: usize,
    #[cfg(feature = "callbacks")]
    callback: Option<CallbackTarget>,
    setup: Vec<Arc<Setup>>,
}

/// Fills an account.
type Setup = dyn Fn(&MockServer) + Send + Sync;

/// Without the secret.
impl fmt::Debug for AccountBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountBuilder").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// What an account is made of.
pub(crate) struct Parts {
    pub(crate) settings: Settings,
    pub(crate) account: Account,
    #[cfg(feature = "callbacks")]
    pub(crate) outbox: Outbox,
}

impl AccountBuilder {
    /// Begins an account.
    pub fn new() -> Self {
        Self::default()
    }

    /// Decides the account's ids and tokens. Default: the server's seed and the account's place.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The account's AppID. Default: `wx` and 16 hexadecimal digits from the seed. Of two accounts
    /// with one AppID, requests without a token reach the first.
    pub fn app_id(mut self, app_id: AppId) -> Self {
        self.app_id = Some(app_id);
        self
    }

    /// The account's AppSecret. Default: 32 hexadecimal digits from the seed.
    pub fn app_secret(mut self, secret: AppSecret) -> Self {
        self.secret = Some(secret);
        self
    }

    /// Changes rules.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// So many followers from the start, with OpenIDs from the seed. Default: none.
    pub fn followers(mut self, count: usize) -> Self {
        self.followers = count;
        self
    }

    /// Where callbacks go. Default: nowhere.
    #[cfg(feature = "callbacks")]
    pub fn callback(mut self, target: CallbackTarget) -> Self {
        self.callback = Some(target);
        self
    }

    /// Fills the account, with tags, drafts or faults for example: when it is made, and again each
    /// time it is [`reset`](MockServer::reset). After the followers.
    pub fn setup(mut self, fill: impl Fn(&MockServer) + Send + Sync + 'static) -> Self {
        self.setup.push(Arc::new(fill));
        self
    }

    /// The account without its followers.
    pub(crate) fn parts(&self, seed: u64) -> Parts {
        let mut random = Random::new(seed);
        let app_id =
            self.app_id.clone().or_else(|| AppId::new(format!("wx{}", random.hex(16))).ok());
        let secret = self.secret.clone().or_else(|| AppSecret::new(random.hex(32)).ok());
        let owner = OpenId::new(format!("o{}", random.text(27))).ok();
        // All three are made of letters and digits, which their types take.
        let (Some(app_id), Some(secret), Some(owner)) = (app_id, secret, owner) else {
            unreachable!("generated ids are valid");
        };
        // Drawn with and without callbacks: features must not change the ids.
        let callback_seed = random.number();
        #[cfg(not(feature = "callbacks"))]
        let _ = callback_seed;
        Parts {
            settings: self.settings.clone(),
            account: Account::new(app_id, secret, owner, random),
            #[cfg(feature = "callbacks")]
            outbox: Outbox::new(self.callback.clone(), Random::new(callback_seed)),
        }
    }

    /// Brings in the followers and all that the account was to be filled with.
    pub(crate) fn set_up(&self, account: &MockServer) {
        account.account().invent_followers(self.followers);
        for fill in &self.setup {
            fill(account);
        }
    }

    fn build(self, default_seed: u64) -> AccountCell {
        let seed = self.seed.unwrap_or(default_seed);
        AccountCell::new(self, seed)
    }
}

/// A [`MockServer`] in the making: its clock, its first account, and more of them. All has
/// defaults.
#[derive(Debug)]
pub struct MockServerBuilder {
    seed: u64,
    clock: ClockSource,
    first: AccountBuilder,
    more: Vec<AccountBuilder>,
}

impl MockServerBuilder {
    pub(crate) fn new() -> Self {
        Self {
            seed: 1,
            clock: ClockSource::Manual(ManualClock::default()),
            first: AccountBuilder::new(),
            more: Vec::new(),
        }
    }

    /// The first account, instead of the one made so far.
    pub fn first(mut self, account: AccountBuilder) -> Self {
        self.first = account;
        self
    }

    /// Decides all ids and tokens: same seed and same requests give the same answers. Default: 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The clock moved by hand. Default: one of its own, standing at
    /// [`ManualClock::default_start`].
    pub fn manual_clock(mut self, clock: ManualClock) -> Self {
        self.clock = ClockSource::Manual(clock);
        self
    }

    /// Any other source of time, such as the machine's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = ClockSource::Other(clock);
        self
    }

    /// The first account's AppID. Default: `wx` and 16 hexadecimal digits from the seed.
    pub fn app_id(mut self, app_id: AppId) -> Self {
        self.first = self.first.app_id(app_id);
        self
    }

    /// The first account's AppSecret. Default: 32 hexadecimal digits from the seed.
    pub fn app_secret(mut self, secret: AppSecret) -> Self {
        self.first = self.first.app_secret(secret);
        self
    }

    /// Changes rules of the first account.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        self.first = self.first.settings(change);
        self
    }

    /// So many followers of the first account from the start, with OpenIDs from the seed. Default:
    /// none.
    pub fn followers(mut self, count: usize) -> Self {
        self.first = self.first.followers(count);
        self
    }

    /// Where callbacks of the first account go. Default: nowhere.
    #[cfg(feature = "callbacks")]
    pub fn callback(mut self, target: CallbackTarget) -> Self {
        self.first = self.first.callback(target);
        self
    }

    /// Fills the first account, with tags, drafts or faults for example: when it is made, and again
    /// each time it is [`reset`](MockServer::reset). After the followers.
    pub fn setup(mut self, fill: impl Fn(&MockServer) + Send + Sync + 'static) -> Self {
        self.first = self.first.setup(fill);
        self
    }

    /// One more account in the same server. It shares nothing with the others but the clock.
    pub fn account(mut self, account: AccountBuilder) -> Self {
        self.more.push(account);
        self
    }

    /// The server, as a view of its first account.
    pub fn build(self) -> MockServer {
        let first = self.first.build(self.seed);
        let more = (1_u64..).zip(self.more).map(|(place, account)| {
            account.build(digest(&[&self.seed.to_le_bytes(), &place.to_le_bytes()]))
        });
        MockServer::from_parts(self.clock, first, more.collect())
    }
}
