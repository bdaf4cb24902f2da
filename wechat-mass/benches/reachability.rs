//! Ten million followers with two sends this month: reading who had what from the journal, and asking.
//!
//! `cargo bench -p wechat-mass --bench reachability [-- NUMBER]`
#![allow(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::time::{Duration, Instant, SystemTime};

use wechat_mass::campaign::{Answer, Content, Plan};
use wechat_mass::journal::{Claim, Entry, SqliteStore, Store as _};
use wechat_mass::quota::Spend;
use wechat_mass::reachability::Reachability;
use wechat_types::id::{AppId, MsgId, OpenId};
use wechat_types::mass::Audience;

const LOOKED_UP: u64 = 1_000_000;

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

/// An OpenID of the usual shape, from the whole alphabet.
fn fan(number: u64) -> OpenId {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    let mut text = String::from("o");
    let mut bits = 0;
    for place in 0..27_u64 {
        if place % 10 == 0 {
            bits = (number * 3 + place / 10 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits ^= bits >> 27;
        }
        text.push(char::from(SIGNS.get(bits as usize % 64).copied().unwrap()));
        bits >>= 6;
    }
    OpenId::new(text).unwrap()
}

/// Whoever waits here waits for nobody.
fn done<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(work)
}

fn main() {
    let given = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let count: u64 = given.unwrap_or(10_000_000);
    let account = AppId::new("wx0123456789abcdef").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.db");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_183_200);
    for (job, name) in [(1_000_000, "spring"), (2_000_000, "summer")] {
        let (time, ()) = timed(|| sent(&file, &account, name, count, job, at));
        row(&format!("{name}: planned, frozen, all calls recorded"), format!("{time:.2?}"));
    }

    let store = SqliteStore::open(&file).unwrap();
    let before = resident();
    let (time, index) = timed(|| done(Reachability::read(&store, &account, None, at)).unwrap());
    row("read from the journal, two sends", format!("{time:.2?}"));
    let bytes = resident().saturating_sub(before) as f64 / count as f64;
    row("bytes a follower", format!("{bytes:.1}"));
    let (time, reach) = timed(|| index.of_named());
    row("how many had fewer than four", format!("{time:.2?}, {}", reach.reachable));
    let ids: Vec<OpenId> = (0..LOOKED_UP).map(|n| fan(n * count / LOOKED_UP)).collect();
    let (time, reach) = timed(|| index.of(&ids));
    let each = time.as_nanos() / u128::from(LOOKED_UP);
    row("one looked up", format!("{each} ns, {} reachable", reach.reachable));
}

/// A campaign of which every call was accepted.
fn sent(file: &std::path::Path, account: &AppId, name: &str, count: u64, job: u64, at: SystemTime) {
    let audience = Audience::open_ids((0..count).map(fan).collect()).unwrap();
    let plan = Plan::new(account.clone(), name, audience, Content::Text("茶".to_owned())).unwrap();
    let store = SqliteStore::open(file).unwrap();
    let mut journal = done(store.open(&plan, at)).unwrap();
    for (chunk, number) in (0..plan.chunks().len()).zip(job..) {
        done(journal.claim(&Claim::new(chunk, at, Spend::ByOpenIds, &[]))).unwrap();
        let msg_id = MsgId::new(number);
        let entry = serde_json::json!({
            "entry": "answer", "chunk": chunk, "at": 1_768_183_200_000_u64,
            "answer": "accepted", "msg_id": msg_id, "msg_data_id": null, "already": false,
        });
        let entry: Entry = serde_json::from_value(entry).unwrap();
        assert!(matches!(entry, Entry::Answer { answer: Answer::Accepted { .. }, .. }));
        done(journal.append(&entry)).unwrap();
    }
}
