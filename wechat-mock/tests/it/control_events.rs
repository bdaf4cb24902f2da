//! Messages and events triggered over the control API, posted to a receiver in the test.

use std::path::Path;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wechat_events::fields::Field;
use wechat_events::{Callback, EventParser};
use wechat_mock::{AccountBuilder, CallbackTarget, JobProgress};
use wechat_types::id::{AppId, OpenId};

use crate::callbacks::token;
use crate::control::Control;
use crate::http_callbacks::{answer, query, receive};
use crate::rig::{SENDALL, text_to_all};

const OTHER: &str = "wx0000000000000002";

/// Two accounts; callbacks of the first come to a receiver.
struct Stage {
    control: Control,
    receiver: TcpListener,
    parser: EventParser,
}

impl Stage {
    async fn new() -> Self {
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/wx", receiver.local_addr().unwrap());
        let control = Control::with(|b| {
            b.followers(3)
                .settings(|s| s.progress = JobProgress::Immediate)
                .callback(CallbackTarget::plain(url, token()))
                .account(AccountBuilder::new().app_id(AppId::new(OTHER).unwrap()).followers(1))
        })
        .await;
        let parser = EventParser::builder(control.rig.server.app_id(), token()).build();
        Self { control, receiver, parser }
    }

    /// What is posted after a trigger, as it came and read.
    async fn posted(&self, trigger: &str) -> (String, Callback) {
        let (status, told) = self.control.raw("POST /_mock/events", "", trigger.as_bytes()).await;
        assert_eq!(status, 200, "{trigger}: {told}");
        assert_eq!(told["callbacks"].as_array().unwrap().len(), 1, "{trigger}: {told}");
        let (target, body, stream) = receive(&self.receiver).await;
        answer(stream, "success").await;
        let callback = self.parser.parse(&query(&target), &body).unwrap();
        (String::from_utf8(body).unwrap(), callback)
    }
}

/// Each documented callback: its name, its fields, is it a message.
fn documented() -> impl Iterator<Item = (String, Map<String, Value>, bool)> {
    ["events", "messages"].into_iter().flat_map(|kind| {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../wechat-events/fixtures").join(kind);
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|end| end == "json")).map(move |path| {
            let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, expected["fields"].as_object().unwrap().clone(), kind == "messages")
        })
    })
}

/// As the fixtures have them, but each element in a list: one and several of a name are alike.
fn shown<'a>(fields: impl Iterator<Item = Field<'a>>) -> Value {
    let mut all = Map::new();
    for field in fields {
        let value = if field.is_empty() { json!(field.text().trim()) } else { shown(field.iter()) };
        let list = all.entry(field.name()).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(value);
    }
    Value::Object(all)
}

fn listed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let lists = map.iter().map(|(name, value)| {
                let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                (name.clone(), Value::Array(list.iter().map(listed).collect()))
            });
            let lists = lists.filter(|(_, list)| *list != json!([]));
            Value::Object(lists.collect())
        }
        Value::String(text) => json!(text.trim()),
        other => json!(other.to_string()),
    }
}

/// Nested containers and lists among them.
#[tokio::test]
async fn every_documented_callback_is_posted_from_its_fields() {
    let stage = Stage::new().await;
    let mut seen = 0;
    for (name, mut fields, is_message) in documented() {
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        take("ToUserName");
        take("CreateTime");
        let (from, msg_type) = (take("FromUserName"), take("MsgType"));
        let trigger = if is_message {
            take("MsgId");
            json!({"message": {"openid": from, "msg_type": msg_type, "fields": fields}})
        } else {
            let event = take("Event");
            json!({"event": {"openid": from, "name": event, "fields": fields}})
        };
        let (xml, callback) = stage.posted(&trigger.to_string()).await;
        let mut posted = shown(callback.fields.iter());
        let posted = posted.as_object_mut().unwrap();
        assert_eq!(posted["FromUserName"], json!([from]), "{name}");
        for own in ["ToUserName", "FromUserName", "CreateTime"] {
            assert!(posted.remove(own).is_some(), "{name}: {xml}");
        }
        assert_eq!(posted.remove("MsgType"), Some(json!([msg_type])), "{name}");
        let last = posted.remove(if is_message { "MsgId" } else { "Event" });
        assert!(last.is_some(), "{name}: {xml}");
        assert_eq!(Value::Object(posted.clone()), listed(&json!(fields)), "{name}: {xml}");
        seen += 1;
    }
    assert!(seen > 150, "{seen}");
}

#[tokio::test]
async fn typed_triggers_are_those_of_rust() {
    let stage = Stage::new().await;
    let fan = stage.control.rig.server.followers()[0].clone();
    for (trigger, wanted) in [
        (
            json!({"text": {"content": "a]]>你好"}}),
            "<Content><![CDATA[a]]]]><![CDATA[>你好]]></Content><MsgId>",
        ),
        (
            json!({"image": {"pic_url": "u", "media_id": "m"}}),
            "<PicUrl><![CDATA[u]]></PicUrl><MediaId><![CDATA[m]]></MediaId>",
        ),
        (json!({"voice": {"media_id": "m", "format": "amr"}}), "<Format><![CDATA[amr]]></Format>"),
        (
            json!({"video": {"media_id": "m", "thumb_media_id": "t"}}),
            "<ThumbMediaId><![CDATA[t]]></ThumbMediaId>",
        ),
        (
            json!({"short_video": {"media_id": "m", "thumb_media_id": "t"}}),
            "<MsgType><![CDATA[shortvideo]]></MsgType>",
        ),
        (
            json!({"location": {"latitude": 23.13, "longitude": 113.35, "scale": 20, "label": "l"}}),
            "<Location_X>23.13</Location_X><Location_Y>113.35</Location_Y><Scale>20</Scale>",
        ),
        (
            json!({"link": {"title": "t", "description": "d", "url": "u"}}),
            "<Description><![CDATA[d]]></Description>",
        ),
        (json!({"subscribe": {}}), "<Event><![CDATA[subscribe]]></Event></xml>"),
        (
            json!({"subscribe": {"qr": {"scene": "123", "ticket": "t"}}}),
            "<EventKey><![CDATA[qrscene_123]]></EventKey><Ticket><![CDATA[t]]></Ticket>",
        ),
        (json!({"unsubscribe": {}}), "<Event><![CDATA[unsubscribe]]></Event></xml>"),
        (json!({"scan": {"scene": "7", "ticket": "t"}}), "<EventKey><![CDATA[7]]></EventKey>"),
        (
            json!({"reports_location": {"latitude": 1, "longitude": 2.5, "precision": 3}}),
            "<Latitude>1.000000</Latitude><Longitude>2.500000</Longitude>",
        ),
        (json!({"click": {"key": "k"}}), "<Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[k]]>"),
        (json!({"view": {"url": "http://a", "menu_id": 9}}), "<MenuId>9</MenuId>"),
    ] {
        let mut trigger = trigger;
        let kind = trigger.as_object_mut().unwrap().values_mut().next().unwrap();
        kind["openid"] = json!(fan);
        let (xml, callback) = stage.posted(&trigger.to_string()).await;
        assert!(xml.contains(wanted), "{trigger}: {xml}");
        assert_eq!(callback.fields.text("FromUserName"), Some(fan.as_str()));
    }
    let document = "<xml><ToUserName>a</ToUserName><FromUserName>b</FromUserName>\
                    <CreateTime>1</CreateTime><MsgType>new</MsgType></xml>";
    let (xml, _) = stage.posted(&json!({"document": {"xml": document}}).to_string()).await;
    assert_eq!(xml, document);
    // Elements stand in the order in which they were written down; the platform's own event.
    let fields = r#"{"Z": 1.5, "A": {"item": ["x", -2, {"C": "c"}], "Empty": {}}, "B": "b"}"#;
    let trigger = format!(r#"{{"event": {{"name": "wanted_nowhere", "fields": {fields}}}}}"#);
    let (xml, _) = stage.posted(&trigger).await;
    let elements = "<Event><![CDATA[wanted_nowhere]]></Event><Z>1.5</Z><A><item><![CDATA[x]]></item>\
        <item>-2</item><item><C><![CDATA[c]]></C></item><Empty></Empty></A><B><![CDATA[b]]></B></xml>";
    assert!(xml.ends_with(elements), "{xml}");
    // How they ended is told by their numbers.
    let results = stage.control.get("/_mock/callbacks").await;
    let last = results["results"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["id"], &last["accepted"]), (&json!(16), &json!(true)), "{results}");
}

#[tokio::test]
async fn who_follows_and_who_leaves_changes_in_the_world() {
    let stage = Stage::new().await;
    let (control, server) = (&stage.control, &stage.control.rig.server);
    let fan = server.followers()[0].clone();
    let (new, newer) = ("oNewFollower0000000000000001", "oNewFollower0000000000000002");
    for (free, typed) in [
        (
            json!({"event": {"openid": fan, "name": "unsubscribe"}}),
            json!({"unsubscribe": {"openid": fan}}),
        ),
        (
            json!({"event": {"openid": new, "name": "subscribe"}}),
            json!({"subscribe": {"openid": newer}}),
        ),
    ] {
        stage.posted(&free.to_string()).await;
        stage.posted(&typed.to_string()).await;
    }
    control.rig.call(SENDALL, &text_to_all("a"));
    let inbox = |openid: &str| server.inbox(&OpenId::new(openid).unwrap()).len();
    assert_eq!((inbox(fan.as_str()), inbox(new), inbox(newer)), (0, 1, 1));
    let following = control.get(&format!("/_mock/followers/{fan}")).await;
    assert_eq!(following["hindrance"], "unsubscribed");
    // Of another account, which has no address: the world changes, and nothing is posted.
    let line = format!("POST /_mock/accounts/{OTHER}/events");
    let told = control.did(&line, json!({"subscribe": {"openid": new}})).await;
    assert_eq!(told, json!({"callbacks": []}));
    assert_eq!(server.accounts()[1].follower_count(), 2);
    assert_eq!(server.follower_count(), 5);
}

#[tokio::test]
async fn a_bad_trigger_is_refused_by_its_field_and_nothing_happens() {
    let stage = Stage::new().await;
    let control = &stage.control;
    let fan = control.rig.server.followers()[0].to_string();
    let before = control.get("/_mock/state").await;
    let event = |fields: Value| json!({"event": {"openid": fan, "name": "x", "fields": fields}});
    for (trigger, part) in [
        (json!({"dance": {"openid": fan}}), "unknown variant `dance`"),
        (json!({}), "the body"),
        (json!([1]), "the body"),
        (json!({"click": {"openid": fan}}), "click: missing field `key`"),
        (json!({"click": {"openid": fan, "key": 7}}), "click.key: "),
        (json!({"click": {"openid": "o b", "key": "k"}}), "click.openid: "),
        (json!({"click": {"openid": fan, "key": "k", "kay": "k"}}), "click.kay: unknown field"),
        (json!({"click": {"openid": fan, "key": "a\u{0}b"}}), "click.key: the character '\\0'"),
        (json!({"view": {"openid": fan, "url": "u", "menu_id": -1}}), "view.menu_id: "),
        (
            json!({"subscribe": {"openid": fan, "qr": {"scene": 1, "ticket": ""}}}),
            "subscribe.qr.scene: ",
        ),
        (json!({"message": {"openid": fan, "msg_type": "event"}}), "message.msg_type: "),
        (json!({"message": {"msg_type": "x"}}), "message: missing field `openid`"),
        (
            json!({"message": {"openid": fan, "msg_type": "x", "fields": {"MsgId": 1}}}),
            "message.fields.MsgId: ",
        ),
        (json!({"event": {"name": ""}}), "event.name: "),
        (json!({"event": {"name": "x", "fields": []}}), "event.fields: "),
        (event(json!({"FromUserName": "x"})), "event.fields.FromUserName: "),
        (event(json!({"Event": "x"})), "event.fields.Event: "),
        (event(json!({"a b": "x"})), "event.fields.a b: \"a b\" is no name of an element"),
        (event(json!({"<x>": "x"})), "is no name of an element"),
        (event(json!({"A": {"1": "x"}})), "event.fields.A.1: \"1\" is no name"),
        (event(json!({"A": null})), "event.fields.A: "),
        (event(json!({"A": true})), "event.fields.A: "),
        (
            event(json!({"A": {"B": ["x", {"C": "\u{1b}"}]}})),
            "event.fields.A.B[1].C: the character",
        ),
        (event(json!({"A": [["x"]]})), "event.fields.A: a list in a list"),
        (json!({"document": {"xml": " "}}), "document.xml: "),
    ] {
        let (status, answer) = control.ask("POST /_mock/events", &trigger).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(part), "{trigger}: {status} {answer}");
    }
    let twice = br#"{"event": {"name": "x", "fields": {"A": 1, "A": 2}}}"#;
    let (status, answer) = control.raw("POST /_mock/events", "", twice).await;
    assert!(status == 400 && answer.to_string().contains("A stands here twice"), "{answer}");
    assert_eq!(control.get("/_mock/state").await, before);
}

/// Whoever moves the clock before its receiver has answered sees the callback again: how long that takes, only the
/// mock knows.
#[tokio::test]
async fn what_is_on_its_way_can_be_waited_for() {
    let stage = Stage::new().await;
    // Nothing is: at once.
    stage.control.did("POST /_mock/settle", Value::Null).await;
    stage.control.rig.call(SENDALL, &text_to_all("a"));
    let receive = async {
        let (_, _, stream) = receive(&stage.receiver).await;
        for _ in 0..100 {
            // A slow receiver.
            tokio::task::yield_now().await;
        }
        assert!(stage.control.rig.server.callback_results().is_empty());
        answer(stream, "success").await;
    };
    let wait = async {
        stage.control.did("POST /_mock/settle", Value::Null).await;
        stage.control.did("POST /_mock/clock", json!({"advance_seconds": 60})).await;
        stage.control.did("POST /_mock/settle", Value::Null).await;
        stage.control.get("/_mock/callbacks").await
    };
    let ((), told) = tokio::join!(receive, wait);
    let results = told["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[0]["tries"]), (1, &json!(1)), "{told}");
    assert_eq!(results[0]["accepted"], true);

    // The check of an address, too.
    let url = format!("http://{}/other", stage.receiver.local_addr().unwrap());
    let check = async {
        let (target, _, stream) = crate::http_callbacks::receive(&stage.receiver).await;
        answer(stream, stage.parser.verify_url(&query(&target)).unwrap()).await;
    };
    let hand_in = async {
        let new = json!({"url": url, "token": token().expose(), "verify": true});
        assert_eq!(stage.control.did("PUT /_mock/callback", new).await["check"], Value::Null);
        stage.control.did("POST /_mock/settle", Value::Null).await;
        stage.control.get("/_mock/callback").await
    };
    let ((), told) = tokio::join!(check, hand_in);
    assert_eq!(told, json!({"url": url, "check": "verified"}));
}

/// A job whose report goes nowhere comes to no push at all.
#[tokio::test]
async fn nothing_is_waited_for_without_an_address() {
    let control = Control::with(|builder| builder.followers(3)).await;
    for _ in 0..3 {
        control.rig.call(SENDALL, &text_to_all("a"));
        let advance = json!({"advance_seconds": 40 * 24 * 60 * 60});
        let (told, ()) = tokio::join!(control.did("POST /_mock/settle", Value::Null), async {
            control.did("POST /_mock/clock", advance).await;
        });
        assert_eq!(told.as_object().unwrap().len(), 1, "{told}");
    }
}

#[tokio::test]
async fn who_waits_is_told_when_the_server_stops() {
    let Stage { control, receiver, .. } = Stage::new().await;
    control.rig.call(SENDALL, &text_to_all("a"));
    let (_, _, silent) = receive(&receiver).await;
    let mut asks = TcpStream::connect(control.addr()).await.unwrap();
    let request = format!("POST /_mock/settle HTTP/1.1\r\nHost: {}\r\n\r\n", control.addr());
    asks.write_all(request.as_bytes()).await.unwrap();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let (_rig, listening) = control.split();
    listening.shutdown().await;
    let mut told = String::new();
    asks.read_to_string(&mut told).await.unwrap();
    assert!(told.starts_with("HTTP/1.1 503 ") && told.contains("the mock is stopping"), "{told}");
    drop(silent);
}
