//! `POST /cgi-bin/groups/create`: a new group.
//!
//! <https://mp.weixin.qq.com/wiki/0/56d992c605a97245eb7e617854b169fc.html> (2015; the newer documents
//! have no page for it)

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::GroupId;
use crate::served::{Incoming, Served};

/// Creates a group. Codes: 40051 invalid name, 45017 name too long, 45018 too many groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateGroup {
    /// 1 to 30 characters (45017).
    pub name: String,
}

impl CreateGroup {
    /// Characters of the longest name.
    pub const MAX_NAME_CHARS: usize = 30;
    /// Groups of an account (45018); 500 in the oldest documents.
    pub const MAX_GROUPS: usize = 100;

    /// Creates a group of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

/// Refuses a name that no group can have.
pub(super) fn check_name(name: &str) -> Result<(), EncodeError> {
    let chars = name.chars().count();
    let code = match chars {
        0 => ErrorCode::INVALID_GROUP_NAME,
        1..=CreateGroup::MAX_NAME_CHARS => return Ok(()),
        _ => ErrorCode::GROUP_NAME_TOO_LONG,
    };
    Err(EncodeError::refused(
        code,
        format!("a group's name has 1 to {} characters, not {chars}", CreateGroup::MAX_NAME_CHARS),
    ))
}

/// The new group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateGroupResponse {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
}

impl CreateGroupResponse {
    /// A group with this id and name.
    pub fn new(id: GroupId, name: impl Into<String>) -> Self {
        Self { id, name: name.into() }
    }
}

/// `{"group":{…}}`, as request and answer wrap their fields.
#[derive(Serialize, Deserialize)]
struct Wrapped<T> {
    group: T,
}

impl Endpoint for CreateGroup {
    /// [`Replay::Never`]: it would make two groups of one name.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/groups/create", Replay::Never);
    type Response = CreateGroupResponse;

    fn check(&self) -> Result<(), EncodeError> {
        check_name(&self.name)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(&Wrapped { group: self })
    }

    fn decode(reply: Reply<'_>) -> Result<CreateGroupResponse, ReplyError> {
        json::decode(reply).map(|Wrapped { group }| group)
    }
}

impl Served for CreateGroup {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json().map(|Wrapped { group }| group)
    }

    fn encode_response(answer: &CreateGroupResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(&Wrapped { group: answer })
    }
}
