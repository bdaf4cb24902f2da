//! MASSSENDJOBFINISH: the end of a mass-send job.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Batch_Sends_and_Originality_Checks.html>

use wechat_types::id::MsgId;
use wechat_types::mass::report::{
    ArticleUrl, CheckState, CopyrightCheck, CopyrightItem, JobStatus, MassReport, ReportSource,
};

use crate::error::ParseError;
use crate::fields::{Field, Fields};

/// Only job and status are required: a text send has no articles, an old push no originality
/// check, and an unknown status is better kept than lost, for the event cannot be asked for again.
///
/// Nor must a number beside the point lose it: those in the two lists of articles are absent where
/// they cannot be read, and stay in the fields. The job's number and the counters are the point.
pub(super) fn read(fields: &Fields) -> Result<MassReport, ParseError> {
    let msg_id = MsgId::new(fields.required_number("MsgID")?);
    let status = fields.text("Status").ok_or_else(|| ParseError::missing_field("Status"))?;
    let mut report = MassReport::new(msg_id, JobStatus::from_wire(status), ReportSource::Callback);
    report.total = fields.number("TotalCount")?;
    report.after_filter = fields.number("FilterCount")?;
    report.sent = fields.number("SentCount")?;
    report.failed = fields.number("ErrorCount")?;
    report.copyright = fields.get("CopyrightCheckResult").map(copyright);
    report.article_urls = fields.get("ArticleUrlResult").map(article_urls).unwrap_or_default();
    Ok(report)
}

fn copyright(container: &Field) -> CopyrightCheck {
    let mut check = CopyrightCheck::default();
    check.count = lenient(&container.fields, "Count");
    check.check_state = lenient(&container.fields, "CheckState").map(CheckState::from_wire);
    check.items = items(container).map(copyright_item).collect();
    check
}

fn copyright_item(fields: &Fields) -> CopyrightItem {
    let number = |name| lenient(fields, name);
    let flag = |name| number(name).map(|number| number != 0);
    let mut item = CopyrightItem::default();
    item.article_index = number("ArticleIdx");
    item.user_declare_state = number("UserDeclareState");
    item.audit_state = number("AuditState");
    item.original_article_url =
        fields.text("OriginalArticleUrl").filter(|url| !url.is_empty()).map(str::to_owned);
    item.original_article_type = number("OriginalArticleType");
    item.can_reprint = flag("CanReprint");
    item.need_replace_content = flag("NeedReplaceContent");
    item.need_show_reprint_source = flag("NeedShowReprintSource");
    item
}

/// `Count` is not asked: it was seen to differ from the list.
fn article_urls(container: &Field) -> Vec<ArticleUrl> {
    let url = |fields: &Fields| {
        let url = fields.text("ArticleUrl").filter(|url| !url.is_empty())?;
        Some(ArticleUrl::new(lenient(fields, "ArticleIdx")?, url))
    };
    items(container).filter_map(url).collect()
}

/// A number, `None` where there is none that can be read.
fn lenient(fields: &Fields, name: &str) -> Option<u64> {
    fields.number(name).ok().flatten()
}

/// What stands in `ResultList/item`.
fn items(container: &Field) -> impl Iterator<Item = &Fields> {
    let list = container.fields.get("ResultList");
    list.into_iter().flat_map(|list| list.fields.all("item")).map(|item| &item.fields)
}
