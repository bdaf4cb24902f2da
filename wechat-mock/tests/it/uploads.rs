//! Pictures, material and drafts.

use serde_json::json;
use wechat_mock::{EscapedText, MaterialKind};
use wechat_types::id::MediaId;

use crate::rig::{DRAFT_ADD, JPEG, PNG, Rig, code, text, upload};

fn uploadimg(rig: &Rig, name: &str, content: &[u8]) -> serde_json::Value {
    let path = format!("/cgi-bin/media/uploadimg?access_token={}", rig.token());
    rig.answer(&upload(&path, name, content))
}

fn add_material(rig: &Rig, kind: &str, name: &str, content: &[u8]) -> serde_json::Value {
    let token = rig.token();
    let path = format!("/cgi-bin/material/add_material?type={kind}&access_token={token}");
    rig.answer(&upload(&path, name, content))
}

#[test]
fn article_pictures_are_jpg_or_png_up_to_one_megabyte() {
    let rig = Rig::new();
    let url = text(&uploadimg(&rig, "a.jpg", JPEG), "url");
    assert!(url.starts_with("http://mmbiz.qpic.cn/mmbiz_jpg/"), "{url}");
    assert!(url.ends_with("/0?wx_fmt=jpeg"), "{url}");
    assert!(text(&uploadimg(&rig, "C:\\图\\b.PNG", PNG), "url").contains("/mmbiz_png/"));
    let mut large = PNG.to_vec();
    large.resize((1 << 20) + 1, 0);
    for (name, content, expected) in [
        ("a.gif", &b"GIF89a"[..], 40113),
        ("a", PNG, 40113),
        ("a.png", b"GIF89a", 40005),
        ("a.png", JPEG, 40005),
        ("a.png", b"hello", 40137),
        ("a.png", b"", 44001),
        ("", PNG, 41005),
        ("a.png", &large, 40009),
    ] {
        assert_eq!(code(&uploadimg(&rig, name, content)), expected, "{name}");
    }
    rig.server.configure(|s| s.extension_must_match = false);
    assert_eq!(code(&uploadimg(&rig, "a.png", JPEG)), 0);
    assert_eq!(rig.server.article_pictures().len(), 3);
}

#[test]
fn material_of_each_type() {
    let rig = Rig::new();
    let image = add_material(&rig, "image", "a.gif", b"GIF89a");
    assert_eq!(text(&image, "media_id").len(), 43);
    assert!(text(&image, "url").contains("wx_fmt=gif"));
    assert!(add_material(&rig, "thumb", "a.jpg", JPEG).get("url").is_none());
    assert_eq!(add_material(&rig, "video", "a.mp4", b"\0\0\0\x18ftypisom")["url"], "");
    assert_eq!(code(&add_material(&rig, "voice", "a.mp3", b"ID3")), 0);
    for (kind, name, expected) in
        [("image", "a.bmp", 40137), ("voice", "a.mp3", 40005), ("video", "a.mp4", 40005)]
    {
        assert_eq!(code(&add_material(&rig, kind, name, b"hello")), expected, "{kind}");
    }
    assert_eq!(code(&add_material(&rig, "file", "a.pdf", b"%PDF")), 40004);
    let mut large = JPEG.to_vec();
    large.resize((64 << 10) + 1, 0);
    assert_eq!(code(&add_material(&rig, "thumb", "a.jpg", &large)), 40012);
}

#[test]
fn drafts_are_checked_and_cleaned() {
    let rig = Rig::new();
    let thumb = rig.server.add_material(MaterialKind::Image);
    let good = json!({
        "title": "标题", "author": "作者", "digest": "摘要", "thumb_media_id": thumb.as_str(),
        "content": "<p>一<img src=\"https://example.com/x.png\"><img src='http://mmbiz.qpic.cn/y/0'></p>",
    });
    let reply = rig.call(DRAFT_ADD, &json!({"articles": [good]}));
    let draft = rig.server.draft(&MediaId::new(text(&reply, "media_id")).unwrap()).unwrap();
    assert!(!draft.consumed);
    assert_eq!(draft.articles[0].content, "<p>一<img src='http://mmbiz.qpic.cn/y/0'></p>");
    assert_eq!(draft.articles[0].dropped_pictures, ["https://example.com/x.png"]);

    let voice = rig.server.add_material(MaterialKind::Voice);
    for (key, value, expected) in [
        ("title", json!(""), 45003),
        ("title", json!("字".repeat(33)), 45003),
        ("title", json!(1), 47001),
        ("author", json!("字".repeat(17)), 45110),
        ("digest", json!("字".repeat(129)), 45004),
        ("content", json!(""), 44003),
        ("content", json!("a".repeat(20_000)), 45008),
        ("thumb_media_id", json!("unknown"), 40007),
        ("thumb_media_id", json!(voice.as_str()), 40007),
    ] {
        let mut article = good.clone();
        article[key] = value;
        assert_eq!(rig.code(DRAFT_ADD, &json!({"articles": [article]})), expected, "{key}");
    }
    assert_eq!(rig.code(DRAFT_ADD, &json!({"articles": []})), 44003);
    assert_eq!(rig.code(DRAFT_ADD, &json!({})), 44003);
    assert_eq!(rig.code(DRAFT_ADD, &json!({"articles": good})), 47001);
    let eight = vec![good.clone(); 8];
    assert_eq!(rig.code(DRAFT_ADD, &json!({"articles": eight})), 0);
    assert_eq!(rig.code(DRAFT_ADD, &json!({"articles": vec![good; 9]})), 45008);
}

#[test]
fn escapes_in_a_title_are_shown_to_the_reader() {
    let rig = Rig::new();
    let thumb = rig.server.add_material(MaterialKind::Thumb);
    let body = format!(
        r#"{{"articles":[{{"title":"\u4f60a","content":"x","thumb_media_id":"{thumb}"}}]}}"#
    );
    let add = || {
        let url = format!("{DRAFT_ADD}?access_token={}", rig.token());
        rig.answer(&crate::rig::request("POST", &url, body.clone().into()))
    };
    let title = |reply: &serde_json::Value| {
        let id = MediaId::new(text(reply, "media_id")).unwrap();
        rig.server.draft(&id).unwrap().articles[0].title.clone()
    };
    assert_eq!(title(&add()), "\\u4f60a");
    rig.server.configure(|s| s.escaped_text = EscapedText::Refused);
    assert_eq!(code(&add()), 47002);
    rig.server.configure(|s| s.escaped_text = EscapedText::Decoded);
    assert_eq!(title(&add()), "你a");
}
