//! What became of a mass-send job, filled from MASSSENDJOBFINISH or from `message/mass/get`.

mod status;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::MsgId;

pub use status::{JobStatus, RefusalCode};

/// What is known about one job. Counters are absent where the source has none.
///
/// MASSSENDJOBFINISH goes out shortly **before** the job's end, so its counters may differ a little
/// from the final ones; `message/mass/get` has no counters at all.
///
/// <https://developers.weixin.qq.com/doc/service/guide/product/message/Batch_Sends.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MassReport {
    /// The job.
    #[doc(alias = "MsgID")]
    pub msg_id: MsgId,
    /// How it ended, or that it has not.
    #[doc(alias = "Status")]
    #[doc(alias = "msg_status")]
    pub status: JobStatus,
    /// Followers in the tag or in the list.
    #[doc(alias = "TotalCount")]
    pub total: Option<u64>,
    /// Followers **left after** the platform's filter (refusals, four a month); about
    /// `sent` + `failed`.
    #[doc(alias = "FilterCount")]
    pub after_filter: Option<u64>,
    /// Followers reached.
    #[doc(alias = "SentCount")]
    pub sent: Option<u64>,
    /// Followers for whom delivery failed.
    #[doc(alias = "ErrorCount")]
    pub failed: Option<u64>,
    /// The originality check, where the report has one.
    #[doc(alias = "CopyrightCheckResult")]
    pub copyright: Option<CopyrightCheck>,
    /// The articles' addresses, where the report has them.
    #[doc(alias = "ArticleUrlResult")]
    pub article_urls: Vec<ArticleUrl>,
    /// Where this was learnt.
    pub source: ReportSource,
}

impl MassReport {
    /// A report that knows the status only.
    pub fn new(msg_id: MsgId, status: JobStatus, source: ReportSource) -> Self {
        Self {
            msg_id,
            status,
            total: None,
            after_filter: None,
            sent: None,
            failed: None,
            copyright: None,
            article_urls: Vec::new(),
            source,
        }
    }

    /// No further change is expected.
    ///
    /// A status query may answer a word that no document names while a job is still on its way;
    /// the event comes at the end only.
    pub fn is_final(&self) -> bool {
        let running = match self.status {
            JobStatus::Sending => true,
            JobStatus::Other(_) => self.source == ReportSource::StatusQuery,
            _ => false,
        };
        !running
    }

    /// Followers the platform left out: `total` less `after_filter`.
    pub fn filtered_out(&self) -> Option<u64> {
        Some(self.total?.saturating_sub(self.after_filter?))
    }
}

/// Where a report came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReportSource {
    /// The event MASSSENDJOBFINISH.
    #[doc(alias = "MASSSENDJOBFINISH")]
    Callback,
    /// A call of `message/mass/get`.
    StatusQuery,
}

impl fmt::Display for ReportSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Callback => "callback",
            Self::StatusQuery => "status query",
        })
    }
}

/// The originality check of a job's articles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CopyrightCheck {
    /// Items announced.
    #[doc(alias = "Count")]
    pub count: Option<u64>,
    /// One entry for each article that was compared.
    #[doc(alias = "ResultList")]
    pub items: Vec<CopyrightItem>,
    /// The verdict on the whole message.
    #[doc(alias = "CheckState")]
    pub check_state: Option<CheckState>,
}

/// The originality check of one article. Absent fields were absent on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CopyrightItem {
    /// The article, from 1.
    #[doc(alias = "ArticleIdx")]
    pub article_index: Option<u64>,
    /// 0 not declared, 1 declared original, 2 reprint.
    #[doc(alias = "UserDeclareState")]
    pub user_declare_state: Option<u64>,
    /// 0 not checked, 1 checking, 11 passed, others failed.
    #[doc(alias = "AuditState")]
    pub audit_state: Option<u64>,
    /// The similar original.
    #[doc(alias = "OriginalArticleUrl")]
    pub original_article_url: Option<String>,
    /// 1 original, 2 historical non-original, 3 news, 4 blacklisted.
    #[doc(alias = "OriginalArticleType")]
    pub original_article_type: Option<u64>,
    /// The original allows reprints.
    #[doc(alias = "CanReprint")]
    pub can_reprint: Option<bool>,
    /// The content must be replaced by the original's.
    #[doc(alias = "NeedReplaceContent")]
    pub need_replace_content: Option<bool>,
    /// The source must be named.
    #[doc(alias = "NeedShowReprintSource")]
    pub need_show_reprint_source: Option<bool>,
}

/// The verdict of the originality check. Unknown numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckState {
    /// 0: seen where nothing was checked, and once on an article.
    NotChecked,
    /// 1: not a reprint, may be sent.
    Original,
    /// 2: a reprint that may be sent.
    ReprintAllowed,
    /// 3: a reprint that may not be sent.
    ReprintForbidden,
    /// A number that no document names.
    Other(u64),
}

impl Serialize for CheckState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.to_wire())
    }
}

impl<'de> Deserialize<'de> for CheckState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self::from_wire)
    }
}

impl CheckState {
    /// Names the documented numbers.
    pub const fn from_wire(number: u64) -> Self {
        match number {
            0 => Self::NotChecked,
            1 => Self::Original,
            2 => Self::ReprintAllowed,
            3 => Self::ReprintForbidden,
            other => Self::Other(other),
        }
    }

    /// The number as it stands on the wire.
    pub const fn to_wire(self) -> u64 {
        match self {
            Self::NotChecked => 0,
            Self::Original => 1,
            Self::ReprintAllowed => 2,
            Self::ReprintForbidden => 3,
            Self::Other(other) => other,
        }
    }
}

/// The address of one sent article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ArticleUrl {
    /// The article, from 1.
    #[doc(alias = "ArticleIdx")]
    pub article_index: u64,
    /// Its address.
    #[doc(alias = "ArticleUrl")]
    pub url: String,
}

impl ArticleUrl {
    /// Takes both as they stand.
    pub fn new(article_index: u64, url: impl Into<String>) -> Self {
        Self { article_index, url: url.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_counter_is_what_is_left() {
        let mut report = MassReport::new(MsgId::new(1), JobStatus::Success, ReportSource::Callback);
        assert_eq!(report.filtered_out(), None);
        (report.total, report.after_filter) = (Some(296), Some(295));
        assert_eq!(report.filtered_out(), Some(1));
    }
}
