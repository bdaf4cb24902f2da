//! One row for each endpoint of the fixtures' list.

use super::index::Entry;
use super::rust::{Effect, Golden, Route, Type};
use super::table::{Cell, Empty, Row, Table};

/// The addresses of the platform's documents, and of those before 2017.
const DOCUMENTS: &str = "https://developers.weixin.qq.com/";
const OLD_WIKI: &str = "https://mp.weixin.qq.com/wiki/";

/// Everything that is compared.
pub(super) struct Subject {
    pub(super) index: Vec<Entry>,
    /// The fixtures' files, from their folder on.
    pub(super) disk: Vec<String>,
    pub(super) types: Vec<Type>,
    pub(super) all: Vec<String>,
    pub(super) golden: Vec<Golden>,
    /// The files of one snapshot for each endpoint.
    pub(super) snapshots: Vec<String>,
    pub(super) routes: Vec<Route>,
    /// What is shown to change the mock's world.
    pub(super) effects: Vec<Effect>,
}

/// Endpoints whose documents do not have what the others have.
pub(super) struct Exceptions {
    /// Their document names no error.
    pub(super) no_errors: &'static [Exception],
    /// Their only document is the old wiki's.
    pub(super) old_wiki: &'static [Exception],
}

pub(super) struct Exception {
    /// `chapter/endpoint`, or `chapter/` for all of them.
    pub(super) endpoints: &'static str,
    /// Why.
    pub(super) reason: &'static str,
}

pub(super) const EXCEPTIONS: &Exceptions = &Exceptions {
    no_errors: &[],
    old_wiki: &[Exception {
        endpoints: "groups/",
        reason: "tags replaced groups in 2016; the newer documents have no page for them",
    }],
};

impl Exception {
    fn covers(&self, name: &str) -> bool {
        name == self.endpoints || self.endpoints.ends_with('/') && name.starts_with(self.endpoints)
    }
}

/// What an example shows; the file's name begins with it.
#[derive(Clone, Copy)]
pub(super) enum Example {
    Request,
    Response,
    Error,
}

impl Example {
    fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Error => "error",
        }
    }

    pub(super) fn is_name_of(self, file: &str) -> bool {
        file.strip_prefix(self.word()).is_some_and(|rest| rest.starts_with(['-', '.']))
    }
}

pub(super) fn endpoints(subject: &Subject, exceptions: &Exceptions) -> Table {
    let row = |entry: &Entry| {
        let found = types_of(subject, entry);
        let first = found.first().copied();
        let errors = examples(subject, entry, Example::Error);
        let no_errors = exceptions.no_errors.iter().any(|one| one.covers(&entry.name));
        Row {
            name: entry.name.clone(),
            cells: vec![
                type_cell(entry, &found),
                all_cell(subject, first),
                examples(subject, entry, Example::Request),
                examples(subject, entry, Example::Response),
                if no_errors { errors.or(Ok("none".to_owned())) } else { errors },
                golden_cell(subject, entry, first),
                snapshot_cell(subject, entry),
                route_cell(subject, entry),
                link_cell(entry, first, exceptions),
                effect_cell(subject, entry),
            ],
        }
    };
    Table {
        columns: &[
            "endpoint", "type", "ALL", "request", "response", "error", "golden", "snapshot",
            "route", "link", "effect",
        ],
        rows: subject.index.iter().map(row).collect(),
    }
}

fn types_of<'a>(subject: &'a Subject, entry: &Entry) -> Vec<&'a Type> {
    subject.types.iter().filter(|found| found.path == entry.path).collect()
}

fn type_cell(entry: &Entry, found: &[&Type]) -> Cell {
    match found {
        [] => Err(Empty::new(
            format!("no `impl Endpoint` has the path {}", entry.path),
            "write wechat-types/src/<chapter>/<verb>.rs (CONTRIBUTING.md, Add an endpoint)",
        )),
        [one] if one.method != entry.method => Err(Empty::new(
            format!("{} is a {}, the index says {}", one.file, one.method, entry.method),
            "believe the platform's document and correct the other",
        )),
        [one] if !one.public => Err(Empty::new(
            format!("`{}` is no `pub struct` of {}", one.name, one.file),
            "declare it in the same file, so that both are read together",
        )),
        [one] => Ok(format!("{} {}", one.file, one.name)),
        more => {
            let names: Vec<String> =
                more.iter().map(|one| format!("{} {}", one.file, one.name)).collect();
            Err(Empty::new(
                format!("{} all have the path {}", names.join(", "), entry.path),
                "keep one",
            ))
        }
    }
}

fn all_cell(subject: &Subject, found: Option<&Type>) -> Cell {
    let Some(found) = found else {
        return Err(Empty::new("there is no type to list", "write the type first"));
    };
    let name = found.full_name();
    match subject.all.iter().filter(|listed| **listed == name).count() {
        0 => Err(Empty::new(
            format!("`{name}::SPEC` is not listed"),
            "add it to `ALL` in wechat-types/src/endpoint.rs",
        )),
        1 => Ok("yes".to_owned()),
        count => Err(Empty::new(
            format!("`{name}::SPEC` is listed {count} times"),
            "list it once in `ALL` in wechat-types/src/endpoint.rs",
        )),
    }
}

fn examples(subject: &Subject, entry: &Entry, example: Example) -> Cell {
    let folder = format!("{}/", entry.name);
    let of_kind =
        |path: &&String| path.strip_prefix(&folder).is_some_and(|file| example.is_name_of(file));
    let listed: Vec<&String> = entry.files.iter().filter(of_kind).collect();
    let there: Vec<&String> = subject.disk.iter().filter(of_kind).collect();
    if let Some(path) = listed.iter().find(|path| !there.contains(path)) {
        let remedy = "add the file, or take it out of wechat-types/fixtures/index.json";
        return Err(Empty::new(format!("there is no file {path}"), remedy));
    }
    if let Some(path) = there.iter().find(|path| !listed.contains(path)) {
        let remedy = "list it in wechat-types/fixtures/index.json";
        return Err(Empty::new(format!("{path} is not in the index"), remedy));
    }
    if listed.is_empty() {
        return Err(Empty::new(
            format!("there is no {} example", example.word()),
            match example {
                Example::Error => {
                    "copy one from the platform's document, or add an exception with its reason to \
                     xtask/src/coverage/check.rs"
                }
                Example::Request | Example::Response => "copy one from the platform's document",
            },
        ));
    }
    Ok(listed.len().to_string())
}

fn golden_cell(subject: &Subject, entry: &Entry, found: Option<&Type>) -> Cell {
    let remedy = "write `golden::<chapter::Verb>(\"chapter/endpoint\")` once in \
                  wechat-types/tests/it/golden.rs";
    let calls: Vec<&Golden> =
        subject.golden.iter().filter(|call| call.folder == entry.name).collect();
    match (calls.as_slice(), found) {
        ([], _) => Err(Empty::new("no golden test walks its fixtures", remedy)),
        ([one], Some(found)) if one.name != found.full_name() => {
            let what =
                format!("golden.rs:{} takes {}, not {}", one.line, one.name, found.full_name());
            Err(Empty::new(what, remedy))
        }
        ([one], _) => Ok(format!("golden.rs:{}", one.line)),
        (more, _) => Err(Empty::new(format!("there are {} golden tests", more.len()), remedy)),
    }
}

/// The file that `wechat-types/tests/it/snapshots.rs` writes for it.
fn snapshot_name(entry: &Entry) -> String {
    format!("{}.snap", entry.name.replace('/', "__"))
}

fn snapshot_cell(subject: &Subject, entry: &Entry) -> Cell {
    let name = snapshot_name(entry);
    if subject.snapshots.contains(&name) {
        return Ok("yes".to_owned());
    }
    Err(Empty::new(
        format!("there is no {}/{name}", super::SNAPSHOTS),
        "give it a `Case` in wechat-types/tests/it/cases/ and run the tests with INSTA_UPDATE=always",
    ))
}

/// A question changes nothing, so the cell may be empty.
fn effect_cell(subject: &Subject, entry: &Entry) -> Cell {
    let effects: Vec<&Effect> =
        subject.effects.iter().filter(|effect| effect.path == entry.path).collect();
    match effects.as_slice() {
        [] => Ok("-".to_owned()),
        [one] => Ok(format!("effects.rs:{}", one.line)),
        more => Err(Empty::new(format!("there are {} effects", more.len()), "keep one")),
    }
}

fn route_cell(subject: &Subject, entry: &Entry) -> Cell {
    let routes: Vec<&Route> =
        subject.routes.iter().filter(|route| route.path == entry.path).collect();
    match routes.as_slice() {
        [] => Err(Empty::new(
            format!("the mock does not answer {}", entry.path),
            "add `(Method::…, \"/…\", handler)` to wechat-mock/src/routes.rs (CONTRIBUTING.md, Add \
             a mock route)",
        )),
        [one] if one.method != entry.method => Err(Empty::new(
            format!("{} is a {}, the index says {}", one.place, one.method, entry.method),
            "believe the platform's document and correct the other",
        )),
        [one] => Ok(one.place.clone()),
        [one, other, ..] => Err(Empty::new(
            format!("the path is routed twice, {} and {}", one.place, other.place),
            "keep one route",
        )),
    }
}

fn link_cell(entry: &Entry, found: Option<&Type>, exceptions: &Exceptions) -> Cell {
    let Some(found) = found else {
        return Err(Empty::new(
            "there is no type whose head could have it",
            "write the type first",
        ));
    };
    let old = exceptions.old_wiki.iter().any(|one| one.covers(&entry.name));
    match found
        .links
        .iter()
        .find(|link| link.starts_with(DOCUMENTS) || old && link.starts_with(OLD_WIKI))
    {
        Some(link) if link.starts_with(DOCUMENTS) => {
            Ok(link.rsplit('/').find(|part| !part.is_empty()).unwrap_or(link).to_owned())
        }
        Some(_) => Ok("old wiki".to_owned()),
        None => Err(Empty::new(
            format!("the head of {} has no link to {DOCUMENTS}", found.file),
            "add the page's address below the first `//!` line",
        )),
    }
}

/// What belongs to no row: fixtures outside of the index, types without fixtures, names in `ALL`
/// without a type, exceptions without a use.
pub(super) fn strays(subject: &Subject, exceptions: &Exceptions) -> Vec<String> {
    let mut gaps = Vec::new();
    for (at, entry) in subject.index.iter().enumerate() {
        let same = |other: &Entry| other.name == entry.name || other.path == entry.path;
        if subject.index.iter().take(at).any(same) {
            let empty = Empty::new("its name or its path is there twice", "keep one entry");
            gaps.push(empty.line(&entry.name, "index"));
        }
    }
    let is_known = |folder: &str| subject.index.iter().any(|entry| entry.name == folder);
    let folders = subject.disk.iter().filter_map(|path| Some(path.rsplit_once('/')?.0));
    let mut folders: Vec<&str> = folders.filter(|folder| !is_known(folder)).collect();
    folders.dedup();
    for folder in folders {
        let remedy = "add an entry to wechat-types/fixtures/index.json";
        gaps.push(Empty::new("the folder is not in the index", remedy).line(folder, "index"));
    }
    for one in &subject.types {
        if !subject.index.iter().any(|entry| entry.path == one.path) {
            let what = format!("no endpoint of the index has the path {}", one.path);
            let remedy = "begin with its fixtures (CONTRIBUTING.md, Add an endpoint)";
            gaps.push(Empty::new(what, remedy).line(&one.full_name(), "request"));
        }
    }
    for file in &subject.snapshots {
        if !subject.index.iter().any(|entry| snapshot_name(entry) == *file) {
            let empty = Empty::new("no endpoint has this snapshot", "remove the file");
            gaps.push(empty.line(file, "snapshot"));
        }
    }
    for effect in &subject.effects {
        if !subject.index.iter().any(|entry| entry.path == effect.path) {
            let what = format!("effects.rs:{}: no endpoint has this path", effect.line);
            gaps.push(Empty::new(what, "spell it as the index does").line(&effect.path, "effect"));
        }
    }
    for name in &subject.all {
        if !subject.types.iter().any(|one| one.full_name() == *name) {
            let what = format!("`ALL` lists it, and no `impl Endpoint` of {} is found", name);
            gaps.push(Empty::new(what, "let xtask read it, or take it out").line(name, "type"));
        }
    }
    let table = [("error", exceptions.no_errors), ("link", exceptions.old_wiki)];
    for (column, list) in table {
        for one in list.iter().filter(|one| !is_needed(one, column, subject)) {
            let what = format!("its exception ({}) is not needed", one.reason);
            let remedy = "take it out of xtask/src/coverage/check.rs";
            gaps.push(Empty::new(what, remedy).line(one.endpoints, column));
        }
    }
    gaps
}

/// Is there an endpoint that would have an empty cell without the exception?
fn is_needed(exception: &Exception, column: &str, subject: &Subject) -> bool {
    let none = &Exceptions { no_errors: &[], old_wiki: &[] };
    subject.index.iter().filter(|entry| exception.covers(&entry.name)).any(|entry| match column {
        "error" => examples(subject, entry, Example::Error).is_err(),
        _ => link_cell(entry, types_of(subject, entry).first().copied(), none).is_err(),
    })
}

#[cfg(test)]
mod tests;
