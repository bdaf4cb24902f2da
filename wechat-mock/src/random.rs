//! The mock's only source of variety: a number sequence fixed by its seed.

use serde::{Deserialize, Serialize};

/// The characters of ids.
pub(crate) const SIGNS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// SplitMix64: small, well mixed, and the same everywhere. Not for secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of what is still to come.
    #[cfg(feature = "server")]
    pub(crate) fn seed(&self) -> u64 {
        self.0
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// So many characters of `[A-Za-z0-9_-]`.
    pub(crate) fn text(&mut self, length: usize) -> String {
        let mut text = vec![b'A'; length];
        self.fill(&mut text);
        text.into_iter().map(char::from).collect()
    }

    /// Characters of `[A-Za-z0-9_-]` for the whole of `text`.
    pub(crate) fn fill(&mut self, text: &mut [u8]) {
        for ten in text.chunks_mut(10) {
            let mut bits = self.number();
            for byte in ten {
                *byte = SIGNS.get(bits as usize % 64).copied().unwrap_or(b'A');
                bits >>= 6;
            }
        }
    }

    /// So many lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 15);
        while text.len() < length {
            text.push_str(&format!("{:016x}", self.number()));
        }
        text.truncate(length);
        text
    }
}

/// FNV-1a, for digests that must be the same in each run.
pub(crate) fn digest(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        for byte in (part.len() as u64).to_le_bytes().iter().chain(part.iter()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// Joins two digests; the order counts.
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    (a.rotate_left(5) ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_length_and_depend_on_the_seed() {
        let (mut a, mut b, mut c) = (Random::new(1), Random::new(1), Random::new(2));
        for length in [0, 1, 9, 10, 11, 28, 43] {
            let text = a.text(length);
            assert_eq!(text.len(), length);
            assert_eq!(text, b.text(length));
        }
        assert_ne!(a.hex(32), c.hex(32));
        assert_eq!(a.hex(5).len(), 5);
    }
}
