//! Lists of OpenIDs as the wire has them: pages and batches.

use serde::{Deserialize, Serialize};

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::OpenId;
use crate::text;

/// Refuses an empty batch and one of more than `limit` entries.
pub(crate) fn check_batch(count: usize, limit: usize) -> Result<(), EncodeError> {
    if (1..=limit).contains(&count) {
        return Ok(());
    }
    Err(EncodeError::refused(
        ErrorCode::INVALID_OPENID_LIST_SIZE,
        format!("one call takes 1 to {limit} OpenIDs, not {count}"),
    ))
}

/// Refuses an empty batch: nobody knows what the platform makes of one.
pub(crate) fn check_some(count: usize) -> Result<(), EncodeError> {
    if count > 0 {
        return Ok(());
    }
    Err(EncodeError::refused(ErrorCode::INVALID_OPENID_LIST_SIZE, "the call names no OpenID"))
}

/// A page as it stands on the wire. After the last one `data` is absent.
#[derive(Serialize, Deserialize)]
pub(crate) struct WirePage {
    #[serde(deserialize_with = "text::number_or_text")]
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<WireData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_openid: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct WireData {
    openid: Option<Vec<OpenId>>,
}

impl WirePage {
    /// A page; without a next one it has an empty `next_openid`.
    pub(crate) fn new(open_ids: Vec<OpenId>, next: Option<OpenId>) -> Self {
        Self {
            count: open_ids.len() as u64,
            data: (!open_ids.is_empty()).then_some(WireData { openid: Some(open_ids) }),
            next_openid: Some(next.map(String::from).unwrap_or_default()),
        }
    }

    /// The same without `next_openid` where there is no next page.
    pub(crate) fn without_empty_next(mut self) -> Self {
        self.next_openid = self.next_openid.filter(|id| !id.is_empty());
        self
    }

    /// The list and the next page's key.
    ///
    /// A list that was announced and is missing is an error: taken for the end, it would hide
    /// followers.
    pub(crate) fn into_parts(self) -> Result<(Vec<OpenId>, Option<OpenId>), String> {
        let open_ids = self.data.and_then(|data| data.openid).unwrap_or_default();
        if open_ids.is_empty() && self.count > 0 {
            return Err(format!("count is {}, but there is no OpenID", self.count));
        }
        let next = self.next_openid.filter(|id| !id.is_empty()).map(OpenId::new);
        Ok((open_ids, next.transpose().map_err(|e| format!("next_openid: {e}"))?))
    }
}

/// A page with the length of the whole list.
#[derive(Serialize, Deserialize)]
pub(crate) struct WireCountedPage {
    #[serde(deserialize_with = "text::number_or_text")]
    pub(crate) total: u64,
    #[serde(flatten)]
    pub(crate) page: WirePage,
}
