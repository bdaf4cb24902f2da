//! `POST /cgi-bin/groups/update`: another name for a group.
//!
//! <https://mp.weixin.qq.com/wiki/0/56d992c605a97245eb7e617854b169fc.html> (2015; the newer documents
//! have no page for it)

use serde::{Deserialize, Serialize};

use super::create_group::check_name;
use super::delete_group::check_own;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::GroupId;
use crate::served::{Incoming, Served};

/// Renames a group.
///
/// Codes: 40050 no such group, 40051 invalid name, 45016 the platform's own group, 45017 name too
/// long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateGroup {
    /// The group.
    pub id: GroupId,
    /// Its new name, within the limits of [`CreateGroup`](super::CreateGroup).
    pub name: String,
}

impl UpdateGroup {
    /// Gives this group this name.
    pub fn new(id: GroupId, name: impl Into<String>) -> Self {
        Self { id, name: name.into() }
    }
}

#[derive(Serialize, Deserialize)]
struct Wrapped<T> {
    group: T,
}

impl Endpoint for UpdateGroup {
    /// [`Replay::Safe`]: the same name again changes nothing, and group names may be alike.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/groups/update", Replay::Safe);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        check_own(self.id)?;
        check_name(&self.name)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(&Wrapped { group: self })
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for UpdateGroup {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json().map(|Wrapped { group }| group)
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
