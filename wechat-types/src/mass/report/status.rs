//! How far a job is, and why one was refused.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How far a job is. Unknown texts and numbers are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobStatus {
    /// Still running (`SENDING`).
    #[doc(alias = "SENDING")]
    Sending,
    /// Finished (`send success`, `SEND_SUCCESS`). Followers may have been filtered all the same.
    #[doc(alias = "SEND_SUCCESS")]
    Success,
    /// Failed without a reason (`send fail`, `SEND_FAIL`).
    #[doc(alias = "SEND_FAIL")]
    Fail,
    /// Refused by review, originality check or the administrator (`err(N)`).
    Refused(RefusalCode),
    /// Deleted afterwards (`DELETE`).
    #[doc(alias = "DELETE")]
    Deleted,
    /// A text that no document names, as sent.
    Other(String),
}

impl JobStatus {
    /// Reads the `Status` of MASSSENDJOBFINISH or the `msg_status` of `message/mass/get`.
    ///
    /// Blanks, underscores and case do not matter: the 2014 sample has `sendsuccess`.
    pub fn from_wire(text: &str) -> Self {
        let word: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '_')
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match word.as_str() {
            "sendsuccess" => Self::Success,
            "sendfail" => Self::Fail,
            "sending" => Self::Sending,
            "delete" => Self::Deleted,
            _ => word
                .strip_prefix("err(")
                .and_then(|rest| rest.strip_suffix(')'))
                .and_then(|number| number.parse().ok())
                .map_or_else(
                    || Self::Other(text.to_owned()),
                    |n| Self::Refused(RefusalCode::new(n)),
                ),
        }
    }

    /// A text that [`from_wire`](Self::from_wire) reads as this status.
    pub fn to_wire(&self) -> String {
        match self {
            Self::Sending => "sending".to_owned(),
            Self::Success => "send success".to_owned(),
            Self::Fail => "send fail".to_owned(),
            Self::Refused(code) => format!("err({})", code.get()),
            Self::Deleted => "delete".to_owned(),
            Self::Other(text) => text.clone(),
        }
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sending => f.write_str("sending"),
            Self::Success => f.write_str("send success"),
            Self::Fail => f.write_str("send fail"),
            Self::Refused(code) => write!(f, "err({}): {}", code.get(), code.meaning()),
            Self::Deleted => f.write_str("deleted"),
            Self::Other(text) => write!(f, "unknown status {text:?}"),
        }
    }
}

impl Serialize for JobStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_wire())
    }
}

impl<'de> Deserialize<'de> for JobStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from_wire(&text))
    }
}

/// The number in a report's `err(N)`. These are **not** return codes of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefusalCode(u32);

impl RefusalCode {
    /// The administrator refused a send to everyone (API mass protection).
    pub const ADMIN_REFUSED: Self = Self(40001);
    /// The administrator did not answer within 30 minutes.
    pub const ADMIN_SILENT: Self = Self(40002);
    /// The originality check failed, and reprints were not to be sent.
    pub const CHECK_FAILED: Self = Self(30001);
    /// The originality check forbids sending.
    pub const NOT_SENDABLE: Self = Self(30002);
    /// A reprint, and `send_ignore_reprint` was 0.
    pub const REPRINT: Self = Self(30003);

    /// Takes the number as it stands.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number as it stands on the wire.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The documented meaning in English, or that there is none.
    pub fn meaning(self) -> &'static str {
        self.words().map_or("a reason that no document names", |(english, _)| english)
    }

    /// The documented meaning in Chinese, or that there is none.
    pub fn meaning_zh(self) -> &'static str {
        self.words().map_or("文档未说明的原因", |(_, chinese)| chinese)
    }

    fn words(self) -> Option<(&'static str, &'static str)> {
        Some(match self.0 {
            10001 => ("suspected advertising", "涉嫌广告"),
            20001 => ("politics", "涉嫌政治"),
            20002 => ("pornography", "涉嫌色情"),
            20004 => ("social issues", "涉嫌社会"),
            20006 => ("crime", "涉嫌违法犯罪"),
            20008 => ("fraud", "涉嫌欺诈"),
            20013 => ("copyright", "涉嫌版权"),
            21000 => ("other violation", "涉嫌其他"),
            22000 => ("mutual promotion", "涉嫌互推(互相宣传)"),
            30001 => (
                "the originality check failed by a system error, and reprints were not to be sent",
                "原创校验出现系统错误且用户选择了被判为转载就不群发",
            ),
            30002 => ("the originality check forbids sending", "原创校验被判定为不能群发"),
            30003 => (
                "judged a reprint, and send_ignore_reprint was 0",
                "原创校验被判定为转载文且用户选择了被判为转载就不群发",
            ),
            40001 => ("the administrator refused", "管理员拒绝"),
            40002 => {
                ("the administrator did not answer within 30 minutes", "管理员30分钟内无响应，超时")
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_both_sources_are_read() {
        let refused = |n| JobStatus::Refused(RefusalCode::new(n));
        for (text, status) in [
            ("send success", JobStatus::Success),
            ("sendsuccess", JobStatus::Success),
            ("SEND_SUCCESS", JobStatus::Success),
            ("send fail", JobStatus::Fail),
            ("SEND_FAIL", JobStatus::Fail),
            ("SENDING", JobStatus::Sending),
            ("DELETE", JobStatus::Deleted),
            ("err(30003)", refused(30003)),
            ("ERR ( 20431 )", refused(20431)),
            ("err(x)", JobStatus::Other("err(x)".to_owned())),
            ("", JobStatus::Other(String::new())),
        ] {
            assert_eq!(JobStatus::from_wire(text), status, "{text:?}");
            assert_eq!(JobStatus::from_wire(&status.to_wire()), status, "{text:?}");
        }
    }

    #[test]
    fn a_refusal_is_told_in_words() {
        assert_eq!(
            JobStatus::from_wire("err(30003)").to_string(),
            "err(30003): judged a reprint, and send_ignore_reprint was 0"
        );
        assert_eq!(RefusalCode::new(20431).meaning(), "a reason that no document names");
    }
}
