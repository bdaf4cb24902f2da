//! Drives the example `callback_server` over 64 connections, a third of them hostile, and checks
//! what becomes of it. `cargo xtask callback-load` builds and starts both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use wechat_events::push::{Cipher, Push, Stamp};
use wechat_events::{CallbackToken, EncodingAesKey, signature};
use wechat_types::id::AppId;

const CONNECTIONS: u64 = 64;
const APP_ID: &str = "wx0123456789abcdef";
const TOKEN: &str = "tok3n";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
/// What the server may hold: its code, 32 MiB of seen pushes, 32 MiB of bodies under way.
const MOST_MEMORY: u64 = 128 << 20;
/// What it may gain in the second half: the seen pushes that it did not have in the first.
const MOST_GROWTH: u64 = 32 << 20;
const LATEST: Duration = Duration::from_secs(5);
/// From here on an answer's time tells of the host, and no longer of the server: tenths of a percent of its time that
/// a virtual machine was to run and did not.
const STARVED: u64 = 50;

type Problem = Box<dyn std::error::Error + Send + Sync>;

#[derive(Default)]
struct Counts {
    /// By what was sent: requests, and the slowest answer.
    sent: BTreeMap<&'static str, (u64, Duration)>,
    /// By what was sent and the status, 0 for none.
    answers: BTreeMap<(&'static str, u16), u64>,
    /// Valid pushes that were answered with success.
    taken: BTreeSet<u64>,
    problems: Vec<String>,
}

struct Load {
    address: SocketAddr,
    token: CallbackToken,
    key: EncodingAesKey,
    app_id: AppId,
    next: AtomicU64,
    counts: Mutex<Counts>,
}

#[tokio::main]
async fn main() -> Result<(), Problem> {
    let mut arguments = std::env::args().skip(1);
    let (Some(server), Some(seconds)) = (arguments.next(), arguments.next()) else {
        return Err("usage: callback_load SERVER SECONDS".into());
    };
    let time = Duration::from_secs(seconds.parse()?);
    let mut child = start(&server)?;
    let result = drive(&mut child, time).await;
    child.kill()?;
    child.wait()?;
    result
}

fn start(server: &str) -> Result<Child, Problem> {
    Ok(Command::new(server)
        .env("WECHAT_APP_ID", APP_ID)
        .env("WECHAT_CALLBACK_TOKEN", TOKEN)
        .env("WECHAT_AES_KEY", AES_KEY)
        .env("WECHAT_LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()?)
}

async fn drive(child: &mut Child, time: Duration) -> Result<(), Problem> {
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let first = lines.next().ok_or("the server does not start")??;
    let address = first.strip_prefix("listening on ").ok_or("no address")?.parse()?;
    let handled: Arc<Mutex<BTreeMap<u64, u64>>> = Arc::default();
    let seen = Arc::clone(&handled);
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let job =
                line.strip_prefix("job ").and_then(|line| line.split(':').next()?.parse().ok());
            if let Some(job) = job {
                *lock(&seen).entry(job).or_default() += 1;
            }
        }
    });

    let load = Arc::new(Load {
        address,
        token: CallbackToken::new(TOKEN)?,
        key: EncodingAesKey::parse(AES_KEY)?,
        app_id: AppId::new(APP_ID)?,
        next: AtomicU64::new(1),
        counts: Mutex::default(),
    });
    let end = Instant::now() + time;
    let workers: Vec<_> =
        (0..CONNECTIONS).map(|worker| tokio::spawn(Arc::clone(&load).work(worker, end))).collect();
    let pid = child.id();
    let before = processors()?;
    let (begin, mut half, mut peak) = (memory(pid)?, 0, 0);
    while Instant::now() < end {
        sleep(Duration::from_millis(100)).await;
        let now = memory(pid)?;
        peak = peak.max(now);
        if Instant::now() < end - time / 2 {
            half = now;
        }
    }
    for worker in workers {
        worker.await?;
    }
    // The last lines are still in the pipe.
    let patience = Instant::now() + LATEST;
    while lock(&handled).len() < lock(&load.counts).taken.len() && Instant::now() < patience {
        sleep(Duration::from_millis(50)).await;
    }
    let last = memory(pid)?;
    let after = processors()?;
    let stolen = (after.stolen - before.stolen) * 1000 / (after.all - before.all).max(1);
    let handled = lock(&handled).clone();
    report(
        &lock(&load.counts),
        &handled,
        load.next.load(Ordering::SeqCst) - 1,
        time,
        [begin, half, last, peak],
        stolen,
    )
}

fn report(
    counts: &Counts,
    handled: &BTreeMap<u64, u64>,
    valid: u64,
    time: Duration,
    [begin, half, last, peak]: [u64; 4],
    stolen: u64,
) -> Result<(), Problem> {
    println!("{:<16} {:>9} {:>12}  answers (0: none)", "sent", "requests", "slowest");
    for (kind, (requests, slowest)) in &counts.sent {
        let answers: Vec<String> = counts
            .answers
            .iter()
            .filter(|((of, _), _)| of == kind)
            .map(|((_, status), count)| format!("{status}: {count}"))
            .collect();
        println!(
            "{kind:<16} {requests:>9} {:>9.3} s  {}",
            slowest.as_secs_f64(),
            answers.join(", ")
        );
    }
    let twice = handled.values().filter(|count| **count > 1).count();
    let lost = counts.taken.iter().filter(|job| !handled.contains_key(job)).count();
    let untaken = valid - counts.taken.len() as u64;
    let requests: u64 = counts.sent.values().map(|(requests, _)| requests).sum();
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "{requests} requests in {} s; {valid} pushes: {} handled, {twice} twice, {lost} lost, {untaken} not taken",
        time.as_secs(),
        handled.len()
    );
    println!(
        "memory: {:.1} MiB at first, {:.1} half way, {:.1} at last, {:.1} at most",
        mib(begin),
        mib(half),
        mib(last),
        mib(peak)
    );
    let slowest = counts.sent.values().map(|(_, slowest)| *slowest).max().unwrap_or_default();
    let mut problems = counts.problems.clone();
    let mut check = |bad: bool, what: &str| problems.extend(bad.then(|| what.to_owned()));
    check(valid == 0, "nothing was sent");
    check(twice + lost > 0, "a push was not handled exactly once");
    check(untaken > 0, "a valid push was not taken");
    if slowest > LATEST && stolen >= STARVED {
        println!(
            "not judged: the answer after {:.3} s. The host took {}.{} % of this machine's time for others; \
             the five seconds want a machine of its own",
            slowest.as_secs_f64(),
            stolen / 10,
            stolen % 10
        );
    } else {
        check(slowest > LATEST, "an answer came later than after five seconds");
    }
    check(peak > MOST_MEMORY, "the server holds more than 128 MiB");
    check(last > half + MOST_GROWTH, "the server's memory grows");
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ").into()) }
}

/// Resident memory in bytes.
fn memory(pid: u32) -> Result<u64, Problem> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
        .map_err(|e| format!("the server is gone, or this is no Linux: {e}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// The time of all processors together, in ticks, and what of it the host of a virtual machine took away.
struct Processors {
    all: u64,
    stolen: u64,
}

fn processors() -> Result<Processors, Problem> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let first = stat.lines().next().and_then(|line| line.strip_prefix("cpu ")).ok_or("no cpu")?;
    // user nice system idle iowait irq softirq steal; guest time is part of user's.
    let ticks: Vec<u64> = first.split_whitespace().take(8).flat_map(str::parse).collect();
    Ok(Processors { all: ticks.iter().sum(), stolen: ticks.get(7).copied().unwrap_or_default() })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Load {
    async fn work(self: Arc<Self>, worker: u64, end: Instant) {
        let mut round = worker;
        while Instant::now() < end {
            round += 1;
            if worker.is_multiple_of(3) {
                self.hostile(round).await;
            } else {
                self.valid(round).await;
            }
        }
    }

    /// One push, with the platform's patience. Every fourth is repeated although it was taken, and
    /// every eighth is sent twice at once.
    async fn valid(&self, round: u64) {
        let job = self.next.fetch_add(1, Ordering::SeqCst);
        for attempt in 0..3 {
            let push = self.push(job, attempt, round.is_multiple_of(2));
            let request = post(&push, push.body.len());
            let status = if round.is_multiple_of(8) {
                let again = self.push(job, attempt + 10, false);
                let again = post(&again, again.body.len());
                let (a, b) = tokio::join!(
                    self.exchange("valid", &request, Duration::ZERO),
                    self.exchange("at once", &again, Duration::ZERO)
                );
                a.max(b)
            } else {
                self.exchange("valid", &request, Duration::ZERO).await
            };
            if status == 200 {
                lock(&self.counts).taken.insert(job);
                if !round.is_multiple_of(4) {
                    break;
                }
            }
        }
    }

    async fn hostile(&self, round: u64) {
        let mut push = self.push(1, round, false);
        let length = push.body.len();
        let (kind, request, pause) = match round % 9 {
            0 => {
                push.query = push.query.replace("msg_signature=", "msg_signature=0");
                ("bad signature", post(&push, length), Duration::ZERO)
            }
            1 => {
                push.body.truncate(length / 2);
                ("cut body", post(&push, length), Duration::ZERO)
            }
            2 => {
                push.body = "x".repeat(2 << 20);
                ("huge body", post(&push, 2 << 20), Duration::ZERO)
            }
            // In 15 pieces, half a second after each.
            3 => ("slow head", post(&push, length), Duration::from_millis(500)),
            // It is announced, and does not come.
            4 => ("slow body", post(&push, length + 1 + round as usize % 100_000), Duration::ZERO),
            5 => (
                "wrong method",
                b"DELETE /wechat HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
                Duration::ZERO,
            ),
            6 => ("garbage", (0..4000).map(|n| (n * 7 + round) as u8).collect(), Duration::ZERO),
            7 => {
                let (token, zeros) = (&self.token, "A".repeat(64));
                let hex = signature::msg_signature(token, "1700000001", "7", &zeros);
                push.query =
                    format!("timestamp=1700000001&nonce=7&encrypt_type=aes&msg_signature={hex}");
                push.body = format!("<xml><Encrypt>{zeros}</Encrypt></xml>");
                ("bad ciphertext", post(&push, push.body.len()), Duration::ZERO)
            }
            _ => {
                push.query.clear();
                push.body = format!("{}{}", "<xml>".repeat(500), "&lol;".repeat(500));
                ("unsigned", post(&push, push.body.len()), Duration::ZERO)
            }
        };
        let status = self.exchange(kind, &request, pause).await;
        if status == 200 {
            lock(&self.counts).problems.push(format!("{kind} was answered with success"));
        }
    }

    /// A report of one job, as the platform sends it at one attempt.
    fn push(&self, job: u64, attempt: u64, compatible: bool) -> Push {
        let nonce = (job * 31 + attempt).to_string();
        let stamp = Stamp::new(&self.token, "1763744870", &nonce, "oTESTowner00000000000000000");
        let mut random = [7; 16];
        random[..8].copy_from_slice(&(job * 100 + attempt).to_be_bytes());
        let cipher = Cipher::new(&self.key, &self.app_id, random);
        let xml = format!(
            "<xml><ToUserName><![CDATA[gh_5b1e7c40d9a2]]></ToUserName>\
             <FromUserName><![CDATA[oTESTowner00000000000000000]]></FromUserName>\
             <CreateTime>1763744870</CreateTime><MsgType><![CDATA[event]]></MsgType>\
             <Event><![CDATA[MASSSENDJOBFINISH]]></Event><MsgID>{job}</MsgID>\
             <Status><![CDATA[send success]]></Status><TotalCount>2</TotalCount>\
             <FilterCount>2</FilterCount><SentCount>2</SentCount><ErrorCount>0</ErrorCount></xml>"
        );
        if compatible {
            stamp.compatible(&cipher, &xml)
        } else {
            stamp.safe(&cipher, "gh_5b1e7c40d9a2", &xml)
        }
    }

    /// Sends, with pauses between pieces of the request if it is to be slow, and gives the answer's
    /// status, 0 for none.
    async fn exchange(&self, kind: &'static str, request: &[u8], pause: Duration) -> u16 {
        let begin = Instant::now();
        let status = self.answer(request, pause, kind == "cut body").await.unwrap_or(0);
        let took = begin.elapsed();
        let mut counts = lock(&self.counts);
        let (requests, slowest) = counts.sent.entry(kind).or_default();
        *requests += 1;
        // The time of an answer; that of a connection which ends without one says nothing.
        if status != 0 {
            *slowest = took.max(*slowest);
        }
        *counts.answers.entry((kind, status)).or_default() += 1;
        status
    }

    async fn answer(&self, request: &[u8], pause: Duration, cut: bool) -> Result<u16, Problem> {
        let mut stream = TcpStream::connect(self.address).await?;
        let (mut read, mut write) = stream.split();
        let send = async {
            let pieces = if pause.is_zero() { 1 } else { 15 };
            for piece in request.chunks(request.len().div_ceil(pieces)) {
                write.write_all(piece).await?;
                sleep(pause).await;
            }
            if cut {
                write.shutdown().await?;
            }
            // What else there is to say is said; the answer may still come.
            std::future::pending::<Result<(), std::io::Error>>().await
        };
        let mut answer = Vec::new();
        let receive = async {
            let mut buffer = [0; 1024];
            loop {
                let count = read.read(&mut buffer).await?;
                answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
                if count == 0 {
                    return Ok::<_, std::io::Error>(());
                }
            }
        };
        // A server that answers before it has read everything may break the sending.
        let both = async {
            tokio::pin!(receive);
            tokio::select! {
                result = &mut receive => result,
                _ = send => receive.await,
            }
        };
        let _ = timeout(3 * LATEST, both).await;
        let text = String::from_utf8_lossy(&answer);
        Ok(text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0))
    }
}

fn post(push: &Push, length: usize) -> Vec<u8> {
    format!(
        "POST /wechat?{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{}",
        push.query, push.body
    )
    .into_bytes()
}
