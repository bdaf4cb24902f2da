//! What the benchmarks of whole campaigns stand on: a list of followers, and the program `wechat-mock` with its
//! limits off.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use wechat_http::{Client, ClientBuilder};
use wechat_mass::campaign::{Content, Plan};
use wechat_mass::recipients::{Gatherer, Roster, Scratch, read_into};
use wechat_types::id::{AppId, AppSecret};

pub(crate) const APP_ID: &str = "wx0123456789abcdef";
pub(crate) const APP_SECRET: &str = "mock0secret0mock0secret0mock0sec";
pub(crate) const TEXT: &str = "【春茶上新】三款明前茶今日到店";

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
pub(crate) fn date() -> SystemTime {
    SystemTime::now()
}

pub(crate) fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:<64} {value}");
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    // As the program has it.
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// The platform's followers, and the campaign's list of them: a tenth of it are duplicates.
pub(crate) fn lists(count: usize, folder: &Path) {
    let file = |name: &str| BufWriter::new(File::create(folder.join(name)).unwrap());
    let (mut followers, mut list) = (file("followers"), file("list"));
    for number in 0..count {
        writeln!(followers, "{}", fan(number)).unwrap();
        writeln!(list, "{}", fan(number)).unwrap();
        if number % 10 == 9 {
            writeln!(list, "{}", fan(number / 2)).unwrap();
        }
    }
    // They are on the disk before anything is measured: the kernel would write them in between.
    for file in [followers, list] {
        file.into_inner().unwrap().sync_all().unwrap();
    }
}

/// An OpenID of the usual shape, as random as a real one.
pub(crate) fn fan(number: usize) -> String {
    let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let more = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    format!("oVol{number:08x}{:016x}", mixed ^ more >> 27)
}

/// The platform in a process of its own, with its limits off. A send is answered so long after it came, or when the
/// mock is ready, whatever is later.
pub(crate) fn mock(folder: &Path, answer: Duration) -> (Child, String) {
    let beside = || std::env::current_exe().unwrap().with_file_name("../wechat-mock");
    let program = std::env::var_os("WECHAT_MOCK").map_or_else(beside, PathBuf::from);
    let config = folder.join("mock.toml");
    let faults = if answer.is_zero() {
        String::new()
    } else {
        format!(
            "faults = [{{ path = \"/cgi-bin/message/mass/send\", always = true, \
             effect = {{ delayed = {{ seconds = {} }} }} }}]\n",
            answer.as_secs_f64()
        )
    };
    fs::write(
        &config,
        format!(
            "listen = \"127.0.0.1:0\"\n[[accounts]]\napp_id = \"{APP_ID}\"\n\
             app_secret = \"{APP_SECRET}\"\nfollowers_file = \"followers\"\n\
             {faults}[accounts.settings]\nprogress = \"immediate\"\nmass_calls_per_day = {max}\n\
             mass_calls_per_minute = {max}\nmessages_per_follower_and_month = 100\n",
            max = u32::MAX
        ),
    )
    .unwrap();
    let started =
        Command::new(&program).arg("--config").arg(&config).stdout(Stdio::piped()).spawn();
    let mut mock = started.unwrap_or_else(|e| {
        panic!("{}: build it first, or name it in WECHAT_MOCK: {e}", program.display())
    });
    let mut lines = BufReader::new(mock.stdout.take().unwrap()).lines();
    let said =
        lines.find_map(|line| Some(line.unwrap().strip_prefix("base URL")?.trim().to_owned()));
    // Its log of calls is read and forgotten, or it would wait for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    (mock, said.unwrap())
}

pub(crate) fn roster(folder: &Path) -> Roster {
    let list = BufReader::new(File::open(folder.join("list")).unwrap());
    let mut gatherer = Gatherer::new(Scratch::folder(folder));
    read_into(&mut gatherer, list).unwrap();
    gatherer.finish().unwrap()
}

pub(crate) fn plan(folder: &Path) -> Plan {
    let content = Content::Text(TEXT.to_owned());
    Plan::new(AppId::new(APP_ID).unwrap(), "volume", roster(folder), content).unwrap()
}

pub(crate) fn client(base_url: &str) -> ClientBuilder {
    Client::builder(AppId::new(APP_ID).unwrap(), AppSecret::new(APP_SECRET).unwrap())
        .base_url(base_url.parse().unwrap())
}
