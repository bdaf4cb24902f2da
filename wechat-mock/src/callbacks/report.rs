//! MASSSENDJOBFINISH in its XML.

use super::Sender;
use crate::beijing::unix_seconds;
use crate::settings::{ReportFrom, ReportResults, Settings, Verdict};
use crate::world::mass_job::JobReport;
use crate::world::originality::OriginalArticle;

/// The report of a job, element by element as the platform orders them.
pub(super) fn mass_send_job_finish(
    report: &JobReport,
    sender: &Sender,
    settings: &Settings,
) -> String {
    let status = match report.verdict {
        Verdict::Success if !settings.blank_in_status => "sendsuccess".to_owned(),
        Verdict::Success => "send success".to_owned(),
        Verdict::Fail if !settings.blank_in_status => "sendfail".to_owned(),
        Verdict::Fail => "send fail".to_owned(),
        Verdict::Refused(number) => format!("err({number})"),
    };
    let items: String = report
        .article_urls
        .iter()
        .enumerate()
        .map(|(i, url)| {
            let index = i + 1;
            format!(
                "<item><ArticleIdx>{index}</ArticleIdx><ArticleUrl><![CDATA[{url}]]></ArticleUrl></item>"
            )
        })
        .collect();
    let counts = &report.counts;
    let mut xml = String::from("<xml>");
    let mut cdata = |name: &str, text: &str| {
        xml.push_str(&format!("<{name}><![CDATA[{text}]]></{name}>"));
    };
    cdata("ToUserName", &sender.original_id);
    cdata(
        "FromUserName",
        match settings.report_from {
            ReportFrom::Owner => sender.owner.as_str(),
            ReportFrom::MpHelper => "mphelper",
        },
    );
    xml.push_str(&format!("<CreateTime>{}</CreateTime>", unix_seconds(report.at)));
    xml.push_str(
        "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[MASSSENDJOBFINISH]]></Event>",
    );
    xml.push_str(&format!(
        "<MsgID>{}</MsgID><Status><![CDATA[{status}]]></Status>\
         <TotalCount>{}</TotalCount><FilterCount>{}</FilterCount>\
         <SentCount>{}</SentCount><ErrorCount>{}</ErrorCount>",
        report.msg_id, counts.total, counts.after_filter, counts.sent, counts.errors,
    ));
    let has_results = match settings.report_results {
        ReportResults::Always => true,
        ReportResults::ForArticles => report.is_articles,
        ReportResults::Never => false,
    };
    if has_results {
        let check_state = if report.is_articles {
            report.originality.check_state()
        } else {
            settings.check_state_of_others.into()
        };
        let reprints = &report.originality.reprints;
        xml.push_str(&format!(
            "<CopyrightCheckResult><Count>{}</Count><ResultList>{}</ResultList>\
             <CheckState>{check_state}</CheckState></CopyrightCheckResult>\
             <ArticleUrlResult><Count>{}</Count><ResultList>{items}</ResultList></ArticleUrlResult>",
            reprints.len(),
            reprints.iter().map(|(place, original)| reprint(*place, original)).collect::<String>(),
            report.article_urls.len(),
        ));
    }
    xml.push_str("</xml>");
    xml
}

/// One item of CopyrightCheckResult.
fn reprint(place: usize, original: &OriginalArticle) -> String {
    format!(
        "<item><ArticleIdx>{place}</ArticleIdx>\
         <UserDeclareState>{}</UserDeclareState><AuditState>{}</AuditState>\
         <OriginalArticleUrl><![CDATA[{}]]></OriginalArticleUrl>\
         <OriginalArticleType>{}</OriginalArticleType><CanReprint>{}</CanReprint>\
         <NeedReplaceContent>{}</NeedReplaceContent>\
         <NeedShowReprintSource>{}</NeedShowReprintSource></item>",
        original.user_declare_state,
        original.audit_state,
        original.url.replace("]]>", "]]]]><![CDATA[>"),
        original.kind,
        u8::from(original.can_reprint),
        u8::from(original.need_replace_content),
        u8::from(original.need_show_reprint_source),
    )
}
