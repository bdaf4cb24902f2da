//! Bodies that went wrong on their way, or were made to do harm, and why each is refused; bodies
//! that only look odd, and what they say.

use wechat_events::event::Event;
use wechat_events::{BodyErrorKind, Callback, ParseError, ParseErrorKind};

use crate::support::{event, file, names, parse_plain};

/// A report on job 1, with more fields.
fn report(more: &str) -> String {
    event("MASSSENDJOBFINISH", &format!("<MsgID>1</MsgID><Status>send success</Status>{more}"))
}

fn json(more: &str) -> String {
    format!(
        r#"{{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1,"MsgType":"event","Event":"x"{more}}}"#
    )
}

fn refused(body: impl AsRef<[u8]>) -> ParseErrorKind {
    parse_plain(body.as_ref()).unwrap_err().kind()
}

#[test]
fn hostile_bodies_are_refused_for_their_reason() {
    use BodyErrorKind::*;
    let good = report("");
    let bomb = "<!DOCTYPE xml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><xml><Event>&c;</Event></xml>";
    let cases: Vec<(&str, Vec<u8>, BodyErrorKind)> = vec![
        ("nested 100,000 deep", ["<xml>", &"<a>".repeat(100_000)].concat().into(), TooDeep),
        (
            "nested and closed",
            ["<xml>", &"<a>".repeat(50_000), &"</a>".repeat(50_000), "</xml>"].concat().into(),
            TooDeep,
        ),
        ("100,000 fields", report(&"<a/>".repeat(100_000)).into(), TooManyNodes),
        ("100,000 comments", report(&"<!---->".repeat(100_000)).into(), TooManyNodes),
        ("100,000 references", report(&"&lt;".repeat(100_000)).into(), TooManyNodes),
        ("text of 10 MB", report(&format!("<a>{}</a>", "a".repeat(10_000_000))).into(), TooLarge),
        ("10 MB of blanks", vec![b' '; 10_000_000], TooLarge),
        (
            "10 MB of CDATA",
            report(&format!("<a><![CDATA[{}", "]".repeat(10_000_000))).into(),
            TooLarge,
        ),
        ("billion laughs", bomb.into(), Doctype),
        ("external entity", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><xml/>".into(), Doctype),
        ("lower-case doctype", "<!doctype xml><xml/>".into(), Doctype),
        ("doctype behind the root", format!("{good}<!DOCTYPE xml>").into(), Doctype),
        ("unknown entity", report("<a>&copy;</a>").into(), UnknownEntity),
        ("entity without a name", report("<a>&;</a>").into(), UnknownEntity),
        ("surrogate", report("<a>&#xD800;</a>").into(), NotWellFormed),
        ("number of no character", report("<a>&#x110000;</a>").into(), NotWellFormed),
        ("huge number", report("<a>&#99999999999999999999;</a>").into(), NotWellFormed),
        ("negative number", report("<a>&#-1;</a>").into(), NotWellFormed),
        ("bare ampersand", report("<a>a & b</a>").into(), NotWellFormed),
        ("two roots", format!("{good}{good}").into(), Trailing),
        ("text behind the root", format!("{good}x").into(), Trailing),
        ("text before the root", format!("x{good}").into(), NotWellFormed),
        ("CDATA behind the root", format!("{good}<![CDATA[x]]>").into(), Trailing),
        ("a NUL behind the root", format!("{good}\0").into(), Trailing),
        ("one end too many", format!("{good}</xml>").into(), NotWellFormed),
        ("crossed ends", "<xml><a><b></a></b></xml>".into(), NotWellFormed),
        ("end in another case", "<xml><a></A></xml>".into(), NotWellFormed),
        ("root in another case", "<XML></XML>".into(), WrongRoot),
        ("root with a prefix", "<a:xml></a:xml>".into(), WrongRoot),
        ("open CDATA", "<xml><a><![CDATA[x</a></xml>".into(), NotWellFormed),
        ("open comment", "<xml><!-- </xml>".into(), NotWellFormed),
        ("half a tag", "<xml><a".into(), NotWellFormed),
        ("lower-case CDATA", "<xml><![cdata[x]]></xml>".into(), NotWellFormed),
        (
            "attributes without end",
            report(&format!("<a{}/>", " b=''".repeat(9))).into(),
            NotWellFormed,
        ),
        ("attribute without value", report("<a b/>").into(), NotWellFormed),
        ("a later declaration", report("<?xml version=\"1.0\"?>").into(), NotWellFormed),
        ("invalid UTF-8", b"<xml><a>\xc3\x28</a></xml>".to_vec(), NotUtf8),
        ("overlong UTF-8", b"<xml>\xc0\xbc/xml>".to_vec(), NotUtf8),
        ("GBK", b"<xml><a>\xc4\xe3\xba\xc3</a></xml>".to_vec(), NotUtf8),
        ("UTF-16", b"\xff\xfe<\0x\0m\0l\0/\0>\0".to_vec(), NotUtf8),
        ("cut inside a character", [good.as_bytes(), b"\xe4\xbd"].concat(), NotUtf8),
        ("a form", b"a=1&b=2".to_vec(), NotWellFormed),
        ("nothing but a mark", b"\xef\xbb\xbf".to_vec(), Empty),
        ("JSON nested 100,000 deep", "[".repeat(100_000).into(), NotWellFormed),
        (
            "JSON nested and closed",
            json(&format!(",\"a\":{}{}", "[".repeat(100), "]".repeat(100))).into(),
            TooDeep,
        ),
        ("JSON of 100,000 keys", json(&",\"a\":1".repeat(100_000)).into(), TooManyNodes),
        (
            "JSON of 100,000 items",
            json(&format!(",\"a\":[1{}]", ",1".repeat(99_999))).into(),
            TooManyNodes,
        ),
        ("JSON of 10 MB", json(&format!(",\"a\":\"{}\"", "a".repeat(10_000_000))).into(), TooLarge),
        ("two JSON documents", format!("{0}{0}", json("")).into(), NotWellFormed),
        ("a JSON list", format!("[{}]", json("")).into(), WrongRoot),
        ("JSON with a comma too many", json(",").into(), NotWellFormed),
        ("JSON with single quotes", b"{'a':1}".to_vec(), NotWellFormed),
        ("JSON with a comment", json("/**/").into(), NotWellFormed),
        ("JSON with a bare line feed", json(",\"a\":\"\n\"").into(), NotWellFormed),
        ("JSON with half a surrogate", json(r#","a":"\ud83d""#).into(), NotWellFormed),
        ("JSON with NaN", json(",\"a\":NaN").into(), NotWellFormed),
        ("JSON with a leading zero", json(",\"a\":01").into(), NotWellFormed),
        ("JSON in invalid UTF-8", b"{\"a\":\"\xff\"}".to_vec(), NotUtf8),
    ];
    for (name, body, kind) in &cases {
        assert_eq!(refused(body), ParseErrorKind::Body(*kind), "{name}");
    }
    assert_eq!(cases.len(), 58);
}

/// Each with the path that the error names.
#[test]
fn a_known_kind_without_its_point_is_an_error_with_the_path() {
    use ParseErrorKind::{BadNumber, MissingField};
    let text = |more: &str| event("x", more).replace(">event<", ">text<");
    let kind = |kind: &str, more: &str| {
        event("x", &format!("{more}<MsgId>1</MsgId>")).replace(">event<", &format!(">{kind}<"))
    };
    let cases = [
        (report("").replace("CreateTime", "Createtime"), MissingField, "CreateTime"),
        (report("").replace("1700000000", "1e9"), BadNumber, "CreateTime"),
        (report("").replace("ToUserName", "toUserName"), MissingField, "ToUserName"),
        (report("").replace("FromUserName", "From"), MissingField, "FromUserName"),
        (report("").replace(">event<", "><"), MissingField, "MsgType"),
        (report("").replace(">MASSSENDJOBFINISH<", "> <"), MissingField, "Event"),
        (report("").replace("<MsgID>1<", "<MsgID>１<"), BadNumber, "MsgID"),
        (report("").replace("<MsgID>1<", "<MsgID>1,000<"), BadNumber, "MsgID"),
        (report("").replace("<MsgID>1<", "<MsgID>0x10<"), BadNumber, "MsgID"),
        (text("<MsgId>1</MsgId>"), MissingField, "Content"),
        (text("<Content>a</Content>"), MissingField, "MsgId"),
        (text("<Content>a</Content><MsgID>1</MsgID>"), MissingField, "MsgId"),
        (text("<Content>a</Content><MsgId>a</MsgId>"), BadNumber, "MsgId"),
        (kind("image", "<PicUrl>u</PicUrl>"), MissingField, "MediaId"),
        (kind("voice", ""), MissingField, "MediaId"),
        (kind("video", ""), MissingField, "MediaId"),
        (kind("shortvideo", "<MediaId/>"), MissingField, "MediaId"),
        (kind("location", "<Location_X>1</Location_X>"), MissingField, "Location_Y"),
        (
            kind("location", "<Location_X>NaN</Location_X><Location_Y>1</Location_Y>"),
            BadNumber,
            "Location_X",
        ),
        (kind("link", ""), MissingField, "Url"),
        (kind("file", ""), MissingField, "FileKey"),
        (kind("miniprogrampage", ""), MissingField, "AppId"),
        (event("SCAN", "<EventKey/>"), MissingField, "EventKey"),
        (event("LOCATION", "<Latitude>1</Latitude>"), MissingField, "Longitude"),
        (event("LOCATION", "<Latitude>inf</Latitude>"), BadNumber, "Latitude"),
        (event("CLICK", ""), MissingField, "EventKey"),
        (event("VIEW", ""), MissingField, "EventKey"),
        (event("view_miniprogram", ""), MissingField, "EventKey"),
        (event("scancode_push", "<EventKey>k</EventKey>"), MissingField, "ScanCodeInfo/ScanResult"),
        (event("pic_weixin", ""), MissingField, "EventKey"),
        (
            event("location_select", "<EventKey>k</EventKey><SendLocationInfo/>"),
            MissingField,
            "SendLocationInfo/Location_X",
        ),
        (event("TEMPLATESENDJOBFINISH", "<Status>success</Status>"), MissingField, "MsgID"),
        (event("TEMPLATESENDJOBFINISH", "<MsgID>1</MsgID>"), MissingField, "Status"),
        (event("PUBLISHJOBFINISH", ""), MissingField, "PublishEventInfo/publish_id"),
        (
            event(
                "PUBLISHJOBFINISH",
                "<PublishEventInfo><publish_id>1</publish_id></PublishEventInfo>",
            ),
            MissingField,
            "PublishEventInfo/publish_status",
        ),
        (
            event(
                "subscribe_msg_popup_event",
                "<SubscribeMsgPopupEvent><List/></SubscribeMsgPopupEvent>",
            ),
            MissingField,
            "List/TemplateId",
        ),
        (
            event("subscribe_msg_sent_event", "<List><MsgID>1</MsgID></List>"),
            MissingField,
            "List/TemplateId",
        ),
        (event("annual_renew", ""), MissingField, "ExpiredTime"),
        (event("verify_expired", "<ExpiredTime>soon</ExpiredTime>"), BadNumber, "ExpiredTime"),
        (event("naming_verify_fail", ""), MissingField, "FailTime"),
        (event("user_authorization_revoke", ""), MissingField, "OpenID"),
        (event("kf_create_session", ""), MissingField, "KfAccount"),
        (
            event("kf_switch_session", "<FromKfAccount>a</FromKfAccount>"),
            MissingField,
            "ToKfAccount",
        ),
        (event("wxa_media_check", ""), MissingField, "trace_id"),
    ];
    for (body, kind, path) in &cases {
        let error: ParseError = parse_plain(body.as_bytes()).expect_err(body);
        assert_eq!((error.kind(), error.path()), (*kind, Some(*path)), "{body}");
        assert!(error.is_verified());
    }
    assert_eq!(cases.len(), 44);
}

fn read(body: &str) -> Callback {
    parse_plain(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// Odd, but no reason to lose a report; each with the reading of two fields.
#[test]
fn odd_bodies_are_read() {
    let fan_in = |body: &str| {
        let callback = read(body);
        let Event::MassSendJobFinish(report) = callback.event else { panic!("{body}") };
        (report.sent, report.copyright.map(|check| check.items.len()), report.article_urls.len())
    };
    let urls = "<item><ArticleIdx>1</ArticleIdx><ArticleUrl>u</ArticleUrl></item>";
    for (more, expected) in [
        ("", (None, None, 0)),
        ("<SentCount>1</SentCount><SentCount>2</SentCount>", (Some(1), None, 0)),
        ("<SentCount> 1\n</SentCount>", (Some(1), None, 0)),
        ("<SentCount><![CDATA[ 1 ]]></SentCount>", (Some(1), None, 0)),
        ("<SentCount>1<![CDATA[2]]>3</SentCount>", (Some(123), None, 0)),
        ("<SentCount>1<!-- and -->2</SentCount>", (Some(12), None, 0)),
        ("<SentCount>&#49;</SentCount>", (Some(1), None, 0)),
        ("<SentCount>007</SentCount>", (Some(7), None, 0)),
        ("<SentCount a=\"b\">1</SentCount>", (Some(1), None, 0)),
        ("<sentcount>x</sentcount>", (None, None, 0)),
        ("<CopyrightCheckResult/>", (None, Some(0), 0)),
        ("<CopyrightCheckResult>\n\n\n</CopyrightCheckResult>", (None, Some(0), 0)),
        ("<CopyrightCheckResult><![CDATA[]]></CopyrightCheckResult>", (None, Some(0), 0)),
        ("<CopyrightCheckResult>text</CopyrightCheckResult>", (None, Some(0), 0)),
        ("<CopyrightCheckResult><ResultList/></CopyrightCheckResult>", (None, Some(0), 0)),
        (
            "<CopyrightCheckResult><ResultList> <item/> </ResultList></CopyrightCheckResult>",
            (None, Some(1), 0),
        ),
        ("<ArticleUrlResult> </ArticleUrlResult>", (None, None, 0)),
        ("<ArticleUrlResult><Count>3</Count></ArticleUrlResult>", (None, None, 0)),
        (&format!("<ArticleUrlResult>{urls}</ArticleUrlResult>"), (None, None, 0)),
        (
            &format!("<ArticleUrlResult><ResultList>{urls}{urls}</ResultList></ArticleUrlResult>"),
            (None, None, 2),
        ),
        (
            &format!("<ArticleUrlResult>x<ResultList>y{urls}z</ResultList></ArticleUrlResult>"),
            (None, None, 1),
        ),
        (&format!("<Article><ResultList>{urls}</ResultList></Article>"), (None, None, 0)),
        ("<?target data?><!-- comment -->", (None, None, 0)),
        ("stray<a/>text", (None, None, 0)),
    ] {
        assert_eq!(fan_in(&report(more)), expected, "{more}");
    }
    assert_eq!(
        read(&event("Masssendjobfinish", "<MsgID>1</MsgID><Status/>")).event,
        read(&event("MASSSENDJOBFINISH", "<Status/><MsgID> 1 </MsgID>",)).event
    );
}

#[test]
fn unknown_kinds_keep_their_name_and_fields() {
    let unknown = read(&event("Hologram_Finished", "<A>1</A><A><B>2</B></A>"));
    assert_eq!(unknown.event, Event::Other { name: "Hologram_Finished".to_owned() });
    assert_eq!(unknown.fields.text("A"), Some("1"));
    assert_eq!(unknown.fields.all("A").nth(1).unwrap().text_of("B"), Some("2"));
    // No MsgId, as no document says that a new kind has one.
    let message = read(&event("x", "").replace(">event<", ">hologram<"));
    assert_eq!(message.event, Event::Other { name: "hologram".to_owned() });
    assert_eq!(message.header.event_name, None);
}

/// Wherever a body is cut, it is refused: the end of input is no end of a document.
#[test]
fn every_cut_is_refused() {
    let mut cuts = 0;
    for (folder, extension) in [("events", "xml"), ("messages", "xml"), ("json", "body.json")] {
        for name in names(folder) {
            let body = file(folder, &format!("{name}.{extension}"));
            // Each place of one document, and some of all others.
            let step = if name == "MASSSENDJOBFINISH" { 1 } else { body.len() / 12 };
            for cut in (0..body.trim_ascii_end().len()).step_by(step) {
                let kind = refused(&body[..cut]);
                assert!(matches!(kind, ParseErrorKind::Body(_)), "{name} at {cut}: {kind:?}");
                cuts += 1;
            }
        }
    }
    assert!(cuts > 3000, "{cuts}");
}
