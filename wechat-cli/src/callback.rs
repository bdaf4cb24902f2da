//! `wechat-cli callback`: receiving callbacks, and finding out why one is refused.

mod json;
pub(crate) mod listen;
pub(crate) mod read;

use std::net::SocketAddr;
use std::path::Path;

use wechat_events::{CallbackToken, EncodingAesKey, EventParser};
use wechat_mass::journal::PostgresAddress;
use wechat_types::id::AppId;

use crate::account::{self, CallbackSettings};
use crate::args::CallbackAccountArgs;
use crate::redis_place::RedisPlace;
use crate::token_place::variable;

/// Where `listen` listens unless it is told otherwise: reached from this machine only.
const USUAL_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// What is known of the account's callbacks.
struct Settings {
    parser: EventParser,
    listen: SocketAddr,
    /// Where its listeners share what they have seen.
    redis: Option<RedisPlace>,
    app_id: AppId,
    /// The database that keeps the account's record, where several machines share it.
    journal: Option<PostgresAddress>,
    /// The server that the account's configuration names; none where it is live.
    base_url: Option<String>,
    live: bool,
}

/// Puts the settings together: options, then the named account, then the environment.
fn settings(args: &CallbackAccountArgs) -> Result<Settings, String> {
    let named = match &args.account {
        Some(name) => Some(account::named(name, args.config.as_deref(), Path::new("wechat.toml"))?),
        None if args.config.is_some() => {
            return Err("--config names a file, but no account in it: add --account".to_owned());
        }
        None => None,
    };
    let (live, base_url) = match &named {
        Some(account) => (account.live, account.base_url.clone().filter(|_| !account.live)),
        None => (false, None),
    };
    let (configured_id, configured, redis, journal) = match named {
        Some(account) => (Some(account.app_id), account.callback, account.redis, account.journal),
        None => (None, None, None, None),
    };
    let app_id = match (&args.app_id, configured_id) {
        (Some(text), _) => AppId::new(text.as_str()).map_err(|e| format!("--app-id: {e}"))?,
        (None, Some(app_id)) => app_id,
        (None, None) => environment("WECHAT_APP_ID", AppId::new)?
            .ok_or("the AppID is not known: --app-id, WECHAT_APP_ID or --account")?,
    };
    let option_token = |name: &str, text: &Option<String>| {
        let token = text.as_deref().map(CallbackToken::new).transpose();
        token.map_err(|e| format!("{name}: {e}"))
    };
    let option_key = |name: &str, text: &Option<String>| {
        let key = text.as_deref().map(EncodingAesKey::parse).transpose();
        key.map_err(|e| format!("{name}: {e}"))
    };
    let (token, key) =
        (option_token("--token", &args.token)?, option_key("--aes-key", &args.aes_key)?);
    let mut settings = match configured {
        Some(configured) => CallbackSettings {
            token: token.unwrap_or(configured.token),
            aes_key: key.or(configured.aes_key),
            ..configured
        },
        None => CallbackSettings {
            listen: USUAL_ADDRESS,
            token: match token {
                Some(token) => token,
                None => environment("WECHAT_CALLBACK_TOKEN", CallbackToken::new)?
                    .ok_or_else(|| no_token(args.account.as_deref()))?,
            },
            aes_key: match key {
                Some(key) => Some(key),
                None => environment("WECHAT_AES_KEY", |text| EncodingAesKey::parse(&text))?,
            },
            previous_token: None,
            previous_aes_key: None,
        },
    };
    if let Some(token) = option_token("--previous-token", &args.previous_token)? {
        settings.previous_token = Some(token);
    }
    if let Some(key) = option_key("--previous-aes-key", &args.previous_aes_key)? {
        settings.previous_aes_key = Some(key);
    }
    let listen = settings.listen;
    let mut parser = settings.parser(app_id.clone());
    if args.allow_plain {
        parser = parser.allow_plain();
    }
    Ok(Settings { parser: parser.build(), listen, redis, app_id, journal, base_url, live })
}

fn no_token(account: Option<&str>) -> String {
    match account {
        Some(name) => format!(
            "the account {name:?} has no [accounts.{name}.callback]: add it with listen and token, or give \
             --token or WECHAT_CALLBACK_TOKEN"
        ),
        None => "the token is not known: --token, WECHAT_CALLBACK_TOKEN or --account".to_owned(),
    }
}

/// A variable's value; one that is empty counts as not set.
fn environment<T, E: std::fmt::Display>(
    name: &str,
    read: impl FnOnce(String) -> Result<T, E>,
) -> Result<Option<T>, String> {
    match variable(name) {
        Some(text) => read(text).map(Some).map_err(|e| format!("{name}: {e}")),
        None => Ok(None),
    }
}
