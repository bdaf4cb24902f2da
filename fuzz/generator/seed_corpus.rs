//! Writes the seed corpus anew: of the documented examples, one of each shape.
//!
//! The files `seed-*` are its own; all others of the corpus (findings that were repaired, and what a run
//! found worth keeping) it leaves alone. It runs at the root: `cargo xtask fuzz --seed-corpus`.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wechat_fuzz::{ENDPOINTS, choice};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const EVENTS: &str = "wechat-events/fixtures";
const TYPES: &str = "wechat-types/fixtures";

fn main() -> Outcome {
    xml()?;
    json()?;
    decrypt()?;
    request()?;
    endpoints()?;
    mock()
}

/// The corpus of one target.
struct Corpus {
    folder: PathBuf,
}

impl Corpus {
    fn new(target: &str) -> Outcome<Self> {
        let folder = Path::new("fuzz/corpus").join(target);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("seed-") {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { folder })
    }

    fn write(&self, name: &str, parts: &[&[u8]]) -> Outcome {
        Ok(fs::write(self.folder.join(format!("seed-{name}")), parts.concat())?)
    }
}

/// The files of a folder that end so, by name.
fn files(folder: &str, end: &str) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(end) {
            files.push((stem.to_owned(), fs::read(path)?));
        }
    }
    files.sort();
    Ok(files)
}

/// One example of each message and each event, and every body that is refused.
fn xml() -> Outcome {
    let corpus = Corpus::new("xml")?;
    for (name, body) in files(&format!("{EVENTS}/messages"), ".xml")? {
        if !name.contains("--") {
            corpus.write(&name, &[&body])?;
        }
    }
    for (name, body) in files(&format!("{EVENTS}/events"), ".xml")? {
        if !name.contains("--") {
            corpus.write(&name, &[&body])?;
        }
    }
    for (name, body) in files(&format!("{EVENTS}/refused"), ".xml")? {
        if body.len() < 1024 {
            corpus.write(&format!("refused-{name}"), &[&body])?;
        }
    }
    Ok(())
}

/// The JSON bodies, without the brace that the target puts before them.
fn json() -> Outcome {
    let corpus = Corpus::new("json")?;
    for (name, body) in files(&format!("{EVENTS}/json"), ".body.json")? {
        if let Some(rest) = body.strip_prefix(b"{") {
            corpus.write(&name, &[rest])?;
        }
    }
    Ok(())
}

/// What an envelope holds, and what it is worth as a request.
fn envelopes() -> Outcome<Vec<(String, Value, Vec<u8>)>> {
    let folder = format!("{EVENTS}/envelopes");
    let mut all = Vec::new();
    for (name, text) in files(&folder, ".json")? {
        if name.ends_with(".body") {
            continue;
        }
        let about: Value = serde_json::from_slice(&text)?;
        let body = match about["body_file"].as_str() {
            Some(file) => fs::read(Path::new(&folder).join(file))?,
            None => Vec::new(),
        };
        all.push((name, about, body));
    }
    Ok(all)
}

/// Texts of `Encrypt` as they were sent, and plaintexts with every kind of fault at their end.
fn decrypt() -> Outcome {
    let corpus = Corpus::new("decrypt")?;
    for (name, _, body) in envelopes()? {
        let body = String::from_utf8(body)?;
        let text =
            body.split_once("<Encrypt><![CDATA[").and_then(|(_, rest)| rest.split_once("]]>"));
        if let Some((text, _)) = text.filter(|_| name.starts_with("safe-")) {
            corpus.write(&name, &[&[0], text.as_bytes()])?;
        }
    }
    let app_id = wechat_fuzz::APP_ID.as_bytes();
    for (name, length, padding) in
        [("fits", 2, 8), ("length", 200, 8), ("padding-0", 2, 0), ("padding-33", 2, 33)]
    {
        let head = [b"0123456789abcdef", &u32::to_be_bytes(length)[..], b"ok", app_id].concat();
        let end = vec![padding; 48 - head.len()];
        corpus.write(&format!("plaintext-{name}"), &[&[1], &head, &end])?;
    }
    Ok(())
}

/// Every envelope as it was sent, and a message to be signed and encrypted on the way.
fn request() -> Outcome {
    let corpus = Corpus::new("request")?;
    for (name, about, body) in envelopes()? {
        let Some(query) = about["query"].as_str() else { continue };
        let key = if about["config"]["encoding_aes_key"].is_string() { choice::KEY } else { 0 };
        corpus.write(&name, &[&[b'`' | key], query.as_bytes(), b"\n", &body])?;
    }
    let query = b"timestamp=1763741246&nonce=987650055&openid=o";
    let sealed = b"timestamp=1763741246&nonce=987650055&encrypt_type=aes&openid=o";
    let message = fs::read(format!("{EVENTS}/messages/text.xml"))?;
    let plain = b'`' | choice::SIGN;
    corpus.write("signed-here", &[&[plain], query, b"\n", &message])?;
    let safe = plain | choice::KEY | choice::ENCRYPT;
    corpus.write("encrypted-here", &[&[safe], sealed, b"\n", &message])?;
    corpus.write("both-modes", &[&[plain | choice::KEY | choice::PLAIN], query, b"\n", &message])
}

/// The calls of the fixtures, each with its files of one kind (`request` or `response`).
fn examples() -> Outcome<Vec<(String, String, String, PathBuf)>> {
    let index: Value = serde_json::from_slice(&fs::read(format!("{TYPES}/index.json"))?)?;
    let mut all = Vec::new();
    for endpoint in index.as_array().into_iter().flatten() {
        let word = |key: &str| endpoint[key].as_str().unwrap_or_default().to_owned();
        for file in endpoint["files"].as_array().into_iter().flatten() {
            let file = file.as_str().unwrap_or_default();
            all.push((word("method"), word("path"), word("endpoint"), Path::new(TYPES).join(file)));
        }
    }
    Ok(all)
}

/// For each call the plain answer and the plain request, and one error.
fn endpoints() -> Outcome {
    let corpus = Corpus::new("endpoints")?;
    for (_, path, endpoint, file) in examples()? {
        let Some(number) = ENDPOINTS.iter().position(|target| target.path == path) else {
            continue;
        };
        let form = match file.file_name().and_then(|name| name.to_str()) {
            Some("response.json") => 0,
            Some("request.json") => 1,
            _ => continue,
        };
        let name = format!("{}-{form}", endpoint.replace('/', "-"));
        corpus.write(&name, &[&[u8::try_from(number)?, form], &small(&file)?])?;
    }
    let error = br#"{"errcode":45009,"errmsg":"reach max api daily quota limit"}"#;
    corpus.write("error", &[&[0, 0], error])
}

/// JSON without its blanks: a corpus is mutated byte by byte.
fn small(file: &Path) -> Outcome<Vec<u8>> {
    let bytes = fs::read(file)?;
    Ok(match serde_json::from_slice::<Value>(&bytes) {
        Ok(value) => serde_json::to_vec(&value)?,
        Err(_) => bytes,
    })
}

/// Each call once, and a chain of calls as a sender makes them.
fn mock() -> Outcome {
    let corpus = Corpus::new("mock")?;
    let mut seen = BTreeSet::new();
    for (method, path, endpoint, file) in examples()? {
        let request = file.file_name().is_some_and(|name| name == "request.json");
        if !request || !seen.insert(endpoint.clone()) {
            continue;
        }
        let head = format!("{method} {path}?access_token=$TOKEN\n");
        corpus.write(&endpoint.replace('/', "-"), &[head.as_bytes(), &small(&file)?])?;
    }
    let upload = "POST /cgi-bin/media/upload?access_token=$TOKEN&type=image\n--b\r\n\
                  Content-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\
                  Content-Type: image/jpeg\r\n\r\n\u{feff}JFIF\r\n--b--\r\n";
    corpus.write("upload", &[upload.as_bytes()])?;
    let chain = "GET /cgi-bin/user/get?access_token=$TOKEN\n\n====\n\
                 POST /cgi-bin/tags/create?access_token=$TOKEN\n{\"tag\":{\"name\":\"t\"}}\n====\n\
                 POST /cgi-bin/message/mass/sendall?access_token=$TOKEN\n\
                 {\"filter\":{\"is_to_all\":true},\"text\":{\"content\":\"x\"},\"msgtype\":\"text\",\
                 \"clientmsgid\":\"k\"}\n====\n\
                 POST /cgi-bin/message/mass/sendall?access_token=$TOKEN\n\
                 {\"filter\":{\"is_to_all\":true},\"text\":{\"content\":\"x\"},\"msgtype\":\"text\",\
                 \"clientmsgid\":\"k\"}\n====\n\
                 POST /cgi-bin/message/mass/speed/get?access_token=$TOKEN\n{}";
    corpus.write("chain", &[chain.as_bytes()])
}
