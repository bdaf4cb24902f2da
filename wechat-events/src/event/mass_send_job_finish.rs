//! MASSSENDJOBFINISH: the end of a mass-send job.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Batch_Sends_and_Originality_Checks.html>

use wechat_types::id::MsgId;
use wechat_types::mass::report::{
    ArticleUrl, CheckState, CopyrightCheck, CopyrightItem, JobStatus, MassReport, ReportSource,
};

use crate::error::ParseError;
use crate::fields::Field;

/// Only job and status are required: a text send has no articles, an old push no originality
/// check, and an unknown status is better kept than lost, for the event cannot be asked for again.
///
/// Nor must a number beside the point lose it: counters and what stands in the two lists of articles are absent
/// where they cannot be read, and stay in the fields. The point is that the job has ended, and how.
pub(super) fn read(fields: Field<'_>) -> Result<MassReport, ParseError> {
    // Documents and traffic have `MsgID`. The other spelling, which messages have, can mean nothing
    // else here.
    let misspelt = fields.get("MsgID").is_none() && fields.get("MsgId").is_some();
    let msg_id = fields.required_number(if misspelt { "MsgId" } else { "MsgID" })?;
    let status = JobStatus::from_wire(fields.present("Status")?);
    let mut report = MassReport::new(MsgId::new(msg_id), status, ReportSource::Callback);
    report.total = fields.lenient_number("TotalCount");
    report.after_filter = fields.lenient_number("FilterCount");
    report.sent = fields.lenient_number("SentCount");
    report.failed = fields.lenient_number("ErrorCount");
    report.copyright = fields.get("CopyrightCheckResult").map(copyright);
    report.article_urls = fields.get("ArticleUrlResult").map(article_urls).unwrap_or_default();
    Ok(report)
}

fn copyright(container: Field<'_>) -> CopyrightCheck {
    let mut check = CopyrightCheck::default();
    check.count = container.lenient_number("Count");
    check.check_state = container.lenient_number("CheckState").map(CheckState::from_wire);
    // An account sends at most eight articles at once.
    check.items.reserve(8);
    check.items.extend(items(container).map(copyright_item));
    check
}

fn copyright_item(item: Field<'_>) -> CopyrightItem {
    let mut fields = item.in_order();
    let is_set = |number| number != 0;
    let mut item = CopyrightItem::default();
    item.article_index = fields.lenient_number("ArticleIdx");
    item.user_declare_state = fields.lenient_number("UserDeclareState");
    item.audit_state = fields.lenient_number("AuditState");
    item.original_article_url = fields.optional("OriginalArticleUrl");
    item.original_article_type = fields.lenient_number("OriginalArticleType");
    item.can_reprint = fields.lenient_number("CanReprint").map(is_set);
    item.need_replace_content = fields.lenient_number("NeedReplaceContent").map(is_set);
    item.need_show_reprint_source = fields.lenient_number("NeedShowReprintSource").map(is_set);
    item
}

/// `Count` is not asked: it was seen to differ from the list.
fn article_urls(container: Field<'_>) -> Vec<ArticleUrl> {
    let url = |item: Field<'_>| {
        let mut fields = item.in_order();
        let index = fields.lenient_number("ArticleIdx")?;
        Some(ArticleUrl::new(index, fields.optional("ArticleUrl")?))
    };
    // An account sends at most eight articles at once.
    let mut urls = Vec::with_capacity(8);
    urls.extend(items(container).filter_map(url));
    urls
}

/// What stands in `ResultList/item`.
fn items(container: Field<'_>) -> impl Iterator<Item = Field<'_>> {
    container.get("ResultList").into_iter().flat_map(|list| list.all("item"))
}
