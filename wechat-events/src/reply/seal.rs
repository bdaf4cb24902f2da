//! The envelope of an encrypted reply.

use std::fmt;

use wechat_types::id::AppId;

use super::write::text;
use super::{ReplyReadError, ReplyReadErrorKind};
use crate::crypto;
use crate::error::{ParseError, ParseErrorKind};
use crate::push::Cipher;
use crate::secret::{CallbackToken, EncodingAesKey};
use crate::{body, signature};

/// An encrypted reply: the answer to a push that came encrypted.
///
/// `Debug` hides the signature.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html>
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SealedReply {
    /// The encrypted message, as base64.
    #[doc(alias = "Encrypt")]
    pub encrypt: String,
    /// Over token, timestamp, nonce and the encrypted message.
    #[doc(alias = "MsgSignature")]
    pub msg_signature: String,
    /// Unix seconds.
    #[doc(alias = "TimeStamp")]
    pub timestamp: u64,
    /// Any digits; those of the push will do.
    #[doc(alias = "Nonce")]
    pub nonce: String,
}

impl SealedReply {
    /// Encrypts a message (the XML of a [`PassiveReply`](super::PassiveReply)) and signs it.
    pub fn seal(
        token: &CallbackToken,
        cipher: &Cipher<'_>,
        timestamp: u64,
        nonce: &str,
        message: &str,
    ) -> Self {
        let encrypt = crypto::encrypt(cipher.key, cipher.random, message.as_bytes(), cipher.app_id);
        let msg_signature =
            signature::msg_signature(token, &timestamp.to_string(), nonce, &encrypt);
        Self { encrypt, msg_signature, timestamp, nonce: nonce.to_owned() }
    }

    /// The envelope as XML.
    pub fn to_xml(&self) -> String {
        let mut xml = String::from("<xml>");
        text(&mut xml, "Encrypt", &self.encrypt);
        text(&mut xml, "MsgSignature", &self.msg_signature);
        xml.push_str(&format!("<TimeStamp>{}</TimeStamp>", self.timestamp));
        text(&mut xml, "Nonce", &self.nonce);
        xml.push_str("</xml>");
        xml
    }

    /// Reads an envelope's XML.
    ///
    /// # Errors
    ///
    /// [`ReplyReadError`] when it is none.
    pub fn from_xml(body: &[u8]) -> Result<Self, ReplyReadError> {
        let fields = body::read(body)?;
        let field = |name| {
            fields
                .text(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .ok_or(ReplyReadErrorKind::Field(name))
        };
        Ok(Self {
            encrypt: field("Encrypt")?,
            msg_signature: field("MsgSignature")?,
            timestamp: field("TimeStamp")?
                .parse()
                .map_err(|_| ReplyReadErrorKind::Field("TimeStamp"))?,
            nonce: field("Nonce")?,
        })
    }

    /// Verifies the signature and gives the message, as the platform does.
    ///
    /// # Errors
    ///
    /// [`ParseErrorKind::MsgSignature`] or [`ParseErrorKind::Decrypt`].
    pub fn open(
        &self,
        token: &CallbackToken,
        key: &EncodingAesKey,
        app_id: &AppId,
    ) -> Result<Vec<u8>, ParseError> {
        let timestamp = self.timestamp.to_string();
        let ours = signature::msg_signature(token, &timestamp, &self.nonce, &self.encrypt);
        if !signature::matches(&ours, &self.msg_signature) {
            return Err(ParseErrorKind::MsgSignature.into());
        }
        Ok(crypto::decrypt(key, &self.encrypt, app_id)?)
    }
}

impl fmt::Debug for SealedReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedReply")
            .field("encrypt_bytes", &self.encrypt.len())
            .field("timestamp", &self.timestamp)
            .field("nonce", &self.nonce)
            .finish_non_exhaustive()
    }
}
