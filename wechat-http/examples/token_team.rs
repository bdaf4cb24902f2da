//! One of several processes that share a token through Redis: 64 callers that do as standard input says.
//!
//! `cargo xtask services` starts eight of them on one mock. A line in, a line out, with the calls that went well, those
//! that failed, and why the last one did:
//!
//! - `once`: each caller makes one call, all at the same time
//! - `load`: each caller makes call after call from now on
//! - `good N`, `failed N`: waits until so many more calls have gone well, or failed
//! - `halt`: waits until no caller calls any more

use std::env::{VarError, var};
use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use wechat_http::token::WithoutStore;
use wechat_http::token::redis::RedisTokenStore;
use wechat_http::{Client, TokenKind, describe};
use wechat_types::id::{AppId, AppSecret};
use wechat_types::platform::GetApiDomainIps;

const CALLERS: usize = 64;
/// Between two calls of one caller.
const PAUSE: Duration = Duration::from_millis(200);

/// What calls came to.
#[derive(Clone, Debug, Default)]
struct Tally {
    good: u64,
    failed: u64,
    reason: String,
}

/// The callers, and what they know.
struct Team {
    client: Client,
    tally: watch::Sender<Tally>,
    halt: watch::Sender<bool>,
    callers: JoinSet<()>,
}

impl Team {
    fn new() -> Result<Self, Box<dyn Error>> {
        let store = RedisTokenStore::open(&var("WECHAT_TOKEN_STORE")?)?;
        let store = store.with_prefix(var("TEAM_PREFIX")?);
        let kind = if is("TEAM_KIND", "plain")? { TokenKind::Plain } else { TokenKind::Stable };
        let without = match is("TEAM_WITHOUT_STORE", "fetch-stable")? {
            true => WithoutStore::FetchStable,
            false => WithoutStore::Refuse,
        };
        let secret = AppSecret::new(var("WECHAT_APP_SECRET")?)?;
        let client = Client::builder(AppId::new(var("WECHAT_APP_ID")?)?, secret)
            .base_url(var("WECHAT_BASE_URL")?.parse()?)
            .token_kind(kind)
            .token_store(store, without)
            .build()?;
        let (tally, _) = watch::channel(Tally::default());
        let (halt, _) = watch::channel(false);
        Ok(Self { client, tally, halt, callers: JoinSet::new() })
    }

    /// Starts the callers; each goes on until it is halted.
    fn call(&mut self) {
        for _ in 0..CALLERS {
            let (client, tally, halt) =
                (self.client.clone(), self.tally.clone(), self.halt.subscribe());
            self.callers.spawn(async move {
                loop {
                    let answer = client.send(&GetApiDomainIps::new()).await;
                    tally.send_modify(|tally| match &answer {
                        Ok(_) => tally.good += 1,
                        Err(error) => {
                            tally.failed += 1;
                            tally.reason = describe(error);
                        }
                    });
                    if *halt.borrow() {
                        return;
                    }
                    let clock = client.clock();
                    clock.sleep_until(clock.now() + PAUSE).await;
                }
            });
        }
    }

    async fn halt(&mut self) {
        self.halt.send_replace(true);
        while self.callers.join_next().await.is_some() {}
        self.halt.send_replace(false);
    }

    async fn obey(&mut self, command: &str) -> Result<(), Box<dyn Error>> {
        match command.split_once(' ').unwrap_or((command, "0")) {
            ("once", _) => {
                self.halt.send_replace(true);
                self.call();
                self.halt().await;
            }
            ("load", _) => self.call(),
            ("halt", _) => self.halt().await,
            ("good", more) => {
                let until = self.tally.borrow().good + more.parse::<u64>()?;
                self.tally.subscribe().wait_for(|tally| tally.good >= until).await?;
            }
            ("failed", more) => {
                let until = self.tally.borrow().failed + more.parse::<u64>()?;
                self.tally.subscribe().wait_for(|tally| tally.failed >= until).await?;
            }
            (other, _) => return Err(format!("{other:?} is no command").into()),
        }
        Ok(())
    }
}

/// Is the variable there, and set to this?
fn is(name: &str, value: &str) -> Result<bool, VarError> {
    match var(name) {
        Err(VarError::NotPresent) => Ok(false),
        text => text.map(|text| text == value),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let _inside = runtime.enter();
    let mut team = Team::new()?;
    for command in std::io::stdin().lines() {
        runtime.block_on(team.obey(&command?))?;
        let Tally { good, failed, reason } = team.tally.borrow().clone();
        println!("{good} {failed} {reason}");
        std::io::stdout().flush()?;
    }
    Ok(())
}
