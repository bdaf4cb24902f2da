//! What a campaign will do: content, audience, calls and their keys, fixed before the first call.

use std::collections::HashSet;
use std::ops::Range;

use wechat_http::Checks;
use wechat_types::draft::AddDraft;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{AppId, ClientMsgId, OpenId, TagId};
use wechat_types::mass::{Audience, AudienceKind};

use crate::article::ArticleSource;
use crate::client_msg_id::{ContentDigest, client_msg_id};
use crate::problem::Problems;
use crate::split::split;

/// What a campaign says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// 1 to 8 articles in one message.
    #[non_exhaustive]
    Articles {
        /// The articles, the first on top.
        articles: Vec<ArticleSource>,
        /// Send on when the originality check finds a reprint that is allowed.
        ignore_reprint: bool,
    },
    /// A text.
    Text(String),
}

impl Content {
    /// One article; a reprint stops the send.
    pub fn article(article: ArticleSource) -> Self {
        Self::Articles { articles: vec![article], ignore_reprint: false }
    }

    /// Several articles in one message.
    pub fn articles_of(articles: Vec<ArticleSource>, ignore_reprint: bool) -> Self {
        Self::Articles { articles, ignore_reprint }
    }

    pub(crate) fn articles(&self) -> &[ArticleSource] {
        match self {
            Self::Articles { articles, .. } => articles,
            Self::Text(_) => &[],
        }
    }

    /// Each call needs a draft of its own, for a send uses its draft up.
    pub fn needs_draft(&self) -> bool {
        matches!(self, Self::Articles { .. })
    }

    fn check(&self, checks: Checks) -> Result<Vec<String>, Problems> {
        match self {
            Self::Text(text) if text.trim().is_empty() => {
                let code = ErrorCode::EMPTY_CONTENT;
                Err(Problems::one(format!("would be refused with {code}: the text is empty")))
            }
            Self::Text(_) => Ok(Vec::new()),
            Self::Articles { articles, .. } => {
                let (mut problems, mut warnings) = (Vec::new(), Vec::new());
                if articles.is_empty() || articles.len() > AddDraft::MAX_ARTICLES {
                    let problem = format!(
                        "{} articles in one message; 1 to {} are possible",
                        articles.len(),
                        AddDraft::MAX_ARTICLES
                    );
                    match checks {
                        Checks::Warn if !articles.is_empty() => warnings.push(problem),
                        _ => problems.push(problem),
                    }
                }
                for article in articles {
                    match article.check_with(checks) {
                        Ok(found) => warnings.extend(found),
                        Err(found) => problems.extend(found.list),
                    }
                }
                Problems::check(problems)?;
                Ok(warnings)
            }
        }
    }

    /// The hash of all that a reader would see.
    pub fn digest(&self) -> ContentDigest {
        match self {
            Self::Text(text) => ContentDigest::of([b"text 1".as_slice(), text.as_bytes()]),
            Self::Articles { articles, ignore_reprint } => {
                let digests: Vec<_> = articles.iter().map(ArticleSource::content_digest).collect();
                let flag: &[u8] = if *ignore_reprint { b"1" } else { b"0" };
                let parts = digests.iter().map(|digest| digest.as_bytes().as_slice());
                ContentDigest::of([b"articles 1".as_slice(), flag].into_iter().chain(parts))
            }
        }
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk {
    /// Whom the call reaches.
    pub audience: ChunkAudience,
    /// The call's key.
    pub key: ClientMsgId,
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

/// A campaign's plan. Whatever makes it makes the same one again from the same input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    account: AppId,
    name: String,
    content: Content,
    audience: Audience,
    content_digest: ContentDigest,
    keys_digest: ContentDigest,
    chunks: Vec<Chunk>,
    duplicates: usize,
    warnings: Vec<String>,
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
        audience: Audience,
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
        audience: Audience,
        content: Content,
    ) -> Result<Self, Problems> {
        let name = name.into();
        let mut problems = Vec::new();
        let (audience, duplicates) =
            without_duplicates(audience).unwrap_or_else(|(audience, problem)| {
                problems.push(problem);
                (audience, 0)
            });
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
        let chunks = chunks(&account, &name, &audience, &content_digest);
        let keys_digest = ContentDigest::of(chunks.iter().map(|c| c.key.as_str().as_bytes()));
        Ok(Self {
            account,
            name,
            content,
            audience,
            content_digest,
            keys_digest,
            chunks,
            duplicates,
            warnings,
        })
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
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// The calls, in their order.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// OpenIDs that stood in the list more than once.
    pub fn duplicates(&self) -> usize {
        self.duplicates
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

    /// The recipients by OpenID; none for everyone and for a tag, whose number only the platform
    /// knows.
    pub fn recipients(&self) -> Option<usize> {
        match self.audience.kind() {
            AudienceKind::OpenIds(list) => Some(list.len()),
            _ => None,
        }
    }

    /// The OpenIDs of one call.
    pub fn open_ids(&self, chunk: &Chunk) -> &[OpenId] {
        match (self.audience.kind(), &chunk.audience) {
            (AudienceKind::OpenIds(list), ChunkAudience::OpenIds(range)) => {
                list.get(range.clone()).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

/// The audience with each OpenID once, and how many were left out; or the same audience with what
/// is wrong with it.
fn without_duplicates(audience: Audience) -> Result<(Audience, usize), (Audience, String)> {
    let AudienceKind::OpenIds(list) = audience.kind() else { return Ok((audience, 0)) };
    let mut seen = HashSet::with_capacity(list.len());
    let unique: Vec<OpenId> = list.iter().filter(|id| seen.insert(*id)).cloned().collect();
    let duplicates = list.len() - unique.len();
    if duplicates == 0 {
        return Ok((audience, 0));
    }
    match Audience::open_ids(unique) {
        Ok(unique) => Ok((unique, duplicates)),
        Err(error) => {
            let problem = format!("without its {duplicates} duplicates, the list {error}");
            Err((audience, problem))
        }
    }
}

fn chunks(account: &AppId, name: &str, audience: &Audience, content: &ContentDigest) -> Vec<Chunk> {
    let chunk = |audience: ChunkAudience, digest: ContentDigest| Chunk {
        key: client_msg_id(account, name, content, &digest),
        audience,
    };
    match audience.kind() {
        AudienceKind::Tag(tag) => {
            let digest = ContentDigest::of([b"tag".as_slice(), &tag.get().to_be_bytes()]);
            vec![chunk(ChunkAudience::Tag(*tag), digest)]
        }
        AudienceKind::OpenIds(list) => split(list.len())
            .into_iter()
            .enumerate()
            .map(|(number, range)| {
                let number = (number as u64).to_be_bytes();
                let ids = list.get(range.clone()).unwrap_or_default();
                let parts = ids.iter().map(|id| id.as_str().as_bytes());
                let digest = ContentDigest::of(
                    [b"openids".as_slice(), number.as_slice()].into_iter().chain(parts),
                );
                chunk(ChunkAudience::OpenIds(range), digest)
            })
            .collect(),
        AudienceKind::Everyone => {
            vec![chunk(ChunkAudience::Everyone, ContentDigest::of([b"everyone".as_slice()]))]
        }
        // A kind of audience that this crate does not know is not sent to at all.
        _ => Vec::new(),
    }
}
