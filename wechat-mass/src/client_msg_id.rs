//! The key of a send: a fixed hash, the same for the same message on every machine and in every
//! version of this crate.

use std::fmt;

use sha2::{Digest, Sha256};
use wechat_types::id::{AppId, ClientMsgId};

/// A fixed hash of what is sent: title, text, pictures, flags; not of ids the platform gave them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// Hashes a sequence of parts. Each part's length is hashed too, so that parts cannot run
    /// into each other.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentDigest({self})")
    }
}

/// The key of one call of a campaign: 32 hexadecimal digits.
///
/// The same account, campaign, content and chunk give the same key, so the platform recognizes a
/// repeat for 24 hours. An edited article gives another key and so a new message.
///
/// `chunk` is the hash of the call's number and audience, see [`Chunk`](crate::campaign::Chunk).
pub fn client_msg_id(
    account: &AppId,
    campaign: &str,
    content: &ContentDigest,
    chunk: &ContentDigest,
) -> ClientMsgId {
    let parts: [&[u8]; 5] = [
        b"wechat-mass clientmsgid 1",
        account.as_str().as_bytes(),
        campaign.as_bytes(),
        content.as_bytes(),
        chunk.as_bytes(),
    ];
    let ContentDigest(hash) = ContentDigest::of(parts);
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(half, byte)| *half = byte);
    ClientMsgId::from_hash(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(account: &str, campaign: &str, content: &[u8], chunk: &[u8]) -> String {
        let account = AppId::new(account).unwrap();
        let content = ContentDigest::of([content]);
        client_msg_id(&account, campaign, &content, &ContentDigest::of([chunk])).to_string()
    }

    #[test]
    fn the_key_never_changes() {
        // Recomputed with another SHA-256: a change here would send every message again.
        assert_eq!(
            key("wx0123456789abcdef", "spring", b"<p>", b"1"),
            "5543f5a160e4b4ce5e631a653981ea0c"
        );
    }

    #[test]
    fn each_part_counts() {
        let first = key("wx1", "spring", b"<p>", b"1");
        assert_ne!(first, key("wx2", "spring", b"<p>", b"1"));
        assert_ne!(first, key("wx1", "spring2", b"<p>", b"1"));
        assert_ne!(first, key("wx1", "spring", b"<p>!", b"1"));
        assert_ne!(first, key("wx1", "spring", b"<p>", b"2"));
        assert_ne!(ContentDigest::of([&b"ab"[..], b"c"]), ContentDigest::of([&b"a"[..], b"bc"]));
    }
}
