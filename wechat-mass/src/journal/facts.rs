//! Facts as text and moments as numbers, as the stores in databases keep them.

use std::fmt::Display;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde::de::DeserializeOwned;
use wechat_types::mass::Recipients;

use super::JournalError;

/// Milliseconds since 1970.
pub(super) fn millis(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn moment(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

pub(super) fn text(value: &impl Serialize) -> Result<String, JournalError> {
    serde_json::to_string(value)
        .map_err(|error| JournalError::new("a fact cannot be written").with_source(error))
}

/// Reads what [`text`] wrote.
pub(super) fn parse<T: DeserializeOwned>(
    place: &dyn Display,
    table: &str,
    row: i64,
    text: &str,
) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|_| damaged(place, table, row))
}

/// Reads a call's recipients as a plan writes them.
pub(super) fn list(
    place: &dyn Display,
    row: i64,
    text: Vec<u8>,
) -> Result<Recipients, JournalError> {
    let list = String::from_utf8(text).ok().and_then(|lines| Recipients::from_lines(lines).ok());
    list.ok_or_else(|| damaged(place, "call", row))
}

/// A row that cannot be read.
pub(super) fn damaged(place: &dyn Display, table: &str, row: i64) -> JournalError {
    JournalError::new(format!(
        "{place}: row {row} of the table {table} cannot be read; nothing is sent, for it may tell of a \
         send: restore the journal from a backup, or look on mp.weixin.qq.com what was sent and name \
         another journal"
    ))
}
