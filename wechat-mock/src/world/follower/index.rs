//! Finds the place of a packed OpenID: a table of `u32` beside the rows, about 7 bytes a follower.

use super::Place;
use super::packed::Packed;

/// No place is here. Never a slot's content, as places stay below 7/8 of the table's size.
const EMPTY: u32 = u32::MAX;

/// Open addressing over a power of two. A slot has the place in its low bits and some of the hash
/// in all others, so that a foreign row is hardly ever looked at.
#[derive(Clone, Debug)]
pub(super) struct Index {
    slots: Vec<u32>,
}

impl Default for Index {
    fn default() -> Self {
        Self { slots: vec![EMPTY; 8] }
    }
}

impl Index {
    /// The bits of a slot that hold the place.
    fn mask(&self) -> u32 {
        (self.slots.len() - 1) as u32
    }

    /// The places of many, in any order. One step for all after the other: so the processor waits
    /// for many places in memory at once.
    pub(super) fn find_many(&self, ids: &[Packed], rows: &[Packed]) -> Vec<Place> {
        const AT_ONCE: usize = 64;
        let mask = self.mask();
        let mut found = Vec::with_capacity(ids.len());
        let mut contents = [EMPTY; AT_ONCE];
        let mut hits = [false; AT_ONCE];
        for ids in ids.chunks(AT_ONCE) {
            for (id, content) in ids.iter().zip(&mut contents) {
                let slot = id.hash() as u32 & mask;
                *content = self.slots.get(slot as usize).copied().unwrap_or(EMPTY);
            }
            // Most stand in their first slot. An empty one has a place beyond all rows.
            for ((id, content), hit) in ids.iter().zip(&contents).zip(&mut hits) {
                *hit = rows.get((content & mask) as usize).is_some_and(|row| row.is(id));
            }
            for ((id, content), hit) in ids.iter().zip(&contents).zip(&hits) {
                if *hit {
                    found.push(content & mask);
                } else {
                    found.extend(self.find(id, rows));
                }
            }
        }
        found
    }

    pub(super) fn find(&self, id: &Packed, rows: &[Packed]) -> Option<Place> {
        let hash = id.hash();
        let mask = self.mask();
        let sign = (hash >> 32) as u32 & !mask;
        let mut slot = hash as u32 & mask;
        loop {
            let content = *self.slots.get(slot as usize)?;
            if content == EMPTY {
                return None;
            }
            if content & !mask == sign && rows.get((content & mask) as usize) == Some(id) {
                return Some(content & mask);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Takes the last of the rows in, which must not be there yet. `is_packed`: is this row one,
    /// or in place of an OpenID of another length?
    pub(super) fn insert_last(&mut self, rows: &[Packed], is_packed: impl Fn(Place) -> bool) {
        if self.reserve(rows.len()) {
            // The last one among them.
            self.fill(rows, is_packed);
        } else if let Some(last) = rows.last() {
            self.put(last.hash(), (rows.len() - 1) as Place);
        }
    }

    /// Room for so many rows. `true`: the table was made anew, and is to be filled again.
    fn reserve(&mut self, rows: usize) -> bool {
        if rows <= self.slots.len() / 8 * 7 {
            return false;
        }
        self.slots = vec![EMPTY; (rows * 8 / 7 + 1).next_power_of_two()];
        true
    }

    /// Room for so many rows at once, beside those that are there.
    pub(super) fn grow(&mut self, to: usize, rows: &[Packed], is_packed: impl Fn(Place) -> bool) {
        if self.reserve(to) {
            self.fill(rows, is_packed);
        }
    }

    fn fill(&mut self, rows: &[Packed], is_packed: impl Fn(Place) -> bool) {
        for (place, id) in rows.iter().enumerate() {
            let place = place as Place;
            // Of all packed ones only one looks like the stand-in.
            if *id != Packed::NONE || is_packed(place) {
                self.put(id.hash(), place);
            }
        }
    }

    fn put(&mut self, hash: u64, place: Place) {
        let mask = self.mask();
        let content = (hash >> 32) as u32 & !mask | place;
        let mut slot = hash as u32 & mask;
        // One in eight is empty.
        while let Some(free) = self.slots.get_mut(slot as usize) {
            if *free == EMPTY {
                *free = content;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }
}
