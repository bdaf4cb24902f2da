//! `POST /cgi-bin/callback/check`: can the platform reach your callback address?
//!
//! <https://developers.weixin.qq.com/doc/service/api/base/api_callbackcheck.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::served::{Incoming, Served};

/// Resolves the callback's host name and pings its addresses.
///
/// Codes: 40201 the account has no valid callback address, 40202 action, 40203 operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckCallback {
    /// What to do.
    pub action: CheckAction,
    /// From whose network.
    #[doc(alias = "check_operator")]
    #[serde(rename = "check_operator")]
    pub operator: Operator,
}

impl CheckCallback {
    /// Does this from this operator's network.
    pub fn new(action: CheckAction, operator: Operator) -> Self {
        Self { action, operator }
    }
}

/// What [`CheckCallback`] does. Unknown words are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum CheckAction {
    /// `dns`: resolve the name.
    Dns,
    /// `ping`: ping the addresses.
    Ping,
    /// `all`: both.
    All,
    /// A word that no document names.
    Other(String),
}

impl From<String> for CheckAction {
    fn from(word: String) -> Self {
        match word.as_str() {
            "dns" => Self::Dns,
            "ping" => Self::Ping,
            "all" => Self::All,
            _ => Self::Other(word),
        }
    }
}

impl From<CheckAction> for String {
    fn from(action: CheckAction) -> Self {
        match action {
            CheckAction::Dns => "dns".to_owned(),
            CheckAction::Ping => "ping".to_owned(),
            CheckAction::All => "all".to_owned(),
            CheckAction::Other(word) => word,
        }
    }
}

/// A network operator. Unknown words are kept; answers may have some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum Operator {
    /// `CHINANET`: China Telecom.
    Chinanet,
    /// `UNICOM`: China Unicom.
    Unicom,
    /// `CAP`: Tencent's own network.
    Cap,
    /// `DEFAULT`: let the platform choose.
    Default,
    /// A word that no document names.
    Other(String),
}

impl From<String> for Operator {
    fn from(word: String) -> Self {
        match word.as_str() {
            "CHINANET" => Self::Chinanet,
            "UNICOM" => Self::Unicom,
            "CAP" => Self::Cap,
            "DEFAULT" => Self::Default,
            _ => Self::Other(word),
        }
    }
}

impl From<Operator> for String {
    fn from(operator: Operator) -> Self {
        match operator {
            Operator::Chinanet => "CHINANET".to_owned(),
            Operator::Unicom => "UNICOM".to_owned(),
            Operator::Cap => "CAP".to_owned(),
            Operator::Default => "DEFAULT".to_owned(),
            Operator::Other(word) => word,
        }
    }
}

/// What was found. A part that was not asked for is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckCallbackResponse {
    /// The addresses of the callback's host.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<Resolved>,
    /// How far away they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ping: Vec<Ping>,
}

impl CheckCallbackResponse {
    /// These findings.
    pub fn new(dns: Vec<Resolved>, ping: Vec<Ping>) -> Self {
        Self { dns, ping }
    }
}

/// One address of the callback's host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Resolved {
    /// The address.
    pub ip: String,
    /// Whose network it is in.
    #[doc(alias = "real_operator")]
    #[serde(rename = "real_operator")]
    pub operator: Operator,
}

impl Resolved {
    /// An address in this operator's network.
    pub fn new(ip: impl Into<String>, operator: Operator) -> Self {
        Self { ip: ip.into(), operator }
    }
}

/// One address that was pinged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ping {
    /// The address.
    pub ip: String,
    /// Whose network it was pinged from.
    pub from_operator: Operator,
    /// With its unit: `0%`.
    pub package_loss: String,
    /// With its unit: `23.079ms`.
    pub time: String,
}

impl Ping {
    /// An address with loss and time, both with their units.
    pub fn new(
        ip: impl Into<String>,
        from_operator: Operator,
        package_loss: impl Into<String>,
        time: impl Into<String>,
    ) -> Self {
        Self { ip: ip.into(), from_operator, package_loss: package_loss.into(), time: time.into() }
    }
}

impl Endpoint for CheckCallback {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/callback/check", Replay::Safe);
    type Response = CheckCallbackResponse;

    fn check(&self) -> Result<(), EncodeError> {
        if let CheckAction::Other(word) = &self.action {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_CHECK_ACTION,
                format!("no document has an action {word:?}"),
            ));
        }
        if let Operator::Other(word) = &self.operator {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_CHECK_OPERATOR,
                format!("no document has an operator {word:?}"),
            ));
        }
        Ok(())
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<CheckCallbackResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for CheckCallback {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &CheckCallbackResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
