//! One worker and four on one campaign, sharing a PostgreSQL journal, against the program `wechat-mock` with its
//! limits off. They all share the machine: where the mock answers at once, what a call costs the machine's cores is the
//! limit of what four can gain; where it answers as late as a platform does, chiefly what workers cost each other.
//!
//! `cargo build --release -p wechat-mock && WECHAT_TEST_POSTGRES=postgres://… cargo bench -p wechat-cli --bench workers
//! [-- RECIPIENTS]`; its tables are made in schemas `bench_…`, and dropped by nobody.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark may fail loudly"
)]

mod ground;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use wechat_http::SystemClock;
use wechat_mass::campaign::{Conclusion, Driver, Event, NoInbox, Policy};
use wechat_mass::journal::{Entry, PostgresAddress, PostgresStore, Store as _};
use wechat_mass::quota::Limits;

use ground::{client, date, lists, mock, now, plan, row, runtime, seconds};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let Ok(database) = std::env::var("WECHAT_TEST_POSTGRES") else {
        eprintln!("left out: WECHAT_TEST_POSTGRES is not set");
        return;
    };
    match args.as_slice() {
        ["worker", folder, base_url, schema, name] => {
            worker(&database, Path::new(folder), base_url, schema, name);
        }
        _ => all(args.first().and_then(|count| count.parse().ok()).unwrap_or(1_000_000)),
    }
}

/// After so long a platform that is not on this machine may have answered.
const FAR: Duration = Duration::from_millis(50);

fn all(recipients: usize) {
    row("recipients, and as many duplicates as a tenth", recipients);
    row("cores", cores());
    row("THE MOCK ANSWERS AT ONCE", "");
    let (one, all_busy) = compare(recipients, Duration::ZERO);
    if !all_busy.is_zero() {
        row("four / (one * cores), if four kept all cores busy", ratio(one, all_busy));
    }
    row("IT ANSWERS AFTER", format!("{} ms", FAR.as_millis()));
    compare(recipients, FAR);
}

fn cores() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

fn ratio(part: Duration, of: Duration) -> String {
    format!("{:.2}", part.as_secs_f64() / of.as_secs_f64())
}

/// In turns, so that what else the machine does strikes both; the median of each. Gives one's time, and for how long
/// cores worked for four.
fn compare(recipients: usize, answer: Duration) -> (Duration, Duration) {
    const ROUNDS: usize = 3;
    let cores = cores() as f64;
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (place, workers) in [1, 4].into_iter().enumerate() {
            times[place].push(campaign(recipients, workers, round, answer));
        }
    }
    let [(one, busy), (four, all_busy)] = times.map(|mut times| {
        times.sort_by_key(|(time, _)| *time);
        times[ROUNDS / 2]
    });
    row("one worker: from go to the last answer", seconds(one));
    row("four workers", seconds(four));
    let gain = one.as_secs_f64() / four.as_secs_f64();
    row("four / one", format!("{gain:.2}"));
    row("four / (one * cores)", format!("{:.2}", gain / cores));
    row("cores kept busy by one, its mock and its database", ratio(busy, one));
    row("cores kept busy by four", ratio(all_busy, four));
    (one, all_busy)
}

/// For how long the machine's cores worked since it was started, in all; nothing where no kernel tells.
fn busy() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let mut ticks = stat.split_whitespace().skip(1).map_while(|field| field.parse::<u64>().ok());
    let (user, nice, system) = (ticks.next(), ticks.next(), ticks.next());
    // Then what was idle, and waited for a disk; then interrupts. A tick is a hundredth of a second.
    let interrupts: u64 = ticks.skip(2).take(2).sum();
    let worked = [user, nice, system].into_iter().flatten().sum::<u64>() + interrupts;
    Duration::from_millis(worked * 10)
}

/// A campaign by so many processes: from when all are ready to the last answer that one of them recorded, and for
/// how long cores worked meanwhile.
fn campaign(
    recipients: usize,
    workers: usize,
    round: usize,
    answer: Duration,
) -> (Duration, Duration) {
    let folder = tempfile::tempdir().unwrap();
    lists(recipients, folder.path());
    let (mut mock, base_url) = mock(folder.path(), answer);
    let schema = format!("bench_{}_{}_{workers}_{round}", std::process::id(), answer.as_millis());
    let mut all: Vec<Child> = (0..workers)
        .map(|number| {
            let mut worker = Command::new(std::env::current_exe().unwrap())
                .arg("worker")
                .arg(folder.path())
                .args([&base_url, &schema, &format!("worker {number}")])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            // The first one freezes the plan.
            let mut line = String::new();
            BufReader::new(worker.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
            assert_eq!(line, "ready\n");
            worker
        })
        .collect();
    for worker in &mut all {
        worker.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
    }
    let mut longest = (Duration::ZERO, Duration::ZERO);
    for worker in &mut all {
        let mut said = String::new();
        worker.stdout.as_mut().unwrap().read_to_string(&mut said).unwrap();
        assert!(worker.wait().unwrap().success());
        let (time, busy) = said.trim().split_once(' ').unwrap();
        let read = |text: &str| Duration::from_secs_f64(text.parse().unwrap());
        longest = longest.max((read(time), read(busy)));
    }
    mock.kill().unwrap();
    mock.wait().unwrap();
    longest
}

fn worker(database: &str, folder: &Path, base_url: &str, schema: &str, name: &str) {
    let (plan, runtime, client) = (plan(folder), runtime(), client(base_url).build().unwrap());
    let address = PostgresAddress::new(database).unwrap().with_schema(schema).unwrap();
    let store = runtime.block_on(PostgresStore::connect_to(address)).unwrap();
    let mut journal = runtime.block_on(store.join(&plan, name, date())).unwrap();
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let mut policy = Policy::default();
    policy.limits = Limits::none();
    // Jobs are looked at as soon as with the usual patience: after the calls, if those take half a minute at most.
    policy.wait_for_counters = Duration::ZERO;
    let mut inbox = NoInbox::new(Arc::new(SystemClock::new()));
    let (start, worked) = (now(), busy());
    let mut last = (Duration::ZERO, Duration::ZERO);
    let mut observe = |event: Event<'_>| {
        if let Event::Recorded(Entry::Answer { .. }) = event {
            last = (now() - start, busy() - worked);
        }
    };
    let driver = Driver::new(&client, &plan).with_policy(policy);
    let ended = runtime.block_on(driver.run(journal.as_mut(), &mut inbox, &mut observe)).unwrap();
    assert_eq!(ended.conclusion(), Conclusion::Success);
    println!("{} {}", last.0.as_secs_f64(), last.1.as_secs_f64());
}
