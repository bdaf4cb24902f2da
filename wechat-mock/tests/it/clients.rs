//! What clients in the field send, byte by byte over a socket, and what they need back.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wechat_mock::{JobProgress, Listening, MaterialKind};
use wechat_types::id::{OpenId, TagId, WeChatName};

use crate::rig::{DELETE, GET, JPEG, PNG, PREVIEW, Rig, SEND, SENDALL, mpnews_to_all};

struct Wire {
    rig: Rig,
    listening: Listening,
    token: String,
}

impl Wire {
    async fn new() -> Self {
        let rig = Rig::with(|b| {
            b.followers(3).settings(|s| {
                s.progress = JobProgress::Immediate;
                s.to_all_per_day = 100;
                s.to_all_per_month = 100;
            })
        });
        rig.server.add_tag(TagId::new(2), "t");
        rig.server.tag_follower(&rig.server.followers()[0], TagId::new(2));
        let listening = rig.server.listen("127.0.0.1:0").await.unwrap();
        let token = rig.token();
        Self { rig, listening, token }
    }

    /// Head and body of the answer to these bytes. Nothing is added to the head.
    async fn raw(&self, head: &str, body: &[u8]) -> (String, String) {
        let mut stream = TcpStream::connect(self.listening.addr()).await.unwrap();
        stream.write_all(format!("{head}\r\n\r\n").as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    async fn with(&self, method: &str, url: &str, headers: &str, body: &[u8]) -> Value {
        let length = body.len();
        let head = format!(
            "{method} {url} HTTP/1.1\r\nHost: api.weixin.qq.com\r\nConnection: close\r\n\
             Content-Length: {length}{headers}"
        );
        let (head, body) = self.raw(&head, body).await;
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}"))
    }

    /// A POST without Content-Type and User-Agent; the code.
    async fn code(&self, path: &str, body: &str) -> i64 {
        crate::rig::code(&self.post(path, body).await)
    }

    async fn post(&self, path: &str, body: &str) -> Value {
        let url = format!("{path}?access_token={}", self.token);
        self.with("POST", &url, "", body.as_bytes()).await
    }

    /// A text for this filter; each another one.
    async fn filtered(&self, filter: &str, rest: &str) -> Value {
        let number = self.rig.server.received().len();
        let body = format!(
            r#"{{"filter":{filter},"msgtype":"text","text":{{"content":"{number}"}}{rest}}}"#
        );
        self.post(SENDALL, &body).await
    }
}

#[tokio::test]
async fn json_bodies_of_every_kind() {
    let wire = Wire::new().await;
    let url = format!("/cgi-bin/tags/create?access_token={}", wire.token);
    let types = [
        "",
        "\r\nContent-Type: application/json",
        "\r\nContent-Type: application/json; charset=utf-8",
        "\r\ncontent-type: application/json;charset=utf-8",
        "\r\nUser-Agent: curl/8\r\nContent-Type: application/json",
    ];
    for (number, headers) in types.into_iter().enumerate() {
        for (form, body) in [
            r#"{"tag":{"name":"%NAME"}}"#,
            "{\"tag\": {\"name\": \"%NAME\"}}\n",
            "{\n  \"more\": 1,\n  \"tag\" : { \"name\" : \"%NAME\" }\n}\r\n",
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("茶 {number} {form}");
            let body = body.replace("%NAME", &name);
            let answer = wire.with("POST", &url, headers, body.as_bytes()).await;
            assert_eq!(answer["tag"]["name"], name, "{headers:?} {body}");
        }
    }
    let answer = wire.with("POST", &url, "", br#"{"tag":{"name":"a\/b"}}"#).await;
    assert_eq!(answer["tag"]["name"], "a/b", "as PHP escapes");
}

#[tokio::test]
async fn queries_in_any_order_and_empty_values() {
    let wire = Wire::new().await;
    let token = &wire.token;
    for query in ["type=image&access_token=T", "access_token=T&type=image"] {
        let url = format!("/cgi-bin/media/upload?{}", query.replace('T', token));
        let answer = upload(&wire, &url, &[("media", Some("a.png"), PNG, "")]).await;
        assert_eq!(answer["type"], "image", "{query}");
    }
    for query in ["access_token=T", "access_token=T&next_openid=", "next_openid=&access_token=T"] {
        let url = format!("/cgi-bin/user/get?{}", query.replace('T', token));
        assert_eq!(wire.with("GET", &url, "", b"").await["count"], 3, "{query}");
    }
}

#[tokio::test]
async fn every_form_of_an_audience() {
    let wire = Wire::new().await;
    for (filter, to_all) in [
        (r#"{"is_to_all":true}"#, true),
        (r#"{"is_to_all":true,"tag_id":null}"#, true),
        (r#"{"is_to_all":true,"group_id":null}"#, true),
        (r#"{"is_to_all":true,"tag_id":""}"#, true),
        (r#"{"tag_id":2}"#, false),
        (r#"{"tag_id":"2"}"#, false),
        (r#"{"group_id":2}"#, false),
        (r#"{"group_id":"2"}"#, false),
        (r#"{"group_id":2,"is_to_all":false}"#, false),
        (r#"{"is_to_all":false,"tag_id":2}"#, false),
    ] {
        let answer = wire.filtered(filter, "").await;
        assert_eq!(answer["errcode"], 0, "{filter}: {answer}");
        let id = crate::rig::msg_id(&answer);
        assert_eq!(wire.rig.server.job(id).unwrap().to_all, to_all, "{filter}");
    }
    for flag in ["0", "1", "true", "false"] {
        let rest = format!(r#","send_ignore_reprint":{flag}"#);
        assert_eq!(wire.filtered(r#"{"tag_id":2}"#, &rest).await["errcode"], 0, "{flag}");
    }
}

#[tokio::test]
async fn both_forms_of_a_picture_post() {
    let wire = Wire::new().await;
    let id = wire.rig.server.add_material(MaterialKind::Image);
    for (payload, code) in [
        (r#""image":{"media_id":"ID"}"#, 0),
        (
            r#""images":{"media_ids":["ID","ID"],"recommend":"","need_open_comment":1,
                "only_fans_can_comment":0}"#,
            0,
        ),
        (r#""images":{"media_ids":[],"recommend":""}"#, 40215),
    ] {
        let payload = payload.replace("ID", id.as_str());
        let body = format!(r#"{{"filter":{{"is_to_all":true}},{payload},"msgtype":"image"}}"#);
        assert_eq!(wire.code(SENDALL, &body).await, code, "{payload}");
    }
}

#[tokio::test]
async fn numbers_of_jobs_as_numbers_and_texts() {
    let wire = Wire::new().await;
    for form in [
        r#"{"msg_id":ID}"#,
        r#"{"msg_id":"ID"}"#,
        r#"{"msg_id":ID,"article_idx":1}"#,
        r#"{"msg_id":"ID","article_idx":0}"#,
        r#"{"msgid":ID}"#,
    ] {
        let draft = wire.rig.server.add_draft();
        let sent = wire.post(SENDALL, &mpnews_to_all(draft.as_str(), form).to_string()).await;
        let id = sent["msg_id"].to_string();
        if form.contains("msg_id") {
            let found = wire.post(GET, &form.replace("ID", &id)).await;
            assert_eq!(found["msg_status"], "SEND_SUCCESS", "{form}");
            assert!(found["msg_id"].is_u64(), "{found}");
        }
        assert_eq!(wire.code(DELETE, &form.replace("ID", &id)).await, 0, "{form}");
        let gone = wire.post(GET, &format!(r#"{{"msg_id":{id}}}"#)).await;
        assert_eq!(gone["msg_status"], "DELETE", "{form}");
    }
}

#[tokio::test]
async fn the_speed_is_asked_for_in_three_ways() {
    let wire = Wire::new().await;
    let url = format!("/cgi-bin/message/mass/speed/get?access_token={}", wire.token);
    for (method, body) in [("POST", "{}"), ("POST", ""), ("GET", ""), ("POST", r#"{"speed":3}"#)] {
        let answer = wire.with(method, &url, "", body.as_bytes()).await;
        assert_eq!(answer, json!({"speed": 0, "realspeed": 80}), "{method} {body}");
    }
}

type Part<'a> = (&'a str, Option<&'a str>, &'a [u8], &'a str);

/// An upload of parts: name, file name, content, more headers that stand before the disposition.
async fn upload(wire: &Wire, url: &str, parts: &[Part<'_>]) -> Value {
    let mut body = Vec::new();
    for (name, file, content, headers) in parts {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let head = format!(
            "--b1\r\n{headers}Content-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b1--\r\n");
    wire.with("POST", url, "\r\nContent-Type: multipart/form-data; boundary=b1", &body).await
}

#[tokio::test]
async fn uploads_of_every_kind() {
    let wire = Wire::new().await;
    let url = format!("/cgi-bin/material/add_material?type=image&access_token={}", wire.token);
    for file in ["a.png", "春茶.png", "%E6%98%A5.png", "C:\\图\\a.png", "/图/a.png"] {
        for headers in [
            "",
            "Content-Type: image/png\r\n",
            "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: 8bit\r\n",
            "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n",
        ] {
            let answer = upload(&wire, &url, &[("media", Some(file), PNG, headers)]).await;
            assert!(answer["media_id"].is_string(), "{file} {headers}: {answer}");
        }
    }
    let description = ("description", None, &b"{}"[..], "");
    let answer = upload(&wire, &url, &[("media", Some("a.png"), PNG, ""), description]).await;
    assert!(answer["url"].is_string(), "{answer}");
    let large = [PNG, &vec![7; 3 << 19]].concat();
    let answer = upload(&wire, &url, &[("media", Some("a.png"), &large, "")]).await;
    assert!(answer["url"].is_string(), "1.5 MiB: {answer}");
    let url = format!("/cgi-bin/media/upload?type=thumb&access_token={}", wire.token);
    let answer = upload(&wire, &url, &[("media", Some("a.jpg"), JPEG, "")]).await;
    assert!(answer["thumb_media_id"].is_string() && answer["media_id"].is_null(), "{answer}");
    assert!(answer["created_at"].is_u64(), "{answer}");
}

#[tokio::test]
async fn previews_by_openid_and_by_name() {
    let wire = Wire::new().await;
    let fan = wire.rig.server.followers()[0].clone();
    wire.rig.server.add_wechat_name(WeChatName::new("short").unwrap(), fan.clone());
    let text = r#""msgtype":"text","text":{"content":"x"},"send_ignore_reprint":1"#;
    for to in [format!(r#""touser":"{fan}""#), r#""towxname":"short""#.to_owned()] {
        let answer = wire.post(PREVIEW, &format!("{{{to},{text}}}")).await;
        assert_eq!(answer["errcode"], 0, "{to}");
        assert!(answer.get("msg_id").is_none(), "none, as seen on the wire: {answer}");
    }
    assert_eq!(wire.rig.server.previews(&fan), 2);
}

#[tokio::test]
async fn a_doubled_slash_is_one() {
    let wire = Wire::new().await;
    let url = format!("//cgi-bin/tags/get?access_token={}", wire.token);
    assert!(wire.with("GET", &url, "", b"").await["tags"].is_array());
}

#[tokio::test]
async fn answers_are_compact_json_with_status_200_also_for_errors() {
    let wire = Wire::new().await;
    let head = |path: &str| {
        let token = &wire.token;
        format!("GET {path}?access_token={token} HTTP/1.1\r\nHost: x\r\nConnection: close")
    };
    for (path, error) in [("/cgi-bin/user/get", false), ("/cgi-bin/user/info", true)] {
        let (head, body) = wire.raw(&head(path), b"").await;
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
        assert!(!body.contains(['\n', '\t']) && !body.contains("\": "), "{body}");
        assert_eq!(body.contains("errcode"), error, "{body}");
    }
}

#[tokio::test]
async fn typed_clients_find_numbers() {
    let wire = Wire::new().await;
    let text = wire.filtered(r#"{"tag_id":2}"#, "").await;
    assert!(text["msg_id"].is_u64() && text.get("msg_data_id").is_none(), "{text}");
    let draft = wire.rig.server.add_draft();
    let articles = wire.post(SENDALL, &mpnews_to_all(draft.as_str(), "k").to_string()).await;
    assert!(articles["msg_id"].is_u64() && articles["msg_data_id"].is_u64(), "{articles}");
    let news = wire.rig.server.add_material(MaterialKind::News);
    let articles = wire.post(SENDALL, &mpnews_to_all(news.as_str(), "k2").to_string()).await;
    assert!(articles["msg_data_id"].is_u64(), "of add_news as well: {articles}");
    let job = wire.rig.server.job(crate::rig::msg_id(&articles)).unwrap();
    assert_eq!(job.article_urls.len(), 1);
}

#[tokio::test]
async fn followers_are_28_characters_and_end_with_an_empty_page() {
    let wire = Wire::new().await;
    let is_usual = |id: &OpenId| {
        id.as_str().len() == 28
            && id.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    let fans = wire.rig.server.followers();
    assert!(fans.iter().all(is_usual));
    let last = fans.last().unwrap();
    let url = format!("/cgi-bin/user/get?access_token={}&next_openid={last}", wire.token);
    let end = json!({"total": 3, "count": 0, "next_openid": ""});
    assert_eq!(wire.with("GET", &url, "", b"").await, end);
}

#[tokio::test]
async fn tokens_fail_in_words_that_clients_look_for() {
    let wire = Wire::new().await;
    let code = |token: &str| {
        let url = format!("/cgi-bin/user/get?access_token={token}");
        let wire = &wire;
        async move { wire.with("GET", &url, "", b"").await }
    };
    assert_eq!(code("75_unknown").await["errcode"], 40001);
    let forced = wire.rig.credentials();
    let mut body = forced.clone();
    body["force_refresh"] = json!(true);
    let new = wire.with("POST", "/cgi-bin/stable_token", "", body.to_string().as_bytes()).await;
    assert_eq!(code(&wire.token).await["errcode"], 40001, "replaced");
    wire.rig.advance(7200);
    let expired = code(new["access_token"].as_str().unwrap()).await;
    assert_eq!(expired["errcode"], 42001);
    assert!(expired["errmsg"].as_str().unwrap().contains("access_token expired"), "{expired}");
}

#[tokio::test]
async fn a_repeated_key_is_answered_at_once_with_the_job() {
    let wire = Wire::new().await;
    let fans = wire.rig.server.followers();
    let body = crate::rig::text_to(&fans, "x", Some("k")).to_string();
    let first = wire.post(SEND, &body).await;
    let again = wire.post(SEND, &body).await;
    assert_eq!((&again["errcode"], &again["msg_id"]), (&json!(45065), &first["msg_id"]));
    let pause = Some(std::time::Duration::from_secs(60));
    wire.rig.server.configure(|s| s.repeat_too_fast = pause);
    assert_eq!(wire.code(SEND, &body).await, 45066, "the other reading");
    wire.rig.advance(60);
    assert_eq!(wire.code(SEND, &body).await, 45065);
    assert_eq!(wire.rig.server.jobs().len(), 1);
}
