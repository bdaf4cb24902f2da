//! Where callbacks go, and how they are written.

use wechat_events::{CallbackToken, EncodingAesKey};

/// The server settings of the account: where callbacks go, and how.
#[derive(Clone, Debug)]
pub struct CallbackTarget {
    url: String,
    pub(super) token: CallbackToken,
    pub(super) mode: Mode,
}

#[derive(Clone, Debug)]
pub(super) enum Mode {
    Plain,
    Compatible(EncodingAesKey),
    Safe(EncodingAesKey),
}

impl CallbackTarget {
    /// Plain mode (明文模式): readable XML. The loopback server reaches `http://` addresses only.
    pub fn plain(url: impl Into<String>, token: CallbackToken) -> Self {
        Self { url: url.into(), token, mode: Mode::Plain }
    }

    /// Compatible mode (兼容模式): readable and encrypted in one document.
    pub fn compatible(url: impl Into<String>, token: CallbackToken, key: EncodingAesKey) -> Self {
        Self { url: url.into(), token, mode: Mode::Compatible(key) }
    }

    /// Safe mode (安全模式): encrypted only.
    pub fn safe(url: impl Into<String>, token: CallbackToken, key: EncodingAesKey) -> Self {
        Self { url: url.into(), token, mode: Mode::Safe(key) }
    }

    /// Where callbacks go.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn with_query(&self, query: &str) -> String {
        let sign = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{sign}{query}", self.url)
    }
}

/// How callbacks are written, by name.
#[cfg(feature = "server")]
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallbackMode {
    Plain,
    Safe,
    Compatible,
}
