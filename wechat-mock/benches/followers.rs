//! Ten million followers: memory and time of an import, of sends and lists, and of the request log.
//!
//! `cargo bench -p wechat-mock --bench followers [-- NUMBER]`
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may fail loudly")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use wechat_mock::{JobProgress, MockServer};
use wechat_types::id::MsgId;

const SEND_ALL: &str = "/cgi-bin/message/mass/sendall";
const REQUESTS: usize = 1_000_000;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
fn now() -> Instant {
    Instant::now()
}

/// How long it takes, and what comes of it.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = now();
    let done = work();
    (now() - start, done)
}

/// Memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:<52} {value}");
}

fn main() {
    let given = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let count = given.unwrap_or(10_000_000);
    followers(count);
    request_log();
}

/// A line of the import: half of all have tags, one in fifty a state, all a time.
fn line(number: u64, text: &mut Vec<u8>) {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    let mut id = *b"o000000000000000000000000000";
    let mut bits = 0;
    for (place, byte) in id[1..].iter_mut().enumerate() {
        if place % 10 == 0 {
            bits = (number * 3 + place as u64 / 10 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits ^= bits >> 27;
        }
        *byte = SIGNS[bits as usize % 64];
        bits >>= 6;
    }
    text.extend_from_slice(&id);
    let tags = match number % 4 {
        0 => "101",
        1 => "102,103",
        _ => "",
    };
    let state = if number % 50 == 7 { "refuses" } else { "" };
    let seconds = 1_500_000_000 + number;
    text.extend_from_slice(format!("\t{tags}\t{state}\t{seconds}\n").as_bytes());
}

struct Rig {
    server: MockServer,
    token: String,
}

impl Rig {
    fn new(server: MockServer) -> Self {
        let mut rig = Self { server, token: String::new() };
        let body = format!(
            r#"{{"grant_type":"client_credential","appid":"{}","secret":"{}"}}"#,
            rig.server.app_id(),
            rig.server.app_secret().expose()
        );
        let reply = rig.post("/cgi-bin/stable_token", body);
        rig.token = reply["access_token"].as_str().unwrap().to_owned();
        rig
    }

    fn post(&self, path: &str, body: String) -> Value {
        let url = format!("{path}?access_token={}", self.token);
        let request = http::Request::post(url).body(Bytes::from(body)).unwrap();
        let peer = self.server.settings().in_process_ip;
        let exchange = self.server.handle(&request, self.server.clock().now(), peer);
        serde_json::from_slice(exchange.response.unwrap().body()).unwrap()
    }

    fn get(&self, path: &str) -> Value {
        let url = format!("{path}?access_token={}", self.token);
        let request = http::Request::get(url).body(Bytes::new()).unwrap();
        let peer = self.server.settings().in_process_ip;
        let exchange = self.server.handle(&request, self.server.clock().now(), peer);
        serde_json::from_slice(exchange.response.unwrap().body()).unwrap()
    }

    /// A send, delivered at once: how long it took and how many it reached.
    fn send(&self, filter: &str) -> (Duration, u64) {
        let body = format!(r#"{{"filter":{filter},"msgtype":"text","text":{{"content":"x"}}}}"#);
        let (time, reply) = timed(|| self.post(SEND_ALL, body));
        let id = MsgId::new(reply["msg_id"].as_u64().unwrap());
        (time, self.server.job(id).unwrap().counts.sent)
    }
}

fn followers(count: u64) {
    let server = MockServer::builder()
        .settings(|settings| settings.progress = JobProgress::Immediate)
        .build();
    let rig = Rig::new(server);
    let before = resident();
    let mut import = rig.server.begin_import();
    let mut feeding = Duration::ZERO;
    let mut text = Vec::new();
    for number in 0..count {
        line(number, &mut text);
        if text.len() > 1 << 20 || number + 1 == count {
            let (time, fed) = timed(|| import.feed(&text));
            fed.unwrap();
            feeding += time;
            text.clear();
        }
    }
    let (finishing, imported) = timed(|| import.finish().unwrap());
    row("followers imported", imported);
    row("import", format!("{:.2?}", feeding + finishing));
    let per_follower = |now: u64| format!("{:.1}", (now - before) as f64 / count as f64);
    row("bytes a follower: OpenID, tags, time, counter", per_follower(resident()));

    let (time, sent) = rig.send(r#"{"is_to_all":true}"#);
    row("sendall to everyone, delivered", format!("{time:.2?}, {sent} reached"));
    let (time, sent) = rig.send(r#"{"tag_id":101}"#);
    row("sendall to a tag, delivered", format!("{time:.2?}, {sent} reached"));
    row("bytes a follower with two jobs delivered", per_follower(resident()));

    let (time, _) = timed(|| rig.get("/cgi-bin/tags/get"));
    row("tags/get", format!("{time:.2?}"));
    let (time, page) = timed(|| rig.get("/cgi-bin/user/get"));
    row("user/get, a page", format!("{time:.2?}, {} OpenIDs", page["count"]));
    let body = r#"{"tagid":102,"next_openid":""}"#;
    let (time, page) = timed(|| rig.post("/cgi-bin/user/tag/get", body.to_owned()));
    row("user/tag/get, a page", format!("{time:.2?}, {} OpenIDs", page["count"]));

    let million = usize::try_from(count / 10).unwrap();
    let builder = MockServer::builder().followers(million);
    let (time, _server) = timed(|| builder.build());
    row(&format!("{million} followers invented"), format!("{time:.2?}"));
}

fn request_log() {
    let rig = Rig::new(MockServer::builder().followers(10).build());
    let before = resident();
    let (time, ()) = timed(|| {
        for number in 0..REQUESTS {
            // Every second one is refused, and kept as an error of the past.
            if number % 2 == 0 {
                rig.get("/cgi-bin/tags/get");
            } else {
                rig.post("/cgi-bin/message/mass/get", format!("{{\"msg_id\":{number}}}"));
            }
        }
    });
    let grown = resident().saturating_sub(before) as f64 / f64::from(1 << 20);
    row(&format!("{REQUESTS} requests, half of them refused"), format!("{grown:.1} MB more"));
    row("one of them", format!("{:.2?}", time / REQUESTS as u32));
}
