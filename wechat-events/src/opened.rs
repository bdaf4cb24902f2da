//! A push whose signature is right and whose message is decrypted, but not yet read.

use std::fmt;

use sha1::{Digest as _, Sha1};
use wechat_types::id::AppId;

use crate::body;
use crate::callback::Callback;
use crate::error::{ParseError, ParseErrorKind};
use crate::fields::Fields;
use crate::push::Cipher;
use crate::query::CallbackQuery;
use crate::reply::SealedReply;
use crate::secret::{CallbackToken, EncodingAesKey};

/// Seconds between an event and the platform's last try to tell it, and more than that for its clocks.
const LONGEST_WAY: u64 = 60 * 60;

/// A push whose signature is right, decrypted.
///
/// `Debug` shows nothing of the message.
#[derive(Clone)]
#[non_exhaustive]
pub struct Opened<'a> {
    /// The message: XML or JSON, as it stood in the body or was encrypted in it.
    pub message: Vec<u8>,
    /// With what it was encrypted, and so its reply has to be.
    pub seal: Option<Seal<'a>>,
    /// The query's timestamp, where it has to agree with the message's own time.
    pub(crate) signed_at: Option<u64>,
}

/// The token and the key of an encrypted push. While an account changes them, the platform may know
/// only the previous ones, so a reply is sealed with those of its push.
#[derive(Clone, Copy, Debug)]
pub struct Seal<'a> {
    pub(crate) app_id: &'a AppId,
    pub(crate) token: &'a CallbackToken,
    pub(crate) key: &'a EncodingAesKey,
}

impl Opened<'_> {
    /// The second half of [`EventParser::parse`](crate::EventParser::parse): reads the message.
    ///
    /// # Errors
    ///
    /// What is wrong with the message; [`ParseError::is_verified`] is true.
    pub fn read(self) -> Result<Callback, ParseError> {
        let signed_at = self.signed_at;
        let callback = Callback::read(self.fields()?).map_err(ParseError::verified)?;
        check_time(signed_at, &callback)?;
        Ok(callback)
    }

    /// The same for whoever may lose nothing: a known kind that lacks something, or is odd, becomes
    /// [`Event::Unread`](crate::event::Event::Unread) with all its fields.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), when not even the header can be read.
    pub fn read_or_keep(self) -> Result<Callback, ParseError> {
        let signed_at = self.signed_at;
        let callback = Callback::read_or_keep(self.fields()?).map_err(ParseError::verified)?;
        check_time(signed_at, &callback)?;
        Ok(callback)
    }

    fn fields(self) -> Result<Fields, ParseError> {
        let fields =
            body::read(self.message).map_err(|error| ParseError::from(error).verified())?;
        // The readable part of compatible mode has both; an encrypted message is never encrypted
        // again.
        if fields.get("MsgType").is_none() && fields.get("Encrypt").is_some() {
            return Err(ParseError::from(ParseErrorKind::MissingKey).verified());
        }
        Ok(fields)
    }

    /// It came encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.seal.is_some()
    }
}

/// A signature is the same when `timestamp` and `nonce` change places, so that what was recorded could come back at
/// the moment which its nonce happens to name. The message's own time is inside the encryption.
fn check_time(signed_at: Option<u64>, callback: &Callback) -> Result<(), ParseError> {
    match signed_at {
        Some(signed_at) if signed_at.abs_diff(callback.header.create_time) > LONGEST_WAY => {
            Err(ParseError::from(ParseErrorKind::Age).verified())
        }
        _ => Ok(()),
    }
}

impl fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("message_bytes", &self.message.len())
            .field("encrypted", &self.is_encrypted())
            .finish_non_exhaustive()
    }
}

impl Seal<'_> {
    /// Encrypts a reply, the XML of a [`PassiveReply`](crate::reply::PassiveReply), under the push's own
    /// nonce. Any Unix seconds do as timestamp, those of the push for example.
    ///
    /// The bytes that should be random come from a hash with the key in it, over everything that
    /// could differ: nobody who lacks the key can tell them from random ones, and the same bytes
    /// come again only for the same message in answer to the same try. So no source of randomness
    /// can be missing or weak.
    pub fn reply(&self, query: &CallbackQuery, timestamp: u64, message: &str) -> SealedReply {
        let nonce = query.nonce.as_deref().unwrap_or_default();
        let mut hash = Sha1::new();
        hash.update(self.key.bytes());
        hash.update(timestamp.to_be_bytes());
        hash.update(nonce.len().to_be_bytes());
        hash.update(nonce);
        hash.update(message);
        let mut random = [0; 16];
        random.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        let cipher = Cipher::new(self.key, self.app_id, random);
        SealedReply::seal(self.token, &cipher, timestamp, nonce, message)
    }
}
