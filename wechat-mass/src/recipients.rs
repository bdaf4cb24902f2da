//! A list of OpenIDs as people keep them: one a line, read with every correction counted.

mod error;
mod fetch;
mod gatherer;
mod lines;
pub(crate) mod page_file;
mod reached;
mod recipe;
mod roster;
mod sorter;
mod spool;

use std::fmt;
use std::io::BufRead;

use wechat_types::id::OpenId;

use crate::problem::Problems;
use lines::{LONGEST, Line, Lines};

pub use error::RecipientsError;
pub use fetch::{
    FetchError, Fetched, Listing, calls_of_followed_since, fetch, fetch_followed_since,
};
pub use gatherer::Gatherer;
pub use reached::{frozen, reached_by};
pub use recipe::{Kitchen, Recipe, RecipeError, RecipeProblem, Source};
pub use roster::Roster;
pub(crate) use roster::open_ids;
pub use spool::Scratch;

pub(crate) use sorter::{NO_PLACE, Sorter};

/// A list that was read, with what was corrected on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecipientList {
    /// Each OpenID once, in the order of the list.
    pub open_ids: Vec<OpenId>,
    /// What was corrected.
    pub corrections: Corrections,
}

/// Harmless faults of a list, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Corrections {
    /// OpenIDs that stood in the list before: they get the message once.
    pub duplicates: usize,
    /// Empty lines.
    pub blank_lines: usize,
    /// Lines with blanks around the OpenID.
    pub surrounding_blanks: usize,
    /// A byte order mark at the beginning.
    pub byte_order_mark: bool,
    /// The first line was the heading `openid`.
    pub heading: bool,
    /// OpenIDs that do not have the usual shape (28 characters starting with `o`). They are kept.
    pub unusual: usize,
}

impl fmt::Display for Corrections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = [
            (self.duplicates, "duplicates removed"),
            (self.blank_lines, "blank lines skipped"),
            (self.surrounding_blanks, "lines trimmed"),
            (usize::from(self.byte_order_mark), "byte order mark skipped"),
            (usize::from(self.heading), "heading skipped"),
            (
                self.unusual,
                "OpenIDs of an unusual shape kept (28 characters starting with o are usual)",
            ),
        ];
        let mut first = true;
        for (count, what) in counted.into_iter().filter(|(count, _)| *count > 0) {
            f.write_str(if first { "" } else { ", " })?;
            first = false;
            write!(f, "{count} {what}")?;
        }
        if first { f.write_str("nothing corrected") } else { Ok(()) }
    }
}

/// Problems named in full; the rest is counted.
const NAMED: usize = 5;

/// Reads a list of one OpenID a line.
///
/// Blank lines, CRLF, a byte order mark, blanks around an OpenID, duplicates and a heading
/// `openid` are corrected and counted.
///
/// # Errors
///
/// [`Problems`] with line numbers when a line holds what cannot be an OpenID; then no list is
/// given, for a line that is not understood may be a follower forgotten.
pub fn read(text: &[u8]) -> Result<RecipientList, Problems> {
    let problem = |error: RecipientsError| Problems { list: error.list() };
    let mut gatherer = Gatherer::new(Scratch::in_memory());
    let mut corrections = read_into(&mut gatherer, text).map_err(problem)?;
    let roster = gatherer.finish().map_err(problem)?;
    corrections.complete(&roster);
    let open_ids = roster.open_ids(0..roster.len()).map_err(problem)?;
    Ok(RecipientList { open_ids, corrections })
}

/// Reads a list as [`read`] does, of any length: it goes into a [`Gatherer`] line by line.
///
/// What only the whole list tells is added by [`Corrections::complete`].
///
/// # Errors
///
/// [`RecipientsError`] as of [`read`], also for a line of more than 4,096 bytes; when the text cannot
/// be read, or there is no room to put it aside. What the gatherer has then is of no use.
pub fn read_into(
    gatherer: &mut Gatherer,
    text: impl BufRead,
) -> Result<Corrections, RecipientsError> {
    let mut corrections = Corrections::default();
    let (mut problems, mut unnamed, mut number) = (Vec::new(), 0_usize, 0_usize);
    let mut lines = Lines::new(text);
    loop {
        let failed = RecipientsError::io(format!("line {} cannot be read", number + 1));
        let Some(line) = lines.next().map_err(failed)? else { break };
        number += 1;
        let problem = match line {
            Line::TooLong => {
                format!("line {number} has more than {LONGEST} bytes; a line holds one OpenID")
            }
            Line::Whole(mut line) => {
                if number == 1
                    && let Some(rest) = line.strip_prefix(b"\xef\xbb\xbf")
                {
                    (line, corrections.byte_order_mark) = (rest, true);
                }
                match std::str::from_utf8(line) {
                    Err(_) => {
                        format!("line {number} is not UTF-8 text; OpenIDs are plain ASCII")
                    }
                    Ok(line) => {
                        let Some(word) = corrections.word(line, number) else { continue };
                        match OpenId::new(word) {
                            Ok(open_id) => {
                                gatherer.push(&open_id)?;
                                continue;
                            }
                            Err(error) => format!("line {number}: {error}: {}", shown(word)),
                        }
                    }
                }
            }
        };
        if problems.len() < NAMED {
            problems.push(problem);
        } else {
            unnamed += 1;
        }
    }
    if unnamed > 0 {
        problems.push(format!("and {unnamed} more lines that hold no OpenID"));
    }
    Problems::check(problems)?;
    Ok(corrections)
}

impl Corrections {
    /// Adds what only the whole list tells: its duplicates and unusual OpenIDs.
    pub fn complete(&mut self, roster: &Roster) {
        (self.duplicates, self.unusual) = (roster.duplicates(), roster.unusual());
    }

    /// Adds those of another list.
    pub fn add(&mut self, other: &Self) {
        self.duplicates += other.duplicates;
        self.blank_lines += other.blank_lines;
        self.surrounding_blanks += other.surrounding_blanks;
        self.byte_order_mark |= other.byte_order_mark;
        self.heading |= other.heading;
        self.unusual += other.unusual;
    }

    /// What stands in a line, if it is more than blanks and the heading.
    fn word<'l>(&mut self, line: &'l str, number: usize) -> Option<&'l str> {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let word = line.trim();
        if word.is_empty() {
            self.blank_lines += 1;
            return None;
        }
        self.surrounding_blanks += usize::from(word.len() != line.len());
        if number == 1 && word.eq_ignore_ascii_case("openid") {
            self.heading = true;
            return None;
        }
        Some(word)
    }
}

fn shown(word: &str) -> String {
    const CHARS: usize = 40;
    let mut shown: String = word.chars().take(CHARS).collect();
    if word.chars().nth(CHARS).is_some() {
        shown.push('…');
    }
    format!("{shown:?}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmless_faults_are_corrected_and_counted() {
        let text = "\u{feff}OpenID\r\noTESTfan48X1xf6krmgnKRPWerco\r\n\r\n  oB \r\noTESTfan48X1xf6krmgnKRPWerco\r\noB\n\n";
        let list = read(text.as_bytes()).unwrap();
        let ids: Vec<&str> = list.open_ids.iter().map(OpenId::as_str).collect();
        assert_eq!(ids, ["oTESTfan48X1xf6krmgnKRPWerco", "oB"]);
        insta::assert_snapshot!(list.corrections, @"2 duplicates removed, 2 blank lines skipped, 1 lines trimmed, 1 byte order mark skipped, 1 heading skipped, 1 OpenIDs of an unusual shape kept (28 characters starting with o are usual)");
        insta::assert_snapshot!(read(b"oA\noB\n").unwrap().corrections.duplicates, @"0");
    }

    #[test]
    fn an_empty_file_is_an_empty_list() {
        for text in ["", "\n", "\u{feff}", "openid\n"] {
            assert!(read(text.as_bytes()).unwrap().open_ids.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_open_id_is_named_by_line() {
        let mut text = "oGood\noA,oB\n中文\n".to_owned();
        text.push_str(&"o b\n".repeat(10));
        insta::assert_snapshot!(read(text.as_bytes()).unwrap_err());
        insta::assert_snapshot!(read(b"oA\n\xff\n").unwrap_err(), @"line 2 is not UTF-8 text; OpenIDs are plain ASCII");
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn each_open_id_comes_once(ids in prop::collection::vec("[A-Za-z0-9_-]{1,3}", 0..200)) {
            prop_assume!(ids.first().is_none_or(|id| !id.eq_ignore_ascii_case("openid")));
            let list = read(ids.join("\n").as_bytes()).unwrap();
            let unique: HashSet<&str> = ids.iter().map(String::as_str).collect();
            prop_assert_eq!(list.open_ids.len(), unique.len());
            prop_assert_eq!(list.corrections.duplicates, ids.len() - unique.len());
        }
    }
}
