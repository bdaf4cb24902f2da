//! `POST /cgi-bin/tags/delete`: a tag and what it says of its followers, gone.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_deletetag.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::TagId;
use crate::served::{Incoming, Served};

/// Deletes a tag; the followers stay.
///
/// Codes: 45057 more than [`MAX_FOLLOWERS`](Self::MAX_FOLLOWERS) have it, 45058 the platform's own
/// tag, 45159 no such tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteTag {
    /// The tag.
    pub id: TagId,
}

impl DeleteTag {
    /// Followers a tag may have and still be deleted; take it off the others first (45057).
    pub const MAX_FOLLOWERS: u64 = 100_000;

    /// Deletes this tag.
    pub const fn new(id: TagId) -> Self {
        Self { id }
    }
}

/// Refuses the platform's own tags.
pub(super) fn check_own(id: TagId) -> Result<(), EncodeError> {
    if id.is_reserved() {
        return Err(EncodeError::refused(
            ErrorCode::SYSTEM_TAG_READ_ONLY,
            format!("tag {id} is the platform's own"),
        ));
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Wrapped<T> {
    tag: T,
}

impl Endpoint for DeleteTag {
    /// [`Replay::Never`]: a repeat answers 45159, as if the tag had never been there.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/tags/delete", Replay::Never);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        check_own(self.id)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(&Wrapped { tag: self })
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for DeleteTag {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json().map(|Wrapped { tag }| tag)
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
