//! Reads followers from lines of text, as fast as they come, and checks each line.

use std::time::{Duration, UNIX_EPOCH};

use wechat_types::id::{OpenId, TagId};

use super::follower::packed::Packed;
use super::follower::{Followers, Hindrance, Place};
use super::people::TAGS_PER_FOLLOWER;
use super::tag::STARRED;

/// Longer lines are no followers: 20 tags and a long OpenID have a third of this.
const LONGEST_LINE: usize = 1024;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    pub(crate) line: u64,
    /// Which of its fields; none: the line as a whole.
    pub(crate) field: Option<&'static str>,
    pub(crate) problem: String,
}

/// A field and what is wrong with it.
type BadField = (Option<&'static str>, String);

/// Lines read so far: followers that are nobody's yet.
#[derive(Debug, Default)]
pub(crate) struct Import {
    pub(crate) staged: Followers,
    /// The line that has begun.
    rest: Vec<u8>,
    lines: u64,
}

impl Import {
    /// Takes some more of the text; it may end anywhere.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), BadLine> {
        if !self.rest.is_empty() {
            let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            let (first, others) = bytes.split_at(end);
            self.rest.extend_from_slice(first);
            bytes = others;
            if self.rest.ends_with(b"\n") {
                let line = std::mem::take(&mut self.rest);
                self.line(&line)?;
            }
        }
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.ends_with(b"\n") {
                self.line(line)?;
            } else {
                self.rest.extend_from_slice(line);
            }
        }
        // Whoever sends no line ends at all shall not fill the memory.
        if self.rest.len() > LONGEST_LINE { bad(self.lines + 1, TOO_LONG) } else { Ok(()) }
    }

    /// The text has ended. Lines that named a follower.
    pub(crate) fn end(&mut self) -> Result<(), BadLine> {
        let line = std::mem::take(&mut self.rest);
        if line.is_empty() { Ok(()) } else { self.line(&line) }
    }

    fn line(&mut self, line: &[u8]) -> Result<(), BadLine> {
        self.lines += 1;
        let mut line = line.trim_ascii();
        if self.lines == 1 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        // Most lines are an OpenID and nothing else.
        if let Some(packed) = Packed::new(line) {
            self.staged.add_packed(packed);
            return Ok(());
        }
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(());
        }
        if line.len() > LONGEST_LINE {
            return bad(self.lines, TOO_LONG);
        }
        let Ok(text) = std::str::from_utf8(line) else { return bad(self.lines, "it is not UTF-8") };
        let line = self.lines;
        self.fields(text).map_err(|(field, problem)| BadLine { line, field, problem })
    }

    fn fields(&mut self, line: &str) -> Result<(), BadField> {
        let mut fields = line.split('\t').map(str::trim);
        let mut next = || fields.next().unwrap_or_default();
        let (openid, tags, state, followed_at) = (next(), next(), next(), next());
        if let Some(more) = fields.next() {
            return Err((None, format!("a fifth field, {}", shown(more))));
        }
        let openid = match Packed::new(openid.as_bytes()) {
            Some(packed) => Ok(packed),
            None => Err(OpenId::new(openid)
                .map_err(|e| (Some("openid"), format!("{}: {e}", shown(openid))))?),
        };
        let tags = read_tags(tags).map_err(|problem| (Some("tags"), problem))?;
        let hindrance = read_state(state).map_err(|problem| (Some("state"), problem))?;
        let followed_at = match followed_at {
            "" => None,
            text => Some(text.parse::<u32>().map_err(|_| {
                let problem = format!("{} is no number of seconds since 1970", shown(text));
                (Some("followed_at"), problem)
            })?),
        };
        let place = match openid {
            Ok(packed) => self.staged.add_packed(packed),
            Err(other) => self.staged.add(other),
        };
        if !tags.is_empty() {
            self.staged.set_tags(place, &tags);
        }
        if hindrance.is_some() {
            self.staged.set_hindrance(place, hindrance);
        }
        if let Some(seconds) = followed_at {
            self.staged.set_followed_at(place, UNIX_EPOCH + Duration::from_secs(seconds.into()));
        }
        Ok(())
    }
}

const TOO_LONG: &str = "it is longer than 1024 bytes";

fn bad(line: u64, problem: &str) -> Result<(), BadLine> {
    Err(BadLine { line, field: None, problem: problem.to_owned() })
}

/// The beginning of a field, for an error.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}

fn read_tags(text: &str) -> Result<Vec<TagId>, String> {
    let mut tags = Vec::new();
    for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        let tag = one.parse().map(TagId::new).ok().filter(|tag| *tag >= STARRED);
        let Some(tag) = tag else {
            return Err(format!("{} is no tag: tags are numbers from 2 on", shown(one)));
        };
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS_PER_FOLLOWER {
        return Err(format!("{} tags; a follower has up to {TAGS_PER_FOLLOWER}", tags.len()));
    }
    Ok(tags)
}

fn read_state(text: &str) -> Result<Option<Hindrance>, String> {
    match text {
        "" => Ok(None),
        "unsubscribed" => Ok(Some(Hindrance::Unsubscribed)),
        "refuses" => Ok(Some(Hindrance::Refuses)),
        "blacklisted" => Ok(Some(Hindrance::Blacklisted)),
        "unreachable" => Ok(Some(Hindrance::Unreachable)),
        _ => Err(format!(
            "{} is none of unsubscribed, refuses, blacklisted, unreachable",
            shown(text)
        )),
    }
}

impl Followers {
    /// Takes in one of those that were imported: what his line names holds from now on.
    pub(crate) fn take_over(&mut self, from: &Self, place: Place) {
        let Some(own) = self.add_from(from, place) else { return };
        if !from.tags(place).is_empty() {
            self.set_tags(own, from.tags(place));
        }
        if let Some(hindrance) = from.hindrance(place) {
            self.set_hindrance(own, Some(hindrance));
        }
        if let Some(at) = from.named_time(place) {
            self.set_followed_at(own, at);
        }
    }
}
