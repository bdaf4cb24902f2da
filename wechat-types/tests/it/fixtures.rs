//! Access to the examples transcribed from the documentation.

use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub(crate) fn bytes(path: &str) -> Vec<u8> {
    let file = root().join(path);
    std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

pub(crate) fn json(path: &str) -> Value {
    serde_json::from_slice(&bytes(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The files of a folder whose names start with `prefix`, sorted.
pub(crate) fn files(folder: &str, prefix: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root().join(folder))
        .unwrap_or_else(|e| panic!("{folder}: {e}"))
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(prefix) && name.ends_with(".json"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no {folder}/{prefix}*.json");
    names
}

/// All JSON of a folder.
pub(crate) fn all_json(folder: &str) -> Vec<Value> {
    files(folder, "").iter().map(|path| json(path)).collect()
}

/// The facts of a text file, one `name: value` a line.
pub(crate) struct Facts(Vec<(String, String)>);

impl Facts {
    pub(crate) fn of(path: &str) -> Self {
        let text = String::from_utf8(bytes(path)).unwrap();
        let fact = |line: &str| line.split_once(": ").map(|(n, v)| (n.to_owned(), v.to_owned()));
        Self(
            text.lines()
                .map(|line| fact(line).unwrap_or_else(|| panic!("{path}: {line}")))
                .collect(),
        )
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.iter().filter(|(n, _)| *n == name).map(|(_, value)| value).collect()
    }

    /// The query without the token.
    pub(crate) fn query(&self) -> Vec<(&str, &str)> {
        let pairs = self.all("query").into_iter().filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key != "access_token").collect()
    }
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
