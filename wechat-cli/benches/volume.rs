//! Ten million recipients against the program `wechat-mock` with its limits off: memory, planning, sending
//! beside bare posts of the same bodies, and what a durable record costs beside a bare transaction.
//!
//! `cargo build --release -p wechat-mock && cargo bench -p wechat-cli --bench volume [-- NUMBER]`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark may fail loudly"
)]

mod ground;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::{Deadline, SystemClock, Transport as _};
use wechat_mass::campaign::{Conclusion, Content, Driver, Event, NoInbox, Plan, Policy};
use wechat_mass::journal::{Entry, SqliteStore, Store as _};
use wechat_mass::quota::Limits;
use wechat_mass::recipients::Roster;
use wechat_types::endpoint::Endpoint as _;
use wechat_types::id::{AppId, ClientMsgId};
use wechat_types::mass::{MassContent, Recipients, Send};

use ground::{
    APP_ID, APP_SECRET, TEXT, client, date, lists, mock, now, plan, row, runtime, seconds,
};

/// The most memory that this process had so far, in MB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024 / 1_000_000
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["campaign", folder, base_url] => campaign(Path::new(folder), base_url),
        ["bare", folder, base_url, round] => bare(Path::new(folder), base_url, round),
        _ => all(args.first().and_then(|count| count.parse().ok()).unwrap_or(10_000_000)),
    }
}

/// Each part is a process of its own, so that each has its own peak.
fn all(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    lists(count, folder.path());
    let (mut mock, base_url) = mock(folder.path());
    row("recipients, and as many duplicates as a tenth", count);
    for arguments in [["bare", "@", "1"].as_slice(), &["campaign", "@"], &["bare", "@", "2"]] {
        let mut line = vec![arguments[0], folder.path().to_str().unwrap(), &base_url];
        line.extend(&arguments[2..]);
        let part = Command::new(std::env::current_exe().unwrap()).args(&line).status();
        assert!(part.unwrap().success());
    }
    mock.kill().unwrap();
    mock.wait().unwrap();
    let time = |name: &str| -> f64 {
        fs::read_to_string(folder.path().join(name)).unwrap().parse().unwrap()
    };
    let bare = (time("bare-1") + time("bare-2")) / 2.0;
    row("first intent to last answer / bare posts", format!("{:.2}", time("answers") / bare));
    row("first intent to last report / bare posts", format!("{:.2}", time("reports") / bare));
    records(folder.path());
}

fn write(folder: &Path, name: &str, time: Duration) {
    fs::write(folder.join(name), time.as_secs_f64().to_string()).unwrap();
}

fn campaign(folder: &Path, base_url: &str) {
    let start = now();
    let plan = plan(folder);
    row("planning: read, check, deduplicate, cut, keys", seconds(now() - start));
    let frozen = now();
    let runtime = runtime();
    let store = SqliteStore::open(&folder.join("journal.db")).unwrap();
    let mut journal = runtime.block_on(store.open(&plan, date())).unwrap();
    row("freezing: all recipients durable", seconds(now() - frozen));
    row("peak memory so far", format!("{} MB", peak()));
    let client = client(base_url);
    let mut policy = Policy::default();
    policy.limits = Limits::none();
    (policy.poll_after, policy.wait_for_counters) = (Duration::ZERO, Duration::ZERO);
    let mut inbox = NoInbox::new(Arc::new(SystemClock::new()));
    let (mut first, mut answer, mut report) = (None, None, None);
    let mut observe = |event: Event<'_>| match event {
        Event::Recorded(Entry::Intent { .. }) => drop(first.get_or_insert_with(now)),
        Event::Recorded(Entry::Answer { .. }) => answer = Some(now()),
        Event::Recorded(Entry::Report { .. }) => report = Some(now()),
        _ => {}
    };
    let driver = Driver::new(&client, &plan).with_policy(policy);
    let ended = runtime.block_on(driver.run(journal.as_mut(), &mut inbox, &mut observe)).unwrap();
    assert_eq!(ended.conclusion(), Conclusion::Success);
    let first = first.unwrap();
    let (answers, reports) = (answer.unwrap() - first, report.unwrap() - first);
    row("sending: first intent to last answer", seconds(answers));
    row("sending: first intent to last report", seconds(reports));
    row("PEAK MEMORY", format!("{} MB", peak()));
    write(folder, "answers", answers);
    write(folder, "reports", reports);
}

/// The same bodies, ready, by the same transport and nothing else.
fn bare(folder: &Path, base_url: &str, round: &str) {
    let (plan, runtime) = (plan(folder), runtime());
    let transport = ReqwestTransport::new().unwrap();
    let post = |path: String, body: Vec<u8>| {
        let request = http::Request::post(format!("{base_url}{path}"))
            .header("content-type", "application/json")
            .extension(Deadline::new(date() + Duration::from_secs(60)))
            .body(bytes::Bytes::from(body))
            .unwrap();
        runtime.block_on(transport.send(request)).unwrap()
    };
    let ask = format!(
        r#"{{"grant_type":"client_credential","appid":"{APP_ID}","secret":"{APP_SECRET}"}}"#
    );
    let token = post("/cgi-bin/stable_token".to_owned(), ask.into_bytes());
    let token: serde_json::Value = serde_json::from_slice(token.body()).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let mut total = Duration::ZERO;
    for (number, chunk) in plan.chunks().iter().enumerate() {
        let recipients = Recipients::new(plan.open_ids(chunk).unwrap()).unwrap();
        let mut send = Send::new(recipients, MassContent::text(format!("{TEXT} {round}")));
        send.client_msg_id = Some(ClientMsgId::new(format!("bare-{round}-{number}")).unwrap());
        let body = send.write().unwrap().into_bytes();
        let path = format!("/cgi-bin/message/mass/send?access_token={token}");
        let start = now();
        let answer = post(path, body);
        total += now() - start;
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(answer["errcode"], 0, "{answer}");
    }
    row("bare posts of the same ready bodies", seconds(total));
    write(folder, &format!("bare-{round}"), total);
}

fn entry() -> Entry {
    serde_json::from_str(r#"{"entry":"intent","chunk":7,"at":1775000000000}"#).unwrap()
}

/// A record beside a bare transaction of the same engine, in turns; then 32 writers beside one.
fn records(folder: &Path) {
    const ROUNDS: usize = 9;
    const EACH: usize = 300;
    let runtime = runtime();
    let plan = |name: String| {
        let list = (0..3).map(|n| wechat_types::id::OpenId::new(format!("o{n}")).unwrap());
        let content = Content::Text(TEXT.to_owned());
        Plan::new(AppId::new(APP_ID).unwrap(), name, Roster::of(list), content).unwrap()
    };
    let bare = Connection::open(folder.join("bare.db")).unwrap();
    bare.pragma_update(None, "journal_mode", "WAL").unwrap();
    bare.pragma_update(None, "synchronous", "FULL").unwrap();
    bare.execute_batch("CREATE TABLE entry (id INTEGER PRIMARY KEY, campaign INTEGER, fact TEXT)")
        .unwrap();
    let store = SqliteStore::open(&folder.join("records.db")).unwrap();
    let mut journal = runtime.block_on(store.open(&plan("one".to_owned()), date())).unwrap();
    let (entry, fact) = (entry(), serde_json::to_string(&entry()).unwrap());
    let (mut ratios, mut single) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = now();
        for _ in 0..EACH {
            bare.execute_batch("BEGIN IMMEDIATE").unwrap();
            bare.prepare_cached("INSERT INTO entry (campaign, fact) VALUES (?1, ?2)")
                .unwrap()
                .execute((1, fact.as_str()))
                .unwrap();
            bare.execute_batch("COMMIT").unwrap();
        }
        let between = now();
        for _ in 0..EACH {
            runtime.block_on(journal.append(&entry)).unwrap();
        }
        let end = now();
        ratios.push((end - between).as_secs_f64() / (between - start).as_secs_f64());
        single.push((end - between).as_secs_f64() / EACH as f64);
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let single = median(&mut single);
    row("one durable record", format!("{:.0} µs", single * 1e6));
    row("one durable record / a bare transaction", format!("{:.2}", median(&mut ratios)));
    const WRITERS: usize = 32;
    let file: PathBuf = store.path().to_owned();
    let store = SqliteStore::open(&file).unwrap();
    let journals: Vec<_> = (0..WRITERS)
        .map(|n| runtime.block_on(store.open(&plan(format!("of {n}")), date())).unwrap())
        .collect();
    let start = now();
    std::thread::scope(|scope| {
        for mut journal in journals {
            let entry = &entry;
            scope.spawn(move || {
                let runtime = self::runtime();
                for _ in 0..EACH {
                    runtime.block_on(journal.append(entry)).unwrap();
                }
            });
        }
    });
    let each = (now() - start).as_secs_f64() / (WRITERS * EACH) as f64;
    row("a record of 32 writers / one of a single writer", format!("{:.2}", each / single));
}
