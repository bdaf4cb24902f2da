//! The check of originality: which articles are reprints, and what the report tells of them.

use super::article::StoredArticle;
use serde::{Deserialize, Serialize};

/// An original that the platform knows. An article of the same title counts as a reprint of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OriginalArticle {
    /// Its title.
    pub title: String,
    /// OriginalArticleUrl.
    pub url: String,
    /// OriginalArticleType: 1 original, 2 historical, 3 news, 4 blacklisted. Default: 1.
    pub kind: u32,
    /// CanReprint. Default: yes.
    pub can_reprint: bool,
    /// NeedReplaceContent: a reprint is shown in the original's style. Default: yes.
    pub need_replace_content: bool,
    /// NeedShowReprintSource. Default: yes.
    pub need_show_reprint_source: bool,
    /// UserDeclareState of the reprint: 0 nothing declared, 1 original, 2 reprint. Default: 0.
    pub user_declare_state: u32,
    /// AuditState. Default: 2, as in the documented sample.
    pub audit_state: u32,
}

impl OriginalArticle {
    /// One that may be reprinted.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            url: "http://mp.weixin.qq.com/s?__biz=MzAwMDAwMDAwMA==&mid=100000001&idx=1&sn=0#rd"
                .to_owned(),
            kind: 1,
            can_reprint: true,
            need_replace_content: true,
            need_show_reprint_source: true,
            user_declare_state: 0,
            audit_state: 2,
        }
    }

    /// One that must not be reprinted.
    pub fn not_to_be_reprinted(title: impl Into<String>) -> Self {
        Self {
            can_reprint: false,
            need_replace_content: false,
            need_show_reprint_source: false,
            ..Self::new(title)
        }
    }
}

/// What the check found: CopyrightCheckResult.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Originality {
    /// Each reprint's place, from 1, and its original.
    pub reprints: Vec<(usize, OriginalArticle)>,
}

impl Originality {
    /// Looks for each article among the originals.
    pub(super) fn check(articles: &[StoredArticle], originals: &[OriginalArticle]) -> Self {
        let original =
            |article: &StoredArticle| originals.iter().find(|o| o.title == article.title);
        let places = articles.iter().enumerate();
        let reprints = places.filter_map(|(i, a)| Some((i + 1, original(a)?.clone()))).collect();
        Self { reprints }
    }

    /// What a test decided by its number alone: the first article is the reprint.
    pub(super) fn decided(title: &str, can_reprint: bool) -> Self {
        let original = if can_reprint {
            OriginalArticle::new(title)
        } else {
            OriginalArticle::not_to_be_reprinted(title)
        };
        Self { reprints: vec![(1, original)] }
    }

    /// Some article is a reprint of what must not be reprinted.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.reprints.iter().any(|(_, original)| !original.can_reprint)
    }

    /// CheckState of articles: 1 no reprint, 2 a reprint that may be sent, 3 one that may not.
    pub fn check_state(&self) -> u32 {
        match self {
            Self { reprints } if reprints.is_empty() => 1,
            _ if self.is_forbidden() => 3,
            _ => 2,
        }
    }
}
