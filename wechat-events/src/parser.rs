//! The reader of callbacks: verifies first, decrypts second, parses last.

use wechat_types::id::AppId;

use crate::callback::Callback;
use crate::crypto::{self, DecryptError, DecryptErrorKind};
use crate::error::{ParseError, ParseErrorKind};
use crate::query::CallbackQuery;
use crate::secret::{CallbackToken, EncodingAesKey};
use crate::{signature, xml};

/// Reads the callbacks of one account. Holds its secrets, does no IO, knows no time.
///
/// **Which pushes are accepted.** Without an EncodingAESKey: plain ones, and in compatible mode the
/// readable part. With one: encrypted ones only, and in compatible mode the readable part is not
/// looked at. Plain pushes are then refused, for anybody who has seen one valid `signature` could
/// send any plain body with it; [`allow_plain`](EventParserBuilder::allow_plain) accepts them all
/// the same.
///
/// Repeated pushes, and those that somebody recorded and sends again, are not told from new ones.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html>
#[derive(Clone, Debug)]
pub struct EventParser {
    app_id: AppId,
    tokens: Vec<CallbackToken>,
    keys: Vec<EncodingAesKey>,
    allow_plain: bool,
}

/// Puts an [`EventParser`] together.
#[derive(Clone, Debug)]
#[must_use]
pub struct EventParserBuilder {
    app_id: AppId,
    token: CallbackToken,
    previous_token: Option<CallbackToken>,
    aes_key: Option<EncodingAesKey>,
    previous_aes_key: Option<EncodingAesKey>,
    allow_plain: bool,
}

impl EventParserBuilder {
    /// Decrypts with this key, and from now on refuses plain pushes.
    #[doc(alias = "EncodingAESKey")]
    pub fn aes_key(mut self, key: EncodingAesKey) -> Self {
        self.aes_key = Some(key);
        self
    }

    /// Also accepts the token from before a change: the platform uses both for a while.
    pub fn previous_token(mut self, token: CallbackToken) -> Self {
        self.previous_token = Some(token);
        self
    }

    /// Also decrypts with the key from before a change.
    pub fn previous_aes_key(mut self, key: EncodingAesKey) -> Self {
        self.previous_aes_key = Some(key);
        self
    }

    /// Accepts plain pushes though a key is configured, as needed while an account changes its
    /// mode. Nothing protects the body of those.
    pub fn allow_plain(mut self) -> Self {
        self.allow_plain = true;
        self
    }

    /// The parser.
    pub fn build(self) -> EventParser {
        EventParser {
            app_id: self.app_id,
            tokens: [Some(self.token), self.previous_token].into_iter().flatten().collect(),
            keys: [self.aes_key, self.previous_aes_key].into_iter().flatten().collect(),
            allow_plain: self.allow_plain,
        }
    }
}

impl EventParser {
    /// Larger bodies are refused, in bytes.
    pub const MAX_BODY_BYTES: usize = xml::MAX_BYTES;

    /// Starts with what every account has. A third-party platform passes its component AppID.
    pub fn builder(app_id: AppId, token: CallbackToken) -> EventParserBuilder {
        EventParserBuilder {
            app_id,
            token,
            previous_token: None,
            aes_key: None,
            previous_aes_key: None,
            allow_plain: false,
        }
    }

    /// Verifies the GET that the platform sends when the address is saved, in every mode alike, and
    /// gives the text to answer: nothing before it, nothing after it.
    ///
    /// # Errors
    ///
    /// [`ParseErrorKind::MissingParameter`] or [`ParseErrorKind::Signature`].
    pub fn verify_url<'a>(&self, query: &'a CallbackQuery) -> Result<&'a str, ParseError> {
        self.verify_signature(query)?;
        parameter(&query.echostr, "echostr")
    }

    /// Verifies and reads a push: the query of the POST and its body, up to
    /// [`MAX_BODY_BYTES`](Self::MAX_BODY_BYTES).
    ///
    /// # Errors
    ///
    /// [`ParseError`]; [`ParseErrorKind`] names every case. Unknown events and fields are no
    /// errors.
    pub fn parse(&self, query: &CallbackQuery, body: &[u8]) -> Result<Callback, ParseError> {
        let encrypted = match query.encrypt_type.as_deref() {
            None | Some("" | "raw") => false,
            Some("aes") => true,
            Some(_) => return Err(ParseErrorKind::EncryptType.into()),
        };
        if encrypted && !self.keys.is_empty() {
            let message = self.open(query, body)?;
            return read(&message).map_err(ParseError::verified);
        }
        self.verify_signature(query)?;
        if !self.keys.is_empty() && !self.allow_plain {
            return Err(ParseError::from(ParseErrorKind::PlainRefused).verified());
        }
        read(body).map_err(ParseError::verified)
    }

    /// Verifies and decrypts. The readable part of compatible mode is skipped: nothing signs it.
    fn open(&self, query: &CallbackQuery, body: &[u8]) -> Result<Vec<u8>, ParseError> {
        let given = parameter(&query.msg_signature, "msg_signature")?;
        let timestamp = parameter(&query.timestamp, "timestamp")?;
        let nonce = parameter(&query.nonce, "nonce")?;
        let envelope = xml::read(body)?;
        let encrypt = envelope
            .text("Encrypt")
            .filter(|text| !text.is_empty())
            .ok_or(ParseErrorKind::MissingEncrypt)?;
        let sign = |token: &_| signature::msg_signature(token, timestamp, nonce, encrypt);
        if !self.any_token(given, sign) {
            return Err(ParseErrorKind::MsgSignature.into());
        }
        self.decrypt(encrypt).map_err(|error| ParseError::from(error).verified())
    }

    /// Tries each key. The failure that is told is that of the key which got furthest, for the
    /// others are then simply not the right one.
    fn decrypt(&self, encrypt: &str) -> Result<Vec<u8>, DecryptError> {
        let mut furthest = DecryptErrorKind::Base64;
        for key in &self.keys {
            match crypto::decrypt(key, encrypt, &self.app_id) {
                Ok(message) => return Ok(message),
                Err(error) => furthest = furthest.max(error.kind()),
            }
        }
        Err(furthest.into())
    }

    fn verify_signature(&self, query: &CallbackQuery) -> Result<(), ParseError> {
        let given = parameter(&query.signature, "signature")?;
        let timestamp = parameter(&query.timestamp, "timestamp")?;
        let nonce = parameter(&query.nonce, "nonce")?;
        if self.any_token(given, |token| signature::signature(token, timestamp, nonce)) {
            Ok(())
        } else {
            Err(ParseErrorKind::Signature.into())
        }
    }

    /// Tries all tokens in any case, so that the time does not tell which one matched.
    fn any_token(&self, given: &str, sign: impl Fn(&CallbackToken) -> String) -> bool {
        self.tokens.iter().fold(false, |found, token| {
            let matches = signature::matches(&sign(token), given);
            found | matches
        })
    }
}

fn read(message: &[u8]) -> Result<Callback, ParseError> {
    let fields = xml::read(message)?;
    // The readable part of compatible mode has both; an encrypted message is never encrypted again.
    if fields.get("MsgType").is_none() && fields.get("Encrypt").is_some() {
        return Err(ParseErrorKind::MissingKey.into());
    }
    Callback::read(fields)
}

fn parameter<'a>(value: &'a Option<String>, name: &str) -> Result<&'a str, ParseError> {
    value
        .as_deref()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ParseError::missing_parameter(name))
}
