//! Eight processes with 64 callers each, a Redis server of their own and the program `wechat-mock`: what the mock
//! was asked for is counted in its log.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::rig::{PLAIN, STABLE};

/// Where `cargo xtask services` says that the programs are.
const MOCK: &str = "WECHAT_TEST_MOCK";
const TEAM: &str = "WECHAT_TEST_TEAM";

const PROCESSES: usize = 8;
const CALLERS: u64 = 64;
/// What has not happened by then never happens.
const PATIENCE: Duration = Duration::from_secs(120);

const APP_ID: &str = "wx0000000000000001";
const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
const PASSWORD: &str = "only-for-tests";

/// One team at a time: there are two processors, perhaps.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that ends with this, and its lines.
struct Program {
    child: Child,
    lines: Receiver<String>,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // A full pipe would stop the program, so it is read when nobody listens, too.
                let _ = sender.send(line);
            }
        });
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }

    fn read_to(&self, words: &str) -> String {
        loop {
            if let Some((_, rest)) = self.line().split_once(words) {
                return rest.trim().to_owned();
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Redis server that can be stopped and started again, without what it had.
struct Redis {
    port: u16,
    program: Option<Program>,
}

impl Redis {
    fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = Self { port, program: None };
        redis.start();
        redis
    }

    fn start(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string()]);
        command.args(["--requirepass", PASSWORD, "--save", "", "--appendonly", "no"]);
        let program = Program::start(&mut command);
        program.read_to("Ready to accept");
        self.program = Some(program);
    }

    fn stop(&mut self) {
        self.program = None;
    }

    fn url(&self) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}", self.port)
    }
}

/// The mock, and how much of its log was read.
struct Mock {
    _program: Program,
    address: String,
    read: u64,
    stable: usize,
    plain: usize,
}

impl Mock {
    fn start(program: &str) -> Self {
        let mut command = Command::new(program);
        command.args(["--port", "0", "--app-id", APP_ID, "--app-secret", APP_SECRET]);
        let program = Program::start(&mut command);
        let address = program.read_to("base URL").replace("http://", "");
        Self { _program: program, address, read: 0, stable: 0, plain: 0 }
    }

    fn ask(&self, method: &str, path: &str) -> serde_json::Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        serde_json::from_str(body).unwrap()
    }

    /// The token requests so far, stable and plain; none is missed.
    fn fetched(&mut self) -> (usize, usize) {
        let received = self.ask("GET", &format!("/_mock/received?after={}", self.read));
        for request in received["received"].as_array().unwrap() {
            let number = request["number"].as_u64().unwrap();
            assert_eq!(number, self.read + 1, "the log has forgotten something");
            self.read = number;
            self.stable += usize::from(request["path"] == STABLE);
            self.plain += usize::from(request["path"] == PLAIN);
        }
        (self.stable, self.plain)
    }

    fn revoke_tokens(&self) {
        self.ask("DELETE", "/_mock/tokens");
    }
}

/// The calls of all processes.
#[derive(Clone, Debug, Default)]
struct Tally {
    good: u64,
    failed: u64,
    reasons: Vec<String>,
}

struct Team(Vec<Program>);

impl Team {
    fn start(program: &str, mock: &Mock, redis: &Redis, kind: &str, without: &str) -> Self {
        let member = |_| {
            let mut command = Command::new(program);
            command
                .stdin(Stdio::piped())
                .env("WECHAT_BASE_URL", format!("http://{}", mock.address))
                .env("WECHAT_APP_ID", APP_ID)
                .env("WECHAT_APP_SECRET", APP_SECRET)
                .env("WECHAT_TOKEN_STORE", redis.url())
                .env("TEAM_PREFIX", "team")
                .env("TEAM_KIND", kind)
                .env("TEAM_WITHOUT_STORE", without);
            Program::start(&mut command)
        };
        Self((0..PROCESSES).map(member).collect())
    }

    /// Says this to all of them, and waits for each one's answer.
    fn say(&mut self, command: &str) -> Tally {
        for member in &mut self.0 {
            writeln!(member.child.stdin.as_mut().unwrap(), "{command}").unwrap();
        }
        let mut all = Tally::default();
        for member in &self.0 {
            let line = member.line();
            let mut words = line.splitn(3, ' ');
            let mut number = || words.next().unwrap().parse::<u64>().unwrap();
            let (good, failed) = (number(), number());
            all.good += good;
            all.failed += failed;
            all.reasons.extend(words.next().filter(|reason| !reason.is_empty()).map(str::to_owned));
        }
        all
    }
}

/// Eight processes on a mock and a Redis of their own; `None` where the programs are not.
fn team(kind: &str, without: &str) -> Option<(Mock, Redis, Team)> {
    let (Ok(mock), Ok(team)) = (std::env::var(MOCK), std::env::var(TEAM)) else {
        eprintln!("left out: cargo xtask services builds the programs, and sets {MOCK} and {TEAM}");
        return None;
    };
    let (mock, redis) = (Mock::start(&mock), Redis::new());
    let team = Team::start(&team, &mock, &redis, kind, without);
    Some((mock, redis, team))
}

#[test]
fn an_empty_redis_costs_one_token_request() {
    let _alone = alone();
    for (kind, fetched) in [("stable", (1, 0)), ("plain", (0, 1))] {
        let Some((mut mock, _redis, mut team)) = team(kind, "refuse") else { return };
        let all = team.say("once");
        assert_eq!((all.good, all.failed), (8 * CALLERS, 0), "{all:?}");
        assert_eq!(mock.fetched(), fetched);
    }
}

#[test]
fn a_token_revoked_under_load_costs_one_refresh() {
    let _alone = alone();
    for (kind, fetched) in [("stable", (2, 0)), ("plain", (0, 2))] {
        let Some((mut mock, _redis, mut team)) = team(kind, "refuse") else { return };
        team.say("load");
        team.say("good 64");
        mock.fetched();
        mock.revoke_tokens();
        team.say("good 128");
        let all = team.say("halt");
        assert_eq!(all.failed, 0, "{all:?}");
        assert_eq!(mock.fetched(), fetched);
    }
}

#[test]
fn without_redis_calls_fail_where_that_is_the_setting_and_go_on_when_it_is_back() {
    let _alone = alone();
    let Some((mut mock, mut redis, mut team)) = team("plain", "refuse") else { return };
    team.say("load");
    team.say("good 64");
    redis.stop();
    let all = team.say("good 128");
    assert_eq!(all.failed, 0, "what is cached is used on: {all:?}");
    mock.revoke_tokens();
    let all = team.say("failed 128");
    assert!(all.reasons.iter().all(|reason| reason.contains("store of shared tokens")), "{all:?}");
    assert_eq!(mock.fetched(), (0, 1), "nobody fetches by itself");
    redis.start();
    team.say("good 128");
    team.say("halt");
    assert_eq!(mock.fetched(), (0, 2), "one fetches for all again");
}

#[test]
fn without_redis_each_process_fetches_one_stable_token_where_that_is_the_setting() {
    let _alone = alone();
    let Some((mut mock, mut redis, mut team)) = team("stable", "fetch-stable") else { return };
    team.say("load");
    team.say("good 64");
    redis.stop();
    team.say("good 64");
    assert_eq!(mock.fetched(), (1, 0));
    mock.revoke_tokens();
    team.say("good 128");
    assert_eq!(mock.fetched(), (1 + PROCESSES, 0), "one for each process, and no more");
    redis.start();
    team.say("good 64");
    assert_eq!(mock.fetched(), (1 + PROCESSES, 0), "nobody needs another one");
    mock.revoke_tokens();
    team.say("good 128");
    let all = team.say("halt");
    assert_eq!(all.failed, 0, "{all:?}");
    assert_eq!(mock.fetched(), (1 + PROCESSES + 1, 0), "one fetches for all again");
}
