//! OpenIDs of the usual length in 21 bytes: 28 characters of an alphabet of 64 are 168 bits.

use wechat_types::id::OpenId;

use crate::random::{Random, SIGNS};

/// An OpenID of 28 characters, six bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packed([u8; Self::BYTES]);

/// Stands for what is no character of an OpenID.
const BAD: u8 = 0xff;

/// The six bits of each character.
const CODES: [u8; 256] = codes();

#[expect(clippy::indexing_slicing, reason = "it runs when this is compiled")]
const fn codes() -> [u8; 256] {
    let mut codes = [BAD; 256];
    let mut code = 0;
    while code < SIGNS.len() {
        codes[SIGNS[code] as usize] = code as u8;
        code += 1;
    }
    codes
}

impl Packed {
    const BYTES: usize = 21;
    /// In place of an OpenID of another length.
    pub(super) const NONE: Self = Self([0; Self::BYTES]);

    /// `None` for what is longer, shorter, or of other characters.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        if text.len() != OpenId::USUAL_BYTES {
            return None;
        }
        let mut packed = [0; Self::BYTES];
        let mut seen = 0;
        for (four, three) in text.chunks_exact(4).zip(packed.chunks_exact_mut(3)) {
            let mut bits = 0_u32;
            for (place, byte) in four.iter().enumerate() {
                let code = CODES.get(usize::from(*byte)).copied().unwrap_or(BAD);
                seen |= code;
                bits |= u32::from(code & 63) << (6 * place);
            }
            let [a, b, c, _] = bits.to_le_bytes();
            three.copy_from_slice(&[a, b, c]);
        }
        (seen < 64).then_some(Self(packed))
    }

    /// A new one from the seed: `o` and 27 characters.
    pub(crate) fn invent(random: &mut Random) -> Self {
        let mut text = [b'o'; OpenId::USUAL_BYTES];
        let (_, rest) = text.split_at_mut(1);
        random.fill(rest);
        // The signs are those of the alphabet.
        Self::new(&text).unwrap_or(Self::NONE)
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(OpenId::USUAL_BYTES);
        self.append_to(&mut text);
        text
    }

    /// Writes it at the end of a text.
    pub(super) fn append_to(&self, text: &mut String) {
        for three in self.0.chunks_exact(3) {
            let mut bits =
                three.iter().rev().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
            for _ in 0..4 {
                text.push(SIGNS.get(bits as usize % 64).map_or('A', |sign| char::from(*sign)));
                bits >>= 6;
            }
        }
    }

    /// The same, without a branch for each byte.
    pub(super) fn is(&self, other: &Self) -> bool {
        let differs = |from| self.word(from) ^ other.word(from);
        differs(0) | differs(8) | differs(13) == 0
    }

    /// Eight bytes of it as a number.
    fn word(&self, from: usize) -> u64 {
        let bytes = self.0.get(from..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// Well mixed, and the same in each run.
    pub(crate) fn hash(&self) -> u64 {
        let word = |from| self.word(from);
        let fold = |a: u64, b: u64| {
            let product = u128::from(a) * u128::from(b);
            (product as u64) ^ (product >> 64) as u64
        };
        let first = fold(word(0) ^ 0x9e37_79b9_7f4a_7c15, word(8) ^ 0xbf58_476d_1ce4_e5b9);
        fold(first ^ 0x94d0_49bb_1331_11eb, word(13) ^ 0xd6e8_feb8_6659_fd93)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_others_are_none() {
        for text in ["oTESTfan48X1xf6krmgnKRPWerco", "----____0000ZZZZaaaa9999AAAA"] {
            assert_eq!(Packed::new(text.as_bytes()).unwrap().text(), text);
        }
        let mut random = Random::new(5);
        let text = format!("o{}", random.clone().text(27));
        assert_eq!(Packed::invent(&mut random).text(), text);
        for bad in ["", "oShort", "oTESTfan48X1xf6krmgnKRPWerc ", "oTESTfan48X1xf6krmgnKRPWercoo"] {
            assert_eq!(Packed::new(bad.as_bytes()), None, "{bad}");
        }
    }
}
