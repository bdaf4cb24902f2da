//! The configuration file of the program: accounts, followers, faults, callbacks, rules.

mod account;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::builder::{AccountBuilder, MockServerBuilder};
use crate::http::ListenOptions;
use account::AccountSection;

/// A configuration file of `wechat-mock`, read and checked.
///
/// ```
/// use wechat_mock::Configuration;
///
/// let text = "
/// seed = 7
/// [[accounts]]
/// followers = 100
/// settings = { account_kind = 'verified_subscription', progress = 'immediate' }
/// ";
/// let server = Configuration::parse(text, ".".as_ref())?.builder().build();
/// assert_eq!(server.followers().len(), 100);
/// # Ok::<(), wechat_mock::ConfigurationError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Configuration {
    file: File,
    accounts: Vec<AccountBuilder>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    seed: Option<u64>,
    clock: Option<ClockKind>,
    #[serde(default)]
    control: Control,
    #[serde(default)]
    accounts: Vec<AccountSection>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockKind {
    Real,
    Manual,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    token: Option<Secret>,
    #[serde(default)]
    remote: bool,
    #[serde(default)]
    remote_callbacks: bool,
}

/// Without the token.
impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

/// A text that stands in no error, whatever is wrong with it.
#[derive(Clone)]
struct Secret(String);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(from) {
            Ok(toml::Value::String(text)) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a text in quotes is expected")),
        }
    }
}

impl Configuration {
    /// Reads a file; the paths in it begin at its folder.
    ///
    /// # Errors
    ///
    /// When it, or a file that it names, cannot be read; with the line of a key that is unknown or
    /// wrong.
    pub fn from_file(path: &Path) -> Result<Self, ConfigurationError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigurationError(format!("{name}: {error}")))?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Self::parse(&text, &folder).map_err(|error| ConfigurationError(format!("{name}: {error}")))
    }

    /// Reads a text; the paths in it begin at this folder.
    ///
    /// # Errors
    ///
    /// As [`from_file`](Self::from_file).
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ConfigurationError> {
        let file: File = toml::from_str(text).map_err(|error| {
            // Not toml's own text, which shows the line with whatever secret stands in it.
            let place = error.span().map_or(0, |span| span.start);
            let line = text.get(..place).unwrap_or_default().matches('\n').count() + 1;
            let key = match text.lines().nth(line - 1).and_then(|line| line.split_once('=')) {
                // What is missing stands on no line.
                Some((key, _)) if !error.message().starts_with("missing field") => {
                    format!("{}: ", key.trim())
                }
                _ => String::new(),
            };
            // Of an unknown rule, not the names of all that there are.
            let message = match error.message().split_once(", expected one of ") {
                Some((what, names)) if names.len() > 300 => what,
                _ => error.message(),
            };
            ConfigurationError(format!("line {line}: {key}{message}"))
        })?;
        let mut ids = Vec::new();
        let mut accounts = Vec::new();
        for (index, section) in file.accounts.iter().enumerate() {
            let place = format!("accounts, number {}", index + 1);
            let account = section
                .builder(folder, file.control.remote_callbacks)
                .map_err(|problem| ConfigurationError(format!("{place}: {problem}")))?;
            if let Some(id) = &section.app_id {
                if ids.contains(id) {
                    let problem = format!("{place}: app_id: {id} is there twice");
                    return Err(ConfigurationError(problem));
                }
                ids.push(id.clone());
            }
            accounts.push(account);
        }
        Ok(Self { file, accounts })
    }

    /// The address to serve.
    pub fn listen(&self) -> Option<&str> {
        self.file.listen.as_deref()
    }

    /// The first account has its AppID from the file.
    pub fn names_an_app_id(&self) -> bool {
        self.file.accounts.first().is_some_and(|account| account.app_id.is_some())
    }

    /// The clock is moved by hand.
    pub fn has_manual_clock(&self) -> bool {
        self.file.clock == Some(ClockKind::Manual)
    }

    /// What the server may do beyond this machine.
    pub fn listen_options(&self) -> ListenOptions {
        let Control { token, remote, remote_callbacks } = &self.file.control;
        let mut options = ListenOptions::new();
        if let Some(Secret(token)) = token {
            options = options.control_token(token.clone());
        }
        if *remote {
            options = options.remote_control();
        }
        if *remote_callbacks {
            options = options.remote_callbacks();
        }
        options
    }

    /// A server with these accounts; without any, with one that has its defaults.
    pub fn builder(&self) -> MockServerBuilder {
        let mut builder = MockServerBuilder::new();
        if let Some(seed) = self.file.seed {
            builder = builder.seed(seed);
        }
        let mut accounts = self.accounts.iter().cloned();
        if let Some(first) = accounts.next() {
            builder = builder.first(first);
        }
        accounts.fold(builder, MockServerBuilder::account)
    }
}

/// A configuration file that cannot be used: where, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationError(String);

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigurationError {}

fn inside(folder: &Path, path: &Path) -> PathBuf {
    folder.join(path)
}
