//! Counters by OpenID: 21 bytes for an OpenID of the usual shape, one for its counter, and a table of
//! row numbers to find it by.

use std::collections::HashMap;

use wechat_types::id::OpenId;

/// The 27 characters after the `o`, of six bits each.
type Row = [u8; 21];

const PART: usize = 1 << 16;
const FREE: u32 = 0;

/// How often each OpenID was counted.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// In parts, for a single list would be copied whole each time it grows.
    rows: Vec<Vec<Row>>,
    counts: Vec<u8>,
    /// Row numbers from 1, where the hash says or behind that; its length is a power of two.
    table: Vec<u32>,
    /// Those of another shape, or for which there is no number left.
    unusual: HashMap<String, u8>,
}

impl Index {
    pub(super) fn len(&self) -> usize {
        self.counts.len() + self.unusual.len()
    }

    pub(super) fn add(&mut self, open_id: &OpenId) {
        match pack(open_id.as_str()) {
            Some(row) if self.counts.len() < u32::MAX as usize - 1 => self.add_row(&row),
            _ => {
                let count = self.unusual.entry(open_id.as_str().to_owned()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    fn add_row(&mut self, row: &Row) {
        // Four fifths full: a search takes three looks on average.
        if (self.counts.len() + 1) * 5 > self.table.len() * 4 {
            self.grow();
        }
        match self.find(row) {
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
                    *slot = number;
                }
            }
        }
    }

    pub(super) fn count(&self, open_id: &OpenId) -> u8 {
        match pack(open_id.as_str()) {
            Some(row) if !self.table.is_empty() => {
                let known = self.find(&row).ok().and_then(|number| self.counts.get(number));
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
    fn find(&self, row: &Row) -> Result<usize, usize> {
        let mask = self.table.len().wrapping_sub(1);
        let mut place = hash(row) & mask;
        loop {
            match self.table.get(place).copied().unwrap_or(FREE) {
                FREE => return Err(place),
                number => {
                    let number = number as usize - 1;
                    if self.row(number) == Some(row) {
                        return Ok(number);
                    }
                }
            }
            place = (place + 1) & mask;
        }
    }

    fn row(&self, number: usize) -> Option<&Row> {
        self.rows.get(number / PART)?.get(number % PART)
    }

    fn grow(&mut self) {
        let length = (self.table.len() * 2).max(1024);
        // The old one first: both at once would be the most memory of all.
        self.table = Vec::new();
        self.table = vec![FREE; length];
        for (number, row) in (1_u32..).zip(self.rows.iter().flatten()) {
            let mut place = hash(row) & (length - 1);
            while self.table.get(place).is_some_and(|slot| *slot != FREE) {
                place = (place + 1) & (length - 1);
            }
            if let Some(slot) = self.table.get_mut(place) {
                *slot = number;
            }
        }
    }
}

/// An OpenID of the usual shape without what all have in common.
fn pack(open_id: &str) -> Option<Row> {
    let rest: &[u8; 27] = open_id.as_bytes().strip_prefix(b"o")?.try_into().ok()?;
    let mut row = [0; 21];
    let mut bytes = row.iter_mut();
    let (mut bits, mut length) = (0_u32, 0);
    for letter in rest {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        length += 6;
        if length >= 8 {
            length -= 8;
            *bytes.next()? = (bits >> length & 0xff) as u8;
        }
    }
    *bytes.next()? = (bits << (8 - length) & 0xff) as u8;
    Some(row)
}

/// The same on every machine; nobody chooses OpenIDs to slow this down.
fn hash(row: &Row) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mixed = 0_u64;
    for part in row.chunks(8) {
        let word = part.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        mixed = (mixed ^ word).wrapping_mul(ODD);
        mixed ^= mixed >> 32;
    }
    usize::try_from(mixed & u64::from(u32::MAX)).unwrap_or_default()
}
