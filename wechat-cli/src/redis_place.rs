//! A Redis server that programs of an account share, as the configuration or the command line names it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wechat_events::dedup::redis::RedisDedup;
use wechat_http::describe;
use wechat_http::token::WithoutStore;
use wechat_http::token::redis::RedisTokenStore;

use crate::secret_place::{SecretPlace, one_of};

/// The server, and how it is used.
#[derive(Clone)]
pub(crate) struct RedisPlace {
    /// With the password.
    url: String,
    roots: Option<Vec<u8>>,
    prefix: String,
    pub(crate) without: WithoutStore,
}

/// What keys begin with unless the configuration says otherwise.
const PREFIX: &str = "wechat";

impl fmt::Debug for RedisPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisPlace")
            .field("prefix", &self.prefix)
            .field("without", &self.without)
            .finish_non_exhaustive()
    }
}

impl RedisPlace {
    pub(crate) fn new(url: impl Into<String>) -> Self {
        let (roots, prefix, without) = (None, PREFIX.to_owned(), WithoutStore::default());
        Self { url: url.into(), roots, prefix, without }
    }

    /// Another server, used in the same way.
    pub(crate) fn at(self, url: impl Into<String>) -> Self {
        Self { url: url.into(), ..self }
    }

    /// With keys that a mock's tokens have for themselves: the platform's would be taken for the mock's, and the
    /// other way round.
    pub(crate) fn of_mock(self, server: &str) -> Self {
        Self { prefix: format!("{}:mock:{server}", self.prefix), ..self }
    }

    /// Shared tokens.
    pub(crate) fn tokens(&self) -> Result<RedisTokenStore, String> {
        let store = match &self.roots {
            Some(roots) => RedisTokenStore::open_with_roots(&self.url, roots),
            None => RedisTokenStore::open(&self.url),
        };
        // Not quoted: there may be a password in it.
        let store = store.map_err(|e| format!("the token store's address: {}", describe(&e)))?;
        Ok(store.with_prefix(&self.prefix))
    }

    /// Seen pushes.
    pub(crate) fn dedup(&self) -> Result<RedisDedup, String> {
        let store = match &self.roots {
            Some(roots) => RedisDedup::open_with_roots(&self.url, roots),
            None => RedisDedup::open(&self.url),
        };
        let store = store
            .map_err(|e| format!("the address of the store of seen pushes: {}", describe(&e)))?;
        Ok(store.with_prefix(&self.prefix))
    }
}

/// It in the configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with url_file")]
pub(crate) struct WireRedis {
    url: Option<String>,
    url_file: Option<PathBuf>,
    url_env: Option<String>,
    roots_file: Option<PathBuf>,
    prefix: Option<String>,
    #[serde(default)]
    without: Without,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Without {
    #[default]
    Refuse,
    FetchStable,
}

impl WireRedis {
    pub(crate) fn resolve(self, dir: &Path) -> Result<RedisPlace, String> {
        let url = SecretPlace { inline: self.url, file: self.url_file, env: self.url_env };
        let url = url.read("url", dir).and_then(|url| url.ok_or_else(|| one_of("url")));
        let roots = self.roots_file.map(|file| {
            let file = dir.join(file);
            fs::read(&file)
                .map_err(|e| format!("redis: roots_file: {} cannot be read: {e}", file.display()))
        });
        Ok(RedisPlace {
            url: url.map_err(|problem| format!("redis: {problem}"))?,
            roots: roots.transpose()?,
            prefix: self.prefix.unwrap_or_else(|| PREFIX.to_owned()),
            without: match self.without {
                Without::Refuse => WithoutStore::Refuse,
                Without::FetchStable => WithoutStore::FetchStable,
            },
        })
    }
}
