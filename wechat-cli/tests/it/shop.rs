//! A shop: an account on a mock that listens, and a folder with the campaign and the account.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use wechat_events::{CallbackToken, EncodingAesKey};
use wechat_http::SystemClock;
use wechat_mock::{
    CallbackTarget, JobProgress, Listening, MockServer, MockServerBuilder, RecordedRequest,
};
use wechat_types::id::{AppId, AppSecret, MediaId, OpenId};

use crate::program::{Run, Started, program, run};

pub(crate) const SEND: &str = "/cgi-bin/message/mass/send";
pub(crate) const SENDALL: &str = "/cgi-bin/message/mass/sendall";
pub(crate) const GET: &str = "/cgi-bin/message/mass/get";
pub(crate) const DRAFT_ADD: &str = "/cgi-bin/draft/add";

pub(crate) const APP_ID: &str = "wx0123456789abcdef";
pub(crate) const APP_SECRET: &str = "5ecre70f7he5h0p0123456789abcdef0";
pub(crate) const WRONG_SECRET: &str = "0fedcba98765432105ecre70f7he5h0p";
pub(crate) const TOKEN: &str = "c4llb4ckT0ken";
pub(crate) const AES_KEY: &str = "k3y0f7heC4llb4cks0123456789ABCDEFGHIJKLMNOP";

/// Of the token service.
pub(crate) const SERVICE_SECRET: &str = "s3cret0f7heT0kenService";
/// Of a Redis server that nobody listens for.
pub(crate) const REDIS_PASSWORD: &str = "p4ssw0rd0f7heRedis";

/// No run of the program may show one of these.
pub(crate) const SECRETS: [&str; 6] =
    [APP_SECRET, WRONG_SECRET, TOKEN, AES_KEY, SERVICE_SECRET, REDIS_PASSWORD];

/// The smallest list that needs two calls: 9,999 and 2.
pub(crate) const TWO_CALLS: usize = 10_001;

/// A campaign of two pictures to the followers of the list.
pub(crate) const ARTICLE: &str = "\
name = \"spring\"\n\
[audience]\n\
open_ids = \"followers.txt\"\n\
[[article]]\n\
title = \"清明前的第一口鲜\"\n\
html = \"article.html\"\n\
cover = \"cover.jpg\"\n";

/// A text to the followers of the list.
pub(crate) const TEXT: &str = "\
name = \"spring\"\n\
text = \"【春茶上新】三款明前茶今日到店\"\n\
[audience]\n\
open_ids = \"followers.txt\"\n";

/// The `number`-th follower, of the usual 28 characters.
pub(crate) fn fan(number: usize) -> OpenId {
    OpenId::new(format!("oTESTfan{number:020}")).unwrap()
}

/// A list of the first `count` followers.
pub(crate) fn list_of(count: usize) -> String {
    (0..count).map(|number| format!("{}\n", fan(number))).collect()
}

/// A JPEG of 2 × 2 points as far as anybody looks.
pub(crate) fn jpeg() -> Vec<u8> {
    let mut bytes =
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00".to_vec();
    bytes.extend_from_slice(b"\xff\xc0\x00\x0b\x08\x00\x02\x00\x02\x01\x01\x11\x00\xff\xd9");
    bytes
}

/// A PNG of 2 × 2 points as far as anybody looks.
pub(crate) fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x02".to_vec();
    bytes.extend_from_slice(b"\x08\x06\x00\x00\x00\x72\xb6\x0d\x24");
    bytes
}

/// The folder of the shipped example.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/spring-sale")
}

/// A port for the program's listener. Not one that the system gives out by itself: a connection
/// of another test could take it before the program does.
pub(crate) fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id().wrapping_mul(97) + NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + u16::try_from(number % 12_000).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// A campaign in a folder, an account on a mock, and where its callbacks come in.
pub(crate) struct Shop {
    pub(crate) mock: MockServer,
    pub(crate) listening: Listening,
    pub(crate) runtime: Runtime,
    /// Where the program listens.
    pub(crate) callbacks: SocketAddr,
    dir: TempDir,
}

impl Shop {
    /// Jobs end at once and callbacks come encrypted.
    pub(crate) fn new(followers: usize) -> Self {
        Self::with(followers, |mock| {
            mock.clock(Arc::new(SystemClock::new()))
                .settings(|settings| settings.progress = JobProgress::Immediate)
        })
    }

    pub(crate) fn with(
        followers: usize,
        rules: impl FnOnce(MockServerBuilder) -> MockServerBuilder,
    ) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let callbacks = free_address();
        let mock = MockServer::builder()
            .app_id(AppId::new(APP_ID).unwrap())
            .app_secret(AppSecret::new(APP_SECRET).unwrap())
            .callback(target_at(callbacks));
        let mock = rules(mock).build();
        for number in 0..followers {
            mock.add_follower(fan(number));
        }
        let listening = runtime.block_on(mock.listen("127.0.0.1:0")).unwrap();
        let shop = Self { mock, listening, runtime, callbacks, dir: TempDir::new().unwrap() };
        shop.write("campaign.toml", ARTICLE);
        shop.write("followers.txt", list_of(followers));
        shop.write(
            "article.html",
            "<p>谷雨之前，茶山最忙。</p>\n<img src=\"pictures/tea.jpg\">\n<img src='pictures/price.png'>\n",
        );
        shop.write("pictures/tea.jpg", jpeg());
        shop.write("pictures/price.png", png());
        shop.write("cover.jpg", jpeg());
        shop.write("secret", format!("{APP_SECRET}\n"));
        shop.write("wechat.toml", shop.config("", ""));
        shop
    }

    /// A configuration with one account, more lines for the account and for its callbacks.
    pub(crate) fn config(&self, account: &str, callback: &str) -> String {
        format!(
            "[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secret_file = \"secret\"\n{account}\n\
             [accounts.shop.callback]\nlisten = \"{}\"\ntoken = \"{TOKEN}\"\n{}\n",
            self.callbacks,
            if callback.is_empty() {
                format!("encoding_aes_key = \"{AES_KEY}\"")
            } else {
                callback.to_owned()
            },
        )
    }

    /// Where this shop's callbacks go, encrypted.
    pub(crate) fn callback_target(&self) -> CallbackTarget {
        target_at(self.callbacks)
    }

    /// The account gets no callbacks: ends of jobs are asked for.
    pub(crate) fn without_callbacks(&self) {
        self.mock.set_callback(None);
        let account = self.config("", "");
        let (account, _) = account.split_once("[accounts.shop.callback]").unwrap();
        self.write("wechat.toml", account);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// `wechat-cli send campaign.toml --account shop`, without a server.
    pub(crate) fn bare(&self) -> Command {
        let mut command = program(self.dir.path());
        command.arg("send").arg(self.path("campaign.toml")).args(["--account", "shop"]);
        command
    }

    /// Another command about the campaign, to the mock.
    #[track_caller]
    pub(crate) fn say(&self, word: &str, options: &[&str]) -> Run {
        run(&mut self.word(word, options))
    }

    /// It, to be run.
    pub(crate) fn word(&self, word: &str, options: &[&str]) -> Command {
        let mut command = program(self.dir.path());
        command.arg(word).arg(self.path("campaign.toml")).args(["--account", "shop"]);
        command.arg("--base-url").arg(self.listening.base_url()).args(options);
        command
    }

    /// The same to the mock; it is asked for jobs after a second.
    pub(crate) fn command(&self, options: &[&str]) -> Command {
        let mut command = self.bare();
        command.arg("--base-url").arg(self.listening.base_url()).args(options);
        if !options.contains(&"--poll") {
            command.args(["--poll", "1"]);
        }
        command
    }

    /// Another command, in the shop's folder and on its mock.
    pub(crate) fn operate_command(&self, words: &[&str]) -> Command {
        let mut command = program(self.dir.path());
        command.current_dir(self.dir.path()).args(words).args(["--account", "shop"]);
        command.arg("--base-url").arg(self.listening.base_url());
        command
    }

    #[track_caller]
    pub(crate) fn operate(&self, words: &[&str]) -> Run {
        run(&mut self.operate_command(words))
    }

    /// The log of actions.
    pub(crate) fn actions(&self) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.journal().with_file_name("actions.jsonl"));
        let text = text.unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Its commands, each with what of it was logged.
    pub(crate) fn phases(&self) -> Vec<String> {
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let lines = self.actions();
        lines.iter().map(|line| word(&line["command"]) + " " + &word(&line["phase"])).collect()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    #[track_caller]
    pub(crate) fn run(&self, options: &[&str]) -> Run {
        run(&mut self.command(options))
    }

    pub(crate) fn start(&self, options: &[&str]) -> Started {
        Started::new(&mut self.command(options))
    }

    /// The requests of one path.
    pub(crate) fn requests(&self, path: &str) -> Vec<RecordedRequest> {
        self.mock.received().into_iter().filter(|request| request.path == path).collect()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests(path).len()
    }

    #[track_caller]
    pub(crate) fn assert_untouched(&self) {
        let received: Vec<String> = self.mock.received().iter().map(ToString::to_string).collect();
        assert_eq!(received, [""; 0]);
    }

    /// How many messages each of the first `count` followers has.
    pub(crate) fn messages(&self, count: usize) -> Vec<usize> {
        (0..count).map(|number| self.mock.inbox(&fan(number)).len()).collect()
    }

    /// The draft of the call of this number in a result.
    pub(crate) fn draft(&self, run: &Run, call: usize) -> wechat_mock::StoredDraft {
        let result = run.result();
        let id = result["calls"][call]["draft"].as_str().expect("a draft");
        self.mock.draft(&MediaId::new(id).unwrap()).expect("a draft of this id")
    }

    /// The journal.
    pub(crate) fn journal(&self) -> PathBuf {
        let port = self.listening.addr().port();
        self.path(".wechat-mass").join(format!("127.0.0.1_{port}")).join("journal.db")
    }

    /// The clock of the program is real: instead of it, all that was recorded is moved back.
    pub(crate) fn make_record_older(&self, hours: i64) {
        let database = rusqlite::Connection::open(self.journal()).unwrap();
        let older = "UPDATE entry SET fact = json_set(fact, '$.at', fact ->> '$.at' - ?1)";
        database.execute(older, [hours * 3_600_000]).unwrap();
    }

    /// The text without what differs from run to run: folder, ports, ids.
    pub(crate) fn redact(&self, text: &str) -> String {
        let server = self.listening.addr();
        let text = text
            .replace(&self.dir.path().display().to_string(), "[dir]")
            .replace(&server.to_string(), "[server]")
            .replace(&format!("{}_{}", server.ip(), server.port()), "[server]")
            .replace(&self.callbacks.to_string(), "[listener]");
        redact_ids(&redact_times(&text))
    }
}

/// Dates with times, which differ from run to run.
fn redact_times(text: &str) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    let shape = |bytes: &[u8]| {
        bytes.len() == 19
            && bytes.iter().zip(b"0000-00-00 00:00:00").all(|(byte, pattern)| match pattern {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    while let Some(first) = rest.chars().next() {
        if rest.as_bytes().get(..19).is_some_and(shape) {
            redacted.push_str("[date]____[time]___");
            rest = &rest[19..];
        } else {
            redacted.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    redacted
}

/// Ids, hashes and addresses are replaced; the columns of a table stay where they are. Lines that
/// come when a callback does, which may be sooner or later, are left out.
pub(crate) fn redact_ids(text: &str) -> String {
    let steady = text.lines().filter(|line| {
        !line.starts_with("waiting for the jobs") && !line.ends_with(" (by callback)")
    });
    let lines = steady.map(|line| {
        let line: String = line.split_inclusive(' ').map(redact_word).collect();
        line.trim_end().to_owned() + "\n"
    });
    lines.collect()
}

/// A word with the blank after it.
fn redact_word(word: &str) -> String {
    if word.contains("://mmbiz.qpic.cn/") || word.contains("://mp.weixin.qq.com/s") {
        return "[url]".to_owned();
    }
    if let Some((rid, after)) = word.split_once(']')
        && rid.len() == 26
        && rid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    {
        return format!("[rid]]{after}");
    }
    if let Some(port) = word.strip_prefix("127.0.0.1:") {
        return format!("[listener]{}", port.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut redacted = String::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| !part(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (run, after) = rest.split_at(length);
        rest = after;
        if run.len() >= 9 && run.bytes().all(|b| b.is_ascii_digit()) {
            redacted.push_str(&format!("{:<width$}", "[job]", width = run.len()));
        } else if run.len() == 16 && run.bytes().all(|b| b.is_ascii_hexdigit()) {
            redacted.push_str("[hash]");
        } else if run.len() >= 40 {
            redacted.push_str("[media_id]");
        } else {
            redacted.push_str(run);
        }
    }
    redacted
}

pub(crate) fn target_at(address: SocketAddr) -> CallbackTarget {
    CallbackTarget::safe(format!("http://{address}/callback"), token(), aes_key())
}

pub(crate) fn token() -> CallbackToken {
    CallbackToken::new(TOKEN).unwrap()
}

pub(crate) fn aes_key() -> EncodingAesKey {
    EncodingAesKey::parse(AES_KEY).unwrap()
}
