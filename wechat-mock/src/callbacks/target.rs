//! Where callbacks go, and how they are written.

use serde::{Deserialize, Serialize};
use wechat_events::{CallbackToken, EncodingAesKey};

/// The server settings of the account: where callbacks go, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallbackTarget {
    url: String,
    #[serde(with = "callback_token")]
    pub(super) token: CallbackToken,
    pub(super) mode: Mode,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Mode {
    Plain,
    Compatible(#[serde(with = "aes_key")] EncodingAesKey),
    Safe(#[serde(with = "aes_key")] EncodingAesKey),
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

/// How the token is saved.
mod callback_token {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use wechat_events::CallbackToken;

    pub(super) fn serialize<S: Serializer>(
        token: &CallbackToken,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(token.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<CallbackToken, D::Error> {
        CallbackToken::new(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// How the key is saved.
mod aes_key {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use wechat_events::EncodingAesKey;

    pub(super) fn serialize<S: Serializer>(key: &EncodingAesKey, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&key.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<EncodingAesKey, D::Error> {
        EncodingAesKey::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}
