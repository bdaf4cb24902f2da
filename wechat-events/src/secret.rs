//! The two secrets of the platform's server settings, as types that do not show themselves.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Why a text cannot be a secret of the kind asked for. Never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSecret {
    /// The kind of secret, such as `EncodingAESKey`.
    pub kind: &'static str,
    /// What is wrong with the text, and what one looks like.
    pub problem: &'static str,
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {}: {}", self.kind, self.problem)
    }
}

impl std::error::Error for InvalidSecret {}

/// The token of the platform's server settings: 3 to 32 letters and digits, the secret behind every
/// signature.
#[derive(Clone)]
#[doc(alias = "Token")]
pub struct CallbackToken(String);

impl CallbackToken {
    /// Takes the text as it stands in the platform's settings.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`] unless it is 3 to 32 ASCII letters and digits; blanks from a configuration
    /// file are refused too.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidSecret> {
        let text = text.into();
        if !(3..=32).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(InvalidSecret {
                kind: "token",
                problem: "it has 3 to 32 letters and digits, and no blanks around them",
            });
        }
        Ok(Self(text))
    }

    /// The secret itself: for whoever keeps it, never for a log or an error.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallbackToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackToken([redacted])")
    }
}

/// The 32 byte AES key behind an EncodingAESKey of 43 letters and digits.
#[derive(Clone)]
#[doc(alias = "EncodingAESKey")]
pub struct EncodingAesKey([u8; 32]);

/// 43 characters carry two bits more than 32 bytes. The platform draws the last character freely,
/// so a strict decoder would refuse 46 of its 62 values.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

impl EncodingAesKey {
    /// Reads the text of the platform's settings.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`] unless it is exactly 43 ASCII letters and digits.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        const KIND: &str = "EncodingAESKey";
        if text.len() != 43 || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(InvalidSecret {
                kind: KIND,
                problem: "it has exactly 43 characters, letters and digits, and no `=` at the end",
            });
        }
        KEY_BASE64
            .decode(text)
            .ok()
            .and_then(|key| key.try_into().ok())
            .map(Self)
            .ok_or(InvalidSecret { kind: KIND, problem: "its 43 characters are no base64" })
    }

    /// The secret itself as 43 characters, for whoever keeps it, never for a log or an error. The last
    /// character may be another one than was read: two of its bits mean nothing.
    pub fn expose(&self) -> String {
        KEY_BASE64.encode(self.0)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for EncodingAesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncodingAesKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_secret_shows() {
        let token = CallbackToken::new("tok3n").unwrap();
        assert_eq!(format!("{token:?}"), "CallbackToken([redacted])");
        let key = EncodingAesKey::parse(&"k".repeat(43)).unwrap();
        assert_eq!(format!("{key:#?}"), "EncodingAesKey([redacted])");
        for shown in [
            CallbackToken::new("5ecret ").unwrap_err().to_string(),
            EncodingAesKey::parse("5ecret").unwrap_err().to_string(),
        ] {
            assert!(!shown.contains("5ecret"), "{shown}");
        }
    }

    #[test]
    fn tokens_keep_to_the_documented_alphabet() {
        assert!(CallbackToken::new("AAAAA").is_ok());
        assert!(CallbackToken::new("a".repeat(32)).is_ok());
        for bad in ["", "ab", "tok3n\n", "tok-3n", "口令口令"] {
            assert!(CallbackToken::new(bad).is_err(), "{bad:?}");
        }
        assert!(CallbackToken::new("a".repeat(33)).is_err());
    }

    #[test]
    fn every_last_character_of_a_key_is_read() {
        let letters = ('A'..='Z').chain('a'..='z').chain('0'..='9');
        let count = letters
            .map(|last| EncodingAesKey::parse(&format!("{}{last}", "a".repeat(42))).unwrap())
            .count();
        assert_eq!(count, 62);
    }

    #[test]
    fn what_is_exposed_is_the_same_secret() {
        assert_eq!(CallbackToken::new("tok3n").unwrap().expose(), "tok3n");
        for last in ('A'..='Z').chain('a'..='z').chain('0'..='9') {
            let key = EncodingAesKey::parse(&format!("{}{last}", "k".repeat(42))).unwrap();
            let again = EncodingAesKey::parse(&key.expose()).unwrap();
            assert_eq!(again.bytes(), key.bytes());
        }
    }

    #[test]
    fn a_key_of_another_shape_is_told_its_length() {
        let padded = format!("{}=", "a".repeat(43));
        for bad in ["", &"a".repeat(42), &"a".repeat(44), &padded, &format!("{}+", "a".repeat(42))]
        {
            let error = EncodingAesKey::parse(bad).unwrap_err().to_string();
            assert!(error.contains("43 characters"), "{error}");
        }
    }
}
