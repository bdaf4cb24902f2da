//! Every fixture of messages, events and refused bodies, compared as values.

use serde_json::Value;
use wechat_events::event::Event;
use wechat_events::{Callback, ParseErrorKind, XmlErrorKind};
use wechat_types::mass::report::{ArticleUrl, CopyrightItem, JobStatus, MassReport, ReportSource};

use crate::support::{file, json, names, parse_plain, to_json};

#[test]
fn messages_keep_every_field() {
    let names = names("messages");
    for name in &names {
        let expected = json("messages", name);
        let callback = parse_plain(&file("messages", &format!("{name}.xml")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(to_json(&callback.fields), expected["fields"], "{name}");
        assert_eq!(callback.header.event_name, None, "{name}");
        check_other(name, &callback, &expected);
    }
    assert_eq!(names.len(), 33);
}

#[test]
fn events_keep_every_field_and_job_reports_are_typed() {
    let names = names("events");
    let mut jobs = 0;
    for name in &names {
        let expected = json("events", name);
        let callback = parse_plain(&file("events", &format!("{name}.xml")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(to_json(&callback.fields), expected["fields"], "{name}");
        assert_eq!(callback.header.event_name.as_deref(), expected["type"].as_str(), "{name}");
        match expected.get("mass_job") {
            Some(job) => {
                assert_eq!(mass_job(&callback), *job, "{name}");
                jobs += 1;
            }
            None => check_other(name, &callback, &expected),
        }
    }
    assert_eq!((names.len(), jobs), (148, 57));
}

#[test]
fn refused_bodies_are_refused_for_their_reason() {
    let (mut checked, mut json_bodies) = (0, 0);
    for name in names("refused") {
        let expected = json("refused", &name);
        if name.starts_with("json-") {
            // Reading JSON pushes is later work; as XML they are refused too.
            let body = file("refused", &format!("{name}.body.json"));
            parse_plain(&body).expect_err(&name);
            json_bodies += 1;
            continue;
        }
        let error = parse_plain(&file("refused", &format!("{name}.xml"))).expect_err(&name);
        let reason = match error.kind() {
            ParseErrorKind::Xml(XmlErrorKind::Empty) => "empty_body",
            ParseErrorKind::Xml(XmlErrorKind::WrongRoot) => "wrong_root",
            ParseErrorKind::Xml(XmlErrorKind::Doctype) => "doctype",
            ParseErrorKind::Xml(XmlErrorKind::TooDeep) => "too_deep",
            ParseErrorKind::Xml(XmlErrorKind::NotWellFormed | XmlErrorKind::UnknownEntity) => {
                "not_well_formed"
            }
            ParseErrorKind::MissingField => "missing_field",
            ParseErrorKind::BadNumber => "bad_number",
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(expected["reason"], reason, "{name}");
        checked += 1;
    }
    assert_eq!((checked, json_bodies), (12, 2));
}

/// JSON pushes and replies are later work: this counts what no test above reads.
#[test]
fn nothing_else_is_left_out() {
    assert_eq!(names("json").len(), 17, "JSON pushes");
    assert_eq!(names("replies").len(), 18, "replies");
    let replies = names("envelopes").into_iter().filter(|name| name.starts_with("reply-"));
    assert_eq!(replies.count(), 5, "encrypted replies, of which only the cipher is checked");
}

fn check_other(name: &str, callback: &Callback, expected: &Value) {
    let Event::Other { name: kind } = &callback.event else { panic!("{name}: {callback:?}") };
    assert_eq!(expected["type"], kind.as_str(), "{name}");
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
        let count: Option<u64> = container.fields.text("Count").map(|count| count.parse().unwrap());
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
