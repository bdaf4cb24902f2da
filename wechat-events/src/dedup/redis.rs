//! Claims and seen pushes in Redis, for several machines (feature `redis`).
//!
//! ```no_run
//! # fn example(parser: wechat_events::EventParser, handler: impl wechat_events::handler::Handler)
//! # -> Result<axum::routing::MethodRouter, Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use wechat_events::axum::Endpoint;
//! use wechat_events::dedup::redis::RedisDedup;
//!
//! let seen = RedisDedup::open("rediss://:password@redis.example:6379/0")?.with_prefix("shop");
//! let route = Endpoint::new(parser, handler).with_store(Arc::new(seen)).into_route();
//! # Ok(route)
//! # }
//! ```
//!
//! `wechat_http::token::redis` connects in the same way. The few lines are there twice: neither crate needs the
//! other.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, RedisResult, Script, TlsCertificates};

use super::{Claim, DedupStore, Lease, LeaseLost, MemoryDedup, PushKey, StoreError};

/// A server that has not answered by then is taken for gone: before the endpoint's own second is over, so that the
/// log says where it is.
const PATIENCE: Duration = Duration::from_millis(900);

/// A claim's number is the time in microseconds: another than all before it, also after all keys were lost.
const BEGIN: &str = "
    local held = redis.call('GET', KEYS[1])
    if held then return held end
    local time = redis.call('TIME')
    local number = string.format('%d%06d', tonumber(time[1]), tonumber(time[2]))
    redis.call('SET', KEYS[1], 'running:' .. number, 'PX', ARGV[1])
    return 'granted:' .. number";

const RENEW: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

const FINISH: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1";

const ABANDON: &str = "
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('DEL', KEYS[1])";

/// A [`DedupStore`] in a Redis server (5 or later, or what speaks its protocol and runs its scripts).
///
/// For each push of the last ten minutes there is one key, `PREFIX:push:…`, of about 200 bytes and the reply; each
/// step touches one key. It speaks to one server; a cluster needs a proxy in front, or its pushes are refused. A key
/// ends by itself, a claim with its lease. The key
/// names nobody, but a **reply stands there in the clear**: give the server a password, and TLS (`rediss://`) if it
/// is not on the same machine. A server that is full should refuse (`noeviction`, the default) and not forget: what
/// it refuses comes again, what it forgets is handled again.
///
/// It connects when it is first asked, and again after a loss.
#[derive(Clone)]
pub struct RedisDedup {
    connection: ConnectionManager,
    prefix: String,
    remember: Duration,
    /// Without user and password.
    place: String,
}

impl RedisDedup {
    /// The server at `redis://[user]:[password]@host[:port][/db]`, or `rediss://` for TLS by the machine's roots.
    ///
    /// Must be called in a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`UnusableRedis`] when that is no such address.
    pub fn open(url: &str) -> Result<Self, UnusableRedis> {
        if url.starts_with("rediss:") {
            use_ring();
        }
        Self::with_client(Client::open(url).map_err(UnusableRedis)?)
    }

    /// The same with TLS by these roots only, in PEM: of a team's own authority.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); also when these are no certificates.
    pub fn open_with_roots(url: &str, roots: &[u8]) -> Result<Self, UnusableRedis> {
        use_ring();
        let roots = TlsCertificates { client_tls: None, root_cert: Some(roots.to_vec()) };
        Self::with_client(Client::build_with_tls(url, roots).map_err(UnusableRedis)?)
    }

    fn with_client(client: Client) -> Result<Self, UnusableRedis> {
        let place = client.get_connection_info().addr().to_string();
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connection =
            ConnectionManager::new_lazy_with_config(client, config).map_err(UnusableRedis)?;
        let (prefix, remember) = ("wechat".to_owned(), MemoryDedup::REMEMBER);
        Ok(Self { connection, prefix, remember, place })
    }

    /// What the keys begin with; `wechat` unless set. Receivers that share an account share it too.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// How long a handled push is remembered; [`MemoryDedup::REMEMBER`] unless set.
    #[must_use]
    pub fn with_remember(self, remember: Duration) -> Self {
        Self { remember, ..self }
    }

    /// Runs a script on the push's key: an answer, or the server's error and where it is. Once more when the
    /// connection was lost: that the server was restarted shows only when it is asked. A claim that was made the
    /// first time ends with its lease.
    async fn run<T: redis::FromRedisValue>(
        &self,
        script: &str,
        key: &PushKey,
        arguments: &[&str],
    ) -> Result<T, StoreError> {
        let script = Script::new(script);
        let mut call = script.key(format!("{}:push:{key}", self.prefix));
        for argument in arguments {
            call.arg(*argument);
        }
        let mut answer = call.invoke_async(&mut self.connection.clone()).await;
        if is_lost(&answer) {
            answer = call.invoke_async(&mut self.connection.clone()).await;
        }
        answer.map_err(|error| Failed { place: self.place.clone(), error }.into())
    }
}

impl fmt::Debug for RedisDedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisDedup")
            .field("place", &self.place)
            .field("prefix", &self.prefix)
            .field("remember", &self.remember)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl DedupStore for RedisDedup {
    async fn begin(&self, key: &PushKey, lease: Duration) -> Result<Claim, StoreError> {
        let held: String = self.run(BEGIN, key, &[&millis(lease)]).await?;
        if let Some(number) = held.strip_prefix("granted:") {
            return Ok(Claim::Granted(Lease::new(number.parse()?)));
        }
        if held.starts_with("running:") {
            return Ok(Claim::Running);
        }
        if held == FINISHED {
            return Ok(Claim::Finished(None));
        }
        match held.strip_prefix(FINISHED).and_then(|rest| rest.strip_prefix(':')) {
            Some(reply) => Ok(Claim::Finished(Some(reply.to_owned()))),
            // To handle the push, or to answer as if it were, would both be a guess.
            None => {
                Err(format!("Redis at {}: another program uses the key of a push", self.place)
                    .into())
            }
        }
    }

    async fn renew(&self, key: &PushKey, lease: Lease, lasts: Duration) -> Result<(), StoreError> {
        held(self.run(RENEW, key, &[&running(lease), &millis(lasts)]).await?)
    }

    async fn finish(
        &self,
        key: &PushKey,
        lease: Lease,
        reply: Option<&str>,
    ) -> Result<(), StoreError> {
        let finished = match reply {
            Some(reply) => format!("{FINISHED}:{reply}"),
            None => FINISHED.to_owned(),
        };
        held(self.run(FINISH, key, &[&running(lease), &finished, &millis(self.remember)]).await?)
    }

    async fn abandon(&self, key: &PushKey, lease: Lease) -> Result<(), StoreError> {
        held(self.run(ABANDON, key, &[&running(lease)]).await?)
    }
}

/// What a handled push's key holds, and after a colon its reply, if there was one.
const FINISHED: &str = "finished";

/// What a claimed push's key holds.
fn running(lease: Lease) -> String {
    format!("running:{}", lease.get())
}

/// The connection was, or could not be made. One that timed out had its time.
fn is_lost<T>(answer: &RedisResult<T>) -> bool {
    answer.as_ref().is_err_and(|error| error.is_connection_dropped() && !error.is_timeout())
}

fn held(held: bool) -> Result<(), StoreError> {
    if held { Ok(()) } else { Err(LeaseLost.into()) }
}

/// For a key's life: a server refuses none at all, and one for ever would fill it.
fn millis(span: Duration) -> String {
    span.as_millis().clamp(1, LONGEST).to_string()
}

/// A year in milliseconds.
const LONGEST: u128 = 365 * 24 * 60 * 60 * 1000;

/// rustls does not start while it has to choose between two libraries of ciphers; where the program has chosen, that
/// stays.
fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// No address of a Redis server, or no certificates. The address does not show.
#[derive(Debug)]
pub struct UnusableRedis(RedisError);

impl fmt::Display for UnusableRedis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not an address such as redis://[user]:[password]@host[:port][/db], or no roots in PEM",
        )
    }
}

impl std::error::Error for UnusableRedis {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// A server's error, and where it is. The endpoint logs an error without its sources.
#[derive(Debug)]
struct Failed {
    place: String,
    error: RedisError,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis at {}: {}", self.place, self.error)
    }
}

impl std::error::Error for Failed {}
