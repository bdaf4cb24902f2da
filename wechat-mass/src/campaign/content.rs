//! What a campaign says.

use wechat_http::Checks;
use wechat_types::draft::AddDraft;
use wechat_types::error_code::ErrorCode;

use crate::article::ArticleSource;
use crate::client_msg_id::ContentDigest;
use crate::problem::Problems;

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

    pub(super) fn check(&self, checks: Checks) -> Result<Vec<String>, Problems> {
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
