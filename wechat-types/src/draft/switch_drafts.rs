//! `POST /cgi-bin/draft/switch`: the switch from old news material to drafts.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_switch.html>

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::served::{Incoming, Served};
use crate::text;

/// Switches drafts and publishing on, for good. Every account has them by now; the call is
/// deprecated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwitchDrafts {
    /// Only asks. It was reported once to switch all the same.
    #[doc(alias = "checkonly")]
    pub check_only: bool,
}

impl SwitchDrafts {
    /// Switches drafts on.
    pub const fn new() -> Self {
        Self { check_only: false }
    }
}

/// Whether drafts are on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SwitchDraftsResponse {
    /// They are.
    #[serde(serialize_with = "text::write_number", deserialize_with = "text::flag_or_false")]
    pub is_open: bool,
}

impl SwitchDraftsResponse {
    /// They are or are not.
    pub const fn new(is_open: bool) -> Self {
        Self { is_open }
    }
}

impl Endpoint for SwitchDrafts {
    /// [`Replay::Safe`]: what is on stays on.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/draft/switch", Replay::Safe);
    type Response = SwitchDraftsResponse;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        if self.check_only { vec![("checkonly", "1".into())] } else { Vec::new() }
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<SwitchDraftsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for SwitchDrafts {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self { check_only: request.query("checkonly") == Some("1") })
    }

    fn encode_response(answer: &SwitchDraftsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
