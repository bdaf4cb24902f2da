//! The OpenIDs of one send, as one text: ten thousand of them are written, hashed and kept as such.

use std::fmt;

use memchr::{memchr, memchr_iter};
use serde::{Deserialize, Serialize, Serializer};

use super::audience::check_at_least_two;
use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::OpenId;

/// The audience of one [`Send`](super::Send): 2 to 10,000 OpenIDs.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<OpenId>")]
#[doc(alias = "touser")]
pub struct Recipients {
    /// One a line, without a line feed at the end.
    lines: String,
    len: usize,
    width: Width,
}

impl Recipients {
    /// The smallest number one call takes.
    pub const MIN: usize = 2;
    /// The largest number one call takes: [`Send`](super::Send) refuses more (40032).
    pub const MAX: usize = 10_000;

    /// Takes the list as it stands.
    ///
    /// # Errors
    ///
    /// 40130 for fewer than 2.
    pub fn new(list: Vec<OpenId>) -> Result<Self, EncodeError> {
        check_at_least_two(list.len())?;
        let mut lines = String::with_capacity(list.len() * (OpenId::USUAL_BYTES + 1));
        for (number, open_id) in list.iter().enumerate() {
            if number > 0 {
                lines.push('\n');
            }
            lines.push_str(open_id.as_str());
        }
        Ok(Self { len: list.len(), width: Width::of(&lines, list.len()), lines })
    }

    /// Takes a text with one OpenID a line, `\n` between them; nothing is trimmed or left out.
    ///
    /// # Errors
    ///
    /// 40003 for a line that is no OpenID, an empty last one too; 40130 for fewer than 2.
    pub fn from_lines(lines: impl Into<String>) -> Result<Self, EncodeError> {
        let lines = lines.into();
        if lines.is_empty() {
            check_at_least_two(0)?;
        }
        // Several bytes at a time; only in a bad text each line is looked at for what is wrong.
        let mut good =
            lines.bytes().fold(true, |good, b| good & (OpenId::is_plain(b) | (b == b'\n')));
        let len = memchr_iter(b'\n', lines.as_bytes()).count() + 1;
        let width = Width::of(&lines, len);
        good &= match width {
            Width::Of(width) => width <= OpenId::MAX_BYTES,
            Width::Differs => {
                width.split(&lines).all(|line| !line.is_empty() && line.len() <= OpenId::MAX_BYTES)
            }
        };
        if !good {
            for (number, line) in (1..=len).zip(width.split(&lines)) {
                OpenId::check(line).map_err(|invalid| {
                    let problem = format!("line {number}: {invalid}");
                    EncodeError::refused(ErrorCode::INVALID_OPENID, problem)
                })?;
            }
        }
        check_at_least_two(len)?;
        Ok(Self { lines, len, width })
    }

    /// Holds the list against [`MAX`](Self::MAX).
    pub(super) fn check(&self) -> Result<(), EncodeError> {
        if self.len > Self::MAX {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_OPENID_LIST_SIZE,
                format!("{} OpenIDs in one call, the limit is {}", self.len, Self::MAX),
            ));
        }
        Ok(())
    }

    /// All of them, one a line, without a line feed at the end.
    pub fn text(&self) -> &str {
        &self.lines
    }

    /// As a JSON array: in an OpenID there is nothing to be escaped.
    pub(super) fn to_json(&self) -> Vec<u8> {
        const BETWEEN: &[u8] = b"\",\"";
        let mut json = Vec::with_capacity(self.lines.len() + BETWEEN.len() * (self.len + 1));
        json.extend_from_slice(b"[\"");
        for (number, line) in self.lines().enumerate() {
            if number > 0 {
                json.extend_from_slice(BETWEEN);
            }
            json.extend_from_slice(line.as_bytes());
        }
        json.extend_from_slice(b"\"]");
        json
    }

    /// The OpenIDs as text, in their order: a look at each costs less than its copy.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.width.split(&self.lines)
    }

    /// How many; never 0.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The OpenIDs, in their order.
    pub fn iter(&self) -> impl Iterator<Item = OpenId> {
        // Each was checked when the list was made.
        self.lines().map(OpenId::checked)
    }
}

/// How long a line is. The platform's OpenIDs are all alike, and the ends of such lines need not be searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Of(usize),
    Differs,
}

impl Width {
    /// That of so many lines.
    fn of(lines: &str, len: usize) -> Self {
        let bytes = lines.as_bytes();
        let each = (bytes.len() + 1).checked_div(len).unwrap_or_default();
        // There is no further line feed, for there are as many as lines.
        let is_end = |at: usize| bytes.get(at).is_none_or(|byte| *byte == b'\n');
        if each > 1 && each * len == bytes.len() + 1 && (1..=len).all(|n| is_end(n * each - 1)) {
            Self::Of(each - 1)
        } else {
            Self::Differs
        }
    }

    fn split(self, lines: &str) -> impl Iterator<Item = &str> {
        let mut rest = Some(lines);
        std::iter::from_fn(move || {
            let all = rest?;
            let end = match self {
                Self::Of(width) => Some(width),
                Self::Differs => memchr(b'\n', all.as_bytes()),
            };
            let end = end.unwrap_or(all.len());
            rest = all.get(end + 1..);
            all.get(..end)
        })
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}

impl TryFrom<Vec<OpenId>> for Recipients {
    type Error = EncodeError;

    fn try_from(list: Vec<OpenId>) -> Result<Self, EncodeError> {
        Self::new(list)
    }
}

impl Serialize for Recipients {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Of one width, of one but for a single line, of any.
    fn texts() -> impl Strategy<Value = Vec<String>> {
        let lines = |width: &str| {
            let line = format!("[A-Za-z0-9_-]{{{width}}}");
            proptest::collection::vec(proptest::string::string_regex(&line).unwrap(), 2..20)
        };
        let but_one = (lines("3"), "[A-Za-z0-9_-]{1,5}", any::<prop::sample::Index>());
        prop_oneof![
            (1..40_u8).prop_flat_map(move |width| lines(&width.to_string())),
            but_one.prop_map(|(mut all, other, at)| {
                *at.get_mut(&mut all) = other;
                all
            }),
            lines("1,40"),
        ]
    }

    proptest! {
        /// As a list or as a text, they are the same.
        #[test]
        fn a_list_is_its_text(texts in texts()) {
            let list: Vec<_> = texts.iter().map(|text| OpenId::new(text.as_str()).unwrap()).collect();
            let recipients = Recipients::new(list.clone()).unwrap();
            prop_assert_eq!(recipients.lines().collect::<Vec<_>>(), texts.clone());
            prop_assert_eq!(recipients.len(), list.len());
            prop_assert_eq!(&Recipients::from_lines(texts.join("\n")).unwrap(), &recipients);
            prop_assert_eq!(recipients.iter().collect::<Vec<_>>(), list);
            let json = serde_json::to_string(&recipients).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&texts).unwrap());
            prop_assert_eq!(json.as_bytes(), recipients.to_json());
            prop_assert_eq!(recipients.text(), texts.join("\n"));
            prop_assert_eq!(serde_json::from_str::<Recipients>(&json).unwrap(), recipients);
        }
    }

    #[test]
    fn every_line_is_an_open_id() {
        for (lines, code, problem) in [
            ("", 40130, "no OpenID"),
            ("oA", 40130, "one single OpenID"),
            ("oA\n", 40003, "line 2: invalid OpenID: it is empty"),
            ("\noA", 40003, "line 1"),
            ("oA\noB\no C", 40003, "line 3: invalid OpenID: only A-Z"),
            ("oA\r\noB", 40003, "line 1"),
            // As long as lines that are all alike.
            ("oAoB\n\noC", 40003, "line 2: invalid OpenID: it is empty"),
            ("\noAoB", 40003, "line 1: invalid OpenID: it is empty"),
        ] {
            let error = Recipients::from_lines(lines).unwrap_err();
            assert_eq!(error.code().map(ErrorCode::get), Some(code), "{lines:?}");
            assert!(error.to_string().contains(problem), "{lines:?}: {error}");
        }
    }
}
