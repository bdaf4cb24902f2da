//! The loopback server against a bare axum handler for the same JSON, in turns on the same machine.
//!
//! `cargo bench -p wechat-mock --bench http`
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may fail loudly")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wechat_mock::{JobProgress, MockServer};

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(400);
const FOLLOWERS: usize = 1_000_000;
/// Each connection counts on from another million, so that no send is a repeat.
static NUMBERS: AtomicUsize = AtomicUsize::new(1_000_000);

/// Digits of the key that makes each send another one.
const KEY: usize = 12;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
fn now() -> Instant {
    Instant::now()
}

#[derive(Deserialize)]
struct Asked {
    msg_id: u64,
}

#[derive(Serialize)]
struct Status {
    msg_id: u64,
    msg_status: &'static str,
}

async fn status(Json(asked): Json<Asked>) -> Json<Status> {
    Json(Status { msg_id: asked.msg_id, msg_status: "SEND_SUCCESS" })
}

#[derive(Serialize)]
struct Accepted {
    errcode: i64,
    errmsg: &'static str,
    msg_id: usize,
}

async fn list(Json(openids): Json<Vec<String>>) -> Json<Accepted> {
    let errmsg = "send job submission success";
    Json(Accepted { errcode: 0, errmsg, msg_id: openids.len() })
}

/// Each server has a thread of its own with the same kind of runtime.
fn serve<F: Future<Output = ()>>(
    start: impl FnOnce(std::sync::mpsc::Sender<SocketAddr>) -> F + Send + 'static,
) -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(start(tell));
    });
    told.recv().unwrap()
}

fn axum_server() -> SocketAddr {
    serve(|tell| async move {
        let router = Router::new()
            .route("/cgi-bin/message/mass/get", post(status))
            .route("/cgi-bin/message/mass/send", post(list))
            .layer(DefaultBodyLimit::disable());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        tell.send(listener.local_addr().unwrap()).unwrap();
        axum::serve(listener, router).await.unwrap();
    })
}

fn mock_server(server: &MockServer) -> SocketAddr {
    let server = server.clone();
    serve(|tell| async move {
        let listening = server.listen("127.0.0.1:0").await.unwrap();
        tell.send(listening.addr()).unwrap();
        std::future::pending::<()>().await;
    })
}

/// What is sent again and again; the digits at `key` count.
#[derive(Clone)]
struct Call {
    bytes: Vec<u8>,
    key: Option<usize>,
}

impl Call {
    fn new(path: &str, token: &str, body: &str) -> Self {
        let head = format!(
            "POST {path}?access_token={token} HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let bytes = [head.as_bytes(), body.as_bytes()].concat();
        let zeros = [b'0'; KEY];
        let key = bytes.windows(KEY).position(|window| window == zeros);
        Self { bytes, key }
    }

    fn number(&mut self, number: usize) {
        if let Some(key) = self.key {
            let digits = format!("{number:0>KEY$}");
            self.bytes[key..key + KEY].copy_from_slice(digits.as_bytes());
        }
    }
}

/// Sends and awaits the whole answer, which must be a good one.
async fn exchange(stream: &mut TcpStream, call: &Call, buffer: &mut Vec<u8>) {
    stream.write_all(&call.bytes).await.unwrap();
    buffer.clear();
    loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the connection was closed");
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).unwrap();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        if buffer.len() >= head + 4 + length.unwrap().parse::<usize>().unwrap() {
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            let answer = String::from_utf8_lossy(&buffer[head + 4..]);
            assert!(!answer.contains("errmsg") || answer.contains("\"errcode\":0"), "{answer}");
            return;
        }
    }
}

/// Calls a second over so many connections.
async fn rate(addr: SocketAddr, connections: usize, call: &Call) -> f64 {
    let start = now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let mut call = call.clone();
        let first = NUMBERS.fetch_add(1_000_000, Ordering::Relaxed);
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut buffer = Vec::new();
            let mut done = 0_u32;
            while now() - start < ROUND {
                call.number(first + done as usize);
                exchange(&mut stream, &call, &mut buffer).await;
                done += 1;
            }
            done
        });
    }
    let done: u32 = tasks.join_all().await.into_iter().sum();
    f64::from(done) / (now() - start).as_secs_f64()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Both in turns; the ratio is that of one round, the median of all.
async fn compare(
    what: &str,
    connections: usize,
    mock: (SocketAddr, &Call),
    axum: (SocketAddr, &Call),
) {
    let (mut rates, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let ours = rate(mock.0, connections, mock.1).await;
        let bare = rate(axum.0, connections, axum.1).await;
        rates.push(ours);
        ratios.push(ours / bare);
    }
    let (rate, ratio) = (median(rates), median(ratios));
    println!("{what:<24} {connections:>3} connections {rate:>9.0}/s   {ratio:.2} of axum");
}

/// A fetch over HTTP/1 of the token, by the mock's own door.
fn token(server: &MockServer) -> String {
    let body = format!(
        r#"{{"grant_type":"client_credential","appid":"{}","secret":"{}"}}"#,
        server.app_id(),
        server.app_secret().expose()
    );
    let request = http::Request::post("/cgi-bin/stable_token").body(body.into()).unwrap();
    let peer = server.settings().in_process_ip;
    let exchange = server.handle(&request, server.clock().now(), peer);
    let reply: serde_json::Value =
        serde_json::from_slice(exchange.response.unwrap().body()).unwrap();
    reply["access_token"].as_str().unwrap().to_owned()
}

fn main() {
    let server = MockServer::builder()
        .followers(FOLLOWERS)
        .settings(|settings| {
            settings.progress = JobProgress::Immediate;
            settings.mass_calls_per_day = u32::MAX;
            settings.mass_calls_per_minute = u32::MAX;
            settings.messages_per_follower_and_month = u32::MAX;
        })
        .build();
    let token = token(&server);
    let mut openids = server.followers();
    // Spread over all of them.
    let openids: Vec<String> =
        (0..10_000).map(|n| openids.swap_remove(n * 7919 % (FOLLOWERS - n)).to_string()).collect();
    let list = serde_json::to_string(&openids).unwrap();
    let key = "0".repeat(KEY);
    let send = format!(
        r#"{{"touser":{list},"msgtype":"text","text":{{"content":"x"}},"clientmsgid":"{key}"}}"#
    );
    let (mock, axum) = (mock_server(&server), axum_server());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let send = Call::new("/cgi-bin/message/mass/send", &token, &send);
        let bare = Call::new("/cgi-bin/message/mass/send", &token, &list);
        let mut stream = TcpStream::connect(mock).await.unwrap();
        exchange(&mut stream, &send, &mut Vec::new()).await;
        let job = server.jobs()[0].msg_id;
        let status =
            Call::new("/cgi-bin/message/mass/get", &token, &format!("{{\"msg_id\":{job}}}"));
        for connections in [1, 16, 64] {
            compare("mass/get", connections, (mock, &status), (axum, &status)).await;
        }
        for connections in [1, 16] {
            let what = "mass/send to 10 000";
            compare(what, connections, (mock, &send), (axum, &bare)).await;
        }
    });
}
