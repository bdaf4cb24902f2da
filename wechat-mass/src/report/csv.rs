//! One row a call, for spreadsheets.

use std::time::SystemTime;

use wechat_types::mass::MassReport;

use crate::campaign::CampaignStatus;
use crate::quota::BeijingTime;

const COLUMNS: [&str; 22] = [
    "campaign",
    "account",
    "call",
    "recipients",
    "clientmsgid",
    "draft",
    "msg_id",
    "msg_data_id",
    "state",
    "status",
    "total",
    "filtered",
    "sent",
    "failed",
    "report_from",
    "attempts",
    "first_attempt",
    "answered",
    "ended",
    "deleted",
    "article_urls",
    "reason",
];

/// The report as CSV: one row a call, from 1; times in Beijing; nothing where nothing is known.
///
/// It begins with a byte order mark, without which Excel takes UTF-8 for another encoding, and lines
/// end in CRLF. A text that a spreadsheet would take for a formula gets an apostrophe before it.
pub fn csv(status: &CampaignStatus) -> String {
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.join(","));
    for (number, (chunk, times)) in status.report.chunks.iter().zip(&status.times).enumerate() {
        let outcome = &chunk.outcome;
        let report = outcome.report();
        let count = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
        let time = |at: Option<SystemTime>| {
            at.map(|at| BeijingTime::new(at).to_string()).unwrap_or_default()
        };
        let urls: Vec<&str> =
            report.iter().flat_map(|r| &r.article_urls).map(|url| url.url.as_str()).collect();
        let row: [String; 22] = [
            status.frozen.name.clone(),
            status.frozen.account.as_str().to_owned(),
            (number + 1).to_string(),
            count(chunk.recipients.map(|recipients| recipients as u64)),
            chunk.key.as_str().to_owned(),
            chunk.draft.as_ref().map(|draft| draft.as_str().to_owned()).unwrap_or_default(),
            outcome.msg_id().map(|id| id.to_string()).unwrap_or_default(),
            outcome.msg_data_id().map(|id| id.to_string()).unwrap_or_default(),
            outcome.word().to_owned(),
            report.map(|report| report.status.to_wire()).unwrap_or_default(),
            count(report.and_then(|report| report.total)),
            count(report.and_then(MassReport::filtered_out)),
            count(report.and_then(|report| report.sent)),
            count(report.and_then(|report| report.failed)),
            report.map(|report| report.source.to_string()).unwrap_or_default(),
            times.attempts.to_string(),
            time(times.first_attempt),
            time(times.answered),
            time(times.ended),
            time(times.deleted),
            urls.join(" "),
            outcome.reason().unwrap_or_default(),
        ];
        text.push_str(&row.map(|field| quoted(&field)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if formula { format!("'{field}") } else { field.to_owned() };
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_no_formula() {
        for (field, text) in [
            ("", ""),
            ("春茶", "春茶"),
            ("a,b", "\"a,b\""),
            ("a \"b\"\r\n", "\"a \"\"b\"\"\r\n\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("-1", "'-1"),
            ("@a,b", "\"'@a,b\""),
        ] {
            assert_eq!(quoted(field), text);
        }
    }
}
