//! The list of the fixtures, `index.json`.

use super::tokens::{Tokens, string};

/// One endpoint of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// `chapter/endpoint`, its folder.
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: String,
    /// From the folder of all fixtures on.
    pub(super) files: Vec<String>,
}

/// Reads an array of flat objects; no name in it holds an escape.
pub(super) fn read(json: &str) -> Result<Vec<Entry>, String> {
    let tokens = Tokens::new(json);
    let mut entries: Vec<Entry> = Vec::new();
    let mut key = "";
    let mut texts = tokens.texts().peekable();
    while let Some(token) = texts.next() {
        let Some(text) = string(token) else { continue };
        if texts.peek() == Some(&":") {
            key = text;
            continue;
        }
        if key == "endpoint" {
            entries.push(Entry {
                name: text.to_owned(),
                method: String::new(),
                path: String::new(),
                files: Vec::new(),
            });
            continue;
        }
        let Some(entry) = entries.last_mut() else {
            return Err(format!("index.json: {key:?} before the first \"endpoint\""));
        };
        match key {
            "method" => text.clone_into(&mut entry.method),
            "path" => text.clone_into(&mut entry.path),
            "files" => entry.files.push(text.to_owned()),
            _ => {}
        }
    }
    match entries.iter().find(|entry| entry.method.is_empty() || entry.path.is_empty()) {
        Some(entry) => Err(format!("index.json: {} has no method or no path", entry.name)),
        None if entries.is_empty() => Err("index.json names no endpoint".to_owned()),
        None => Ok(entries),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_method_path_and_files() {
        let json = r#"[{"endpoint": "a/b", "method": "GET", "path": "/b", "auth": true,
            "files": ["a/b/request.txt", "a/b/response.json"]},
            {"endpoint": "a/c", "method": "POST", "path": "/c", "auth": false, "files": []}]"#;
        let entries = read(json).unwrap();
        let first = Entry {
            name: "a/b".to_owned(),
            method: "GET".to_owned(),
            path: "/b".to_owned(),
            files: vec!["a/b/request.txt".to_owned(), "a/b/response.json".to_owned()],
        };
        assert_eq!(entries.first(), Some(&first));
        assert_eq!(entries[1].path, "/c");
        assert_eq!(entries[1].files, [""; 0]);
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        assert!(read("[]").unwrap_err().contains("names no endpoint"));
        assert!(read(r#"[{"path": "/b"}]"#).unwrap_err().contains("before the first"));
        let message = read(r#"[{"endpoint": "a/b", "path": "/b"}]"#).unwrap_err();
        assert_eq!(message, "index.json: a/b has no method or no path");
    }
}
