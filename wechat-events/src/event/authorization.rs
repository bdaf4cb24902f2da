//! user_info_modified, user_authorization_revoke, user_authorization_cancellation: a user's data.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/authorization_change.html>

use crate::error::ParseError;
use crate::fields::Field;

/// Whose data is concerned, and which.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Authorization {
    /// The user.
    #[doc(alias = "OpenID")]
    pub open_id: String,
    /// The account or mini program that had the data.
    #[doc(alias = "AppID")]
    pub app_id: Option<String>,
    /// The user across all accounts of one owner.
    #[doc(alias = "UnionID")]
    pub union_id: Option<String>,
    /// What was taken back. Of an account: 201 address, 202 invoice, 203 card, 204 microphone, 205
    /// name and picture, 206 location, 207 pictures and videos.
    #[doc(alias = "RevokeInfo")]
    pub revoke_info: Option<u64>,
}

impl Authorization {
    /// Third-party platforms get names in lower case.
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        let either =
            |name: &str, lower: &str| fields.optional(name).or_else(|| fields.optional(lower));
        Ok(Self {
            open_id: either("OpenID", "openid")
                .ok_or_else(|| ParseError::missing_field("OpenID"))?,
            app_id: either("AppID", "appid"),
            union_id: either("UnionID", "unionid"),
            revoke_info: fields.lenient_number("RevokeInfo"),
        })
    }
}
