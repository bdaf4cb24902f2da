//! The other side: query and body of a push as the platform sends it.
//!
//! `wechat-mock` sends its callbacks with this, and tests of a receiver can. Because it shares
//! signature and cipher with the parser, the two would agree on the same mistake; the tests
//! therefore pin it with vectors that others published.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wechat_types::id::AppId;

use crate::crypto;
use crate::secret::{CallbackToken, EncodingAesKey};
use crate::signature;

/// A push, ready to be sent by POST with content type `text/xml`.
///
/// `Debug` shows neither: a signature passes any plain body off as the platform's.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Push {
    /// The query string without its `?`.
    pub query: String,
    /// The body.
    pub body: String,
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Push").field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What is new for each attempt: a repeated push has another timestamp and nonce, and so another
/// signature, around the same message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Stamp<'a> {
    /// The account's token.
    pub token: &'a CallbackToken,
    /// Unix seconds, as text.
    pub timestamp: &'a str,
    /// Random digits.
    pub nonce: &'a str,
    /// The sender's OpenID.
    pub openid: &'a str,
}

impl<'a> Stamp<'a> {
    /// Takes all parts as they stand.
    pub fn new(
        token: &'a CallbackToken,
        timestamp: &'a str,
        nonce: &'a str,
        openid: &'a str,
    ) -> Self {
        Self { token, timestamp, nonce, openid }
    }

    /// A push in plain mode. `xml` is the body as it stands.
    pub fn plain(&self, xml: &str) -> Push {
        Push { query: self.query(), body: xml.to_owned() }
    }

    /// A push in compatible mode: `xml`, which must end with `</xml>`, and the same encrypted.
    pub fn compatible(&self, cipher: &Cipher<'_>, xml: &str) -> Push {
        let encrypt = cipher.encrypt(xml);
        let readable = xml.trim_end();
        let readable = readable.strip_suffix("</xml>").unwrap_or(readable);
        Push {
            query: self.encrypted_query(&encrypt),
            body: format!("{readable}<Encrypt><![CDATA[{encrypt}]]></Encrypt>\n</xml>"),
        }
    }

    /// A push in safe mode: the account's original id and `xml` encrypted.
    pub fn safe(&self, cipher: &Cipher<'_>, to_user: &str, xml: &str) -> Push {
        let encrypt = cipher.encrypt(xml);
        Push {
            query: self.encrypted_query(&encrypt),
            body: format!(
                "<xml><ToUserName><![CDATA[{to_user}]]></ToUserName>\n\
                 <Encrypt><![CDATA[{encrypt}]]></Encrypt>\n</xml>"
            ),
        }
    }

    fn query(&self) -> String {
        let Self { token, timestamp, nonce, openid } = *self;
        let signature = signature::signature(token, timestamp, nonce);
        let [timestamp, nonce, openid] =
            [timestamp, nonce, openid].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
        format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&openid={openid}")
    }

    fn encrypted_query(&self, encrypt: &str) -> String {
        let Self { token, timestamp, nonce, .. } = *self;
        let msg_signature = signature::msg_signature(token, timestamp, nonce, encrypt);
        format!("{}&encrypt_type=aes&msg_signature={msg_signature}", self.query())
    }
}

/// What encrypts one message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Cipher<'a> {
    /// The account's key.
    pub key: &'a EncodingAesKey,
    /// The account's AppID, which ends the encrypted text.
    pub app_id: &'a AppId,
    /// New for each message.
    pub random: [u8; 16],
}

impl<'a> Cipher<'a> {
    /// Takes all parts as they stand.
    pub fn new(key: &'a EncodingAesKey, app_id: &'a AppId, random: [u8; 16]) -> Self {
        Self { key, app_id, random }
    }

    fn encrypt(&self, xml: &str) -> String {
        crypto::encrypt(self.key, self.random, xml.as_bytes(), self.app_id)
    }
}
