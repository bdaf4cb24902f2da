//! The query string of a callback: who signed, when, and whether the body is encrypted.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;

/// The query parameters of one callback, percent-decoded; `None` where the query has no such key.
///
/// `Debug` hides both signatures: in plain mode a signature with its timestamp and nonce is enough
/// to pass off any body as the platform's.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html>
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackQuery {
    /// Over token, timestamp and nonce; 40 lower-case hexadecimal digits. Says nothing about the
    /// body.
    pub signature: Option<String>,
    /// When the platform signed, in Unix seconds, as sent.
    pub timestamp: Option<String>,
    /// The platform's random digits. Leading zeros count.
    pub nonce: Option<String>,
    /// What to answer when the address is verified (GET only).
    pub echostr: Option<String>,
    /// `aes` in compatible and safe mode; absent, empty or `raw` in plain mode.
    pub encrypt_type: Option<String>,
    /// Over token, timestamp, nonce and the encrypted part.
    pub msg_signature: Option<String>,
    /// The sender's OpenID. Not signed.
    pub openid: Option<String>,
}

impl CallbackQuery {
    /// Reads a raw query string, without its `?`.
    ///
    /// Other keys are skipped, of a repeated key the first counts, `+` is a blank, and bytes that
    /// are no UTF-8 become U+FFFD.
    pub fn parse(raw: &str) -> Self {
        let mut query = Self::default();
        for pair in raw.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let slot = match decode(key).as_str() {
                "signature" => &mut query.signature,
                "timestamp" => &mut query.timestamp,
                "nonce" => &mut query.nonce,
                "echostr" => &mut query.echostr,
                "encrypt_type" => &mut query.encrypt_type,
                "msg_signature" => &mut query.msg_signature,
                "openid" => &mut query.openid,
                _ => continue,
            };
            slot.get_or_insert_with(|| decode(value));
        }
        query
    }
}

fn decode(text: &str) -> String {
    let text = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { text.into() };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

impl fmt::Debug for CallbackQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |text: &Option<String>| text.as_ref().map(|_| "[redacted]");
        f.debug_struct("CallbackQuery")
            .field("signature", &hidden(&self.signature))
            .field("timestamp", &self.timestamp)
            .field("nonce", &self.nonce)
            .field("echostr", &self.echostr)
            .field("encrypt_type", &self.encrypt_type)
            .field("msg_signature", &hidden(&self.msg_signature))
            .field("openid", &self.openid)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_any_order_and_decoded() {
        let query = CallbackQuery::parse("x=1&nonce=0012&echostr=a%2Bb+c%E4%B8%AD&&flag&nonce=2");
        assert_eq!(query.nonce.as_deref(), Some("0012"));
        assert_eq!(query.echostr.as_deref(), Some("a+b c中"));
        assert_eq!(query.timestamp, None);
    }

    #[test]
    fn the_two_signatures_stay_apart() {
        let query = CallbackQuery::parse("msg_signature=m");
        assert_eq!((query.signature, query.msg_signature.as_deref()), (None, Some("m")));
    }

    #[test]
    fn debug_shows_no_signature() {
        let query = CallbackQuery::parse("signature=5ecre7&msg_signature=5ecre7&timestamp=1");
        let shown = format!("{query:?}");
        assert!(!shown.contains("5ecre7") && shown.contains("redacted"), "{shown}");
    }
}
