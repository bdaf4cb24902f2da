//! The page: one file, in English and Chinese, with nothing from outside.

use std::fmt::Write as _;
use std::time::SystemTime;

use wechat_types::mass::MassReport;

use super::{charts, escaped, grouped};
use crate::campaign::{CampaignStatus, Conclusion};
use crate::quota::BeijingTime;

const STYLE: &str = "\
:root{color-scheme:light}\
body{font:15px/1.5 system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;color:#1c2733;\
background:#fff;max-width:1000px;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}\
p.about{color:#5b6875;margin:.2rem 0 1rem}\
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.8rem}\
.tile{border:1px solid #d8dee4;border-radius:8px;padding:.6rem .9rem}\
.tile b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}\
.tile span{color:#5b6875;font-size:.85rem}\
.word{display:inline-block;border-radius:6px;padding:.1rem .6rem;color:#fff;background:#5b6875;font-size:1rem;vertical-align:middle}\
.word.success{background:#1a7f4b}.word.partly,.word.refused{background:#b3261e}\
.word.undecided{background:#8a5a00}\
svg{width:100%;height:auto;font:13px system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}\
svg text{fill:#1c2733}.sent{fill:#2da66c}.failed{fill:#c9372c}.filtered{fill:#e0a82e}\
.planned{fill:#5b8def}.unknown{fill:#c3ccd5}\
.key{font-size:.85rem;color:#5b6875}.key i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em}\
table{border-collapse:collapse;width:100%;font-size:.85rem;font-variant-numeric:tabular-nums}\
th,td{border-bottom:1px solid #e4e9ee;padding:.3rem .5rem;text-align:right;vertical-align:top}\
th{color:#5b6875;font-weight:600}td.text,th.text{text-align:left}td.time{white-space:nowrap}td.long{min-width:14rem;overflow-wrap:anywhere}\
.scroll{overflow-x:auto}";

const KEY: &str = "<p class=\"key\">\
<i style=\"background:#2da66c\"></i>sent 已送达<i style=\"background:#c9372c\"></i>failed 失败\
<i style=\"background:#e0a82e\"></i>filtered 被过滤<i style=\"background:#c3ccd5\"></i>not counted 未计</p>\n";

const TIMELINE_KEY: &str = "<p class=\"key\">\
<i style=\"background:#5b8def\"></i>to the answer 至受理\
<i style=\"background:#2da66c\"></i>to the job's end 至任务结束</p>\n";

/// The report as one HTML page, made at `now`: the counts, charts as inline SVG, one row a call, the
/// articles' addresses. It loads nothing and runs nothing, and everything that came from outside is
/// escaped.
pub fn html(status: &CampaignStatus, now: SystemTime) -> String {
    let mut page = String::new();
    let (name, frozen) = (escaped(&status.frozen.name), &status.frozen);
    let (word, said) = conclusion(status.report.conclusion());
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{name} – mass send report 群发报告</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{name} <span class=\"word {word}\">{said}</span></h1>\n\
         <p class=\"about\">Account 账号 {} · to 发送对象 {} · begun 开始 {} · as of 截至 {} (Beijing 北京时间)</p>\n",
        escaped(frozen.account.as_str()),
        escaped(&frozen.audience),
        BeijingTime::new(frozen.began),
        BeijingTime::new(now),
    );
    if let Some(reason) = &status.report.halted {
        let _ = writeln!(page, "<p><b>Stopped 已停止：</b>{}</p>", escaped(reason));
    }
    tiles(&mut page, status);
    section(&mut page, "From the recipients to those who have it 从收件人到送达");
    page.push_str(&charts::funnel(status));
    section(&mut page, "Each call 每批结果");
    page.push_str(KEY);
    page.push_str(&charts::calls(status));
    if let Some(timeline) = charts::timeline(status) {
        section(&mut page, "Timeline 时间线");
        page.push_str(TIMELINE_KEY);
        page.push_str(&timeline);
    }
    section(&mut page, "Calls 批次明细");
    table(&mut page, status);
    addresses(&mut page, status);
    page.push_str("</body>\n</html>\n");
    page
}

fn section(page: &mut String, title: &str) {
    let _ = writeln!(page, "<h2>{title}</h2>");
}

fn conclusion(conclusion: Conclusion) -> (&'static str, &'static str) {
    match conclusion {
        Conclusion::Success => ("success", "success 成功"),
        Conclusion::Partly => ("partly", "failed in part or whole 部分或全部失败"),
        Conclusion::Refused => ("refused", "nothing was sent 未发送"),
        Conclusion::Undecided => ("undecided", "undecided 结果未定"),
        Conclusion::Overdue => ("undecided", "overdue 超时未报告"),
    }
}

fn tiles(page: &mut String, status: &CampaignStatus) {
    let totals = status.report.totals();
    page.push_str("<div class=\"tiles\">\n");
    for (name, count) in [
        ("recipients 收件人", status.recipients().map(|count| count as u64)),
        ("sent 已送达", totals.sent),
        ("filtered 被过滤", totals.filtered),
        ("failed 失败", totals.failed),
        ("calls 批次", Some(status.report.chunks.len() as u64)),
        ("jobs 任务", Some(status.jobs().count() as u64)),
    ] {
        let count = count.map_or_else(|| "–".to_owned(), grouped);
        let _ = writeln!(page, "<div class=\"tile\"><b>{count}</b><span>{name}</span></div>");
    }
    page.push_str("</div>\n");
    let jobs = status.report.reports().count();
    if totals.counted_jobs < jobs {
        let _ = writeln!(
            page,
            "<p class=\"about\">Counters of {} of {jobs} jobs: those whose end was asked for have none. \
             仅 {} 个任务有计数。</p>",
            totals.counted_jobs, totals.counted_jobs,
        );
    }
}

fn table(page: &mut String, status: &CampaignStatus) {
    page.push_str(
        "<div class=\"scroll\"><table>\n<tr><th>call 批次</th><th>job 任务</th><th class=\"text\">state 状态</th>\
         <th>recipients 收件人</th><th>total 总数</th><th>filtered 被过滤</th><th>sent 已送达</th>\
         <th>failed 失败</th><th class=\"text\">made 发起</th><th class=\"text\">ended 结束</th>\
         <th class=\"text\">remarks 备注</th></tr>\n",
    );
    for (number, (chunk, times)) in (1..).zip(status.report.chunks.iter().zip(&status.times)) {
        let outcome = &chunk.outcome;
        let report = outcome.report();
        let count = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), grouped);
        let time = |at: Option<SystemTime>| {
            at.map_or_else(|| "–".to_owned(), |at| BeijingTime::new(at).to_string())
        };
        let mut remarks: Vec<String> = outcome.reason().into_iter().collect();
        if let Some(at) = times.deleted {
            remarks.push(format!("deleted 已删除 {}", BeijingTime::new(at)));
        }
        for article in &times.deleted_articles {
            remarks.push(format!("article {article} deleted 第{article}篇已删除"));
        }
        let _ = writeln!(
            page,
            "<tr><td>{number}</td><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td>\
             <td>{}</td><td>{}</td><td>{}</td><td class=\"text time\">{}</td><td class=\"text time\">{}</td>\
             <td class=\"text long\">{}</td></tr>",
            outcome.msg_id().map_or_else(|| "–".to_owned(), |id| id.to_string()),
            escaped(&report.map_or(outcome.word().to_owned(), |r| r.status.to_wire())),
            count(chunk.recipients.map(|count| count as u64)),
            count(report.and_then(|report| report.total)),
            count(report.and_then(MassReport::filtered_out)),
            count(report.and_then(|report| report.sent)),
            count(report.and_then(|report| report.failed)),
            time(times.first_attempt),
            time(times.ended),
            escaped(&remarks.join("; ")),
        );
    }
    page.push_str("</table></div>\n");
}

/// An address is linked if it is one that a browser opens as a page, and shown in any case.
fn addresses(page: &mut String, status: &CampaignStatus) {
    let urls = || status.report.reports().flat_map(|report| &report.article_urls);
    if urls().next().is_none() {
        return;
    }
    section(page, "Articles 文章");
    page.push_str("<ul>\n");
    for url in urls() {
        let (index, shown) = (url.article_index, escaped(&url.url));
        let page_of = ["https://", "http://"].iter().any(|scheme| url.url.starts_with(scheme));
        let shown = if page_of { format!("<a href=\"{shown}\">{shown}</a>") } else { shown };
        let _ = writeln!(page, "<li>{index}: {shown}</li>");
    }
    page.push_str("</ul>\n");
}
