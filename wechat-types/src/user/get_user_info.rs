//! `GET /cgi-bin/user/info`: what is known of one follower.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_userinfo.html>

use std::borrow::Cow;

use super::get_followers::open_id;
use super::{Language, UserInfo};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::OpenId;
use crate::served::{Incoming, Served};

/// Asks what is known of a person. Codes: 40003 the OpenID is not one of this account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetUserInfo {
    /// The person, a follower or not.
    #[doc(alias = "openid")]
    pub open_id: OpenId,
    /// The language of names of places; Simplified Chinese when absent.
    #[doc(alias = "lang")]
    pub language: Option<Language>,
}

impl GetUserInfo {
    /// Asks about this person.
    pub const fn new(open_id: OpenId) -> Self {
        Self { open_id, language: None }
    }
}

impl Endpoint for GetUserInfo {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/user/info", Replay::Safe);
    type Response = UserInfo;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut query = vec![("openid", Cow::Borrowed(self.open_id.as_str()))];
        query.extend(self.language.iter().map(|lang| ("lang", Cow::Borrowed(lang.as_str()))));
        query
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<UserInfo, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetUserInfo {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self {
            open_id: open_id(request.required("openid")?)?,
            language: request.query("lang").map(Language::from_wire),
        })
    }

    fn encode_response(answer: &UserInfo) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
