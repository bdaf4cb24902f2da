//! XML that the platform does not send, and reports that lack something.

use wechat_events::event::Event;
use wechat_events::{BodyErrorKind, EventParser, ParseErrorKind};
use wechat_types::mass::report::{JobStatus, MassReport};

use crate::support::{event, parse_plain};

fn refused(body: impl AsRef<[u8]>) -> BodyErrorKind {
    match parse_plain(body.as_ref()).unwrap_err().kind() {
        ParseErrorKind::Body(kind) => kind,
        other => panic!("{other:?}"),
    }
}

fn text_of(content: &str) -> String {
    let body = event("x", &format!("<Content>{content}</Content>"));
    parse_plain(body.as_bytes()).unwrap().fields.text("Content").unwrap().to_owned()
}

fn report(more: &str) -> MassReport {
    match parse_plain(event("MASSSENDJOBFINISH", more).as_bytes()).unwrap().event {
        Event::MassSendJobFinish(report) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn documents_end_where_their_root_ends() {
    let good = event("x", "");
    for tail in ["<xml></xml>", "x", "<![CDATA[ ]]>", "&lt;", "</xml>", "<a/>"] {
        let kind = refused(format!("{good}{tail}"));
        assert!(
            matches!(kind, BodyErrorKind::Trailing | BodyErrorKind::NotWellFormed),
            "{tail}: {kind}"
        );
    }
    assert_eq!(refused(format!("{good}<xml></xml>")), BodyErrorKind::Trailing);
    parse_plain(format!("\n{good}\n<!-- end -->\n").as_bytes()).unwrap();
    for head in ["x", "&lt;", "<![CDATA[]]>", "</xml>"] {
        assert_eq!(refused(format!("{head}{good}")), BodyErrorKind::NotWellFormed, "{head}");
    }
}

#[test]
fn open_elements_and_wrong_ends_are_refused() {
    for body in [
        "<xml>",
        "<xml><a></xml>",
        "<xml><a></b></xml>",
        "<xml",
        "<xml><![CDATA[",
        "<xml>&amp</xml>",
    ] {
        assert_eq!(refused(body), BodyErrorKind::NotWellFormed, "{body}");
    }
    assert_eq!(refused("<XML></XML>"), BodyErrorKind::WrongRoot);
    assert_eq!(refused("<xml>a<?xml version=\"1.0\"?></xml>"), BodyErrorKind::NotWellFormed);
    assert_eq!(refused(b"<xml>\xff</xml>"), BodyErrorKind::NotUtf8);
    assert_eq!(refused("<xml>&nbsp;</xml>"), BodyErrorKind::UnknownEntity);
    assert_eq!(refused("<xml>&#x110000;</xml>"), BodyErrorKind::NotWellFormed);
    assert_eq!(refused("<xml><!DOCTYPE a></xml>"), BodyErrorKind::Doctype);
}

#[test]
fn limits_hold_at_their_edge() {
    let nested =
        |levels: usize| event("x", &format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels)));
    parse_plain(nested(31).as_bytes()).unwrap();
    assert_eq!(refused(nested(32)), BodyErrorKind::TooDeep);

    let wide = |count: usize| event("x", &"<a/>".repeat(count));
    parse_plain(wide(9900).as_bytes()).unwrap();
    assert_eq!(refused(wide(10_000)), BodyErrorKind::TooManyNodes);

    let attributes = |count: usize| {
        let list: String = (0..count).map(|index| format!(" a{index}=\"\"")).collect();
        event("x", &format!("<a{list}/>"))
    };
    parse_plain(attributes(8).as_bytes()).unwrap();
    assert_eq!(refused(attributes(9)), BodyErrorKind::TooManyAttributes);
    assert_eq!(refused("<xml><a b=\"\" b=\"\"/></xml>"), BodyErrorKind::NotWellFormed);

    let mut long = event("x", "").into_bytes();
    long.resize(EventParser::MAX_BODY_BYTES, b' ');
    parse_plain(&long).unwrap();
    long.push(b' ');
    assert_eq!(refused(long), BodyErrorKind::TooLarge);
}

#[test]
fn pieces_of_text_are_joined() {
    for (content, text) in [
        ("a&lt;b", "a<b"),
        (" a &amp; b ", "a & b"),
        ("a<!-- no -->b", "ab"),
        ("a <!-- no --> b", "a  b"),
        ("\n<!-- no -->\na", "a"),
        ("a<?p?>\nb\n<?p?>", "a\nb"),
        ("a &amp; &amp; b", "a & & b"),
        ("<![CDATA[a]]> b &lt; ", "ab <"),
        ("<![CDATA[ a]]>\n<![CDATA[b ]]>", " ab "),
        ("\n<![CDATA[]]>\n", ""),
        ("&#20320;&#x597D;", "你好"),
        ("\u{3000}a", "\u{3000}a"),
        ("<![CDATA[&lt;]]>", "&lt;"),
        ("<![CDATA[a]]>]]<![CDATA[>b]]>", "a]]>b"),
    ] {
        assert_eq!(text_of(content), text, "{content:?}");
    }
}

#[test]
fn a_report_needs_job_and_status() {
    for (more, path) in [
        ("<Status>send success</Status>", "MsgID"),
        ("<MsgID></MsgID><Status>send success</Status>", "MsgID"),
        ("<MsgId></MsgId><Status>send success</Status>", "MsgId"),
        ("<MsgID></MsgID><MsgId>1</MsgId><Status>send success</Status>", "MsgID"),
        ("<MsgID>1</MsgID>", "Status"),
    ] {
        let error = parse_plain(event("MASSSENDJOBFINISH", more).as_bytes()).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ParseErrorKind::MissingField, Some(path)));
    }
    let report =
        report("<MsgID>1</MsgID><Status></Status><SentCount/><TotalCount> 4 </TotalCount>");
    assert_eq!(report.status, JobStatus::Other(String::new()));
    assert_eq!((report.sent, report.total), (None, Some(4)));
}

/// The job is named beyond doubt, whichever of the platform's two spellings it is.
#[test]
fn a_report_may_spell_its_job_like_a_message() {
    let rest = "<Status>send success</Status>";
    assert_eq!(report(&format!("<MsgId>7</MsgId>{rest}")).msg_id.get(), 7);
    assert_eq!(report(&format!("<MsgId>7</MsgId><MsgID>8</MsgID>{rest}")).msg_id.get(), 8);
}

#[test]
fn a_counter_that_is_no_number_is_absent_and_a_job_without_number_is_named() {
    for odd in [
        "<SentCount>many</SentCount>",
        "<ErrorCount>-1</ErrorCount>",
        "<TotalCount>18446744073709551616</TotalCount>",
        "<FilterCount>1.5</FilterCount>",
    ] {
        let more = format!("<MsgID>1</MsgID><Status>send success</Status>{odd}");
        let callback = parse_plain(event("MASSSENDJOBFINISH", &more).as_bytes()).unwrap();
        let Event::MassSendJobFinish(report) = &callback.event else { panic!("{callback:?}") };
        let counters = (report.total, report.after_filter, report.sent, report.failed);
        assert_eq!((report.msg_id.get(), counters), (1, (None, None, None, None)), "{odd}");
        let name = odd.split(['<', '>']).nth(1).unwrap();
        assert!(callback.fields.text(name).is_some_and(|text| odd.contains(text)), "{odd}");
    }
    let more = "<MsgID>one</MsgID><Status>send success</Status>";
    let error = parse_plain(event("MASSSENDJOBFINISH", more).as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ParseErrorKind::BadNumber, Some("MsgID")));
}

#[test]
fn an_odd_number_beside_the_point_does_not_lose_the_report() {
    let more = "<MsgID>1</MsgID><Status>send success</Status><SentCount>7</SentCount>\
         <CopyrightCheckResult><Count>two</Count><ResultList><item><ArticleIdx>one</ArticleIdx>\
         <UserDeclareState>0</UserDeclareState><AuditState>-1</AuditState>\
         <OriginalArticleUrl>u</OriginalArticleUrl><OriginalArticleType>?</OriginalArticleType>\
         <CanReprint>yes</CanReprint><NeedReplaceContent>1</NeedReplaceContent></item></ResultList>\
         <CheckState>x</CheckState></CopyrightCheckResult><ArticleUrlResult><ResultList>\
         <item><ArticleIdx>one</ArticleIdx><ArticleUrl>u1</ArticleUrl></item>\
         <item><ArticleIdx>2</ArticleIdx><ArticleUrl>u2</ArticleUrl></item>\
         </ResultList></ArticleUrlResult>";
    let callback = parse_plain(event("MASSSENDJOBFINISH", more).as_bytes()).unwrap();
    let fields = &callback.fields;
    assert_eq!(fields.text("CopyrightCheckResult/ResultList/item/AuditState"), Some("-1"));
    assert_eq!(fields.text("ArticleUrlResult/ResultList/item/ArticleUrl"), Some("u1"));
    let report = report(more);
    assert_eq!((report.msg_id.get(), report.sent), (1, Some(7)));
    assert_eq!(report.status, JobStatus::Success);
    let check = report.copyright.unwrap();
    assert_eq!((check.count, check.check_state, check.items.len()), (None, None, 1));
    let item = &check.items[0];
    assert_eq!(
        (item.article_index, item.audit_state, item.original_article_type),
        (None, None, None)
    );
    assert_eq!((item.user_declare_state, item.can_reprint), (Some(0), None));
    assert_eq!(item.need_replace_content, Some(true));
    assert_eq!(item.original_article_url.as_deref(), Some("u"));
    assert_eq!(report.article_urls.len(), 1);
    assert_eq!(report.article_urls[0].article_index, 2);
}

#[test]
fn half_an_article_does_not_lose_the_report() {
    let report = report(
        "<MsgID>1</MsgID><Status>send success</Status><ArticleUrlResult><Count>9</Count><ResultList>\
         <item><ArticleIdx>1</ArticleIdx></item><item><ArticleUrl>u</ArticleUrl></item>\
         <item><ArticleIdx>3</ArticleIdx><ArticleUrl>u3</ArticleUrl></item>\
         </ResultList></ArticleUrlResult><Future><Count>x</Count></Future>",
    );
    assert_eq!(report.article_urls.len(), 1);
    assert_eq!(report.article_urls[0].article_index, 3);
}
