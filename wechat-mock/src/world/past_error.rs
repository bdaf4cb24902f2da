//! Error answers of the past, to be looked up by the request id they carried.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize, Serializer};

/// What openapi/rid/get tells of a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PastError {
    pub(crate) at: SystemTime,
    /// The query, secrets masked.
    pub(crate) query: String,
    pub(crate) request_body: String,
    pub(crate) response_body: String,
    pub(crate) peer: IpAddr,
}

impl PastError {
    /// What it takes, with two copies of its id.
    fn bytes(&self) -> usize {
        let texts = self.query.len() + self.request_body.len() + self.response_body.len();
        size_of::<Self>() + texts + 256
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(from = "Vec<(String, PastError)>")]
pub(crate) struct PastErrors {
    errors: BTreeMap<String, PastError>,
    /// The ids, the oldest first.
    order: VecDeque<String>,
    bytes: usize,
}

/// The oldest first.
impl Serialize for PastErrors {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.order.iter().filter_map(|rid| Some((rid, self.errors.get(rid)?))))
    }
}

impl From<Vec<(String, PastError)>> for PastErrors {
    fn from(errors: Vec<(String, PastError)>) -> Self {
        let mut all = Self::default();
        errors.into_iter().for_each(|(rid, error)| all.insert(rid, error, usize::MAX));
        all
    }
}

impl PastErrors {
    /// Takes an error in, and forgets the oldest that take more than `limit` bytes.
    pub(crate) fn insert(&mut self, rid: String, error: PastError, limit: usize) {
        self.bytes += error.bytes();
        match self.errors.insert(rid.clone(), error) {
            Some(old) => self.bytes -= old.bytes(),
            None => self.order.push_back(rid),
        }
        while self.bytes > limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.errors.remove(&oldest).map_or(0, |error| error.bytes());
        }
    }

    /// 76002: no request id at all; 76001: unknown; 76004: older than seven days.
    pub(crate) fn find(&self, rid: &str, now: SystemTime) -> Result<&PastError, i64> {
        let is_part = |part: &str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_hexdigit());
        if rid.split('-').count() != 3 || !rid.split('-').all(is_part) {
            return Err(76002);
        }
        let error = self.errors.get(rid).ok_or(76001)?;
        if now > error.at + Duration::from_secs(7 * 86_400) { Err(76004) } else { Ok(error) }
    }
}
