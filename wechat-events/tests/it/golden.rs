//! Every fixture of messages, events, JSON pushes and refused bodies, compared as values.

use serde_json::Value;
use wechat_events::event::{Event, PublishReport};
use wechat_events::{BodyErrorKind, Callback, ParseErrorKind};
use wechat_types::mass::report::{ArticleUrl, CopyrightItem, JobStatus, MassReport, ReportSource};
use wechat_types::publish::PublishedUrl;

use crate::support::{file, json, json_expectation, names, parse_plain, to_json};
use crate::typed;

#[test]
fn messages_are_typed_and_keep_every_field() {
    let names = names("messages");
    for name in &names {
        let expected = json("messages", name);
        let callback = read("messages", &format!("{name}.xml"));
        assert_eq!(to_json(&callback.fields), expected["fields"], "{name}");
        assert_eq!(callback.header.event_name, None, "{name}");
        typed::check(name, &callback, &expected);
    }
    assert_eq!(names.len(), 33);
}

#[test]
fn events_are_typed_and_keep_every_field() {
    let names = names("events");
    let (mut mass_jobs, mut publish_jobs) = (0, 0);
    for name in &names {
        let expected = json("events", name);
        let callback = read("events", &format!("{name}.xml"));
        assert_eq!(to_json(&callback.fields), expected["fields"], "{name}");
        assert_eq!(callback.header.event_name.as_deref(), expected["type"].as_str(), "{name}");
        check_event(name, &callback, &expected);
        mass_jobs += usize::from(expected.get("mass_job").is_some());
        publish_jobs += usize::from(expected.get("publish_job").is_some());
    }
    assert_eq!((names.len(), mass_jobs, publish_jobs), (148, 57, 15));
}

#[test]
fn json_pushes_are_read_like_xml() {
    let names = names("json");
    for name in &names {
        let expected = json("json", name);
        let callback = read("json", &format!("{name}.body.json"));
        assert_eq!(to_json(&callback.fields), json_expectation(&expected["fields"]), "{name}");
        assert_eq!(expected["kind"] == "event", callback.header.event_name.is_some(), "{name}");
        let expected = serde_json::json!({
            "type": expected["type"],
            "fields": json_expectation(&expected["fields"]),
            "mass_job": expected.get("mass_job"),
            "publish_job": expected.get("publish_job"),
        });
        check_event(name, &callback, &expected);
    }
    assert_eq!(names.len(), 17);
}

#[test]
fn refused_bodies_are_refused_for_their_reason() {
    let names = names("refused");
    for name in &names {
        let expected = json("refused", name);
        let extension = if name.starts_with("json-") { "body.json" } else { "xml" };
        let body = file("refused", &format!("{name}.{extension}"));
        let error = parse_plain(&body).expect_err(name);
        let reason = match error.kind() {
            ParseErrorKind::Body(BodyErrorKind::Empty) => "empty_body",
            ParseErrorKind::Body(BodyErrorKind::WrongRoot) => "wrong_root",
            ParseErrorKind::Body(BodyErrorKind::Doctype) => "doctype",
            ParseErrorKind::Body(BodyErrorKind::TooDeep) => "too_deep",
            ParseErrorKind::Body(BodyErrorKind::NotWellFormed | BodyErrorKind::UnknownEntity) => {
                "not_well_formed"
            }
            ParseErrorKind::MissingField => "missing_field",
            ParseErrorKind::BadNumber => "bad_number",
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(expected["reason"], reason, "{name}");
    }
    assert_eq!(names.len(), 14);
}

fn read(folder: &str, name: &str) -> Callback {
    parse_plain(&file(folder, name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn check_event(name: &str, callback: &Callback, expected: &Value) {
    match (&expected["mass_job"], &expected["publish_job"]) {
        (Value::Null, Value::Null) => typed::check(name, callback, expected),
        (job, Value::Null) => assert_eq!(mass_job(callback), *job, "{name}"),
        (_, job) => assert_eq!(publish_job(callback), *job, "{name}"),
    }
}

/// The report in the shape of the fixtures. `MassReport` keeps neither the status as sent nor the
/// count of urls nor whether their container was there; those come from the fields.
pub(crate) fn mass_job(callback: &Callback) -> Value {
    let Event::MassSendJobFinish(report) = &callback.event else { panic!("{callback:?}") };
    assert_eq!(report.source, ReportSource::Callback);
    let copyright = report.copyright.as_ref().map(|check| {
        object([
            ("Count", check.count.into()),
            ("items", check.items.iter().map(copyright_item).collect()),
            ("CheckState", check.check_state.map(|state| state.to_wire()).into()),
        ])
    });
    let urls = callback.fields.get("ArticleUrlResult").map(|container| {
        let count: Option<u64> = container.text_of("Count").map(|count| count.parse().unwrap());
        let items = report.article_urls.iter().map(article_url);
        object([("Count", count.into()), ("items", items.collect())])
    });
    object([
        ("CreateTime", callback.header.create_time.into()),
        ("MsgID", report.msg_id.get().into()),
        ("Status", status(callback, report)),
        ("TotalCount", report.total.into()),
        ("FilterCount", report.after_filter.into()),
        ("SentCount", report.sent.into()),
        ("ErrorCount", report.failed.into()),
        ("CopyrightCheckResult", copyright.into()),
        ("ArticleUrlResult", urls.into()),
    ])
}

/// The same for a publication; the count of articles comes from the fields.
fn publish_job(callback: &Callback) -> Value {
    let Event::PublishJobFinish(report) = &callback.event else { panic!("{callback:?}") };
    let PublishReport { publish_id, status, article_id, article_urls, failed, .. } = report;
    let detail = callback.fields.get("PublishEventInfo/article_detail").map(|detail| {
        let count: Option<u64> = detail.text_of("count").map(|count| count.parse().unwrap());
        let items = article_urls.iter().map(published_url);
        object([("count", count.into()), ("items", items.collect())])
    });
    object([
        ("CreateTime", callback.header.create_time.into()),
        ("publish_id", publish_id.get().into()),
        ("publish_status", status.to_wire().into()),
        ("article_id", article_id.as_ref().map(|id| id.as_str()).into()),
        ("article_detail", detail.into()),
        ("fail_idx", failed.clone().into()),
    ])
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

fn status(callback: &Callback, report: &MassReport) -> Value {
    let text = ("text", callback.fields.text("Status").into());
    match &report.status {
        JobStatus::Success => object([text, ("class", "success".into())]),
        JobStatus::Fail => object([text, ("class", "fail".into())]),
        JobStatus::Refused(code) => {
            object([text, ("class", "error".into()), ("code", code.get().into())])
        }
        JobStatus::Other(kept) => {
            object([("text", kept.as_str().into()), ("class", "unknown".into())])
        }
        other => panic!("{other:?}"),
    }
}

fn copyright_item(item: &CopyrightItem) -> Value {
    let flag = |flag: Option<bool>| flag.map(u64::from).into();
    object([
        ("ArticleIdx", item.article_index.into()),
        ("UserDeclareState", item.user_declare_state.into()),
        ("AuditState", item.audit_state.into()),
        ("OriginalArticleUrl", item.original_article_url.clone().into()),
        ("OriginalArticleType", item.original_article_type.into()),
        ("CanReprint", flag(item.can_reprint)),
        ("NeedReplaceContent", flag(item.need_replace_content)),
        ("NeedShowReprintSource", flag(item.need_show_reprint_source)),
    ])
}

fn article_url(article: &ArticleUrl) -> Value {
    object([
        ("ArticleIdx", article.article_index.into()),
        ("ArticleUrl", article.url.as_str().into()),
    ])
}

fn published_url(article: &PublishedUrl) -> Value {
    object([("idx", article.index.into()), ("article_url", article.url.as_str().into())])
}
