//! Error answers of the past, to be looked up by the request id they carried.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

/// What openapi/rid/get tells of a call.
#[derive(Clone, Debug)]
pub(crate) struct PastError {
    pub(crate) at: SystemTime,
    /// The query, secrets masked.
    pub(crate) query: String,
    pub(crate) request_body: String,
    pub(crate) response_body: String,
    pub(crate) peer: IpAddr,
}

#[derive(Debug, Default)]
pub(crate) struct PastErrors(BTreeMap<String, PastError>);

impl PastErrors {
    pub(crate) fn insert(&mut self, rid: String, error: PastError) {
        self.0.insert(rid, error);
    }

    /// 76002: no request id at all; 76001: unknown; 76004: older than seven days.
    pub(crate) fn find(&self, rid: &str, now: SystemTime) -> Result<&PastError, i64> {
        let is_part = |part: &str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
        if rid.split('-').count() != 3 || !rid.split('-').all(is_part) {
            return Err(76002);
        }
        let error = self.0.get(rid).ok_or(76001)?;
        if now > error.at + Duration::from_secs(7 * 86_400) { Err(76004) } else { Ok(error) }
    }
}
