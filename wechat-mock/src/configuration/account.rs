//! One account of a configuration file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use wechat_types::id::{AppId, AppSecret, OpenId, TagId};

use super::Secret;
use crate::builder::AccountBuilder;
use crate::fault::{FaultSpec, Rule};
use crate::server::MockServer;
use crate::settings::Settings;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountSection {
    pub(super) app_id: Option<AppId>,
    app_secret: Option<Secret>,
    seed: Option<u64>,
    #[serde(default)]
    followers: usize,
    /// One OpenID a line.
    followers_file: Option<PathBuf>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    settings: Settings,
    #[serde(default)]
    faults: Vec<Fault>,
    #[cfg(feature = "callbacks")]
    callback: Option<Callback>,
}

/// Without the secrets.
impl fmt::Debug for AccountSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountSection").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    id: TagId,
    name: String,
    /// The first so many followers have it.
    #[serde(default)]
    first_followers: usize,
}

/// A rule, checked while it is read, so that an error has its line.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "FaultSpec")]
struct Fault(Rule);

impl TryFrom<FaultSpec> for Fault {
    type Error = String;

    fn try_from(spec: FaultSpec) -> Result<Self, String> {
        spec.into_rule().map(Self).map_err(|(field, message)| format!("{field}: {message}"))
    }
}

#[cfg(feature = "callbacks")]
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Callback {
    url: String,
    token: Secret,
    encoding_aes_key: Option<Secret>,
    mode: Option<crate::callbacks::CallbackMode>,
}

impl AccountSection {
    pub(super) fn builder(
        &self,
        folder: &Path,
        remote_callbacks: bool,
    ) -> Result<AccountBuilder, String> {
        let settings = self.settings.clone();
        settings.check().map_err(|(field, message)| format!("settings.{field}: {message}"))?;
        let mut account = AccountBuilder::new().settings(|rules| *rules = settings);
        if let Some(seed) = self.seed {
            account = account.seed(seed);
        }
        if let Some(id) = &self.app_id {
            account = account.app_id(id.clone());
        }
        if let Some(Secret(secret)) = &self.app_secret {
            let secret = AppSecret::new(secret.clone()).map_err(|e| format!("app_secret: {e}"))?;
            account = account.app_secret(secret);
        }
        #[cfg(feature = "callbacks")]
        if let Some(callback) = &self.callback {
            account = account.callback(callback.target(remote_callbacks)?);
        }
        #[cfg(not(feature = "callbacks"))]
        let _ = remote_callbacks;
        let listed = match &self.followers_file {
            Some(path) => openids(&super::inside(folder, path))?,
            None => Vec::new(),
        };
        let (listed, tags) = (Arc::new(listed), self.tags.clone());
        let faults: Vec<Rule> = self.faults.iter().map(|fault| fault.0.clone()).collect();
        account = account.followers(self.followers).setup(move |account| {
            for openid in listed.iter() {
                account.add_follower(openid.clone());
            }
            add_tags(account, &tags);
            for rule in &faults {
                account.faults().add(rule.clone());
            }
        });
        Ok(account)
    }
}

fn add_tags(account: &MockServer, tags: &[Tag]) {
    let followers = account.followers();
    for tag in tags {
        account.add_tag(tag.id, tag.name.clone());
        for openid in followers.iter().take(tag.first_followers) {
            account.tag_follower(openid, tag.id);
        }
    }
}

fn openids(path: &Path) -> Result<Vec<OpenId>, String> {
    let problem = |text: String| format!("followers_file: {}: {text}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    let lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty());
    let ids = lines.map(|(number, line)| {
        OpenId::new(line).map_err(|error| problem(format!("line {number}: {error}")))
    });
    ids.collect()
}

#[cfg(feature = "callbacks")]
impl Callback {
    fn target(&self, remote: bool) -> Result<crate::CallbackTarget, String> {
        let key = self.encoding_aes_key.as_ref().map(|key| key.0.as_str());
        crate::callbacks::CallbackTarget::read(&self.url, &self.token.0, key, self.mode, remote)
            .map_err(|(field, message)| format!("callback.{field}: {message}"))
    }
}
