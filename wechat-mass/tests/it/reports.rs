//! The report's files, of a campaign in which everything happened.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wechat_mass::campaign::{CampaignStatus, Plan, Policy};
use wechat_mass::journal::{Entry, Frozen, FrozenCall};
use wechat_mass::report::{csv, html};
use wechat_types::id::{MediaId, MsgId};
use wechat_types::mass::report::ArticleUrl;
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

use crate::world::{app_id, text, to_fans};

/// 2026-03-31 10:00:00 in Beijing.
fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_774_922_400 + seconds)
}

fn answer(chunk: usize, seconds: u64, rest: serde_json::Value) -> Entry {
    let millis = at(seconds).duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let mut fact = serde_json::json!({ "entry": "answer", "chunk": chunk, "at": millis });
    fact.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    serde_json::from_value(fact).unwrap()
}

fn accepted(chunk: usize, seconds: u64, job: u64) -> Entry {
    let rest = serde_json::json!({
        "answer": "accepted", "msg_id": job, "msg_data_id": 2_247_483_663_u64 + chunk as u64,
        "already": false,
    });
    answer(chunk, seconds, rest)
}

fn report(seconds: u64, job: u64, status: &str, counts: [u64; 4]) -> Entry {
    let status = JobStatus::from_wire(status);
    let mut report = MassReport::new(MsgId::new(job), status, ReportSource::Callback);
    let [total, filtered, sent, failed] = counts;
    (report.total, report.after_filter) = (Some(total), Some(total - filtered));
    (report.sent, report.failed) = (Some(sent), Some(failed));
    report.article_urls = vec![
        ArticleUrl::new(1, format!("http://mp.weixin.qq.com/s?__biz=x&idx={job}")),
        ArticleUrl::new(2, "javascript:alert(1)"),
    ];
    Entry::Report { at: at(seconds), report }
}

fn status(name: &str) -> CampaignStatus {
    let plan = Plan::new(app_id(), name, to_fans(45_003), text()).unwrap();
    let calls: Vec<FrozenCall> = plan.chunks().iter().map(FrozenCall::of).collect();
    let draft = MediaId::new("draft-1").unwrap();
    let lost = "the network, \"again\"\n<lost>";
    let intent = |chunk, seconds| Entry::Intent { chunk, at: at(seconds) };
    let entries = [
        Entry::Draft { chunk: 0, media_id: draft },
        intent(0, 2),
        accepted(0, 3, 3_147_483_649),
        intent(1, 4),
        accepted(1, 6, 3_147_483_650),
        report(40, 3_147_483_649, "send success", [9_990, 490, 9_300, 200]),
        report(95, 3_147_483_650, "err(30003)", [0, 0, 0, 0]),
        intent(2, 100),
        accepted(2, 101, 3_147_483_651),
        intent(3, 102),
        answer(
            3,
            132,
            serde_json::json!({
                "answer": "unknown", "reason": lost, "repeatable": false,
            }),
        ),
        Entry::Deleted { at: at(300), msg_id: MsgId::new(3_147_483_649), article: None },
    ];
    CampaignStatus::of(Frozen::of(&plan, at(0)), &calls, &entries, [], Policy::default(), at(400))
}

#[test]
fn the_table_has_one_row_a_call() {
    insta::assert_snapshot!(csv(&status("=spring")));
}

#[test]
fn the_page_says_the_same_and_runs_nothing() {
    let page = html(&status("<b onclick='x()'>\"spring\" & co"), at(400));
    insta::assert_snapshot!(page);
    for hostile in ["<b ", "<lost>", "onclick='", "href=\"javascript", "<script"] {
        assert!(!page.contains(hostile), "{hostile} stands in the page as it is");
    }
    // Every element that is opened is closed.
    for element in ["svg", "table", "tr", "td", "div", "rect", "text", "title", "span", "p", "li"] {
        let opened = page.matches(&format!("<{element}>")).count()
            + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

/// A campaign of a thousand calls is a page too.
#[test]
fn many_calls_make_thin_bars() {
    let mut many = status("spring");
    let (chunk, times) = (many.report.chunks[0].clone(), many.times[0].clone());
    many.report.chunks = vec![chunk; 1_000];
    many.times = vec![times; 1_000];
    let page = html(&many, at(400));
    assert_eq!(page.matches("<tr>").count(), 1_001);
    assert!(page.contains("height=\"3\"") && !page.contains("height=\"0\""));
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}
