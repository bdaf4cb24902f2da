//! Where an account's tokens come from: options, then the environment, then the configuration.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use wechat_http::token::WithoutStore;
use wechat_http::token::service::{ServiceSecret, ServiceTokens};
use wechat_http::{BaseUrl, Client, ClientBuilder, describe};

use crate::account::Account;
use crate::args::{TokenArgs, Without};
use crate::redis_place::RedisPlace;
use crate::secret_place::SecretPlace;

/// The variable with the secret of a token service.
pub(crate) const SECRET: &str = "WECHAT_TOKEN_SERVICE_SECRET";

/// A token service, and what it demands.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenService {
    /// Where it is; none: other programs ask it, this one does not.
    pub(crate) url: Option<BaseUrl>,
    pub(crate) secret: Option<ServiceSecret>,
}

/// It in the configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with url and secret_file")]
pub(crate) struct WireService {
    url: Option<String>,
    secret: Option<String>,
    secret_file: Option<PathBuf>,
    secret_env: Option<String>,
}

impl WireService {
    pub(crate) fn resolve(self, dir: &Path) -> Result<TokenService, String> {
        let of = |problem: String| format!("token_service: {problem}");
        let url = self.url.map(|url| url.parse().map_err(|e| of(format!("url is {e}"))));
        let secret =
            SecretPlace { inline: self.secret, file: self.secret_file, env: self.secret_env };
        let secret = secret.read("secret", dir).map_err(of)?;
        let secret = secret.map(|text| ServiceSecret::new(text).map_err(|e| of(e.to_string())));
        Ok(TokenService { url: url.transpose()?, secret: secret.transpose()? })
    }
}

/// What options and environment say of tokens, put over an account's configuration.
pub(crate) fn over(mut account: Account, args: &TokenArgs) -> Result<Account, String> {
    let service =
        |source: &str, url: &str| url.parse::<BaseUrl>().map_err(|e| format!("{source} is {e}"));
    let configured = account.redis.take();
    // What is said first decides between store and service, too.
    let ((store, service), named) = if args.token_store.is_some() || args.token_service.is_some() {
        let url = args.token_service.as_deref().map(|url| service("--token-service", url));
        ((args.token_store.clone(), url.transpose()?), true)
    } else {
        let url = variable("WECHAT_TOKEN_SERVICE");
        let url = url.map(|url| service("WECHAT_TOKEN_SERVICE", &url)).transpose()?;
        let store = variable("WECHAT_TOKEN_STORE");
        let named = url.is_some() || store.is_some();
        ((store, url), named)
    };
    if named {
        account.token_service.url = service;
    }
    account.redis = match (store, configured) {
        (Some(url), Some(configured)) => Some(configured.at(url)),
        (Some(url), None) => Some(RedisPlace::new(url)),
        (None, configured) => configured,
    };
    if let (Some(redis), Some(without)) = (&mut account.redis, args.without_store) {
        redis.without = match without {
            Without::Refuse => WithoutStore::Refuse,
            Without::FetchStable => WithoutStore::FetchStable,
        };
    }
    Ok(account)
}

/// A variable's value; one that is empty counts as not set.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// The account's client, whose tokens come from its token service if it has one.
pub(crate) fn client(account: &Account, base_url: BaseUrl) -> Result<ClientBuilder, String> {
    let TokenService { url: Some(url), secret } = &account.token_service else {
        return of_platform(account, base_url);
    };
    let secret = match secret {
        Some(secret) => Ok(secret.clone()),
        None => from_variable()?.ok_or_else(|| {
            format!(
                "the token service at {url} needs its secret: set {SECRET}, or name it in the \
                     account's [token_service]"
            )
        }),
    };
    let app_id = account.app_id.clone();
    let tokens = ServiceTokens::new(url.clone(), app_id.clone(), secret?);
    let tokens = tokens.map_err(|e| describe(&e))?.for_server(base_url.clone());
    Ok(Client::with_token_source(app_id, tokens).base_url(base_url))
}

/// The account's client with tokens of the platform's own, shared in Redis if the account has one.
pub(crate) fn of_platform(account: &Account, base_url: BaseUrl) -> Result<ClientBuilder, String> {
    let secret = account
        .app_secret
        .clone()
        .ok_or("tokens of the platform's own need the AppSecret, and the account has none")?;
    let builder = Client::builder(account.app_id.clone(), secret).base_url(base_url);
    match &account.redis {
        Some(redis) => Ok(builder.token_store(redis.tokens()?, redis.without)),
        None => Ok(builder),
    }
}

/// The secret of a token service in the environment.
pub(crate) fn from_variable() -> Result<Option<ServiceSecret>, String> {
    let secret = variable(SECRET).map(ServiceSecret::new).transpose();
    secret.map_err(|e| format!("{SECRET}: {e}"))
}
