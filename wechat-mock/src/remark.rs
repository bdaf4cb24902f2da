//! Remarks on calls that the mock takes although no current document describes them so.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::routes::{RETIRED, plain_path};
use crate::rule::{Finding, Rule};

const CLOSED: Rule =
    Rule { id: "material/closed", sentence: "closed since 2022-02-28: use drafts" };
const DOUBLED_SLASH: Rule =
    Rule { id: "form/doubled-slash", sentence: "a path begins with one slash" };
const NO_CONTENT_TYPE: Rule =
    Rule { id: "form/content-type", sentence: "a JSON body has the Content-Type application/json" };
const ESCAPED_TEXT: Rule = Rule {
    id: "general/raw-text",
    sentence: "texts are raw UTF-8, not the escapes \\uXXXX of a JSON encoder",
};
const GET: Rule = Rule { id: "form/speed-by-get", sentence: "message/mass/speed/get is a POST" };
const GROUP_ID: Rule =
    Rule { id: "form/group-id", sentence: "filter names a tag_id; group_id is of before 2016" };
const MSGID: Rule = Rule { id: "form/msgid", sentence: "the field is msg_id; msgid is of 2014" };
const ID_AS_TEXT: Rule = Rule { id: "form/id-as-text", sentence: "this id is a number" };
const EMPTY_ID: Rule =
    Rule { id: "form/empty-id", sentence: "an id that is not meant is left out" };
const IMAGE: Rule = Rule {
    id: "form/single-image",
    sentence: "pictures are sent as images.media_ids; image.media_id is the older form",
};
const FLAG: Rule = Rule { id: "form/flag", sentence: "this flag is 0 or 1" };
const IGNORED: Rule = Rule {
    id: "form/ignored-field",
    sentence: "the platform takes no notice of a field that this call does not have",
};
const MISSPELT_LIST: Rule = Rule {
    id: "form/opened-list",
    sentence: "the field is openid_list; one old sample misspells it",
};
const FILE_PATH: Rule =
    Rule { id: "form/file-path", sentence: "filename is a name, without folders" };
const DESCRIPTION: Rule = Rule {
    id: "form/description",
    sentence: "description is a part of add_material for a video, and of nothing else",
};

/// Longer bodies are articles or nothing: no field of theirs is remarkable, and what JSON becomes in
/// memory is many times its length.
const READ: usize = 1 << 20;

/// What is remarkable about a call, whatever its answer.
pub(crate) fn remarks(request: &http::Request<Bytes>) -> Vec<Finding> {
    let mut found = Found::default();
    let path = plain_path(request.uri().path());
    if path.len() != request.uri().path().len() {
        found.add(DOUBLED_SLASH, None, None);
    }
    if RETIRED.contains(&path) {
        found.add(CLOSED, None, None);
    }
    if request.method() == Method::GET && path == "/cgi-bin/message/mass/speed/get" {
        found.add(GET, None, None);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/")) {
        found.upload(request, path);
    } else if request.method() == Method::POST && !request.body().is_empty() {
        if !kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json")) {
            // Not the caller's text: whatever it holds would stand in logs and reports.
            found.add(NO_CONTENT_TYPE, None, Some(kind.map_or("none", |_| "another one")));
        }
        let body = request.body();
        if body.trim_ascii().starts_with(b"{") && has_escapes(body) {
            found.add(ESCAPED_TEXT, None, None);
        }
        if body.len() <= READ
            && let Ok(body) = without_lists(body)
        {
            found.body(&body, path);
        }
    }
    found.0
}

/// An object whose lists are empty: nothing in them is remarkable, and one may hold ten thousand OpenIDs.
fn without_lists(body: &[u8]) -> Result<Map<String, Value>, serde_json::Error> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(body)?;
    let read = |(name, value): (String, &RawValue)| match value.get() {
        list if list.starts_with('[') => Ok((name, Value::Array(Vec::new()))),
        other => Ok((name, serde_json::from_str(other)?)),
    };
    fields.into_iter().map(read).collect()
}

#[derive(Default)]
struct Found(Vec<Finding>);

impl Found {
    fn add(&mut self, rule: Rule, field: Option<&str>, given: Option<&str>) {
        let (field, given) = (field.map(str::to_owned), given.map(str::to_owned));
        self.0.push(Finding { rule, field, given });
    }

    fn body(&mut self, body: &Map<String, Value>, path: &str) {
        match path {
            "/cgi-bin/message/mass/sendall" | "/cgi-bin/message/mass/send" => {
                self.send(body, path.ends_with("sendall"));
            }
            "/cgi-bin/message/mass/preview" if body.contains_key("send_ignore_reprint") => {
                self.add(IGNORED, Some("send_ignore_reprint"), None);
            }
            "/cgi-bin/message/mass/delete" => {
                if body.contains_key("msgid") {
                    self.add(MSGID, Some("msgid"), None);
                }
                self.id(body, "", "msg_id");
            }
            _ if path.starts_with("/cgi-bin/tags/") || path.starts_with("/cgi-bin/user/") => {
                self.id(body, "", "tagid");
                if !body.contains_key("openid_list") && body.contains_key("opened_list") {
                    self.add(MISSPELT_LIST, Some("opened_list"), None);
                }
            }
            _ => {}
        }
    }

    /// A mass send, with a filter or with a list.
    fn send(&mut self, body: &Map<String, Value>, with_filter: bool) {
        if let Some(Value::Object(filter)) = body.get("filter") {
            self.id(filter, "filter.", "tag_id");
            match filter.get("group_id") {
                None => {}
                Some(Value::Null) => self.add(EMPTY_ID, Some("filter.group_id"), Some("null")),
                Some(_) => self.add(GROUP_ID, Some("filter.group_id"), None),
            }
            for key in filter.keys() {
                if !["is_to_all", "tag_id", "group_id"].contains(&key.as_str()) {
                    self.ignored("filter.", key);
                }
            }
        }
        if let Some(Value::Bool(_)) = body.get("send_ignore_reprint") {
            self.add(FLAG, Some("send_ignore_reprint"), Some("a boolean"));
        }
        let kind = body.get("msgtype").and_then(Value::as_str).unwrap_or_default();
        if kind == "image" && !body.contains_key("images") {
            self.add(IMAGE, Some("image.media_id"), None);
        }
        let payload = match kind {
            "image" if body.contains_key("images") => "images",
            "video" => "mpvideo",
            kind => kind,
        };
        let audience = if with_filter { "filter" } else { "touser" };
        for key in body.keys() {
            let known = [audience, "msgtype", "send_ignore_reprint", "clientmsgid", payload];
            if !known.contains(&key.as_str()) {
                self.ignored("", key);
            }
        }
    }

    fn ignored(&mut self, parent: &str, key: &str) {
        const SHOWN_CHARS: usize = 40;
        // A name from outside: short, and on one line.
        let name: String =
            key.chars().take(SHOWN_CHARS).map(|c| if c.is_control() { '?' } else { c }).collect();
        self.add(IGNORED, Some(&format!("{parent}{name}")), None);
    }

    fn id(&mut self, object: &Map<String, Value>, parent: &str, key: &str) {
        let field = format!("{parent}{key}");
        match object.get(key) {
            Some(Value::Null) => self.add(EMPTY_ID, Some(&field), Some("null")),
            Some(Value::String(text)) if text.is_empty() => {
                self.add(EMPTY_ID, Some(&field), Some("an empty text"));
            }
            Some(Value::String(_)) => self.add(ID_AS_TEXT, Some(&field), Some("a text")),
            _ => {}
        }
    }

    fn upload(&mut self, request: &http::Request<Bytes>, path: &str) {
        let query = crate::query::Query::parse(request.uri().query().unwrap_or_default());
        let is_video =
            path == "/cgi-bin/material/add_material" && query.get("type") == Some("video");
        if query.get("description").is_some() {
            self.add(DESCRIPTION, Some("description"), Some("in the query"));
        }
        let Some(parts) = crate::multipart::overview(request) else { return };
        for (name, file_name) in parts {
            if file_name.is_some_and(|name| name.contains(['/', '\\'])) {
                self.add(FILE_PATH, Some(&name), None);
            }
            if name == "description" && !is_video {
                self.add(DESCRIPTION, Some("description"), Some("a part"));
            }
        }
    }
}

/// Escapes of letters beyond ASCII; those of control characters have no other form.
fn has_escapes(body: &[u8]) -> bool {
    let mut bytes = body;
    while let Some(at) = bytes.iter().position(|byte| *byte == b'\\') {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        if let [b'u', digits @ ..] = rest
            && let Some(digits) = digits.get(..4).and_then(|d| std::str::from_utf8(d).ok())
            && u32::from_str_radix(digits, 16).is_ok_and(|letter| letter >= 0x80)
        {
            return true;
        }
        // The escaped character, which may be a backslash itself.
        bytes = rest.get(1..).unwrap_or_default();
    }
    false
}
