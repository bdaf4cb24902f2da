//! Every endpoint as it looks: a request with all options set on the wire, and the documented
//! answer as it is read. One file for each, which `cargo xtask coverage` looks for.

use std::fmt::Write as _;

use wechat_types::codec::Reply;

use crate::cases::{self, Case, Visitor};
use crate::fixtures;

#[test]
fn each_endpoint() {
    struct Snapshots(usize);

    impl Visitor for Snapshots {
        fn visit<E: Case>(&mut self) {
            let name = E::FOLDER.replace('/', "__");
            insta::with_settings!({
                snapshot_path => "snapshots/endpoints",
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(name, picture::<E>());
            });
            self.0 += 1;
        }
    }

    let mut snapshots = Snapshots(0);
    cases::each(&mut snapshots);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/endpoints");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(files, snapshots.0, "files of endpoints that are gone: {folder}");
}

/// Values that are secret are made up, and left out all the same.
fn picture<E: Case>() -> String {
    let request = E::full();
    let body = request.encode().unwrap();
    let mut text = format!("{:?} {}\n", E::SPEC.method, E::SPEC.path);
    let _ = writeln!(text, "{:?}, {:?}", E::SPEC.auth, request.replay());
    let query: Vec<&str> = request.query().iter().map(|(key, _)| *key).collect();
    if !query.is_empty() {
        let _ = writeln!(text, "query: {}", query.join(", "));
    }
    if let Some(kind) = body.content_type() {
        let content = String::from_utf8_lossy(body.as_bytes()).replace("\r\n", "\n");
        let _ = write!(text, "{kind}\n\n{}\n", content.replace("made-up-for-tests", "[secret]"));
    }
    match answer(E::FOLDER) {
        None => text.push_str("\nanswers with a file\n"),
        Some(file) => {
            let answer = E::decode(Reply::new(200, &fixtures::bytes(&file)))
                .unwrap_or_else(|e| panic!("{file}: {e}"));
            let _ = write!(text, "\n{file}\n{answer:#?}\n");
        }
    }
    text
}

/// The first documented answer, where one is JSON.
fn answer(folder: &str) -> Option<String> {
    let names = std::fs::read_dir(fixtures::root().join(folder)).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        names.filter(|name| name.starts_with("response") && name.ends_with(".json")).collect();
    // `response.json` before `response-more.json`.
    names.sort_by_key(|name| (name.len(), name.clone()));
    names.first().map(|name| format!("{folder}/{name}"))
}
