//! Control calls whose bodies are streams, over a socket: in chunks, cut in the middle, and wrong.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wechat_mock::{AccountBuilder, Hindrance, MockServerBuilder};
use wechat_types::id::{AppId, OpenId, TagId};

use crate::control::Control;
use crate::rig::code;

fn openid(number: usize) -> OpenId {
    OpenId::new(format!("oTEST{number:0>23}")).unwrap()
}

/// So many lines, every tenth with all fields.
fn lines(count: usize) -> String {
    let line = |number: usize| match number % 10 {
        0 => format!("{}\t101,102\trefuses\t1700000000\n", openid(number)),
        _ => format!("{}\n", openid(number)),
    };
    (0..count).map(line).collect()
}

impl Control {
    /// A body in chunks of this size; `end`: it is brought to its end.
    pub(crate) async fn chunked(
        &self,
        line: &str,
        body: &[u8],
        size: usize,
        end: bool,
    ) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(self.addr()).await.unwrap();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\
             Connection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for chunk in body.chunks(size) {
            stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
            stream.write_all(chunk).await.unwrap();
            stream.write_all(b"\r\n").await.unwrap();
        }
        if !end {
            return None;
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some((status, serde_json::from_str(body).unwrap()))
    }
}

#[tokio::test]
async fn followers_are_imported_from_a_body_in_chunks() {
    let control = Control::with(|b| b.followers(2)).await;
    let server = &control.rig.server;
    // Two are there already: the import goes between them and what else happens.
    server.add_follower(openid(7));
    let body = lines(50_000);
    for size in [1000, 65_536] {
        let (status, told) =
            control.chunked("POST /_mock/followers", body.as_bytes(), size, true).await.unwrap();
        assert_eq!((status, &told), (200, &json!({"imported": 50_000, "followers": 50_002})));
    }
    assert_eq!(server.hindrance(&openid(40)), Some(Hindrance::Refuses));
    assert_eq!(server.tags_of(&openid(40)), [TagId::new(101), TagId::new(102)]);
    let page = control.get("/_mock/followers?after=49999&limit=2").await;
    assert_eq!(page, json!({"total": 50_002, "followers": [openid(49_997), openid(49_998)]}));
    let page = control.get("/_mock/followers?after=0&limit=100000").await;
    assert_eq!(page["followers"].as_array().unwrap().len(), 1000, "a page has its end");
    let page = control.get("/_mock/followers?after=50002").await;
    assert_eq!(page, json!({"total": 50_002, "followers": []}));
    // Nobody is nobody.
    let empty = control.chunked("POST /_mock/followers", b"", 1, true).await.unwrap();
    assert_eq!(empty, (200, json!({"imported": 0, "followers": 50_002})));
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let control = Control::with(|b| b.followers(2)).await;
    let before = control.get("/_mock/state").await;
    let body = lines(20_000);
    // The last line is whole: only the end is missing.
    control.chunked("POST /_mock/followers", body.as_bytes(), 10_000, false).await;
    let mut stream = TcpStream::connect(control.addr()).await.unwrap();
    let head =
        "POST /_mock/followers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes().get(..5000).unwrap()).await.unwrap();
    stream.shutdown().await.unwrap();
    // The server has seen the end when it closes its side.
    let _ = stream.read_to_end(&mut Vec::new()).await;
    for _ in 0..20 {
        assert_eq!(control.get("/_mock/state").await, before);
    }
}

#[tokio::test]
async fn a_wrong_line_is_named_and_nothing_is_imported() {
    let control = Control::with(|b| b.followers(2)).await;
    let before = control.get("/_mock/state").await;
    let good = lines(3000);
    for (bad, field) in [
        ("o b", "line 3001, openid"),
        ("oTESTfan48X1xf6krmgnKRPWerco\tcats", "line 3001, tags"),
        ("oTESTfan48X1xf6krmgnKRPWerco\t\tgone", "line 3001, state"),
        ("oTESTfan48X1xf6krmgnKRPWerco\t\t\tyesterday", "line 3001, followed_at"),
        ("oTESTfan48X1xf6krmgnKRPWerco\t\t\t\tmore", "line 3001"),
    ] {
        // Far more comes after it than fits into the socket: the answer arrives all the same.
        let body = format!("{good}{bad}\n{}", lines(200_000));
        let (status, answer) =
            control.chunked("POST /_mock/followers", body.as_bytes(), 8000, true).await.unwrap();
        assert_eq!((status, answer["error"]["field"].as_str().unwrap()), (400, field), "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{field}: ")), "{message}");
    }
    let endless = vec![b'o'; 3_000_000];
    let (status, answer) =
        control.chunked("POST /_mock/followers", &endless, 8000, true).await.unwrap();
    assert_eq!((status, answer["error"]["field"].as_str()), (400, Some("line 1")), "{answer}");
    assert_eq!(control.get("/_mock/state").await, before);
    let unknown = "POST /_mock/accounts/wx9/followers";
    let (status, answer) = control.chunked(unknown, b"", 1, true).await.unwrap();
    assert_eq!((status, answer["error"]["field"].as_str()), (404, Some("app_id")), "{answer}");
}

/// Head and body of the answer to a GET.
async fn fetched(control: &Control, path: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(control.addr()).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}

const SECOND: &str = "wx0000000000000002";

fn pair(builder: MockServerBuilder) -> MockServerBuilder {
    let second = AccountBuilder::new().app_id(AppId::new(SECOND).unwrap());
    builder.followers(20_000).account(second.followers(1))
}

#[tokio::test]
async fn a_state_is_saved_here_and_loaded_there() {
    let here = Control::with(pair).await;
    let fans = here.rig.server.followers();
    here.rig.send_text(&fans[..2], "a", Some("key"));
    here.rig.advance(100);
    let (head, state) = fetched(&here, "/_mock/save").await;
    assert!(head.contains("content-type: application/x-ndjson"), "{head}");
    assert!(head.contains(&format!("content-length: {}", state.len())), "{head}");
    let there = Control::with(|b| pair(b).seed(8).app_id(here.rig.server.app_id())).await;
    let (status, told) = there.chunked("POST /_mock/load", &state, 10_000, true).await.unwrap();
    let now = here.get("/_mock/clock").await["now"].clone();
    assert_eq!((status, told), (200, json!({"loaded": 2, "now": now})));
    for path in ["state", "jobs", "quotas", "settings", "followers", "received", "clock"] {
        let path = format!("/_mock/{path}");
        assert_eq!(there.get(&path).await, here.get(&path).await, "{path}");
    }
    // The same key is still known, and the old token good.
    assert_eq!(code(&there.rig.send_text(&fans[..2], "a", Some("key"))), 45065);

    // One account alone, by its name.
    let path = format!("/_mock/accounts/{SECOND}");
    there.did(&format!("POST {path}/tags"), json!({"id": 101, "name": "x"})).await;
    let (_, alone) = fetched(&there, &format!("{path}/save")).await;
    let before = here.get("/_mock/state").await;
    let told = here.chunked(&format!("POST {path}/load"), &alone, 100, true).await.unwrap();
    assert_eq!((told.0, &told.1["loaded"]), (200, &json!(1)));
    assert_eq!(here.get(&format!("{path}/tags")).await["tags"][3]["id"], 101);
    assert_eq!(here.get("/_mock/state").await, before);
}

#[tokio::test]
async fn a_state_that_cannot_be_loaded_is_refused_by_its_line() {
    let control = Control::with(pair).await;
    let (_, state) = fetched(&control, "/_mock/save").await;
    let (_, alone) = fetched(&control, &format!("/_mock/accounts/{SECOND}/save")).await;
    let text = String::from_utf8(state.clone()).unwrap();
    control.did("POST /_mock/tags", json!({"id": 101, "name": "x"})).await;
    let before = control.get("/_mock/state").await;
    for (line, body, status, field, part) in [
        (
            "load",
            text.replace("\"version\":1", "\"version\":99"),
            400,
            "wechat_mock_state.version",
            "99",
        ),
        (
            "load",
            text.replacen("\"openids\":\"o", "\"openids\":\"!", 1),
            400,
            "line 3",
            "it holds what is no OpenID",
        ),
        (
            "load",
            text.replacen("\"next_data\":", "\"next_data\":-", 1),
            400,
            "line 2",
            "it is no line",
        ),
        (
            "load",
            text.replacen("\"forgotten\":0", "\"forgotten\":1", 1),
            400,
            "line 8",
            "the lines before it",
        ),
        (
            "load",
            String::from_utf8(alone.clone()).unwrap(),
            409,
            "wechat_mock_state.accounts",
            SECOND,
        ),
        (
            "accounts/wx0000000000000002/load",
            text.clone(),
            409,
            "wechat_mock_state.accounts",
            SECOND,
        ),
        ("accounts/wx9/load", text.clone(), 404, "app_id", "wx9"),
    ] {
        let line = format!("POST /_mock/{line}");
        let (got, answer) = control.chunked(&line, body.as_bytes(), 9000, true).await.unwrap();
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!((got, answer["error"]["field"].as_str()), (status, Some(field)), "{answer}");
        assert!(message.contains(part), "{message}");
        assert!(!message.contains(control.rig.server.app_secret().expose()), "{message}");
    }
    // Cut by its sender, who says that this was all; and cut by the network.
    let half = &state[..state.len() / 2];
    let (status, answer) = control.chunked("POST /_mock/load", half, 9000, true).await.unwrap();
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(status == 400 && message.contains("ends before its end"), "{message}");
    control.chunked("POST /_mock/load", &state, 9000, false).await;
    for _ in 0..20 {
        assert_eq!(control.get("/_mock/state").await, before);
    }
    let (status, _) = control.chunked("POST /_mock/load", &state, 9000, true).await.unwrap();
    assert_eq!(status, 200);
    assert_ne!(control.get("/_mock/state").await, before);
}
