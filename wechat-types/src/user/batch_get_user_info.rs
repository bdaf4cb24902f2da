//! `POST /cgi-bin/user/info/batchget`: what is known of up to 100 people.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchuserinfo.html>

use serde::{Deserialize, Serialize};

use super::{Language, UserInfo};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::OpenId;
use crate::open_ids;
use crate::served::{Incoming, Served};

/// Asks what is known of several people. Codes: 40003 an OpenID that is not one of this account,
/// 40032 too many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchGetUserInfo {
    /// 1 to 100 people (40032).
    #[doc(alias = "user_list")]
    #[serde(rename = "user_list")]
    pub users: Vec<UserQuery>,
}

impl BatchGetUserInfo {
    /// People in the longest list.
    pub const MAX_USERS: usize = 100;

    /// Asks about these people.
    pub const fn new(users: Vec<UserQuery>) -> Self {
        Self { users }
    }
}

/// One person asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserQuery {
    /// The person, a follower or not.
    #[doc(alias = "openid")]
    #[serde(rename = "openid")]
    pub open_id: OpenId,
    /// The language of names of places; Simplified Chinese when absent.
    #[doc(alias = "lang")]
    #[serde(rename = "lang", skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

impl UserQuery {
    /// Asks about this person.
    pub const fn new(open_id: OpenId) -> Self {
        Self { open_id, language: None }
    }
}

/// What is known of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchGetUserInfoResponse {
    /// The people, each with their OpenID.
    #[doc(alias = "user_info_list")]
    #[serde(rename = "user_info_list")]
    pub users: Vec<UserInfo>,
}

impl BatchGetUserInfoResponse {
    /// These people.
    pub const fn new(users: Vec<UserInfo>) -> Self {
        Self { users }
    }
}

impl Endpoint for BatchGetUserInfo {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/user/info/batchget", Replay::Safe);
    type Response = BatchGetUserInfoResponse;

    fn check(&self) -> Result<(), EncodeError> {
        open_ids::check_batch(self.users.len(), Self::MAX_USERS)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        open_ids::check_some(self.users.len())?;
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<BatchGetUserInfoResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for BatchGetUserInfo {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &BatchGetUserInfoResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
