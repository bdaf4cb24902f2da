//! Counters by OpenID: 21 bytes for an OpenID of the usual shape, one for its counter, and a table to
//! find it by.

use std::borrow::Borrow;
use std::collections::HashMap;

use wechat_types::id::OpenId;

/// The 27 characters after the `o`, of six bits each.
type Row = [u8; 21];

const PART: usize = 1 << 16;
/// Rows that are looked for together.
const BATCH: usize = 1 << 10;

/// A place of the table.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// A row's number from 1, as bytes for the sake of their size; 0 when the place is free.
    number: [u8; 4],
    /// Of the row's hash: so another's row, which lies far away in memory, is seldom looked at.
    tag: u8,
}

impl Slot {
    fn new(number: u32, hash: u64) -> Self {
        Self { number: number.to_ne_bytes(), tag: tag(hash) }
    }

    /// The row's number from 0; none when the place is free.
    fn number(self) -> Option<usize> {
        (u32::from_ne_bytes(self.number) as usize).checked_sub(1)
    }
}

/// How often each OpenID was counted.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// In parts, for a single list would be copied whole each time it grows.
    rows: Vec<Vec<Row>>,
    counts: Vec<u8>,
    /// Where the hash says or behind that; its length is a power of two.
    table: Vec<Slot>,
    /// Those of another shape, or for which there is no number left.
    unusual: HashMap<String, u8>,
}

impl Index {
    pub(super) fn len(&self) -> usize {
        self.counts.len() + self.unusual.len()
    }

    /// Counts each of these once.
    pub(super) fn add(&mut self, open_ids: impl IntoIterator<Item = impl Borrow<OpenId>>) {
        let mut batch = Vec::with_capacity(BATCH);
        for open_id in open_ids {
            let open_id: &OpenId = open_id.borrow();
            match pack(open_id.as_str()) {
                Some(row) if self.counts.len() + BATCH < u32::MAX as usize => {
                    batch.push((row, hash(&row)));
                }
                _ => {
                    let count = self.unusual.entry(open_id.as_str().to_owned()).or_default();
                    *count = count.saturating_add(1);
                }
            }
            if batch.len() == BATCH {
                self.add_rows(&batch);
                batch.clear();
            }
        }
        self.add_rows(&batch);
    }

    fn add_rows(&mut self, batch: &[(Row, u64)]) {
        // Four fifths full: a search takes three looks on average.
        while (self.counts.len() + batch.len()) * 5 > self.table.len() * 4 {
            self.grow();
        }
        bring(&self.table, batch);
        batch.iter().for_each(|(row, hash)| self.add_row(row, *hash));
    }

    fn add_row(&mut self, row: &Row, hash: u64) {
        match self.find(row, hash) {
            Ok(number) => {
                if let Some(count) = self.counts.get_mut(number) {
                    *count = count.saturating_add(1);
                }
            }
            Err(place) => {
                if self.rows.last().is_none_or(|part| part.len() == PART) {
                    self.rows.push(Vec::with_capacity(PART));
                }
                if let Some(part) = self.rows.last_mut() {
                    part.push(*row);
                }
                self.counts.push(1);
                if let (Some(slot), Ok(number)) =
                    (self.table.get_mut(place), u32::try_from(self.counts.len()))
                {
                    *slot = Slot::new(number, hash);
                }
            }
        }
    }

    pub(super) fn count(&self, open_id: &OpenId) -> u8 {
        match pack(open_id.as_str()) {
            Some(row) if !self.table.is_empty() => {
                let known =
                    self.find(&row, hash(&row)).ok().and_then(|number| self.counts.get(number));
                known.or_else(|| self.unusual.get(open_id.as_str())).copied().unwrap_or_default()
            }
            _ => self.unusual.get(open_id.as_str()).copied().unwrap_or_default(),
        }
    }

    /// Of how many the counter is below this.
    pub(super) fn fewer_than(&self, most: u8) -> usize {
        let below = |count: &&u8| **count < most;
        self.counts.iter().filter(below).count() + self.unusual.values().filter(below).count()
    }

    /// The row's number from 0, or the place in the table where it would go.
    fn find(&self, row: &Row, hash: u64) -> Result<usize, usize> {
        let mut place = place(hash, self.table.len());
        loop {
            let slot = self.table.get(place).copied().unwrap_or_default();
            let Some(number) = slot.number() else { return Err(place) };
            if slot.tag == tag(hash) && self.row(number) == Some(row) {
                return Ok(number);
            }
            place = next(place, self.table.len());
        }
    }

    fn row(&self, number: usize) -> Option<&Row> {
        self.rows.get(number / PART)?.get(number % PART)
    }

    fn grow(&mut self) {
        let length = (self.table.len() * 2).max(1024);
        // The old one first: both at once would be the most memory of all.
        self.table = Vec::new();
        self.table = vec![Slot::default(); length];
        let mut number = 0;
        for rows in self.rows.iter().flat_map(|part| part.chunks(BATCH)) {
            let batch: Vec<_> = rows.iter().map(|row| (*row, hash(row))).collect();
            bring(&self.table, &batch);
            for (_, hash) in batch {
                number += 1;
                let mut place = place(hash, length);
                while self.table.get(place).is_some_and(|slot| slot.number().is_some()) {
                    place = next(place, length);
                }
                if let Some(slot) = self.table.get_mut(place) {
                    *slot = Slot::new(number, hash);
                }
            }
        }
    }
}

/// Looks at all places of a batch before any of them is searched: memory, which is what takes the time, brings
/// many at once then, and not one after the other.
fn bring(table: &[Slot], batch: &[(Row, u64)]) {
    for (_, hash) in batch {
        std::hint::black_box(table.get(place(*hash, table.len())).copied());
    }
}

/// Where a row is looked for first, in a table of so many places.
fn place(hash: u64, places: usize) -> usize {
    usize::try_from(hash & u64::from(u32::MAX)).unwrap_or_default() & places.wrapping_sub(1)
}

fn next(place: usize, places: usize) -> usize {
    (place + 1) & places.wrapping_sub(1)
}

/// Those bits of a hash that do not say the place.
fn tag(hash: u64) -> u8 {
    (hash >> 56) as u8
}

/// An OpenID of the usual shape without what all have in common.
fn pack(open_id: &str) -> Option<Row> {
    let rest: &[u8; 27] = open_id.as_bytes().strip_prefix(b"o")?.try_into().ok()?;
    let mut row = [0; 21];
    let mut seen = 0;
    // Four letters are three bytes.
    for (letters, bytes) in rest.chunks(4).zip(row.chunks_mut(3)) {
        let mut bits = 0_u32;
        for letter in letters {
            let six = SIX_BITS.get(usize::from(*letter)).copied().unwrap_or(OTHER);
            seen |= six;
            bits = bits << 6 | u32::from(six);
        }
        bits <<= 6 * (4 - letters.len());
        let [_, packed @ ..] = bits.to_be_bytes();
        bytes.copy_from_slice(&packed);
    }
    (seen & OTHER == 0).then_some(row)
}

const OTHER: u8 = 0x80;

/// What each letter stands for; looked up, for a branch on letters at random is guessed wrong.
#[expect(clippy::indexing_slicing, reason = "computed by the compiler")]
const SIX_BITS: [u8; 256] = {
    let mut all = [OTHER; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut six = 0;
    while six < letters.len() {
        all[letters[six] as usize] = six as u8;
        six += 1;
    }
    all
};

/// The same on every machine; nobody chooses OpenIDs to slow this down.
fn hash(row: &Row) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mixed = 0_u64;
    for part in row.chunks(8) {
        let mut word = [0; 8];
        word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        mixed = (mixed ^ u64::from_be_bytes(word)).wrapping_mul(ODD);
        mixed ^= mixed >> 32;
    }
    mixed
}
