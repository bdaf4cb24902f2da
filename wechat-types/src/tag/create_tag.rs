//! `POST /cgi-bin/tags/create`: a new tag, at most 100 an account.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_createtag.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::TagId;
use crate::served::{Incoming, Served};

/// Creates a tag. Codes: 45056 too many tags, 45157 name taken or invalid, 45158 name too long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateTag {
    /// Up to 30 characters (45158); older texts say 30 bytes.
    pub name: String,
}

impl CreateTag {
    /// Characters of the longest name.
    pub const MAX_NAME_CHARS: usize = 30;

    /// Creates a tag of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

/// The new tag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateTagResponse {
    /// Its id.
    pub id: TagId,
    /// Its name.
    pub name: String,
}

impl CreateTagResponse {
    /// A tag with this id and name.
    pub fn new(id: TagId, name: impl Into<String>) -> Self {
        Self { id, name: name.into() }
    }
}

/// Refuses a name that no tag can have.
pub(super) fn check_name(name: &str) -> Result<(), EncodeError> {
    let chars = name.chars().count();
    let code = match chars {
        0 => ErrorCode::INVALID_TAG_NAME,
        1..=CreateTag::MAX_NAME_CHARS => return Ok(()),
        _ => ErrorCode::TAG_NAME_TOO_LONG,
    };
    Err(EncodeError::refused(
        code,
        format!("a tag's name has 1 to {} characters, not {chars}", CreateTag::MAX_NAME_CHARS),
    ))
}

/// `{"tag":{…}}`, as request and answer wrap their fields.
#[derive(Serialize, Deserialize)]
struct Wrapped<T> {
    tag: T,
}

#[derive(Serialize, Deserialize)]
struct WireName {
    name: String,
}

#[derive(Serialize, Deserialize)]
struct WireTag {
    id: TagId,
    name: String,
}

impl Endpoint for CreateTag {
    /// [`Replay::Never`]: a repeat answers 45157, as if the name had been taken before.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/tags/create", Replay::Never);
    type Response = CreateTagResponse;

    fn check(&self) -> Result<(), EncodeError> {
        check_name(&self.name)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(&Wrapped { tag: WireName { name: self.name.clone() } })
    }

    fn decode(reply: Reply<'_>) -> Result<CreateTagResponse, ReplyError> {
        let Wrapped { tag: WireTag { id, name } } = json::decode(reply)?;
        Ok(CreateTagResponse { id, name })
    }
}

impl Served for CreateTag {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        let Wrapped { tag: WireName { name } } = request.json()?;
        Ok(Self { name })
    }

    fn encode_response(answer: &CreateTagResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(&Wrapped { tag: WireTag { id: answer.id, name: answer.name.clone() } })
    }
}
