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
pub(super) fn read(fields: &Fields) -> Result<MassReport, ParseError> {
    let msg_id = MsgId::new(fields.required_number("MsgID")?);
    let status = fields.text("Status").ok_or_else(|| ParseError::missing_field("Status"))?;
    let mut report = MassReport::new(msg_id, JobStatus::from_wire(status), ReportSource::Callback);
    report.total = fields.number("TotalCount")?;
    report.after_filter = fields.number("FilterCount")?;
    report.sent = fields.number("SentCount")?;
    report.failed = fields.number("ErrorCount")?;
    report.copyright = fields.get(COPYRIGHT).map(copyright).transpose()?;
    report.article_urls = fields.get(URLS).map(article_urls).transpose()?.unwrap_or_default();
    Ok(report)
}

const COPYRIGHT: &str = "CopyrightCheckResult";
const URLS: &str = "ArticleUrlResult";

fn copyright(container: &Field) -> Result<CopyrightCheck, ParseError> {
    let mut check = CopyrightCheck::default();
    let number = |name| container.fields.number(name).map_err(|error| error.within(COPYRIGHT));
    check.count = number("Count")?;
    check.check_state = number("CheckState")?.map(CheckState::from_wire);
    check.items = items(container, COPYRIGHT, copyright_item)?;
    Ok(check)
}

fn copyright_item(fields: &Fields) -> Result<CopyrightItem, ParseError> {
    let flag = |name| fields.number(name).map(|number| number.map(|number| number != 0));
    let mut item = CopyrightItem::default();
    item.article_index = fields.number("ArticleIdx")?;
    item.user_declare_state = fields.number("UserDeclareState")?;
    item.audit_state = fields.number("AuditState")?;
    item.original_article_url =
        fields.text("OriginalArticleUrl").filter(|url| !url.is_empty()).map(str::to_owned);
    item.original_article_type = fields.number("OriginalArticleType")?;
    item.can_reprint = flag("CanReprint")?;
    item.need_replace_content = flag("NeedReplaceContent")?;
    item.need_show_reprint_source = flag("NeedShowReprintSource")?;
    Ok(item)
}

/// `Count` is not asked: it was seen to differ from the list.
fn article_urls(container: &Field) -> Result<Vec<ArticleUrl>, ParseError> {
    let urls = items(container, URLS, |fields| {
        let url = fields.text("ArticleUrl").filter(|url| !url.is_empty());
        Ok(fields.number("ArticleIdx")?.zip(url).map(|(index, url)| ArticleUrl::new(index, url)))
    })?;
    Ok(urls.into_iter().flatten().collect())
}

/// Reads `ResultList/item`, and says which item an error is in.
fn items<T>(
    container: &Field,
    name: &str,
    read: impl Fn(&Fields) -> Result<T, ParseError>,
) -> Result<Vec<T>, ParseError> {
    let Some(list) = container.fields.get("ResultList") else { return Ok(Vec::new()) };
    let in_item = |(index, item): (usize, &Field)| {
        read(&item.fields)
            .map_err(|error| error.within(&format!("{name}/ResultList/item[{}]", index + 1)))
    };
    list.fields.all("item").enumerate().map(in_item).collect()
}
