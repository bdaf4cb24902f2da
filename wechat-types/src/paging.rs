//! The pages in which the platform lists material, drafts and publications.

use serde::{Deserialize, Serialize};

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::text;

/// Entries of the largest page.
pub(crate) const MAX_COUNT: u64 = 20;

/// Refuses a page of none or of too many entries.
pub(crate) fn check(count: u64) -> Result<(), EncodeError> {
    if count == 0 || count > MAX_COUNT {
        return Err(EncodeError::refused(
            ErrorCode::INVALID_LIMIT,
            format!("a page has 1 to {MAX_COUNT} entries, not {count}"),
        ));
    }
    Ok(())
}

/// A page as it stands on the wire.
#[derive(Serialize, Deserialize)]
pub(crate) struct Page<T> {
    #[serde(deserialize_with = "text::number_or_text")]
    pub(crate) total_count: u64,
    /// Always the number of items, so it is not read.
    #[serde(skip_deserializing)]
    item_count: usize,
    #[serde(default = "Vec::new", deserialize_with = "text::or_default")]
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    pub(crate) item: Vec<T>,
}

impl<T> Page<T> {
    /// A page of these items.
    pub(crate) fn new(total_count: u64, item: Vec<T>) -> Self {
        Self { total_count, item_count: item.len(), item }
    }
}
