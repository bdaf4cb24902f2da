//! The encrypted part of a callback: AES-256-CBC around random bytes, length, message and AppID.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use wechat_types::id::AppId;

use crate::secret::EncodingAesKey;

/// Padding is counted in blocks of 32, twice the cipher's own, so the usual PKCS#7 code refuses
/// half of the platform's messages.
const PAD_BLOCK: usize = 32;
const RANDOM_BYTES: usize = 16;

/// The step at which decrypting stopped, in the order of the steps. For logs, not for the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DecryptErrorKind {
    /// The text is no base64.
    Base64,
    /// The bytes are none, or no multiple of 16.
    BlockLength,
    /// The padding is not 1 to 32 bytes of its own number: most likely another key.
    Padding,
    /// The length field points past the end: most likely another key.
    Length,
    /// It was decrypted, but it is another account's AppID that stands at its end.
    AppId,
}

impl fmt::Display for DecryptErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64 => "base64",
            Self::BlockLength => "block length",
            Self::Padding => "padding",
            Self::Length => "length",
            Self::AppId => "app id",
        })
    }
}

/// The encrypted part could not be read.
///
/// `Display` is the same text for every kind, so that it may reach the sender: telling a bad
/// padding from another failure would help to guess the message. Log [`kind`](Self::kind).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecryptError {
    kind: DecryptErrorKind,
}

impl DecryptError {
    /// The step at which decrypting stopped.
    pub fn kind(&self) -> DecryptErrorKind {
        self.kind
    }
}

impl fmt::Display for DecryptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the encrypted part cannot be read with this EncodingAESKey and AppID")
    }
}

impl std::error::Error for DecryptError {}

impl From<DecryptErrorKind> for DecryptError {
    fn from(kind: DecryptErrorKind) -> Self {
        Self { kind }
    }
}

/// Decrypts the text of `Encrypt` and gives the message in it.
///
/// This proves nothing about the sender: check the `msg_signature` first, as
/// [`EventParser`](crate::EventParser) does.
///
/// # Errors
///
/// [`DecryptError`] when a step fails, the AppID at the end included. A third-party platform passes
/// its component AppID.
pub fn decrypt(
    key: &EncodingAesKey,
    encrypt: &str,
    app_id: &AppId,
) -> Result<Vec<u8>, DecryptError> {
    let mut bytes = BASE64_STANDARD.decode(encrypt).map_err(|_| DecryptErrorKind::Base64)?;
    let (blocks, rest) = aes::Block::slice_as_chunks_mut(&mut bytes);
    if blocks.is_empty() || !rest.is_empty() {
        return Err(DecryptErrorKind::BlockLength.into());
    }
    let (key, iv) = (key.bytes(), iv(key));
    cbc::Decryptor::<aes::Aes256>::new(key.into(), (&iv).into()).decrypt_blocks(blocks);
    let plain = unpad(&bytes).ok_or(DecryptErrorKind::Padding)?;
    let (message, end) = split(plain).ok_or(DecryptErrorKind::Length)?;
    if end != app_id.as_str().as_bytes() {
        return Err(DecryptErrorKind::AppId.into());
    }
    Ok(message.to_vec())
}

/// Encrypts a message as the platform does and gives the text of `Encrypt`.
///
/// `random` must be new for each message; it is an argument so that the result can be repeated.
/// A message of 4 GiB or more does not fit the length field, and nobody can decrypt the result.
pub fn encrypt(
    key: &EncodingAesKey,
    random: [u8; RANDOM_BYTES],
    message: &[u8],
    app_id: &AppId,
) -> String {
    let mut bytes = random.to_vec();
    bytes.extend(u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(message);
    bytes.extend(app_id.as_str().as_bytes());
    let pad = PAD_BLOCK - bytes.len() % PAD_BLOCK;
    bytes.resize(bytes.len() + pad, pad as u8);
    let (blocks, _) = aes::Block::slice_as_chunks_mut(&mut bytes);
    let (key, iv) = (key.bytes(), iv(key));
    cbc::Encryptor::<aes::Aes256>::new(key.into(), (&iv).into()).encrypt_blocks(blocks);
    BASE64_STANDARD.encode(bytes)
}

/// The platform takes the first half of the key as the start vector.
fn iv(key: &EncodingAesKey) -> [u8; 16] {
    let mut iv = [0; 16];
    iv.iter_mut().zip(key.bytes()).for_each(|(to, from)| *to = *from);
    iv
}

/// Old samples of the platform take an impossible number as "no padding"; that is refused here.
fn unpad(bytes: &[u8]) -> Option<&[u8]> {
    let pad = *bytes.last()?;
    if !(1..=PAD_BLOCK).contains(&usize::from(pad)) {
        return None;
    }
    let (plain, padding) = bytes.split_at_checked(bytes.len().checked_sub(pad.into())?)?;
    padding.iter().all(|byte| *byte == pad).then_some(plain)
}

/// Parts random bytes, length, message and AppID; gives the last two.
fn split(plain: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = plain.split_at_checked(RANDOM_BYTES)?;
    let (length, rest) = rest.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_one_to_thirty_two_equal_bytes() {
        assert_eq!(unpad(&[7, 1]), Some(&[7][..]));
        assert_eq!(unpad(&[32; 32]), Some(&[][..]));
        for bad in [&[][..], &[0], &[2], &[3, 2], &[33; 33], &[1, 3, 2, 3]] {
            assert_eq!(unpad(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_length_past_the_end_is_refused() {
        let mut plain = vec![b'r'; 16];
        plain.extend([0, 0, 0, 2, b'm', b'm', b'a']);
        assert_eq!(split(&plain), Some((&b"mm"[..], &b"a"[..])));
        plain[19] = 4;
        assert_eq!(split(&plain), None);
        plain[16] = 255;
        assert_eq!(split(&plain), None);
        assert_eq!(split(&plain[..19]), None);
        assert_eq!(split(&plain[..15]), None);
    }

    #[test]
    fn every_kind_shows_the_same_text() {
        let shown = |kind| DecryptError::from(kind).to_string();
        for kind in [
            DecryptErrorKind::BlockLength,
            DecryptErrorKind::Padding,
            DecryptErrorKind::Length,
            DecryptErrorKind::AppId,
        ] {
            assert_eq!(shown(kind), shown(DecryptErrorKind::Base64));
        }
    }
}
