//! Tokens shared through Redis (feature `redis`).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! # use wechat_types::id::{AppId, AppSecret};
//! use wechat_http::Client;
//! use wechat_http::token::WithoutStore;
//! use wechat_http::token::redis::RedisTokenStore;
//!
//! # let (app_id, app_secret) = (AppId::new("wx0123456789abcdef")?, AppSecret::new("x")?);
//! let store = RedisTokenStore::open("rediss://:password@redis.example:6379/0")?.with_prefix("shop");
//! let client = Client::builder(app_id, app_secret).token_store(store, WithoutStore::Refuse).build()?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{
    Client, FromRedisValue, RedisError, RedisResult, Script, ScriptInvocation, TlsCertificates,
};
use serde_json::{Value, json};
use wechat_types::id::AccessToken;

use super::TokenKind;
use super::forced;
use super::store::{FetchLease, SharedToken, TokenOwner, TokenStore, TokenStoreError};

/// A server that has not answered by then is taken for gone.
const PATIENCE: Duration = Duration::from_secs(2);

/// The lease's number is the time in microseconds: larger than all before it, also after all keys were lost.
const BEGIN: &str = "
    if redis.call('EXISTS', KEYS[1]) == 1 then return false end
    local time = redis.call('TIME')
    local number = string.format('%d%06d', tonumber(time[1]), tonumber(time[2]))
    redis.call('SET', KEYS[1], number, 'PX', ARGV[1])
    return number";

const FINISH: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
    redis.call('DEL', KEYS[1])
    return 1";

const ABANDON: &str = "
    if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
    return 0";

const FORCE: &str = "
    local time = redis.call('TIME')
    local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
    local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
    if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
    if last[2] and now - tonumber(last[2]) < tonumber(ARGV[2]) then return 0 end
    redis.call('ZADD', KEYS[1], now, now)
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    return 1";

/// A [`TokenStore`] in a Redis server (5 or later, or what speaks its protocol and runs its scripts).
///
/// For an account there are three keys, all in one slot of a cluster: `PREFIX:{APPID:KIND}:token`, `…:lease` and
/// `…:forced`. It speaks to one server: of a cluster to the node that has the slot, or to a proxy. **The token stands there in the clear**: give the server a password, and TLS (`rediss://`) if it is
/// not on the same machine. Losing the keys costs one token call.
///
/// It connects when it is first asked, and again after a loss.
#[derive(Clone)]
pub struct RedisTokenStore {
    connection: ConnectionManager,
    prefix: String,
    /// Without user and password.
    place: String,
}

impl RedisTokenStore {
    /// The server at `redis://[user]:[password]@host[:port][/db]`, or `rediss://` for TLS by the machine's roots.
    ///
    /// Must be called in a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`TokenStoreError`] when that is no such address.
    pub fn open(url: &str) -> Result<Self, TokenStoreError> {
        if url.starts_with("rediss:") {
            use_ring();
        }
        Self::with_client(Client::open(url).map_err(unusable)?)
    }

    /// The same with TLS by these roots only, in PEM: of a team's own authority.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); also when these are no certificates.
    pub fn open_with_roots(url: &str, roots: &[u8]) -> Result<Self, TokenStoreError> {
        use_ring();
        let roots = TlsCertificates { client_tls: None, root_cert: Some(roots.to_vec()) };
        Self::with_client(Client::build_with_tls(url, roots).map_err(unusable)?)
    }

    fn with_client(client: Client) -> Result<Self, TokenStoreError> {
        let place = client.get_connection_info().addr().to_string();
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connection =
            ConnectionManager::new_lazy_with_config(client, config).map_err(unusable)?;
        Ok(Self { connection, prefix: "wechat".to_owned(), place })
    }

    /// What the keys begin with; `wechat` unless set.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    fn key(&self, owner: &TokenOwner, name: &str) -> String {
        let kind = match owner.kind {
            TokenKind::Stable => "stable",
            TokenKind::Plain => "plain",
        };
        // What stands in braces decides about a cluster's slot.
        format!("{}:{{{}:{kind}}}:{name}", self.prefix, owner.app_id)
    }

    /// Runs a script, once more when the connection was lost: that the server was restarted shows only when it is
    /// asked. No script does harm the second time.
    async fn run<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<T, TokenStoreError> {
        let mut answer = call.invoke_async(&mut self.connection.clone()).await;
        if is_lost(&answer) {
            answer = call.invoke_async(&mut self.connection.clone()).await;
        }
        answer.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: RedisError) -> TokenStoreError {
        TokenStoreError::new(Failed { place: self.place.clone(), error })
    }
}

impl fmt::Debug for RedisTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTokenStore")
            .field("place", &self.place)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for RedisTokenStore {
    async fn read(&self, owner: &TokenOwner) -> Result<Option<SharedToken>, TokenStoreError> {
        let key = self.key(owner, "token");
        let mut both = redis::pipe();
        both.atomic().get(&key).pttl(&key);
        let mut answer = both.query_async(&mut self.connection.clone()).await;
        if is_lost(&answer) {
            answer = both.query_async(&mut self.connection.clone()).await;
        }
        let (value, left): (Option<String>, i64) = answer.map_err(|e| self.failed(e))?;
        let left = u64::try_from(left).map(Duration::from_millis);
        Ok(value.zip(left.ok()).and_then(|(value, left)| decode(&value, left)))
    }

    async fn begin(
        &self,
        owner: &TokenOwner,
        lasts: Duration,
    ) -> Result<Option<FetchLease>, TokenStoreError> {
        let script = Script::new(BEGIN);
        let mut call = script.key(self.key(owner, "lease"));
        let number: Option<u64> = self.run(call.arg(millis(lasts))).await?;
        Ok(number.map(FetchLease::new))
    }

    async fn finish(
        &self,
        owner: &TokenOwner,
        lease: FetchLease,
        token: &SharedToken,
    ) -> Result<bool, TokenStoreError> {
        let script = Script::new(FINISH);
        let mut call = script.key(self.key(owner, "lease"));
        call.key(self.key(owner, "token"));
        self.run(call.arg(lease.get()).arg(encode(token)).arg(millis(token.left))).await
    }

    async fn abandon(&self, owner: &TokenOwner, lease: FetchLease) -> Result<(), TokenStoreError> {
        let script = Script::new(ABANDON);
        self.run(script.key(self.key(owner, "lease")).arg(lease.get())).await
    }

    async fn may_force(&self, owner: &TokenOwner) -> Result<bool, TokenStoreError> {
        let script = Script::new(FORCE);
        let mut call = script.key(self.key(owner, "forced"));
        call.arg(forced::A_DAY).arg(millis(forced::APART)).arg(millis(forced::DAY));
        self.run(&call).await
    }
}

/// The connection was, or could not be made. One that timed out had its time.
fn is_lost<T>(answer: &RedisResult<T>) -> bool {
    answer.as_ref().is_err_and(|error| error.is_connection_dropped() && !error.is_timeout())
}

fn encode(token: &SharedToken) -> String {
    json!({"token": token.token.expose(), "life_ms": millis(token.life)}).to_string()
}

/// `None` for what another program put there: it is as good as no token.
fn decode(value: &str, left: Duration) -> Option<SharedToken> {
    let value: Value = serde_json::from_str(value).ok()?;
    let token = AccessToken::new(value.get("token")?.as_str()?).ok()?;
    let life = Duration::from_millis(value.get("life_ms")?.as_u64()?);
    Some(SharedToken::new(token, life, left))
}

/// At least one, for a server refuses a key that lives for nothing.
fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// rustls does not start while it has to choose between two libraries of ciphers; where the program has chosen, that
/// stays.
fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn unusable(error: RedisError) -> TokenStoreError {
    TokenStoreError::new(error)
}

/// A server's error, and where it is.
#[derive(Debug)]
struct Failed {
    place: String,
    error: RedisError,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis at {}", self.place)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
