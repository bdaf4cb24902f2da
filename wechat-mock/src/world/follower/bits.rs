//! A set of followers, one bit each: a set of ten million takes 1.25 MB.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Place;
use crate::random::mix;

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Bits {
    #[serde(with = "crate::saved::words")]
    words: Vec<u64>,
}

/// A digest: whoever wants to know whether anything has changed need not read all.
impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.words.iter().enumerate().filter(|(_, word)| **word != 0);
        let digest = set.fold(0, |all, (index, word)| mix(mix(all, index as u64), *word));
        write!(f, "{} of digest {digest:016x}", self.len())
    }
}

/// Where the bit of a place is.
fn position(place: Place) -> (usize, u64) {
    (place as usize / 64, 1 << (place % 64))
}

/// The places whose bits are set in the word at `index`.
fn places(index: usize, mut word: u64) -> impl Iterator<Item = Place> {
    let first = index as Place * 64;
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        // Takes the lowest bit away; none is left of 0.
        word &= word.checked_sub(1)?;
        Some(first + bit)
    })
}

impl Bits {
    pub(crate) fn contains(&self, place: Place) -> bool {
        let (index, bit) = position(place);
        self.word(index) & bit != 0
    }

    pub(crate) fn set(&mut self, place: Place, on: bool) {
        let (index, bit) = position(place);
        if on && index >= self.words.len() {
            self.words.resize(index + 1, 0);
        }
        if let Some(word) = self.words.get_mut(index) {
            *word = if on { *word | bit } else { *word & !bit };
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How many words it has, each of 64 places.
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    pub(crate) fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn set_word(&mut self, index: usize, word: u64) {
        if index >= self.words.len() {
            self.words.resize(index + 1, 0);
        }
        if let Some(old) = self.words.get_mut(index) {
            *old = word;
        }
    }

    /// All places in order, to the end of a list.
    pub(crate) fn append_to(&self, list: &mut Vec<Place>) {
        for (index, word) in self.words.iter().enumerate().filter(|(_, word)| **word != 0) {
            let (first, mut word) = (index as Place * 64, *word);
            while word != 0 {
                list.push(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }

    /// Those that are in both.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b);
        Self { words: words.collect() }
    }

    /// The places in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Place> {
        self.words.iter().enumerate().flat_map(|(index, word)| places(index, *word))
    }

    /// The places in both, in order, from `start` on.
    pub(crate) fn common<'a>(
        &'a self,
        other: &'a Self,
        start: Place,
    ) -> impl Iterator<Item = Place> + 'a {
        let (first, _) = position(start);
        let words = self.words.iter().zip(&other.words).enumerate().skip(first);
        let both = words.flat_map(|(index, (a, b))| places(index, a & b));
        both.skip_while(move |place| *place < start)
    }
}
