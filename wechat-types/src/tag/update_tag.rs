//! `POST /cgi-bin/tags/update`: another name for a tag.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_updatetag.html>

use serde::{Deserialize, Serialize};

use super::create_tag::check_name;
use super::delete_tag::check_own;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::TagId;
use crate::served::{Incoming, Served};

/// Renames a tag.
///
/// Codes: 45058 the platform's own tag, 45157 name taken or invalid, 45158 name too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateTag {
    /// The tag.
    pub id: TagId,
    /// Its new name, within the limits of [`CreateTag`](super::CreateTag).
    pub name: String,
}

impl UpdateTag {
    /// Gives this tag this name.
    pub fn new(id: TagId, name: impl Into<String>) -> Self {
        Self { id, name: name.into() }
    }
}

#[derive(Serialize, Deserialize)]
struct Wrapped<T> {
    tag: T,
}

impl Endpoint for UpdateTag {
    /// [`Replay::Never`]: a repeat may answer 45157, for the name is taken then, by this very tag.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/tags/update", Replay::Never);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        check_own(self.id)?;
        check_name(&self.name)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(&Wrapped { tag: self })
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for UpdateTag {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json().map(|Wrapped { tag }| tag)
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
