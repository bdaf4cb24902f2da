//! The OpenIDs of one send, as one text: ten thousand of them are written, hashed and kept as such.

use std::fmt;
use std::iter::once;

use memchr::memchr_iter;
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
        Ok(Self { lines, len: list.len() })
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
        let mut len = 0;
        for line in split(&lines) {
            len += 1;
            good &= !line.is_empty() & (line.len() <= OpenId::MAX_BYTES);
        }
        if !good {
            for (number, line) in (1..=len).zip(split(&lines)) {
                OpenId::check(line).map_err(|invalid| {
                    let problem = format!("line {number}: {invalid}");
                    EncodeError::refused(ErrorCode::INVALID_OPENID, problem)
                })?;
            }
        }
        check_at_least_two(len)?;
        Ok(Self { lines, len })
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
        split(&self.lines)
    }

    /// How many; never 0.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The OpenIDs, in their order.
    pub fn iter(&self) -> impl Iterator<Item = OpenId> {
        // Each was checked when the list was made.
        split(&self.lines).map(OpenId::checked)
    }
}

/// The lines of a text, found sixteen bytes at a time.
fn split(lines: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr_iter(b'\n', lines.as_bytes()).chain(once(lines.len())).map(move |end| {
        let line = lines.get(start..end).unwrap_or_default();
        start = end + 1;
        line
    })
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(split(&self.lines)).finish()
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
        serializer.collect_seq(split(&self.lines))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// As a list or as a text, they are the same.
        #[test]
        fn a_list_is_its_text(texts in proptest::collection::vec("[A-Za-z0-9_-]{1,40}", 2..20)) {
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
        ] {
            let error = Recipients::from_lines(lines).unwrap_err();
            assert_eq!(error.code().map(ErrorCode::get), Some(code), "{lines:?}");
            assert!(error.to_string().contains(problem), "{lines:?}: {error}");
        }
    }
}
