//! kf_create_session, kf_close_session, kf_switch_session, user_enter_tempsession: customer service.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Session_control.html>

use crate::error::ParseError;
use crate::fields::Field;

/// A session with one account of the customer service.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct KfSession {
    /// The account of the customer service, `name@account`.
    #[doc(alias = "KfAccount")]
    pub kf_account: String,
}

impl KfSession {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self { kf_account: fields.required("KfAccount")?.to_owned() })
    }
}

/// A session that was handed over.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct KfSwitch {
    /// Who had it.
    #[doc(alias = "FromKfAccount")]
    pub from_kf_account: String,
    /// Who has it now.
    #[doc(alias = "ToKfAccount")]
    pub to_kf_account: String,
}

impl KfSwitch {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            from_kf_account: fields.required("FromKfAccount")?.to_owned(),
            to_kf_account: fields.required("ToKfAccount")?.to_owned(),
        })
    }
}

/// A user of a mini program opened its customer service.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct TempSession {
    /// What the mini program's button says.
    #[doc(alias = "SessionFrom")]
    pub session_from: Option<String>,
}

impl TempSession {
    pub(super) fn read(fields: Field<'_>) -> Self {
        Self { session_from: fields.optional("SessionFrom") }
    }
}
