//! Return codes of the API: number, class, meaning in English and in Chinese.

mod class;

/// Makes the constants and the table that is searched from one list.
macro_rules! codes {
    ($(
        $(#[$note:meta])*
        $number:literal $name:ident $class:ident $evidence:ident
        $wire:literal $(($meaning:literal))? $zh:literal;
    )*) => {
        impl ErrorCode {
            $(
                #[doc = concat!($number, ": ", codes!(@meaning $wire $($meaning)?), " (", $zh, ").")]
                #[doc = ""]
                $(#[doc = codes!(@wire $wire $meaning)])?
                $(#[$note])*
                #[doc = concat!("Class [`", stringify!($class), "`](ErrorClass::", stringify!($class), ").")]
                pub const $name: Self = Self($number);
            )*
        }

        /// All documented codes, sorted by number.
        pub(super) static TABLE: &[Entry] = &[$(
            Entry {
                code: ErrorCode::$name,
                class: ErrorClass::$class,
                evidence: Evidence::$evidence,
                wire: $wire,
                meaning: codes!(@meaning $wire $($meaning)?),
                zh: $zh,
            },
        )*];
    };
    (@wire $wire:literal $meaning:literal) => { concat!("On the wire: `", $wire, "`.") };
    (@meaning $wire:literal) => { $wire };
    (@meaning $wire:literal $meaning:literal) => { $meaning };
}

mod table;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

pub use class::{ErrorClass, Evidence};

/// The `errcode` of an answer. Numbers that no document names are kept as they stand.
///
/// The texts beside a code change over the years: decide by the code only.
///
/// ```
/// use wechat_types::error_code::{ErrorClass, ErrorCode};
///
/// let code = ErrorCode::new(45065);
/// assert_eq!(code, ErrorCode::CLIENT_MSG_ID_EXISTS);
/// assert_eq!(code.class(), Some(ErrorClass::Duplicate));
/// assert_eq!(code.to_string(), "45065 (clientmsgid exist / clientmsgid已存在)");
/// ```
///
/// <https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html>
#[doc(alias = "errcode")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ErrorCode(i64);

/// What the documents say about one code.
struct Entry {
    code: ErrorCode,
    class: ErrorClass,
    evidence: Evidence,
    wire: &'static str,
    meaning: &'static str,
    zh: &'static str,
}

impl ErrorCode {
    /// Takes the number as it stands.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number as it stands on the wire.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The call succeeded.
    pub const fn is_ok(self) -> bool {
        self.0 == Self::OK.0
    }

    /// All documented codes, sorted by number.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        table::TABLE.iter().map(|entry| entry.code)
    }

    /// What to do about it; `None` for a code that no document names.
    pub fn class(self) -> Option<ErrorClass> {
        self.entry().map(|entry| entry.class)
    }

    /// How well the code is documented; `None` for a code that no document names.
    pub fn evidence(self) -> Option<Evidence> {
        self.entry().map(|entry| entry.evidence)
    }

    /// The documented meaning in English.
    pub fn meaning(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.meaning)
    }

    /// The documented meaning in Chinese.
    pub fn meaning_zh(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.zh)
    }

    /// The `errmsg` that comes with the code, without its hint and request id.
    ///
    /// Mostly the same as [`meaning`](Self::meaning), misspellings of the platform apart. `…`
    /// stands for what differs from call to call.
    #[doc(alias = "errmsg")]
    pub fn wire_text(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.wire)
    }

    fn entry(self) -> Option<&'static Entry> {
        let at = table::TABLE.binary_search_by_key(&self, |entry| entry.code).ok()?;
        table::TABLE.get(at)
    }
}

/// Prints the number and both meanings.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some(entry) => write!(f, "{} ({} / {})", self.0, entry.meaning, entry.zh),
            None => write!(f, "{} (a code that no document names)", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some(entry) => write!(f, "ErrorCode({}: {})", self.0, entry.meaning),
            None => write!(f, "ErrorCode({})", self.0),
        }
    }
}

/// Reads a number, a float without a fraction or a text of digits: some gateways change the type.
impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::signed_number_or_text(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_table_is_complete_sorted_and_unique() {
        assert_eq!(ErrorCode::all().len(), 332);
        assert!(ErrorCode::all().is_sorted_by(|a, b| a < b));
        for entry in table::TABLE {
            assert_eq!(entry.code.meaning(), Some(entry.meaning), "{:?}", entry.code);
            for text in [entry.wire, entry.meaning, entry.zh] {
                assert!(!text.is_empty() && text.trim() == text, "{:?}: {text:?}", entry.code);
            }
        }
    }

    #[test]
    fn constants_carry_number_class_and_meanings() {
        use ErrorClass::{
            Admin, Caller, Content, Duplicate, Permission, Quota, Recipient, RefreshToken,
            RetryLater,
        };
        for (code, number, class, meaning, zh) in [
            (ErrorCode::SYSTEM_ERROR, -1, RetryLater, "system error", "系统繁忙"),
            (ErrorCode::OK, 0, ErrorClass::Ok, "ok", "成功"),
            (
                ErrorCode::INVALID_CREDENTIAL,
                40001,
                RefreshToken,
                "invalid credential, access_token is invalid or not latest",
                "凭证无效或secret错",
            ),
            (ErrorCode::INVALID_MEDIA_ID, 40007, Caller, "invalid media_id", "media_id不合法"),
            (ErrorCode::MALICIOUS_URL, 40068, Content, "contain malicious url", "含恶意链接"),
            (
                ErrorCode::MASS_SEND_TOO_FAST,
                42010,
                RetryLater,
                "masssend fast, retry again",
                "群发过快",
            ),
            (
                ErrorCode::SUBSCRIPTION_REQUIRED,
                43004,
                Recipient,
                "require subscribe",
                "接收者未关注",
            ),
            (ErrorCode::NO_MASS_SEND_QUOTA, 45028, Quota, "has no masssend quota", "无群发配额"),
            (
                ErrorCode::CLIENT_MSG_ID_EXISTS,
                45065,
                Duplicate,
                "clientmsgid exist",
                "clientmsgid已存在",
            ),
            (ErrorCode::API_UNAUTHORIZED, 48001, Permission, "api unauthorized", "接口未授权"),
            (
                ErrorCode::ADMIN_CONFIRMATION_REQUIRED,
                89503,
                Admin,
                "administrator confirmation needed",
                "需管理员确认",
            ),
            (
                ErrorCode::MASS_SERVICE_BUSY,
                268_488_001,
                RetryLater,
                "system busy, please try later",
                "系统繁忙",
            ),
        ] {
            assert_eq!(code.get(), number);
            assert_eq!(ErrorCode::new(number), code);
            assert_eq!(code.class(), Some(class), "{number}");
            assert_eq!(code.meaning(), Some(meaning));
            assert_eq!(code.meaning_zh(), Some(zh));
        }
    }

    #[test]
    fn the_wire_keeps_its_misspellings() {
        let code = ErrorCode::INVALID_MEDIA_SIZE;
        assert_eq!(code.wire_text(), Some("invalid meida size"));
        assert_eq!(code.meaning(), Some("invalid media size"));
    }

    #[test]
    fn weak_evidence_is_marked() {
        assert_eq!(ErrorCode::OK.evidence(), Some(Evidence::Official));
        assert_eq!(ErrorCode::MASS_SERVICE_BUSY.evidence(), Some(Evidence::OfficialNew));
        assert_eq!(ErrorCode::PUBLISH_BANNED.evidence(), Some(Evidence::Sdk));
        assert_eq!(ErrorCode::RID_EXPIRED.evidence(), Some(Evidence::Guess));
    }

    #[test]
    fn an_unknown_code_is_kept() {
        let code = ErrorCode::new(99999);
        assert_eq!(code.get(), 99999);
        assert!(!code.is_ok());
        assert_eq!((code.class(), code.meaning(), code.meaning_zh()), (None, None, None));
        assert_eq!(code.to_string(), "99999 (a code that no document names)");
        assert_eq!(format!("{code:?}"), "ErrorCode(99999)");
    }

    #[test]
    fn a_known_code_is_told_in_both_languages() {
        let code = ErrorCode::INVALID_MEDIA_ID;
        assert_eq!(code.to_string(), "40007 (invalid media_id / media_id不合法)");
        assert_eq!(format!("{code:?}"), "ErrorCode(40007: invalid media_id)");
    }

    #[test]
    fn numbers_floats_and_texts_are_read() {
        for (json, number) in
            [("0", 0), ("-1", -1), ("48001.0", 48001), (r#""40013""#, 40013), (r#""-1""#, -1)]
        {
            assert_eq!(serde_json::from_str::<ErrorCode>(json).unwrap().get(), number, "{json}");
        }
        for json in ["48001.5", r#""x""#, r#""""#, "null", "true", "[0]"] {
            assert!(serde_json::from_str::<ErrorCode>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::to_string(&ErrorCode::SYSTEM_ERROR).unwrap(), "-1");
    }

    #[test]
    fn every_code_of_the_fixtures_is_known() {
        fn collect(folder: &Path, codes: &mut BTreeSet<ErrorCode>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    collect(&path, codes);
                    continue;
                }
                let name = path.file_stem().unwrap().to_str().unwrap();
                let Some(rest) = name.strip_prefix("error-") else { continue };
                // A second part tells variants apart: `error-40164-2017`; `error--1` has a sign.
                let end = rest.char_indices().skip(1).find(|(_, c)| *c == '-');
                let number = &rest[..end.map_or(rest.len(), |(at, _)| at)];
                codes.insert(ErrorCode::new(number.parse().expect(name)));
            }
        }

        let mut codes = BTreeSet::new();
        collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")), &mut codes);
        assert!(codes.contains(&ErrorCode::SYSTEM_ERROR), "no fixture was found");
        codes.retain(|code| code.class().is_none());
        assert!(codes.is_empty(), "missing in error_code/table.rs: {codes:?}");
    }
}
