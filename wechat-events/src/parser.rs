//! The reader of callbacks: verifies first, decrypts second, parses last.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wechat_types::id::AppId;

use crate::callback::Callback;
use crate::crypto::{self, DecryptError, DecryptErrorKind};
use crate::error::{ParseError, ParseErrorKind};
use crate::opened::{Opened, Seal};
use crate::query::CallbackQuery;
use crate::secret::{CallbackToken, EncodingAesKey};
use crate::{body, signature};

/// Reads the callbacks of one account. Holds its secrets, does no IO, has no clock.
///
/// **Which pushes are accepted.** Without an EncodingAESKey: plain ones, and in compatible mode the
/// readable part. With one: encrypted ones only, and in compatible mode the readable part is not
/// looked at. Plain pushes are then refused, for anybody who has seen one valid `signature` could
/// send any plain body with it; [`allow_plain`](EventParserBuilder::allow_plain) accepts them all
/// the same.
///
/// Repeated pushes are not told from new ones, nor, without
/// [`max_age`](EventParserBuilder::max_age), those that somebody recorded and sends again.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html>
#[derive(Clone, Debug)]
pub struct EventParser {
    app_id: AppId,
    tokens: Vec<CallbackToken>,
    keys: Vec<EncodingAesKey>,
    allow_plain: bool,
    max_age: Option<Duration>,
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
    max_age: Option<Duration>,
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

    /// Refuses pushes whose signed `timestamp` is further than this from now, in either direction,
    /// so that what somebody recorded cannot be sent again later. The platform stamps each of its
    /// attempts anew; five minutes leave room for a clock that is off. An encrypted push is also
    /// refused when its own `CreateTime` is more than an hour from that timestamp: the signature is the
    /// same when timestamp and nonce change places. Of a plain push nothing inside is signed, and a
    /// recorded one can come back at the moment that its nonce happens to name.
    ///
    /// From now on [`EventParser::parse_at`] is the way to read a push: `parse` refuses them all, so
    /// that the window cannot be forgotten. Within the window a push can still be repeated.
    /// [`EventParser::verify_url`] has no window: it only gives back what it was sent.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// The parser.
    pub fn build(self) -> EventParser {
        EventParser {
            app_id: self.app_id,
            tokens: [Some(self.token), self.previous_token].into_iter().flatten().collect(),
            keys: [self.aes_key, self.previous_aes_key].into_iter().flatten().collect(),
            allow_plain: self.allow_plain,
            max_age: self.max_age,
        }
    }
}

impl EventParser {
    /// Larger bodies are refused, in bytes.
    pub const MAX_BODY_BYTES: usize = body::MAX_BYTES;

    /// Starts with what every account has. A third-party platform passes its component AppID.
    pub fn builder(app_id: AppId, token: CallbackToken) -> EventParserBuilder {
        EventParserBuilder {
            app_id,
            token,
            previous_token: None,
            aes_key: None,
            previous_aes_key: None,
            allow_plain: false,
            max_age: None,
        }
    }

    /// Whether it has to be told the time: there is a [`max_age`](EventParserBuilder::max_age).
    #[cfg(feature = "axum")]
    pub(crate) fn needs_time(&self) -> bool {
        self.max_age.is_some()
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
    /// errors. [`ParseErrorKind::TimeNeeded`] always, when
    /// [`max_age`](EventParserBuilder::max_age) is set.
    pub fn parse(&self, query: &CallbackQuery, body: &[u8]) -> Result<Callback, ParseError> {
        self.open(query, body)?.read()
    }

    /// The same at a time, so that [`max_age`](EventParserBuilder::max_age) can be kept; without it
    /// the time does not count.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and [`ParseErrorKind::Age`].
    pub fn parse_at(
        &self,
        query: &CallbackQuery,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Callback, ParseError> {
        self.open_at(query, body, now)?.read()
    }

    /// The first half of [`parse`](Self::parse): verifies and decrypts, for whoever wants to see the
    /// message as it came. [`Opened::read`] is the second half.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), but for what is wrong with the message itself.
    pub fn open(&self, query: &CallbackQuery, body: &[u8]) -> Result<Opened<'_>, ParseError> {
        if self.max_age.is_some() {
            return Err(ParseErrorKind::TimeNeeded.into());
        }
        self.verify(query, body, None)
    }

    /// The first half of [`parse_at`](Self::parse_at).
    ///
    /// # Errors
    ///
    /// As [`parse_at`](Self::parse_at), but for what is wrong with the message itself.
    pub fn open_at(
        &self,
        query: &CallbackQuery,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Opened<'_>, ParseError> {
        self.verify(query, body, self.max_age.map(|age| Window { now, age }))
    }

    fn verify(
        &self,
        query: &CallbackQuery,
        body: &[u8],
        window: Option<Window>,
    ) -> Result<Opened<'_>, ParseError> {
        let encrypted = match query.encrypt_type.as_deref() {
            None | Some("" | "raw") => false,
            Some("aes") => true,
            Some(_) => return Err(ParseErrorKind::EncryptType.into()),
        };
        if encrypted && !self.keys.is_empty() {
            return self.decrypted(query, body, window);
        }
        self.verify_signature(query)?;
        check_age(query, window)?;
        if !self.keys.is_empty() && !self.allow_plain {
            return Err(ParseError::from(ParseErrorKind::PlainRefused).verified());
        }
        // Nothing signs a plain message, nor the time in it.
        Ok(Opened { message: body.to_vec(), seal: None, signed_at: None })
    }

    /// Verifies and decrypts. The readable part of compatible mode is skipped: nothing signs it.
    fn decrypted(
        &self,
        query: &CallbackQuery,
        body: &[u8],
        window: Option<Window>,
    ) -> Result<Opened<'_>, ParseError> {
        let given = parameter(&query.msg_signature, "msg_signature")?;
        let timestamp = parameter(&query.timestamp, "timestamp")?;
        let nonce = parameter(&query.nonce, "nonce")?;
        let envelope = body::read(body)?;
        let encrypt = envelope
            .text("Encrypt")
            .filter(|text| !text.is_empty())
            .ok_or(ParseErrorKind::MissingEncrypt)?;
        let sign = |token: &_| signature::msg_signature(token, timestamp, nonce, encrypt);
        let token = self.token(given, sign).ok_or(ParseErrorKind::MsgSignature)?;
        let signed_at = check_age(query, window)?;
        let (message, key) =
            self.decrypt(encrypt).map_err(|error| ParseError::from(error).verified())?;
        Ok(Opened { message, seal: Some(Seal { app_id: &self.app_id, token, key }), signed_at })
    }

    /// Tries each key. The failure that is told is that of the key which got furthest, for the
    /// others are then simply not the right one.
    fn decrypt(&self, encrypt: &str) -> Result<(Vec<u8>, &EncodingAesKey), DecryptError> {
        let mut furthest = DecryptErrorKind::Base64;
        for key in &self.keys {
            match crypto::decrypt(key, encrypt, &self.app_id) {
                Ok(message) => return Ok((message, key)),
                Err(error) => furthest = furthest.max(error.kind()),
            }
        }
        Err(furthest.into())
    }

    fn verify_signature(&self, query: &CallbackQuery) -> Result<(), ParseError> {
        let given = parameter(&query.signature, "signature")?;
        let timestamp = parameter(&query.timestamp, "timestamp")?;
        let nonce = parameter(&query.nonce, "nonce")?;
        self.token(given, |token| signature::signature(token, timestamp, nonce))
            .map(|_| ())
            .ok_or_else(|| ParseErrorKind::Signature.into())
    }

    /// The token behind a signature. Tries all in any case, so that the time does not tell which one
    /// matched.
    fn token(
        &self,
        given: &str,
        sign: impl Fn(&CallbackToken) -> String,
    ) -> Option<&CallbackToken> {
        self.tokens.iter().fold(None, |found, token| {
            let matches = signature::matches(&sign(token), given);
            if matches { Some(token) } else { found }
        })
    }
}

/// Which timestamps count.
#[derive(Clone, Copy)]
struct Window {
    now: SystemTime,
    age: Duration,
}

/// To be called behind the signature: only a signed timestamp says anything. Gives it, where there is a window.
fn check_age(query: &CallbackQuery, window: Option<Window>) -> Result<Option<u64>, ParseError> {
    let Some(Window { now, age }) = window else { return Ok(None) };
    let seconds = query.timestamp.as_deref().and_then(|text| text.parse().ok());
    let signed = seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let away = signed.map(|signed| {
        now.duration_since(signed).or_else(|_| signed.duration_since(now)).unwrap_or_default()
    });
    if away.is_some_and(|away| away <= age) {
        Ok(seconds)
    } else {
        Err(ParseError::from(ParseErrorKind::Age).verified())
    }
}

fn parameter<'a>(value: &'a Option<String>, name: &str) -> Result<&'a str, ParseError> {
    value
        .as_deref()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ParseError::missing_parameter(name))
}
