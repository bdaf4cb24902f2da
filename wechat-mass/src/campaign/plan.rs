//! What a campaign will do: content, audience, calls and their keys, fixed before the first call.

use std::ops::Range;

use wechat_http::Checks;
use wechat_types::id::{AppId, ClientMsgId, OpenId, TagId};
use wechat_types::mass::{Audience, AudienceKind, Recipients};

use crate::client_msg_id::{ContentDigest, client_msg_id};
use crate::journal::{ChosenFrom, FrozenCall};
use crate::problem::Problems;
use crate::quota::Spend;
use crate::recipients::{RecipientsError, Roster, open_ids};
use crate::split::split;

use super::content::Content;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk {
    /// Whom the call reaches.
    pub audience: ChunkAudience,
    /// The call's key. What it has of the chunk is the [`ContentDigest`] of the parts `everyone`; or `tag` and the
    /// tag's number; or `openids`, the chunk's number and the OpenIDs, one a line, without a line feed at the end.
    /// Numbers have 8 bytes, the highest first.
    pub key: ClientMsgId,
    /// Of the list that the key was made for; none for everyone and for a tag.
    checksum: u32,
}

/// Whom one call reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChunkAudience {
    /// All followers.
    Everyone,
    /// The followers with this tag.
    Tag(TagId),
    /// This part of the plan's list.
    OpenIds(Range<usize>),
}

impl ChunkAudience {
    /// What a first attempt at the call draws on the account's budgets.
    pub fn spend(&self) -> Spend {
        match self {
            Self::Everyone => Spend::ToEveryone,
            Self::Tag(_) => Spend::ToTag,
            Self::OpenIds(_) => Spend::ByOpenIds,
        }
    }
}

/// Whom a plan reaches.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PlanAudience {
    /// All followers.
    Everyone,
    /// The followers with this tag.
    Tag(TagId),
    /// These followers.
    OpenIds(Roster),
    /// A kind that this crate does not know: it is not sent to at all.
    Unknown,
}

impl From<Audience> for PlanAudience {
    fn from(audience: Audience) -> Self {
        match audience.kind() {
            AudienceKind::Everyone => Self::Everyone,
            AudienceKind::Tag(tag) => Self::Tag(*tag),
            AudienceKind::OpenIds(list) => Self::OpenIds(Roster::of(list.iter().cloned())),
            _ => Self::Unknown,
        }
    }
}

impl From<Roster> for PlanAudience {
    fn from(roster: Roster) -> Self {
        Self::OpenIds(roster)
    }
}

/// A campaign's plan. Whatever makes it makes the same one again from the same input.
#[derive(Clone, Debug)]
pub struct Plan {
    account: AppId,
    name: String,
    content: Content,
    audience: PlanAudience,
    content_digest: ContentDigest,
    keys_digest: ContentDigest,
    chunks: Vec<Chunk>,
    warnings: Vec<String>,
    chosen_from: Option<ChosenFrom>,
}

impl Plan {
    /// Characters of the longest campaign name.
    pub const MAX_NAME_CHARS: usize = 64;

    /// Checks everything that can be checked without the platform, and cuts the audience into
    /// calls. Duplicate OpenIDs are removed and counted.
    ///
    /// `name` is part of every key: the same article under another name is another message.
    ///
    /// # Errors
    ///
    /// [`Problems`], all of them.
    pub fn new(
        account: AppId,
        name: impl Into<String>,
        audience: impl Into<PlanAudience>,
        content: Content,
    ) -> Result<Self, Problems> {
        Self::with_checks(Checks::Refuse, account, name, audience, content)
    }

    /// The same; [`Checks::Warn`] makes [`warnings`](Self::warnings) of the platform's own limits on
    /// articles and pictures. It belongs to a client that warns likewise, or that client refuses
    /// the calls. The audience, the keys, the name and an empty content are held strictly always.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_checks(
        checks: Checks,
        account: AppId,
        name: impl Into<String>,
        audience: impl Into<PlanAudience>,
        content: Content,
    ) -> Result<Self, Problems> {
        let (name, audience) = (name.into(), audience.into());
        let mut problems = Vec::new();
        if let PlanAudience::OpenIds(roster) = &audience
            && let Err(error) = roster.check()
        {
            problems.push(match (roster.duplicates(), roster.left_out()) {
                (0, 0) => error.to_string(),
                (duplicates, 0) => format!("without its {duplicates} duplicates, the list {error}"),
                (_, left_out) => format!("without the {left_out} left out, the list {error}"),
            });
        }
        if name.trim().is_empty()
            || name.chars().count() > Self::MAX_NAME_CHARS
            || name.chars().any(char::is_control)
        {
            problems.push(format!(
                "the campaign's name has 1 to {} characters and no control characters",
                Self::MAX_NAME_CHARS
            ));
        }
        let warnings = content.check(checks).unwrap_or_else(|found| {
            problems.extend(found.list);
            Vec::new()
        });
        Problems::check(problems)?;
        let content_digest = content.digest();
        let keys = Keys { account: &account, name: &name, content: &content_digest };
        let chunks = keys.chunks(&audience).map_err(|error| Problems { list: error.list() })?;
        let keys_digest = digest_of(&chunks);
        Ok(Self {
            account,
            name,
            content,
            audience,
            content_digest,
            keys_digest,
            chunks,
            warnings,
            chosen_from: None,
        })
    }

    /// The plan that a journal froze, as far as calls tell it: enough to be known there as the same. Nothing
    /// can be sent by it, for it has no list.
    pub(super) fn of_calls(account: &AppId, name: &str, calls: &[FrozenCall]) -> Self {
        let chunk = |call: &FrozenCall| Chunk {
            audience: ChunkAudience::OpenIds(0..0),
            key: call.key.clone(),
            checksum: 0,
        };
        let chunks: Vec<_> = calls.iter().map(chunk).collect();
        let content = Content::Text(String::new());
        Self {
            account: account.clone(),
            name: name.to_owned(),
            audience: PlanAudience::Unknown,
            content_digest: content.digest(),
            content,
            keys_digest: digest_of(&chunks),
            chunks,
            warnings: Vec::new(),
            chosen_from: None,
        }
    }

    /// Says that the list is a part of this plan's, for whoever takes the campaign up later.
    #[must_use]
    pub fn with_chosen_from(self, whole: &Self) -> Self {
        Self { chosen_from: ChosenFrom::of(whole), ..self }
    }

    /// The account that sends.
    pub fn account(&self) -> &AppId {
        &self.account
    }

    /// The campaign's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is sent.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// To whom.
    pub fn audience(&self) -> &PlanAudience {
        &self.audience
    }

    /// The calls, in their order.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// OpenIDs that stood in the list more than once.
    pub fn duplicates(&self) -> usize {
        self.roster().map_or(0, Roster::duplicates)
    }

    /// The list of recipients; none for everyone and for a tag.
    pub fn roster(&self) -> Option<&Roster> {
        match &self.audience {
            PlanAudience::OpenIds(roster) => Some(roster),
            _ => None,
        }
    }

    /// What the platform will change without an error.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The hash of the content.
    pub fn content_digest(&self) -> &ContentDigest {
        &self.content_digest
    }

    /// The hash of everything that is sent to whom: of all keys.
    pub fn digest(&self) -> &ContentDigest {
        &self.keys_digest
    }

    /// The longer list that its recipients were chosen from.
    pub fn chosen_from(&self) -> Option<&ChosenFrom> {
        self.chosen_from.as_ref()
    }

    /// The recipients by OpenID; none for everyone and for a tag, whose number only the platform
    /// knows.
    pub fn recipients(&self) -> Option<usize> {
        self.roster().map(Roster::len)
    }

    /// The OpenIDs of one call.
    ///
    /// # Errors
    ///
    /// [`RecipientsError`] when the list lies in a file that cannot be read, or has changed there since.
    pub fn open_ids(&self, chunk: &Chunk) -> Result<Vec<OpenId>, RecipientsError> {
        match self.text(chunk)? {
            Some(text) => open_ids(&text),
            None => Ok(Vec::new()),
        }
    }

    /// The OpenIDs of one call as a store keeps them, those that its key was made for; none for everyone and for a tag.
    pub(crate) fn text(&self, chunk: &Chunk) -> Result<Option<Vec<u8>>, RecipientsError> {
        let (Some(roster), ChunkAudience::OpenIds(range)) = (self.roster(), &chunk.audience) else {
            return Ok(None);
        };
        let text = roster.text(range.clone())?;
        // Others would get another message under the same key.
        if crc32fast::hash(&text) == chunk.checksum {
            Ok(Some(text))
        } else {
            Err(RecipientsError::changed())
        }
    }

    /// Whom a call by OpenID goes to; none for everyone and for a tag.
    pub(crate) fn recipients_of(
        &self,
        chunk: &Chunk,
    ) -> Result<Option<Recipients>, RecipientsError> {
        let Some(text) = self.text(chunk)? else { return Ok(None) };
        let list = String::from_utf8(text).ok().map(Recipients::from_lines);
        list.and_then(Result::ok).map(Some).ok_or_else(RecipientsError::changed)
    }
}

fn digest_of(chunks: &[Chunk]) -> ContentDigest {
    ContentDigest::of(chunks.iter().map(|chunk| chunk.key.as_str().as_bytes()))
}

/// What all keys of a plan have in common.
struct Keys<'a> {
    account: &'a AppId,
    name: &'a str,
    content: &'a ContentDigest,
}

impl Keys<'_> {
    fn of<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> ClientMsgId {
        client_msg_id(self.account, self.name, self.content, &ContentDigest::of(parts))
    }

    /// The list is one part, as the text it is kept as: ten thousand parts take twice as long.
    fn of_list(&self, number: usize, lines: &[u8]) -> ClientMsgId {
        self.of([b"openids".as_slice(), &(number as u64).to_be_bytes(), lines])
    }

    fn chunks(&self, audience: &PlanAudience) -> Result<Vec<Chunk>, RecipientsError> {
        Ok(match audience {
            PlanAudience::Everyone => {
                let key = self.of([b"everyone".as_slice()]);
                vec![Chunk { audience: ChunkAudience::Everyone, key, checksum: 0 }]
            }
            PlanAudience::Tag(tag) => {
                let key = self.of([b"tag".as_slice(), &tag.get().to_be_bytes()]);
                vec![Chunk { audience: ChunkAudience::Tag(*tag), key, checksum: 0 }]
            }
            PlanAudience::OpenIds(roster) => {
                let mut chunks = Vec::new();
                for (number, range) in split(roster.len()).into_iter().enumerate() {
                    let text = roster.text(range.clone())?;
                    let (key, checksum) = (self.of_list(number, &text), crc32fast::hash(&text));
                    chunks.push(Chunk { audience: ChunkAudience::OpenIds(range), key, checksum });
                }
                chunks
            }
            PlanAudience::Unknown => Vec::new(),
        })
    }
}
