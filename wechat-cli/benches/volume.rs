//! Ten million recipients against the program `wechat-mock` with its limits off: memory, planning, sending
//! beside bare posts of the same bodies, call by call, and what a durable record costs beside a bare transaction.
//!
//! `cargo build --release -p wechat-mock && cargo bench -p wechat-cli --bench volume [-- NUMBER]`
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark may fail loudly"
)]

mod ground;

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::Connection;
use tokio::runtime::Runtime;
use wechat_http::SystemClock;
use wechat_http::transport::reqwest::ReqwestTransport;
use wechat_http::transport::{Transport, TransportError};
use wechat_mass::campaign::{Conclusion, Content, Driver, Event, NoInbox, Plan, Policy};
use wechat_mass::journal::{Entry, SqliteStore, Store as _};
use wechat_mass::quota::Limits;
use wechat_mass::recipients::Roster;
use wechat_types::id::AppId;

use ground::{APP_ID, TEXT, client, date, lists, mock, now, plan, row, runtime, seconds};

/// As long as [`TEXT`].
const OTHER_TEXT: &str = "【春茶上新】四款明前茶今日到店";

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
        _ => all(args.first().and_then(|count| count.parse().ok()).unwrap_or(10_000_000)),
    }
}

/// The campaign is a process of its own, so that it has its own peak.
fn all(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    lists(count, folder.path());
    let (mut mock, base_url) = mock(folder.path(), Duration::ZERO);
    row("recipients, and as many duplicates as a tenth", count);
    let line = ["campaign", folder.path().to_str().unwrap(), &base_url];
    let campaign = Command::new(std::env::current_exe().unwrap()).args(line).status();
    assert!(campaign.unwrap().success());
    mock.kill().unwrap();
    mock.wait().unwrap();
    records(folder.path());
}

/// Posts the bodies of so many sends at a time once more, bare, between two of the campaign's own calls. So both see
/// the same machine and the same mock, whatever else they do.
const BLOCK: usize = 20;

/// What an intent's flush writes, with the answer before it: seven pages of the journal's log.
static FLUSHED: [u8; 7 * 4096] = [7; 7 * 4096];

#[derive(Debug)]
struct Beside {
    inner: ReqwestTransport,
    /// A connection of its own, on threads of its own.
    bare: (ReqwestTransport, Runtime),
    /// On the disk that has the journal.
    file: File,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// What is to be posted bare. Copied to where the last block was: the campaign has its own memory to itself.
    bodies: Vec<String>,
    ready: usize,
    /// How many were, in which time, each to the end of what the mock does for it.
    posts: u32,
    took: Duration,
    /// How long the disk alone took to flush as often.
    flushes: Duration,
    /// How long the campaign stood still for all this.
    paused: Duration,
    /// How long it waited for the answers to its own.
    waited: Duration,
}

impl Beside {
    fn new(folder: &Path, kept: Arc<Mutex<Kept>>) -> Self {
        let transport = || ReqwestTransport::new().unwrap();
        let file = File::create(folder.join("flushed")).unwrap();
        Self { inner: transport(), bare: (transport(), runtime()), file, kept }
    }

    /// The same, but for a letter of the text and one of the key: another message to the mock.
    fn twin(body: &str) -> Bytes {
        const KEY: &str = r#""clientmsgid":""#;
        let mut body = body.replacen(TEXT, OTHER_TEXT, 1);
        let key = body.find(KEY).unwrap() + KEY.len();
        body.replace_range(key..=key, "x");
        Bytes::from(body)
    }

    /// A small call, before which the mock does what is left of the last send.
    fn settle(request: &http::Request<Bytes>) -> http::Request<Bytes> {
        let mut small = request.clone().map(|_| Bytes::from_static(b"{}"));
        let uri = request.uri().to_string().replace("/mass/send?", "/mass/speed/get?");
        *small.uri_mut() = uri.parse().unwrap();
        small
    }

    fn post(&self, request: http::Request<Bytes>) {
        let (transport, runtime) = &self.bare;
        let answer = runtime.block_on(transport.send(request)).unwrap();
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        assert!(answer["errcode"].as_i64().is_none_or(|code| code == 0), "{answer}");
    }

    fn flush(&self) {
        let mut file = &self.file;
        file.rewind().unwrap();
        file.write_all(&FLUSHED).unwrap();
        file.sync_data().unwrap();
    }

    fn beside(&self, request: &http::Request<Bytes>) {
        let start = now();
        let mut kept = self.kept.lock().unwrap();
        kept.keep(std::str::from_utf8(request.body()).unwrap());
        if kept.ready == BLOCK {
            kept.ready = 0;
            let twins: Vec<_> = kept.bodies.iter().map(|body| Self::twin(body)).collect();
            self.post(Self::settle(request));
            let start = now();
            for twin in twins {
                self.post(request.clone().map(|_| twin));
                kept.posts += 1;
            }
            self.post(Self::settle(request));
            kept.took += now() - start;
            let start = now();
            (0..BLOCK).for_each(|_| self.flush());
            kept.flushes += now() - start;
        }
        kept.paused += now() - start;
    }
}

impl Kept {
    fn keep(&mut self, body: &str) {
        if self.bodies.len() == self.ready {
            self.bodies.push(String::new());
        }
        let place = &mut self.bodies[self.ready];
        place.clear();
        place.push_str(body);
        self.ready += 1;
    }
}

#[async_trait]
impl Transport for Beside {
    fn stand_in(&self) -> Option<&str> {
        self.inner.stand_in()
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        if request.uri().path() != "/cgi-bin/message/mass/send" {
            return self.inner.send(request).await;
        }
        // Nothing of the campaign goes on in the meantime.
        tokio::task::block_in_place(|| self.beside(&request));
        let start = now();
        let answer = self.inner.send(request).await;
        self.kept.lock().unwrap().waited += now() - start;
        answer
    }
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
    let kept = Arc::<Mutex<Kept>>::default();
    let client =
        client(base_url).transport(Beside::new(folder, Arc::clone(&kept))).build().unwrap();
    let mut policy = Policy::default();
    policy.limits = Limits::none();
    // Jobs are looked at as soon as with the usual patience: after the calls, if those take half a minute at most.
    policy.wait_for_counters = Duration::ZERO;
    let mut inbox = NoInbox::new(Arc::new(SystemClock::new()));
    let (mut first, mut answer) = (None, None);
    let mut observe = |event: Event<'_>| match event {
        Event::Recorded(Entry::Intent { .. }) => drop(first.get_or_insert_with(now)),
        Event::Recorded(Entry::Answer { .. }) => answer = Some(now()),
        _ => {}
    };
    let driver = Driver::new(&client, &plan).with_policy(policy);
    let ended = runtime.block_on(driver.run(journal.as_mut(), &mut inbox, &mut observe)).unwrap();
    assert_eq!(ended.conclusion(), Conclusion::Success);
    let calls = u32::try_from(plan.chunks().len()).unwrap();
    let kept = kept.lock().unwrap();
    let (bare, flush) = (kept.took / kept.posts, kept.flushes / kept.posts);
    let call = (answer.unwrap() - first.unwrap() - kept.paused) / calls;
    let millis = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    row("calls, and bare posts of the same ready bodies", calls);
    row("a bare post", millis(bare));
    row("a post of the campaign", millis(kept.waited / calls));
    row("a call of the campaign, from its intent to its answer's record", millis(call));
    row("a flush of this disk alone, one after the other", millis(flush));
    let ratio = |time: Duration| format!("{:.2}", time.as_secs_f64() / bare.as_secs_f64());
    row("first intent to last answer / bare posts", ratio(call));
    row("the same, less such a flush each call", ratio(call.saturating_sub(flush)));
    row("PEAK MEMORY", format!("{} MB", peak()));
}

fn entry() -> Entry {
    serde_json::from_str(r#"{"entry":"intent","chunk":7,"at":1775000000000}"#).unwrap()
}

/// A record beside a bare transaction of the same engine, in turns; then 32 writers beside one.
fn records(folder: &Path) {
    // Short ones, so that both of a pair see the same machine.
    const ROUNDS: usize = 101;
    const EACH: usize = 30;
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
    const OF_EACH: usize = 300;
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
                for _ in 0..OF_EACH {
                    runtime.block_on(journal.append(entry)).unwrap();
                }
            });
        }
    });
    let each = (now() - start).as_secs_f64() / (WRITERS * OF_EACH) as f64;
    row("a record of 32 writers / one of a single writer", format!("{:.2}", each / single));
}
