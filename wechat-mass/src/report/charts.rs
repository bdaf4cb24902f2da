//! Charts as inline SVG: drawn here, so that the page loads nothing and runs nothing.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use wechat_types::mass::MassReport;

use super::{escaped, grouped};
use crate::campaign::{CampaignStatus, ChunkReport};
use crate::quota::BeijingTime;

const WIDTH: u64 = 960;
/// Where bars begin, after their labels.
const LEFT: u64 = 190;
/// What is kept for the numbers after the bars.
const RIGHT: u64 = 130;

/// A length in proportion, in tenths of a unit; whatever is not nothing can be seen.
fn length(value: u64, of: u64) -> f64 {
    let room = (WIDTH - LEFT - RIGHT) as f64;
    if value == 0 || of == 0 { 0.0 } else { (value as f64 / of as f64 * room).max(1.0) }
}

/// A bar with the class that gives it its color.
struct Bar {
    from: f64,
    length: f64,
    top: u64,
    height: u64,
    class: &'static str,
    title: String,
}

impl Bar {
    fn draw(&self, svg: &mut String) {
        let Self { from, length, top, height, class, title } = self;
        let x = LEFT as f64 + from;
        let title = escaped(title);
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{top}\" width=\"{length:.1}\" \
             height=\"{height}\"><title>{title}</title></rect>"
        );
    }
}

fn label(svg: &mut String, x: f64, y: u64, anchor: &str, text: &str) {
    let text = escaped(text);
    let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>");
}

fn chart(height: u64, name: &str, inside: &str) -> String {
    let name = escaped(name);
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{name}\">{inside}</svg>\n"
    )
}

/// From the recipients to those who have it: one bar a step.
pub(super) fn funnel(status: &CampaignStatus) -> String {
    let totals = status.report.totals();
    let left = totals.total.zip(totals.filtered).map(|(total, out)| total.saturating_sub(out));
    let steps = [
        ("Recipients 收件人", status.recipients().map(|count| count as u64), "planned"),
        ("Followers 其中粉丝", totals.total, "planned"),
        ("After the filter 过滤后", left, "planned"),
        ("Sent 已送达", totals.sent, "sent"),
        ("Failed 失败", totals.failed, "failed"),
        ("Filtered 被过滤", totals.filtered, "filtered"),
    ];
    let most = steps.iter().filter_map(|(_, count, _)| *count).max().unwrap_or(0);
    let mut svg = String::new();
    for (top, (name, count, class)) in (0..).step_by(32).zip(steps) {
        label(&mut svg, LEFT as f64 - 10.0, top + 18, "end", name);
        let length = length(count.unwrap_or(0), most);
        if let Some(count) = count {
            let title = format!("{name}: {}", grouped(count));
            Bar { from: 0.0, length, top: top + 2, height: 24, class, title }.draw(&mut svg);
        }
        let number = count.map_or_else(|| "unknown 未知".to_owned(), grouped);
        label(&mut svg, LEFT as f64 + length + 8.0, top + 18, "start", &number);
    }
    chart(6 * 32, "From the recipients to those who have it 从收件人到送达", &svg)
}

/// Height of a row when there are so many.
fn row_height(rows: usize) -> u64 {
    (2_400 / (rows as u64).max(1)).clamp(3, 26)
}

/// Each call: sent, failed, filtered, and what nobody knows.
pub(super) fn calls(status: &CampaignStatus) -> String {
    let chunks = &status.report.chunks;
    let size = |chunk: &ChunkReport| {
        let total = chunk.outcome.report().and_then(|report| report.total).unwrap_or(0);
        total.max(chunk.recipients.unwrap_or(0) as u64)
    };
    let most = chunks.iter().map(size).max().unwrap_or(0);
    let row = row_height(chunks.len());
    let mut svg = String::new();
    for (number, chunk) in (1..).zip(chunks) {
        let top = (number - 1) * row;
        let report = chunk.outcome.report();
        let counted = |count: Option<u64>, name: &str| {
            (count.unwrap_or(0), format!("call {number}: {name} {}", grouped(count.unwrap_or(0))))
        };
        let sent = counted(report.and_then(|report| report.sent), "sent 已送达");
        let failed = counted(report.and_then(|report| report.failed), "failed 失败");
        let filtered = counted(report.and_then(MassReport::filtered_out), "filtered 被过滤");
        let rest = size(chunk).saturating_sub(sent.0 + failed.0 + filtered.0);
        let rest = counted(Some(rest), "not counted 未计");
        let parts = [(sent, "sent"), (failed, "failed"), (filtered, "filtered"), (rest, "unknown")];
        let mut from = 0.0;
        for ((count, title), class) in parts {
            let length = length(count, most);
            let height = row.saturating_sub(row / 8).max(2);
            if count > 0 {
                Bar { from, length, top, height, class, title }.draw(&mut svg);
            }
            from += length;
        }
        if row >= 14 {
            let y = top + row * 2 / 3;
            let state = report.map_or(chunk.outcome.word().to_owned(), |r| r.status.to_wire());
            label(&mut svg, LEFT as f64 - 10.0, y, "end", &format!("call 批次 {number}"));
            label(&mut svg, LEFT as f64 + from + 8.0, y, "start", &state);
        }
    }
    chart((chunks.len() as u64 * row).max(1), "Each call 每批结果", &svg)
}

/// When each call was made, answered and ended; nothing where none was made.
pub(super) fn timeline(status: &CampaignStatus) -> Option<String> {
    let first = status.times.iter().filter_map(|times| times.first_attempt).min()?;
    let ends = status.times.iter().flat_map(|times| [times.answered, times.ended]).flatten();
    let last = ends.max().unwrap_or(first).max(first + Duration::from_secs(1));
    let span = millis(first, last);
    let row = row_height(status.times.len());
    let mut svg = String::new();
    for (number, times) in (1..).zip(&status.times) {
        let Some(made) = times.first_attempt else { continue };
        let top = (number - 1) * row;
        let height = row.saturating_sub(row / 8).max(2);
        let answered = times.answered.unwrap_or(last).max(made);
        let ended = times.ended.unwrap_or(answered).max(answered);
        for (from, to, class, name) in [
            (made, answered, "planned", "to the answer 至受理"),
            (answered, ended, "sent", "to the job's end 至任务结束"),
        ] {
            let (start, took) = (length(millis(first, from), span), millis(from, to));
            let title = format!("call {number}: {name}, {} s", took / 1_000);
            let length = length(took, span);
            if length > 0.0 {
                Bar { from: start, length, top, height, class, title }.draw(&mut svg);
            }
        }
        if row >= 14 {
            let y = top + row * 2 / 3;
            label(&mut svg, LEFT as f64 - 10.0, y, "end", &format!("call 批次 {number}"));
        }
    }
    let bottom = status.times.len() as u64 * row;
    for (at, anchor) in [(first, "start"), (last, "end")] {
        let x = LEFT as f64 + length(millis(first, at), span);
        label(&mut svg, x, bottom + 20, anchor, &BeijingTime::new(at).to_string());
    }
    Some(chart(bottom + 28, "Timeline 时间线", &svg))
}

fn millis(from: SystemTime, to: SystemTime) -> u64 {
    let span = to.duration_since(from).unwrap_or_default();
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
