//! The client of one account.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wechat_types::endpoint::Endpoint;
use wechat_types::id::{AppId, AppSecret};

use crate::base_url::BaseUrl;
use crate::checks::Checks;
use crate::clock::Clock;
use crate::error::Error;
use crate::execute::Wire;
use crate::hosts::Hosts;
use crate::retry::RetryPolicy;
use crate::token::{
    AccountTokens, CachedTokens, Platform, Shared, TokenKind, TokenOwner, TokenSource, TokenStore,
    WithoutStore,
};
use crate::transport::Transport;

/// No request waits longer.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// Calls the API on behalf of one account. Cheap to clone; clones share token and connections.
///
/// Several accounts in one process are several clients. They share nothing, and no call can carry
/// another account's token:
///
/// ```
/// use wechat_http::Client;
/// use wechat_types::id::{AppId, AppSecret};
///
/// # #[cfg(feature = "reqwest")]
/// fn clients(accounts: Vec<(AppId, AppSecret)>) -> Result<Vec<Client>, wechat_http::BuildError> {
///     accounts.into_iter().map(|(id, secret)| Client::builder(id, secret).build()).collect()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wire: Wire,
    tokens: Arc<dyn TokenSource>,
    app_id: AppId,
    server: String,
}

impl Client {
    /// Starts with an account's credentials. Everything else has a default, except the
    /// transport and the clock when the feature `reqwest` is off.
    pub fn builder(app_id: AppId, app_secret: AppSecret) -> ClientBuilder {
        Self::starting_with(app_id, Tokens::Fetched(app_secret))
    }

    /// The same for an account whose tokens come from elsewhere, such as a team's own service, and
    /// whose AppSecret is not known here. [`ServiceTokens`](crate::token::service::ServiceTokens) asks
    /// `wechat-cli token serve`, `examples/token_service.rs` another one.
    pub fn with_token_source(app_id: AppId, tokens: impl TokenSource) -> ClientBuilder {
        Self::starting_with(app_id, Tokens::Given(Arc::new(tokens)))
    }

    fn starting_with(app_id: AppId, tokens: Tokens) -> ClientBuilder {
        ClientBuilder {
            app_id,
            tokens,
            base_url: BaseUrl::official(),
            alternates: Vec::new(),
            transport: None,
            clock: None,
            token_kind: TokenKind::Stable,
            token_store: None,
            timeout: Duration::from_secs(30),
            retry: RetryPolicy::default(),
            checks: Checks::default(),
        }
    }

    /// Makes one call.
    ///
    /// A refused token is dropped and the call repeated once. What is [`Replay::Safe`] is repeated
    /// after a lost answer, and everything after a failure to connect; a keyed send is **not**
    /// repeated here after a lost answer, for only its sender knows what a repeat's answer means.
    ///
    /// # Errors
    ///
    /// [`Error`], whose [`outcome`](Error::outcome) says whether the platform may have acted.
    ///
    /// [`Replay::Safe`]: wechat_types::endpoint::Replay::Safe
    pub async fn send<E: Endpoint>(&self, request: &E) -> Result<E::Response, Error> {
        self.0.wire.send(request, Some(self.0.tokens.as_ref())).await
    }

    /// The account.
    pub fn app_id(&self) -> &AppId {
        &self.0.app_id
    }

    /// Where its tokens come from: for a service that passes them on.
    pub fn tokens(&self) -> &dyn TokenSource {
        self.0.tokens.as_ref()
    }

    /// Where the API is.
    pub fn base_url(&self) -> &BaseUrl {
        self.0.wire.hosts.first()
    }

    /// Which server this is a client of, for records that are kept of what was sent: `weixin.qq.com` for all hosts of
    /// the platform, what its transport says of itself for one [in its place](Transport::stand_in), else host, port and
    /// path of the base URL.
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// The clock that this client goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.wire.clock
    }

    /// How long one request may take.
    pub fn timeout(&self) -> Duration {
        self.0.wire.timeout
    }

    /// What becomes of a request that breaks a documented limit.
    pub fn checks(&self) -> Checks {
        self.0.wire.checks
    }
}

/// Where a client's tokens come from.
#[derive(Debug)]
enum Tokens {
    /// From the platform's token calls.
    Fetched(AppSecret),
    Given(Arc<dyn TokenSource>),
}

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct ClientBuilder {
    app_id: AppId,
    tokens: Tokens,
    base_url: BaseUrl,
    alternates: Vec<BaseUrl>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    token_kind: TokenKind,
    token_store: Option<(Arc<dyn TokenStore>, WithoutStore)>,
    timeout: Duration,
    retry: RetryPolicy,
    checks: Checks,
}

impl ClientBuilder {
    /// Another server than the real platform, for every call, the token's included.
    #[must_use]
    pub fn base_url(mut self, base_url: BaseUrl) -> Self {
        self.base_url = base_url;
        self
    }

    /// Hosts to go on with when one cannot be reached, such as [`BaseUrl::official_alternates`];
    /// none by default.
    ///
    /// A call goes to another host only when it was certainly not sent, or is safe to repeat.
    #[must_use]
    pub fn alternates(mut self, alternates: Vec<BaseUrl>) -> Self {
        self.alternates = alternates;
        self
    }

    /// Another transport than reqwest.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Another clock than the machine's. Deadlines are counted by it, so it belongs to a transport
    /// that goes by the same: the default one goes by the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Another source of tokens than the platform's token calls, such as a team's own service.
    #[must_use]
    pub fn token_source(mut self, tokens: impl TokenSource) -> Self {
        self.tokens = Tokens::Given(Arc::new(tokens));
        self
    }

    /// Which of the two kinds of token to use; [`TokenKind::Stable`] by default.
    #[must_use]
    pub fn token_kind(mut self, kind: TokenKind) -> Self {
        self.token_kind = kind;
        self
    }

    /// Shares the token with the other programs that use this store: one of them fetches for all. Without one,
    /// each fetches for itself, which only [`TokenKind::Stable`] stands. A
    /// [`token_source`](Self::token_source) takes precedence.
    #[must_use]
    pub fn token_store(mut self, store: impl TokenStore, without: WithoutStore) -> Self {
        self.token_store = Some((Arc::new(store), without));
        self
    }

    /// How long one request may take, answer included; 30 seconds by default, 10 minutes at most.
    ///
    /// All attempts at a call that is not safe to repeat end within three times as long.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(LONGEST_TIMEOUT);
        self
    }

    /// How often what may be repeated is repeated; 3 attempts in all by default.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// What to do about a request that breaks a documented limit; [`Checks::Refuse`] by default.
    #[must_use]
    pub fn checks(mut self, checks: Checks) -> Self {
        self.checks = checks;
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when the TLS roots cannot be read, or when the feature `reqwest` is off and
    /// transport or clock are missing.
    pub fn build(self) -> Result<Client, BuildError> {
        let wire = Wire {
            hosts: Hosts::new(self.base_url, self.alternates),
            transport: self.transport.map_or_else(default_transport, Ok)?,
            clock: self.clock.map_or_else(default_clock, Ok)?,
            timeout: self.timeout,
            retry: self.retry,
            checks: self.checks,
        };
        let tokens = match self.tokens {
            Tokens::Given(tokens) => tokens,
            Tokens::Fetched(secret) => {
                let (app_id, kind) = (self.app_id.clone(), self.token_kind);
                let shared = self.token_store.map(|(store, without)| {
                    let owner = TokenOwner::new(app_id.clone(), kind);
                    Shared { store, owner, without }
                });
                let platform = Platform { wire: wire.clone(), app_id, app_secret: secret };
                Arc::new(CachedTokens::new(AccountTokens::new(platform, kind, shared)))
            }
        };
        let server = match wire.transport.stand_in() {
            Some(stand_in) => stand_in.to_owned(),
            None => wire.hosts.first().server(),
        };
        Ok(Client(Arc::new(Inner { wire, tokens, app_id: self.app_id, server })))
    }
}

#[cfg(feature = "reqwest")]
fn default_transport() -> Result<Arc<dyn Transport>, BuildError> {
    Ok(Arc::new(crate::transport::reqwest::ReqwestTransport::new()?))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Arc<dyn Transport>, BuildError> {
    Err(BuildError::new("no transport: set one, or enable the feature `reqwest`"))
}

#[cfg(feature = "reqwest")]
fn default_clock() -> Result<Arc<dyn Clock>, BuildError> {
    Ok(Arc::new(crate::clock::SystemClock::new()))
}

#[cfg(not(feature = "reqwest"))]
fn default_clock() -> Result<Arc<dyn Clock>, BuildError> {
    Err(BuildError::new("no clock: set one, or enable the feature `reqwest`"))
}

/// A client could not be made.
#[derive(Debug)]
pub struct BuildError(Box<dyn std::error::Error + Send + Sync>);

impl BuildError {
    pub(crate) fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client cannot be made")
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.0.as_ref())
    }
}
