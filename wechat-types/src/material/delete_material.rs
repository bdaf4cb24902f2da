//! `POST /cgi-bin/material/del_material`: permanent material, gone for good.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_delmaterial.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};

/// Deletes permanent material; temporary media cannot be deleted.
///
/// Codes: 40007 no such material, 45060 and 48005 in use by a menu or an automatic reply, 48010
/// forbidden.
#[doc(alias = "del_material")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteMaterial {
    /// The material.
    pub media_id: MediaId,
}

impl DeleteMaterial {
    /// Deletes this material.
    pub const fn new(media_id: MediaId) -> Self {
        Self { media_id }
    }
}

impl Endpoint for DeleteMaterial {
    /// [`Replay::Never`]: a repeat answers 40007, as if it had never been there.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/material/del_material", Replay::Never);
    type Response = ();

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for DeleteMaterial {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(_: &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
