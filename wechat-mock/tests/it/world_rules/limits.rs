//! Codes and limits of calls, articles, media and tokens.

use std::time::Duration;

use serde_json::json;
use wechat_mock::MaterialKind;
use wechat_types::id::MediaId;

use super::{DAY, UPLOAD, article, rig};
use crate::rig::{
    DRAFT_ADD, PNG, Rig, SEND, SENDALL, code, request, text, text_to, text_to_all, upload,
};

#[test]
fn uncertain_codes_are_settings() {
    let rig = rig(|s| {
        s.missing_audience_code = -1;
        s.unknown_tag_code = -1;
        s.no_valid_openid_code = 40031;
        s.mass_quota_code = 45009;
    });
    let all = |filter| json!({"filter": filter, "msgtype": "text", "text": {"content": "x"}});
    assert_eq!(rig.code(SENDALL, &all(json!({}))), -1);
    assert_eq!(rig.code(SENDALL, &all(json!({"tag_id": 999}))), -1);
    let strangers = json!({"touser": ["o1", "o2"], "msgtype": "text", "text": {"content": "x"}});
    assert_eq!(rig.code(SEND, &strangers), 40031);
    rig.server.set_mass_quota_left(Some(0));
    assert_eq!(rig.code(SENDALL, &text_to_all("x")), 45009);
    rig.server.configure(|s| {
        s.ip_white_list = Some(Vec::new());
        s.unlisted_ip_code = 89503;
    });
    assert_eq!(code(&rig.get(&rig.token_url())), 89503);
}

#[test]
fn limits_of_sends_are_settings() {
    let rig = rig(|s| {
        s.to_all_per_day = 2;
        s.to_all_per_month = 3;
        s.openids_per_send = 3;
        s.fewest_openids_per_send = 1;
        s.text_limit = 5;
        s.recommend_limit = 3;
    });
    let fans = rig.server.followers();
    let all = |text| rig.code(SENDALL, &text_to_all(text));
    assert_eq!([all("a"), all("b"), all("c")], [0, 0, 45028]);
    rig.advance(DAY);
    assert_eq!([all("c"), all("d")], [0, 45028]);
    assert_eq!(rig.code(SEND, &text_to(&fans, "e", None)), 40032);
    assert_eq!(rig.code(SEND, &text_to(&fans[..1], "e", None)), 0);
    assert_eq!(rig.code(SEND, &text_to(&[], "e", None)), 40130);
    assert_eq!(rig.code(SEND, &text_to(&fans[..2], "123456", None)), 45002);
    let picture = rig.server.add_material(MaterialKind::Image);
    let post = json!({"touser": [fans[0].as_str(), fans[1].as_str()], "msgtype": "image",
        "images": {"media_ids": [picture.as_str()], "recommend": "four"}});
    assert_eq!(rig.code(SEND, &post), 40193);
}

#[test]
fn both_calls_may_have_one_limit() {
    let rig = rig(|s| {
        s.mass_calls_per_day = 2;
        s.mass_calls_counted_together = true;
    });
    let fans = rig.server.followers();
    let used = |path| {
        let quota = rig.call("/cgi-bin/openapi/quota/get", &json!({"cgi_path": path}));
        quota["quota"]["used"].as_u64().unwrap()
    };
    assert_eq!(rig.code(SENDALL, &text_to_all("a")), 0);
    assert_eq!([used(SEND), used(SENDALL)], [1, 1]);
    assert_eq!(rig.code(SEND, &text_to(&fans, "a", None)), 0);
    assert_eq!(rig.code(SEND, &text_to(&fans, "b", None)), 45009);
}

#[test]
fn calls_a_day_are_settings() {
    let rig = rig(|s| {
        s.follower_lists_per_day = 1;
        s.calls_per_day.insert(DRAFT_ADD.to_owned(), 1);
    });
    let list = || code(&rig.get(&format!("/cgi-bin/user/get?access_token={}", rig.token())));
    assert_eq!([list(), list()], [0, 45009]);
    let body = json!({"articles": [article(&rig, "t")]});
    assert_eq!([rig.code(DRAFT_ADD, &body), rig.code(DRAFT_ADD, &body)], [0, 45009]);
}

#[test]
fn articles_have_limits() {
    let rig = rig(|s| {
        s.title_limit = 3;
        s.author_limit = 3;
        s.digest_limit = 3;
        s.content_limit = 20;
        s.content_bytes_limit = 30;
        s.articles_limit = 2;
    });
    let add = |key: &str, value: &str| {
        let mut article = article(&rig, "t");
        article[key] = json!(value);
        rig.code(DRAFT_ADD, &json!({"articles": [article]}))
    };
    assert_eq!([add("title", "一二三"), add("title", "一二三四")], [0, 45003]);
    let closed = |title: &str| {
        let mut article = article(&rig, "t");
        article["title"] = json!(title);
        let body = json!({"articles": [article]});
        ["/cgi-bin/material/add_news", "/cgi-bin/media/uploadnews"]
            .map(|path| rig.code(path, &body))
    };
    assert_eq!([closed(&"长".repeat(64)), closed(&"长".repeat(65))], [[0; 2], [45003; 2]]);
    assert_eq!([add("author", "abc"), add("author", "abcd")], [0, 45110]);
    assert_eq!([add("digest", "abc"), add("digest", "abcd")], [0, 45004]);
    assert_eq!([add("content", &"x".repeat(19)), add("content", &"x".repeat(20))], [0, 45008]);
    assert_eq!([add("content", &"字".repeat(9)), add("content", &"字".repeat(10))], [0, 45008]);
    let articles = |count| json!({"articles": vec![article(&rig, "t"); count]});
    assert_eq!([rig.code(DRAFT_ADD, &articles(2)), rig.code(DRAFT_ADD, &articles(3))], [0, 45008]);
}

#[test]
fn links_that_lead_outside_stay_for_some() {
    let content = "<a href=\"https://example.com/a\">shop</a>";
    for (stays, kept) in [(false, "shop"), (true, content)] {
        let rig = rig(|s| s.links_outside = stays);
        let mut article = article(&rig, "t");
        article["content"] = json!(content);
        let reply = rig.call(DRAFT_ADD, &json!({"articles": [article]}));
        let draft = rig.server.draft(&MediaId::new(text(&reply, "media_id")).unwrap()).unwrap();
        assert_eq!(draft.articles[0].content, kept);
        assert_eq!(draft.articles[0].dropped_links.len(), usize::from(!stays));
    }
}

#[test]
fn temporary_media_ends_by_time_and_by_use() {
    let rig = rig(|s| {
        s.temporary_media_lifetime = Duration::from_secs(100);
        s.temporary_media_uses = Some(2);
    });
    let fans: Vec<String> =
        rig.server.followers().iter().map(|fan| fan.as_str().to_owned()).collect();
    let uploaded = || {
        let path = format!("{UPLOAD}?access_token={}&type=image", rig.token());
        text(&rig.answer(&upload(&path, "a.png", PNG)), "media_id")
    };
    let send = |id: &str, key: &str| {
        let body = json!({"touser": fans, "msgtype": "image", "image": {"media_id": id}, "clientmsgid": key});
        rig.code(SEND, &body)
    };
    let id = uploaded();
    assert_eq!([send(&id, "1"), send(&id, "2"), send(&id, "3")], [0, 0, 40007]);
    let id = uploaded();
    rig.advance(100);
    assert_eq!(send(&id, "4"), 40007);
}

#[test]
fn uploads_in_pieces_and_parts_in_another_order() {
    let rig = rig(|_| {});
    let path = || format!("/cgi-bin/material/add_material?access_token={}&type=image", rig.token());
    let chunked = || {
        let mut request = upload(&path(), "a.png", PNG);
        request.headers_mut().insert("transfer-encoding", "chunked".parse().unwrap());
        code(&rig.answer(&request))
    };
    let late = || {
        let mut body =
            b"--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{}\r\n--b\r\n\
            Content-Disposition: form-data; name=\"media\"; filename=\"a.png\"\r\n\r\n"
                .to_vec();
        body.extend_from_slice(PNG);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let mut request = request("POST", &path(), body.into());
        let kind = "multipart/form-data; boundary=b".parse().unwrap();
        request.headers_mut().insert("content-type", kind);
        code(&rig.answer(&request))
    };
    assert_eq!([chunked(), late()], [41005, 41005]);
    rig.server.configure(|s| (s.chunked_uploads_refused, s.media_part_first) = (false, false));
    assert_eq!([chunked(), late()], [0, 0]);
}

#[test]
fn lifetimes_and_limits_of_tokens_are_settings() {
    let rig = rig(|s| {
        s.token_lifetime = Duration::from_secs(100);
        s.token_overlap = Duration::from_secs(10);
        s.forced_refreshes_per_day = 2;
        s.forced_refresh_pause = Duration::from_secs(5);
    });
    let works = |token: &str| code(&rig.get(&format!("/cgi-bin/tags/get?access_token={token}")));
    let plain = || text(&rig.get(&rig.token_url()), "access_token");
    let (old, new) = (plain(), plain());
    assert_eq!([works(&old), works(&new)], [0, 0]);
    rig.advance(10);
    assert_eq!([works(&old), works(&new)], [40001, 0]);
    rig.advance(90);
    assert_eq!(works(&new), 42001);

    let mut body = rig.credentials();
    body["force_refresh"] = json!(true);
    let force = || rig.post("/cgi-bin/stable_token", &body);
    let first = text(&force(), "access_token");
    assert_eq!(text(&force(), "access_token"), first, "too soon: nothing happens");
    rig.advance(5);
    assert_ne!(text(&force(), "access_token"), first);
    rig.advance(5);
    assert_eq!(code(&force()), 45009);
}

#[test]
fn publications_may_write_numbers() {
    let rig = rig(|_| {});
    let publish = |rig: &Rig| {
        let draft = rig.server.add_draft();
        rig.call("/cgi-bin/freepublish/submit", &json!({"media_id": draft.as_str()}))
    };
    let reply = publish(&rig);
    assert!(reply["publish_id"].is_string() && reply["msg_data_id"].is_string(), "{reply}");
    rig.server.configure(|s| s.publish_id_as_number = true);
    let reply = publish(&rig);
    assert!(reply["publish_id"].is_number() && reply.get("msg_data_id").is_none(), "{reply}");
}

#[tokio::test]
async fn what_only_the_wire_shows() {
    use wechat_http::Transport as _;

    let rig = rig(|s| {
        s.content_type = "text/plain".into();
        s.in_process_ip = [203, 0, 113, 9].into();
        s.ip_white_list = Some(vec![[203, 0, 113, 9].into()]);
    });
    let get =
        |path: &str| rig.exchange(&request("GET", path, bytes::Bytes::new())).response.unwrap();
    let refused = get(&rig.token_url());
    assert_eq!(refused.headers()["content-type"], "text/plain");
    assert_eq!(code(&rig.get(&rig.token_url())), 40164);
    let inside = request("GET", &rig.token_url(), bytes::Bytes::new());
    let answer = rig.server.transport().send(inside).await.unwrap();
    assert!(String::from_utf8_lossy(answer.body()).contains("access_token"));
    assert_eq!(get("/cgi-bin/nothing").status(), 404);
    rig.server.configure(|s| s.unknown_path_code = Some(40066));
    assert_eq!(code(&rig.get("/cgi-bin/nothing")), 40066);
}
