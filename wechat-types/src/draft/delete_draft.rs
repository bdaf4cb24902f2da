//! `POST /cgi-bin/draft/delete`: a draft, gone for good.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_delete.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};

/// Deletes a draft; there is no way back. Codes: 40007 no such draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteDraft {
    /// The draft.
    pub media_id: MediaId,
}

impl DeleteDraft {
    /// Deletes this draft.
    pub const fn new(media_id: MediaId) -> Self {
        Self { media_id }
    }
}

impl Endpoint for DeleteDraft {
    /// [`Replay::Never`]: a repeat answers 40007, as if the draft had never been there.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/draft/delete", Replay::Never);
    type Response = ();

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for DeleteDraft {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(_: &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
