//! Mass sending: limits from both sides, audiences that no carelessness makes everyone.

use std::num::NonZeroU64;

use proptest::prelude::*;
use wechat_types::codec::{EncodeError, Reply, ReplyError};
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{CardId, ClientMsgId, GroupId, MediaId, MsgId, OpenId, TagId};
use wechat_types::mass::{
    CardExt, Comments, DeleteMass, DeleteTarget, Filter, GetMassStatus, GetMassStatusResponse,
    GetSpeed, JobStatus, MassContent, Pictures, Preview, PreviewContent, PreviewReceiver,
    Recipients, RefusalCode, Send, SendAll, SetSpeed, Speed, Video,
};
use wechat_types::served::{Incoming, Served};

fn media(number: usize) -> MediaId {
    MediaId::new(format!("media-{number}")).unwrap()
}

fn send_all(content: MassContent) -> SendAll {
    SendAll::new(Filter::Tag(TagId::new(2)), content)
}

fn read<E: Served>(body: &str) -> Result<E, ReplyError> {
    E::decode_request(Incoming::new(&[], body.as_bytes()))
}

fn written<E: Endpoint>(request: &E) -> String {
    String::from_utf8(request.encode().unwrap().into_bytes()).unwrap()
}

#[test]
fn limits_are_hit_from_both_sides() {
    let receiver = || PreviewReceiver::OpenId(OpenId::new("o1").unwrap());
    let pictures = |count| MassContent::pictures((0..count).map(media).collect());
    let ids = |count| (0..count).map(|n| OpenId::new(format!("o{n}")).unwrap()).collect();
    let send = |count| Send::new(Recipients::new(ids(count))?, pictures(1)).encode().map(drop);
    let delete = |url: &str| DeleteMass::new(DeleteTarget::Url(url.to_owned())).encode();
    type Case = (&'static str, Result<(), EncodeError>, Result<(), EncodeError>, i64);
    let cases: Vec<Case> = vec![
        (
            "text",
            send_all(MassContent::text("x")).encode().map(drop),
            send_all(MassContent::text(" \n")).encode().map(drop),
            44004,
        ),
        (
            "pictures",
            send_all(pictures(Pictures::MIN)).encode().map(drop),
            send_all(pictures(Pictures::MIN - 1)).encode().map(drop),
            40215,
        ),
        (
            "text of a preview",
            Preview::new(receiver(), MassContent::text("x")).encode().map(drop),
            Preview::new(receiver(), MassContent::text("")).encode().map(drop),
            44004,
        ),
        (
            "pictures of a preview",
            Preview::new(receiver(), pictures(1)).encode().map(drop),
            Preview::new(receiver(), pictures(0)).encode().map(drop),
            40215,
        ),
        ("fewest OpenIDs", send(2), send(1), 40130),
        ("most OpenIDs", send(Recipients::MAX), send(Recipients::MAX + 1), 40032),
        ("address", delete("https://mp.weixin.qq.com/s?x").map(drop), delete("").map(drop), 40059),
        (
            "speed",
            SetSpeed::new(Speed::from_wire(4)).encode().map(drop),
            SetSpeed::new(Speed::from_wire(5)).encode().map(drop),
            45083,
        ),
        ("card", CardExt::new("{}").map(drop), CardExt::new("[]").map(drop), 47001),
    ];
    for (what, inside, outside, code) in cases {
        assert!(inside.is_ok(), "{what}: {inside:?}");
        assert_eq!(outside.unwrap_err().code().unwrap().get(), code, "{what}");
    }
    for level in 0..=4 {
        assert!(SetSpeed::new(Speed::from_wire(level)).encode().is_ok(), "{level}");
        assert_eq!(Speed::from_wire(level).to_wire(), level);
    }
    assert_eq!(Speed::from_wire(9).to_wire(), 9);
}

#[test]
fn only_a_true_is_to_all_is_everyone() {
    let text = r#""msgtype":"text","text":{"content":"x"}"#;
    let tag = |id| Filter::Tag(TagId::new(id));
    let group = |id| Filter::LegacyGroup(GroupId::new(id));
    for (filter, expected) in [
        (r#"{"is_to_all":true}"#, Filter::Everyone),
        (r#"{"is_to_all":true,"tag_id":null,"group_id":null}"#, Filter::Everyone),
        (r#"{"is_to_all":true,"tag_id":""}"#, Filter::Everyone),
        (r#"{"tag_id":2}"#, tag(2)),
        (r#"{"tag_id":"2","is_to_all":null}"#, tag(2)),
        (r#"{"tag_id":0}"#, tag(0)),
        (r#"{"is_to_all":false,"tag_id":2,"group_id":null}"#, tag(2)),
        (r#"{"group_id":2}"#, group(2)),
        (r#"{"group_id":"2","is_to_all":false}"#, group(2)),
        (r#"{"group_id":0,"tag_id":""}"#, group(0)),
    ] {
        let request: SendAll = read(&format!(r#"{{"filter":{filter},{text}}}"#)).unwrap();
        assert_eq!(request.filter, expected, "{filter}");
        // Written and read again it is the same.
        assert_eq!(read::<SendAll>(&written(&request)).unwrap(), request, "{filter}");
        let everyone = expected == Filter::Everyone;
        assert_eq!(written(&request).contains(r#""is_to_all":true"#), everyone, "{filter}");
    }
    for filter in [
        r#"{}"#,
        r#"[]"#,
        r#"null"#,
        r#"0"#,
        r#""""#,
        r#"true"#,
        r#"{"is_to_all":false}"#,
        r#"{"is_to_all":null}"#,
        r#"{"is_to_all":1}"#,
        r#"{"is_to_all":0}"#,
        r#"{"is_to_all":"true"}"#,
        r#"{"is_to_all":"","tag_id":2}"#,
        r#"{"tag_id":null}"#,
        r#"{"tag_id":""}"#,
        r#"{"tag_id":" "}"#,
        r#"{"tag_id":[]}"#,
        r#"{"tag_id":-1}"#,
        r#"{"group_id":null,"tag_id":null}"#,
        r#"{"is_to_all":false,"is_to_all":true}"#,
    ] {
        let request = read::<SendAll>(&format!(r#"{{"filter":{filter},{text}}}"#));
        assert!(matches!(request, Err(ReplyError::Unreadable { .. })), "{filter}: {request:?}");
    }
    assert!(read::<SendAll>(&format!("{{{text}}}")).is_err());
    assert!(read::<SendAll>(r#"[{"is_to_all":true}]"#).is_err());
}

#[test]
fn what_clients_vary_is_read() {
    let body = |rest: &str| format!(r#"{{"filter":{{"tag_id":2}},{rest}}}"#);
    let articles = |ignore_reprint| MassContent::Articles { draft: media(1), ignore_reprint };
    for (flag, expected) in [("1", true), ("true", true), ("0", false), ("null", false)] {
        let rest = format!(
            r#""msgtype":"mpnews","mpnews":{{"media_id":"media-1"}},"send_ignore_reprint":{flag}"#
        );
        let request: SendAll = read(&body(&rest)).unwrap();
        assert_eq!(request.content, articles(expected), "{flag}");
    }
    // What belongs to another kind of message is not looked at.
    let rest = r#""msgtype":"text","text":{"content":"x"},"mpnews":{"media_id":""},
        "clientmsgid":"","send_ignore_reprint":1"#;
    let request: SendAll = read(&body(rest)).unwrap();
    assert_eq!((request.content, request.client_msg_id), (MassContent::text("x"), None));
    let rest = r#""msgtype":"image","image":null,"clientmsgid":"k-1",
        "images":{"media_ids":["media-1"],"recommend":"","only_fans_can_comment":true}"#;
    let request: SendAll = read(&body(rest)).unwrap();
    let mut pictures = Pictures::new(vec![media(1)]);
    pictures.recommend = Some(String::new());
    pictures.comments = Some(Comments::Closed);
    assert_eq!(request.content, MassContent::Pictures(pictures));
    assert_eq!(request.client_msg_id, Some(ClientMsgId::new("k-1").unwrap()));
    // A preview that carries what only a send has.
    let preview = r#"{"touser":"o1","towxname":"","msgtype":"mpnews","send_ignore_reprint":0,
        "mpnews":{"media_id":"media-1"}}"#;
    assert_eq!(read::<Preview>(preview).unwrap().content, PreviewContent::Articles(media(1)));
    for bad in [
        r#""msgtype":"text""#,
        r#""msgtype":"text","text":{}"#,
        r#""msgtype":"text","voice":{"media_id":"media-1"}"#,
        r#""msgtype":"poem","poem":{"media_id":"media-1"}"#,
        r#""text":{"content":"x"}"#,
        r#""msgtype":"image","images":{"recommend":"x"}"#,
        r#""msgtype":"mpnews","mpnews":{"media_id":"media-1"},"send_ignore_reprint":2"#,
    ] {
        assert!(read::<SendAll>(&body(bad)).is_err(), "{bad}");
    }
}

#[test]
fn every_content_comes_back_from_a_send_and_from_a_preview() {
    let mut titled = Pictures::new(vec![media(1), media(2)]);
    titled.title = Some("茶园".to_owned());
    titled.comments = Some(Comments::Followers);
    let mut open = Pictures::new(vec![media(1)]);
    open.comments = Some(Comments::Everyone);
    let mut video = Video::new(media(3));
    video.title = Some("一天".to_owned());
    let card_id = CardId::new("card-1").unwrap();
    let receiver = PreviewReceiver::OpenId(OpenId::new("o1").unwrap());
    for content in [
        MassContent::articles(media(1)),
        MassContent::text("你好"),
        MassContent::Voice(media(1)),
        MassContent::Image(media(1)),
        MassContent::pictures(vec![media(1)]),
        MassContent::Pictures(titled),
        MassContent::Pictures(open),
        MassContent::video(media(1)),
        MassContent::Video(video),
        MassContent::Card(card_id.clone()),
        MassContent::Music(media(1)),
    ] {
        let request = send_all(content.clone());
        assert_eq!(read::<SendAll>(&written(&request)).unwrap(), request);
        let preview = Preview::new(receiver.clone(), content);
        assert_eq!(read::<Preview>(&written(&preview)).unwrap(), preview);
        assert!(!written(&preview).contains("send_ignore_reprint"));
    }
    let card_ext = Some(CardExt::new(r#"{"code":"","nonce_str":"n"}"#).unwrap());
    let preview = Preview::new(receiver, PreviewContent::Card { card_id, card_ext });
    assert_eq!(read::<Preview>(&written(&preview)).unwrap(), preview);
}

#[test]
fn a_deletion_names_a_job_or_an_address() {
    let article = |index| DeleteTarget::Article {
        msg_id: MsgId::new(7),
        article_index: NonZeroU64::new(index).unwrap(),
    };
    for (body, expected) in [
        (r#"{"msg_id":7,"article_idx":null,"url":""}"#, DeleteTarget::Job(MsgId::new(7))),
        (r#"{"msg_id":"7","article_idx":"1"}"#, article(1)),
        (r#"{"msg_id":7,"article_idx":2,"url":"http://x"}"#, article(2)),
        (r#"{"url":"http://x","article_idx":2}"#, DeleteTarget::Url("http://x".to_owned())),
    ] {
        assert_eq!(read::<DeleteMass>(body).unwrap().target, expected, "{body}");
    }
    for bad in [r#"{}"#, r#"{"article_idx":1}"#, r#"{"url":""}"#, r#"{"msg_id":"x"}"#] {
        assert!(read::<DeleteMass>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_status_is_answered_in_the_words_of_the_call() {
    for (status, words) in [
        (JobStatus::Refused(RefusalCode::REPRINT), "SEND_FAIL"),
        (JobStatus::Other("NEW WORD".to_owned()), "NEW WORD"),
        (JobStatus::Sending, "SENDING"),
    ] {
        let answer = GetMassStatusResponse::new(MsgId::new(7), status);
        let written = GetMassStatus::encode_response(&answer).unwrap();
        let expected = format!(r#"{{"msg_id":7,"msg_status":"{words}"}}"#);
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}

fn read_all(query: &[(&str, &str)], body: &[u8]) {
    let reply = Reply::new(200, body);
    let incoming = Incoming::new(query, body);
    let _ = SendAll::decode_request(incoming).map(|request| request.encode());
    let _ = Send::decode_request(incoming).map(|request| request.encode());
    let _ = Preview::decode_request(incoming).map(|request| request.encode());
    let _ = DeleteMass::decode_request(incoming).map(|request| request.encode());
    let _ = GetMassStatus::decode_request(incoming).map(|request| request.encode());
    let _ = SetSpeed::decode_request(incoming).map(|request| request.encode());
    let _ = (GetSpeed::decode_request(incoming), GetSpeed::decode(reply));
    let _ = (SetSpeed::decode(reply), DeleteMass::decode(reply), Preview::decode(reply));
}

proptest! {
    #[test]
    fn reading_never_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&[], &body);
    }

    #[test]
    fn reading_json_never_panics_and_never_invents_everyone(
        kind in "mpnews|text|voice|image|mpvideo|video|wxcard|music|x",
        value in r#"[-0-9.e"a-z\[\]{}:,]{0,14}|null|true|\{"media_id":"[a-z]{0,2}"\}"#,
        tag in r#"[-0-9.e"]{0,6}|null|""|0|\[\]"#,
    ) {
        let filter = format!(r#""filter":{{"is_to_all":false,"tag_id":{tag},"group_id":{value}}}"#);
        let body = format!(
            r#"{{{filter},"touser":{value},"msgtype":"{kind}","{kind}":{value},"images":{value},"msg_id":{tag},"article_idx":{value},"speed":{tag},"clientmsgid":{value}}}"#
        );
        read_all(&[], body.as_bytes());
        let body = format!(r#"{{{filter},"msgtype":"text","text":{{"content":"x"}}}}"#);
        if let Ok(request) = read::<SendAll>(&body) {
            prop_assert_ne!(request.filter, Filter::Everyone);
        }
    }
}
