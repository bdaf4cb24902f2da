//! PUBLISHJOBFINISH: a publication is done.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Publish/Callback_on_finish.html>

use wechat_types::id::{ArticleId, PublishId};
use wechat_types::publish::{PublishStatus, PublishedUrl};

use crate::error::ParseError;
use crate::fields::Field;

/// How a publication ended, as `freepublish/get` answers it too.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct PublishReport {
    /// The job.
    pub publish_id: PublishId,
    /// How it ended.
    #[doc(alias = "publish_status")]
    pub status: PublishStatus,
    /// What was published, on success.
    pub article_id: Option<ArticleId>,
    /// The articles' addresses, on success.
    #[doc(alias = "article_detail")]
    pub article_urls: Vec<PublishedUrl>,
    /// The articles that failed, from 1.
    #[doc(alias = "fail_idx")]
    pub failed: Vec<u64>,
}

impl PublishReport {
    /// Job and status are required; nothing beside them may lose the report.
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        let publish_id = fields.required_number("PublishEventInfo/publish_id")?;
        let status = fields.required_number("PublishEventInfo/publish_status")?;
        let mut report = Self {
            publish_id: PublishId::new(publish_id),
            status: PublishStatus::from_wire(status),
            article_id: None,
            article_urls: Vec::new(),
            failed: Vec::new(),
        };
        if let Some(info) = fields.get("PublishEventInfo") {
            report.article_id =
                info.text_of("article_id").and_then(|id| ArticleId::new(id.trim()).ok());
            let detail = info.get("article_detail");
            let items = detail.into_iter().flat_map(|detail| detail.all("item"));
            report.article_urls = items.filter_map(article_url).collect();
            let failed = info.all("fail_idx");
            report.failed = failed.filter_map(|index| index.text().trim().parse().ok()).collect();
        }
        Ok(report)
    }
}

/// An article without an index or an address is left out; both stay in the fields.
fn article_url(item: Field<'_>) -> Option<PublishedUrl> {
    let url = item.text_of("article_url").filter(|url| !url.is_empty())?;
    Some(PublishedUrl::new(item.lenient_number("idx")?, url))
}
