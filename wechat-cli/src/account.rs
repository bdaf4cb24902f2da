//! Accounts: from the configuration file, or from the environment.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wechat_events::{CallbackToken, EncodingAesKey, EventParser, EventParserBuilder};
use wechat_http::describe;
use wechat_mass::journal::PostgresAddress;
use wechat_mass::quota::Limits;
use wechat_types::id::{AppId, AppSecret};

use crate::args::TokenArgs;
use crate::redis_place::{RedisPlace, WireRedis};
use crate::secret_place::{SecretPlace, one_of};
use crate::token_place::{self, TokenService, WireService};
use crate::toml_file;

/// An account with its credentials.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) app_id: AppId,
    /// None where a token service alone knows it.
    pub(crate) app_secret: Option<AppSecret>,
    pub(crate) base_url: Option<String>,
    pub(crate) live: bool,
    pub(crate) callback: Option<CallbackSettings>,
    /// The database that keeps the record of what is sent, where several machines share it.
    pub(crate) journal: Option<PostgresAddress>,
    /// What an account of its kind may do.
    pub(crate) limits: Limits,
    /// Where programs of the account share tokens and seen pushes.
    pub(crate) redis: Option<RedisPlace>,
    pub(crate) token_service: TokenService,
}

/// Where and how the platform's callbacks come in.
#[derive(Clone, Debug)]
pub(crate) struct CallbackSettings {
    pub(crate) listen: SocketAddr,
    pub(crate) token: CallbackToken,
    pub(crate) aes_key: Option<EncodingAesKey>,
    pub(crate) previous_token: Option<CallbackToken>,
    pub(crate) previous_aes_key: Option<EncodingAesKey>,
}

impl CallbackSettings {
    /// The reader of the account's callbacks.
    pub(crate) fn parser(self, app_id: AppId) -> EventParserBuilder {
        let mut parser = EventParser::builder(app_id, self.token);
        if let Some(key) = self.aes_key {
            parser = parser.aes_key(key);
        }
        if let Some(token) = self.previous_token {
            parser = parser.previous_token(token);
        }
        if let Some(key) = self.previous_aes_key {
            parser = parser.previous_aes_key(key);
        }
        parser
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    accounts: BTreeMap<String, WireAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with app_id and app_secret_file")]
struct WireAccount {
    app_id: String,
    app_secret: Option<String>,
    app_secret_file: Option<PathBuf>,
    app_secret_env: Option<String>,
    base_url: Option<String>,
    #[serde(default)]
    live: bool,
    #[serde(default)]
    kind: Kind,
    sends_to_everyone_per_day: Option<u32>,
    journal: Option<String>,
    callback: Option<WireCallback>,
    redis: Option<WireRedis>,
    token_service: Option<WireService>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Service,
    Subscription,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with listen and token")]
struct WireCallback {
    listen: String,
    token: String,
    encoding_aes_key: Option<String>,
    previous_token: Option<String>,
    previous_encoding_aes_key: Option<String>,
}

/// Finds the account: by name in the configuration file, else from `WECHAT_APP_ID` and
/// `WECHAT_APP_SECRET`, else none. `tokens` are the options about its tokens.
pub(crate) fn find(
    name: Option<&str>,
    config: Option<&Path>,
    campaign: &Path,
    tokens: &TokenArgs,
) -> Result<Option<Account>, String> {
    let file = config.map_or_else(|| beside(campaign), Path::to_path_buf);
    let Some(name) = name else {
        return match config {
            Some(file) => Err(format!(
                "{} is named, but no account in it: name one with --account",
                file.display()
            )),
            None => from_env(tokens),
        };
    };
    let account = in_file(name, &file)?;
    let account = token_place::over(account, tokens)?;
    if account.lacks_secret() {
        let problem = one_of("app_secret");
        return Err(format!("{}: [accounts.{name}] {problem}", file.display()));
    }
    Ok(Some(account))
}

/// The account of this name as the configuration has it: beside `near`, unless a file is named.
pub(crate) fn named(name: &str, config: Option<&Path>, near: &Path) -> Result<Account, String> {
    in_file(name, &config.map_or_else(|| beside(near), Path::to_path_buf))
}

fn beside(near: &Path) -> PathBuf {
    near.parent().unwrap_or(Path::new(".")).join("wechat.toml")
}

fn in_file(name: &str, file: &Path) -> Result<Account, String> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|e| {
        format!("the account {name:?} needs a configuration file, and {shown} cannot be read: {e}")
    })?;
    let mut wire: Wire = toml_file::parse(file, &text)?;
    let known: Vec<String> = wire.accounts.keys().cloned().collect();
    let account = wire.accounts.remove(name).ok_or_else(|| {
        let known = if known.is_empty() { "none at all".to_owned() } else { known.join(", ") };
        format!("{shown}: there is no [accounts.{name}]; the accounts are: {known}")
    })?;
    account
        .resolve(file.parent().unwrap_or(Path::new(".")))
        .map_err(|problem| format!("{shown}: [accounts.{name}] {problem}"))
}

fn from_env(tokens: &TokenArgs) -> Result<Option<Account>, String> {
    let Ok(app_id) = std::env::var("WECHAT_APP_ID") else { return Ok(None) };
    let secret = std::env::var("WECHAT_APP_SECRET").ok().map(AppSecret::new).transpose();
    let account = Account {
        app_id: AppId::new(app_id).map_err(|e| format!("WECHAT_APP_ID: {e}"))?,
        app_secret: secret.map_err(|e| format!("WECHAT_APP_SECRET: {e}"))?,
        base_url: None,
        live: false,
        callback: None,
        journal: None,
        limits: Limits::default(),
        redis: None,
        token_service: TokenService::default(),
    };
    let account = token_place::over(account, tokens)?;
    if account.lacks_secret() {
        return Err("WECHAT_APP_ID is set, WECHAT_APP_SECRET is not".to_owned());
    }
    Ok(Some(account))
}

impl Account {
    /// Nobody could get a token for it.
    fn lacks_secret(&self) -> bool {
        self.app_secret.is_none() && self.token_service.url.is_none()
    }
}

impl WireAccount {
    fn resolve(self, dir: &Path) -> Result<Account, String> {
        let secret = SecretPlace {
            inline: self.app_secret,
            file: self.app_secret_file,
            env: self.app_secret_env,
        };
        let journal = self.journal.as_deref().map(PostgresAddress::new).transpose();
        let secret = secret.read("app_secret", dir)?.map(AppSecret::new).transpose();
        let callback = self.callback.map(WireCallback::resolve).transpose()?;
        Ok(Account {
            app_id: AppId::new(self.app_id).map_err(|e| format!("app_id: {e}"))?,
            app_secret: secret.map_err(|e| format!("app_secret: {e}"))?,
            base_url: self.base_url,
            live: self.live,
            callback,
            journal: journal.map_err(|e| format!("journal: {}", describe(&e)))?,
            limits: limits(self.kind, self.sends_to_everyone_per_day),
            redis: self.redis.map(|redis| redis.resolve(dir)).transpose()?,
            token_service: self
                .token_service
                .map(|service| service.resolve(dir))
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

fn limits(kind: Kind, to_everyone_per_day: Option<u32>) -> Limits {
    let mut limits = match kind {
        Kind::Service => Limits::default(),
        Kind::Subscription => Limits::subscription(),
    };
    limits.to_everyone_per_day = to_everyone_per_day.unwrap_or(limits.to_everyone_per_day);
    limits
}

impl WireCallback {
    fn resolve(self) -> Result<CallbackSettings, String> {
        let token = |name: &str, text: String| {
            CallbackToken::new(text).map_err(|e| format!("callback.{name}: {e}"))
        };
        let key = |name: &str, text: String| {
            EncodingAesKey::parse(&text).map_err(|e| format!("callback.{name}: {e}"))
        };
        Ok(CallbackSettings {
            listen: self.listen.parse().map_err(|_| {
                "callback.listen: no address with a port, such as 127.0.0.1:8080".to_owned()
            })?,
            token: token("token", self.token)?,
            aes_key: self.encoding_aes_key.map(|text| key("encoding_aes_key", text)).transpose()?,
            previous_token: self
                .previous_token
                .map(|text| token("previous_token", text))
                .transpose()?,
            previous_aes_key: self
                .previous_encoding_aes_key
                .map(|text| key("previous_encoding_aes_key", text))
                .transpose()?,
        })
    }
}
