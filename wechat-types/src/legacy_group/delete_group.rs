//! `POST /cgi-bin/groups/delete`: a group gone.
//!
//! <https://mp.weixin.qq.com/wiki/0/56d992c605a97245eb7e617854b169fc.html> (2015; the newer documents
//! have no page for it)

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::GroupId;
use crate::served::{Incoming, Served};

/// Deletes a group; its followers become ungrouped.
///
/// Codes: 40050 no such group, 45016 the platform's own group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteGroup {
    /// The group.
    pub id: GroupId,
}

impl DeleteGroup {
    /// Deletes this group.
    pub const fn new(id: GroupId) -> Self {
        Self { id }
    }
}

/// Refuses the platform's own groups.
pub(super) fn check_own(id: GroupId) -> Result<(), EncodeError> {
    if id.is_reserved() {
        return Err(EncodeError::refused(
            ErrorCode::SYSTEM_GROUP_READ_ONLY,
            format!("group {id} is the platform's own"),
        ));
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Wrapped<T> {
    group: T,
}

impl Endpoint for DeleteGroup {
    /// [`Replay::Never`]: a repeat answers 40050, as if the group had never been there.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/groups/delete", Replay::Never);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        check_own(self.id)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(&Wrapped { group: self })
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for DeleteGroup {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json().map(|Wrapped { group }| group)
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
