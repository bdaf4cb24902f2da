//! Control calls whose bodies are streams, over a socket: in chunks, cut in the middle, and wrong.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wechat_mock::Hindrance;
use wechat_types::id::{OpenId, TagId};

use crate::control::Control;

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
