//! qualification_verify_*, naming_verify_*, annual_renew, verify_expired: the account's own
//! verification.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Wechat_Accreditation_Event_Push.html>

use crate::error::ParseError;
use crate::fields::Field;

/// A verification, and its end.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// Until when it counts, in Unix seconds; when it ended, if it did.
    #[doc(alias = "ExpiredTime")]
    pub expired_time: u64,
}

impl Verified {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self { expired_time: fields.required_number("ExpiredTime")? })
    }
}

/// A verification that failed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct VerifyFailed {
    /// When, in Unix seconds.
    #[doc(alias = "FailTime")]
    pub fail_time: u64,
    /// Why, in the platform's words.
    #[doc(alias = "FailReason")]
    pub fail_reason: Option<String>,
}

impl VerifyFailed {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            fail_time: fields.required_number("FailTime")?,
            fail_reason: fields.optional("FailReason"),
        })
    }
}
