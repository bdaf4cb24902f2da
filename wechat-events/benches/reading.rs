//! What reading a callback costs, against the bare parts that it is made of, in the same run.
//!
//! `cargo bench -p wechat-events` prints times, and where `valgrind` is installed instructions and
//! allocations too; those are the same on each run. Nothing is asserted: times depend on the machine.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for developers")]

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use quick_xml::Reader;
use quick_xml::events::Event;
use sha1::{Digest as _, Sha1};
use wechat_events::push::{Cipher, Push, Stamp};
use wechat_events::{CallbackQuery, CallbackToken, EncodingAesKey, EventParser, signature};
use wechat_types::id::AppId;

const TOKEN: &str = "tok3n";
const TIMESTAMP: &str = "1700000001";
const NONCE: &str = "987654321";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA";

/// The documents: a report without items, one with eight items of each kind, a Chinese text.
const DOCUMENTS: [(&str, &str); 3] = [
    ("report", "events/MASSSENDJOBFINISH.xml"),
    ("report of eight", "events/MASSSENDJOBFINISH--copyright-8.xml"),
    ("text", "messages/text.xml"),
];

type Work = fn(&Document);

/// What is done with a document.
const WORKS: [(&str, Work); 5] = [
    ("tokens", tokens),
    ("plain", plain),
    ("signature", sign),
    ("primitives", primitives),
    ("encrypted", encrypted),
];

struct Document {
    name: &'static str,
    xml: String,
    plain: (CallbackQuery, Push),
    safe: (CallbackQuery, Push),
    /// The text of `Encrypt`.
    encrypt: String,
    token: CallbackToken,
    plain_parser: EventParser,
    safe_parser: EventParser,
    key: [u8; 32],
}

impl Document {
    fn new(name: &'static str, file: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(file);
        let xml = std::fs::read_to_string(path).unwrap();
        let token = CallbackToken::new(TOKEN).unwrap();
        let key = EncodingAesKey::parse(KEY).unwrap();
        let app_id = AppId::new("wx0123456789abcdef").unwrap();
        let stamp = Stamp::new(&token, TIMESTAMP, NONCE, "oTESTfan");
        let query = |push: Push| (CallbackQuery::parse(&push.query), push);
        let safe = query(stamp.safe(&Cipher::new(&key, &app_id, [7; 16]), "gh_0123456789ab", &xml));
        let encrypt = safe.1.body.split("CDATA[").nth(2).unwrap().split(']').next().unwrap();
        let builder = EventParser::builder(app_id.clone(), token.clone());
        Self {
            name,
            plain: query(stamp.plain(&xml)),
            encrypt: encrypt.to_owned(),
            safe,
            xml,
            plain_parser: builder.clone().build(),
            safe_parser: builder.aes_key(key).build(),
            token,
            key: BASE64_STANDARD.decode(format!("{KEY}=")).unwrap().try_into().unwrap(),
        }
    }
}

/// quick-xml alone, over text that is known to be UTF-8.
fn tokens(document: &Document) {
    let mut reader = Reader::from_str(&document.xml);
    while !matches!(black_box(reader.read_event().unwrap()), Event::Eof) {}
}

/// From query and body to the typed value with all fields; verifies the signature.
fn plain(document: &Document) {
    let (query, push) = &document.plain;
    black_box(document.plain_parser.parse(query, push.body.as_bytes()).unwrap());
}

/// What the plain way does beside reading.
fn sign(document: &Document) {
    black_box(signature::signature(&document.token, TIMESTAMP, NONCE));
}

/// SHA-1, base64 and AES-256-CBC of one push, and nothing else.
fn primitives(document: &Document) {
    let mut hash = Sha1::new();
    for part in [TIMESTAMP, NONCE, &document.encrypt, TOKEN] {
        hash.update(part);
    }
    black_box(hash.finalize());
    let mut bytes = BASE64_STANDARD.decode(&document.encrypt).unwrap();
    let (blocks, _) = aes::Block::slice_as_chunks_mut(&mut bytes);
    let iv: [u8; 16] = document.key.first_chunk().copied().unwrap();
    cbc::Decryptor::<aes::Aes256>::new((&document.key).into(), (&iv).into()).decrypt_blocks(blocks);
    black_box(bytes);
}

/// From query and body of safe mode to the typed value with all fields.
fn encrypted(document: &Document) {
    let (query, push) = &document.safe;
    black_box(document.safe_parser.parse(query, push.body.as_bytes()).unwrap());
}

/// One figure of each work on each document.
type Figures = HashMap<(&'static str, &'static str), f64>;

/// Nanoseconds: the median of many runs, all works taking turns. A run is about a tenth of a
/// millisecond, so that on a busy machine few of them are interrupted.
fn nanoseconds(documents: &[Document]) -> Figures {
    let mut figures = Figures::new();
    for document in documents {
        let steps = WORKS.map(|(name, work)| {
            let once = median((0..101).map(|_| timed(document, work, 1)).collect());
            (name, work, (100_000.0 / once).clamp(1.0, 1000.0) as u32)
        });
        let mut runs: HashMap<_, Vec<f64>> = HashMap::new();
        for _ in 0..501 {
            for (name, work, times) in steps {
                runs.entry(name).or_default().push(timed(document, work, times));
            }
        }
        figures.extend(runs.into_iter().map(|(name, runs)| ((document.name, name), median(runs))));
    }
    figures
}

/// Nanoseconds of one of so many times.
#[expect(clippy::disallowed_methods, reason = "this measures time")]
fn timed(document: &Document, work: Work, times: u32) -> f64 {
    let start = Instant::now();
    (0..times).for_each(|_| work(black_box(document)));
    start.elapsed().as_nanos() as f64 / f64::from(times)
}

fn median(mut runs: Vec<f64>) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap()
}

/// What `valgrind` counts, of one round: this very program with some rounds, less the same with
/// none. `None` where it is not installed.
fn counted(documents: &[Document], tool: &[&str], label: &str) -> Option<Figures> {
    const ROUNDS: u32 = 50;
    let total = |document: &str, work: &str, rounds: u32| -> Option<f64> {
        let program = std::env::current_exe().ok()?;
        let mut command = Command::new("valgrind");
        command.args(tool).arg(program).args(["--rounds", document, work, &rounds.to_string()]);
        let output = command.output().ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let (_, rest) = text.split_once(label)?;
        let number = rest.trim_start_matches(':').split_whitespace().next()?;
        number.replace(',', "").parse().ok()
    };
    let mut figures = Figures::new();
    for document in documents {
        let start = total(document.name, "tokens", 0)?;
        for (work, _) in WORKS {
            let figure = (total(document.name, work, ROUNDS)? - start) / f64::from(ROUNDS);
            figures.insert((document.name, work), figure);
        }
    }
    Some(figures)
}

fn print(title: &str, documents: &[Document], figures: Option<&Figures>) {
    let Some(figures) = figures else {
        println!("\n{title}: not counted, there is no valgrind");
        return;
    };
    println!("\n{title}");
    println!(
        "{:<16} {:>6} {:>9} {:>9} {:>6}   {:>10} {:>9} {:>9} {:>6}",
        "", "bytes", "tokens", "plain", "ratio", "primitives", "+ reading", "encrypted", "ratio"
    );
    for document in documents {
        let figure = |work: &'static str| figures.get(&(document.name, work)).copied().unwrap();
        let floor = figure("primitives") + figure("plain") - figure("signature");
        println!(
            "{:<16} {:>6} {:>9.0} {:>9.0} {:>6.2}   {:>10.0} {:>9.0} {:>9.0} {:>6.2}",
            document.name,
            document.xml.len(),
            figure("tokens"),
            figure("plain"),
            figure("plain") / figure("tokens"),
            figure("primitives"),
            floor,
            figure("encrypted"),
            figure("encrypted") / floor,
        );
    }
}

fn main() {
    let documents = DOCUMENTS.map(|(name, file)| Document::new(name, file));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, document, work, rounds] = arguments.as_slice()
        && flag == "--rounds"
    {
        let document = documents.iter().find(|known| known.name == document).unwrap();
        let (_, work) = WORKS.iter().find(|(name, _)| name == work).unwrap();
        (0..rounds.parse().unwrap()).for_each(|_: u32| work(document));
        return;
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        documents.iter().for_each(|document| WORKS.iter().for_each(|(_, work)| work(document)));
        return;
    }
    println!("tokens: quick-xml alone; plain: query and body to the typed value, all fields kept");
    println!(
        "+ reading: the primitives and plain without its signature; what encrypted is held to"
    );
    print("Nanoseconds", &documents, Some(&nanoseconds(&documents)));
    let instructions = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"];
    print("Instructions", &documents, counted(&documents, &instructions, "refs:").as_ref());
    let allocations = counted(&documents, &["--tool=memcheck"], "total heap usage");
    print("Allocations", &documents, allocations.as_ref());
}
