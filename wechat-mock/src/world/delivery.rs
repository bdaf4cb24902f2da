//! Whom a job goes to, and bringing it there in slices: nobody waits while ten million are served.

use super::follower::bits::Bits;
use super::follower::{Followers, Place};
use super::mass_job::JobCounts;
use serde::{Deserialize, Serialize};

/// Followers, each once, in the order of adding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Recipients {
    Few(Vec<Place>),
    Many(Bits),
}

impl Default for Recipients {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl From<Bits> for Recipients {
    /// In whichever form is smaller.
    fn from(bits: Bits) -> Self {
        if bits.len() < bits.words() * 2 {
            return Self::Few(bits.iter().collect());
        }
        Self::Many(bits)
    }
}

impl Recipients {
    /// These, in any order, and perhaps more than once.
    pub(crate) fn listed(mut places: Vec<Place>) -> Self {
        let Some(last) = places.iter().max().copied() else { return Self::default() };
        // Bits are in order by themselves, but all their words have to be looked at.
        if last as usize / 64 <= places.len() * 16 {
            let mut bits = Bits::default();
            bits.set(last, true);
            places.iter().for_each(|place| bits.set(*place, true));
            places.clear();
            bits.append_to(&mut places);
            return Self::Few(places);
        }
        places.sort_unstable();
        places.dedup();
        Self::Few(places)
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(places) => places.len(),
            Self::Many(bits) => bits.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, place: Place) -> bool {
        match self {
            Self::Few(places) => places.binary_search(&place).is_ok(),
            Self::Many(bits) => bits.contains(place),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Place> {
        let (few, many) = match self {
            Self::Few(places) => (Some(places), None),
            Self::Many(bits) => (None, Some(bits)),
        };
        few.into_iter().flatten().copied().chain(many.into_iter().flat_map(Bits::iter))
    }
}

/// How far a job has come.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// Place in the list, or word of the bits, to go on from.
    next: usize,
    pub(crate) counts: JobCounts,
    /// Whom it has reached.
    pub(crate) reached: Recipients,
}

impl Delivery {
    /// Goes on for up to `budget` followers and takes those served off it. `true`: it is done.
    /// Nobody gets more than `limit` messages in `month`.
    pub(crate) fn go_on(
        &mut self,
        audience: &Recipients,
        followers: &mut Followers,
        (month, limit): (u64, u32),
        budget: &mut usize,
    ) -> bool {
        followers.begin_month(month);
        match audience {
            Recipients::Few(places) => {
                let Recipients::Few(reached) = &mut self.reached else { return true };
                let rest = places.get(self.next..).unwrap_or_default();
                let slice = rest.get(..*budget).unwrap_or(rest);
                reached.reserve(slice.len());
                for place in slice {
                    if followers.receive(*place, limit, &mut self.counts) {
                        reached.push(*place);
                    }
                }
                self.next += slice.len();
                *budget -= slice.len();
                self.next >= places.len()
            }
            Recipients::Many(bits) => {
                if self.next == 0 {
                    self.reached = Recipients::Many(Bits::default());
                }
                let Recipients::Many(reached) = &mut self.reached else { return true };
                while *budget > 0 && self.next < bits.words() {
                    let mut word = bits.word(self.next);
                    let first = self.next as Place * 64;
                    let mut got = 0;
                    while word != 0 {
                        let bit = word.trailing_zeros();
                        word &= word - 1;
                        if followers.receive(first + bit, limit, &mut self.counts) {
                            got |= 1 << bit;
                        }
                    }
                    reached.set_word(self.next, got);
                    self.next += 1;
                    // Words without anybody are work as well.
                    *budget = budget.saturating_sub(64);
                }
                self.next >= bits.words()
            }
        }
    }
}
