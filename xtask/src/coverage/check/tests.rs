//! A subject without a gap, and each thing that can be missing from it.

use super::*;

const NONE: &Exceptions = &Exceptions { no_errors: &[], old_wiki: &[] };

fn subject() -> Subject {
    let files = ["a/b/request.json", "a/b/response.json", "a/b/error-40001.json"];
    let files: Vec<String> = files.map(str::to_owned).to_vec();
    Subject {
        index: vec![Entry {
            name: "a/b".to_owned(),
            method: "POST".to_owned(),
            path: "/x/b".to_owned(),
            files: files.clone(),
        }],
        disk: [vec!["index.json".to_owned()], files].concat(),
        types: vec![Type {
            file: "a/do_b.rs".to_owned(),
            name: "DoB".to_owned(),
            method: "POST".to_owned(),
            path: "/x/b".to_owned(),
            public: true,
            links: vec![format!("{DOCUMENTS}doc/api_b.html")],
        }],
        all: vec!["a::DoB".to_owned()],
        golden: vec![Golden { name: "a::DoB".to_owned(), folder: "a/b".to_owned(), line: 3 }],
        snapshots: vec!["a__b.snap".to_owned()],
        routes: vec![route("POST")],
        effects: vec![Effect { path: "/x/b".to_owned(), line: 5 }],
    }
}

fn route(method: &str) -> Route {
    Route { method: method.to_owned(), path: "/x/b".to_owned(), place: "routes.rs:1".to_owned() }
}

/// The gaps after a change to the subject.
fn gaps(exceptions: &Exceptions, change: impl FnOnce(&mut Subject)) -> Vec<String> {
    let mut subject = subject();
    change(&mut subject);
    let mut gaps = endpoints(&subject, exceptions).gaps();
    gaps.extend(strays(&subject, exceptions));
    gaps
}

/// The change makes exactly one gap, which begins so.
fn one_gap(begin: &str, change: impl FnOnce(&mut Subject)) {
    let gaps = gaps(NONE, change);
    assert!(gaps.len() == 1 && gaps[0].starts_with(begin), "{begin}: {gaps:#?}");
}

#[test]
fn a_full_row_has_no_gap() {
    assert_eq!(gaps(NONE, |_| ()), [""; 0]);
    let table = endpoints(&subject(), NONE).to_string();
    let cells: Vec<&str> = table.lines().last().unwrap().split_whitespace().collect();
    let row = "a/b a/do_b.rs DoB yes 1 1 1 golden.rs:3 yes routes.rs:1 api_b.html effects.rs:5";
    assert_eq!(cells.join(" "), row);
}

#[test]
fn types() {
    one_gap("a/b, type: a/do_b.rs is a GET", |s| s.types[0].method = "GET".to_owned());
    one_gap("a/b, type: `DoB` is no `pub struct`", |s| s.types[0].public = false);
    one_gap("a/b, type: a/do_b.rs DoB, a/do_b.rs DoB all have", |s| {
        s.types.push(s.types[0].clone());
    });
    let missing = gaps(NONE, |s| s.types.clear());
    let begins = ["a/b, type: no `impl", "a/b, ALL: there", "a/b, link: there", "a::DoB, type: "];
    assert_eq!(missing.len(), begins.len(), "{missing:#?}");
    for (gap, begin) in missing.iter().zip(begins) {
        assert!(gap.starts_with(begin), "{gap}");
    }
}

#[test]
fn the_list_of_all() {
    one_gap("a/b, ALL: `a::DoB::SPEC` is not listed", |s| s.all.clear());
    one_gap("a/b, ALL: `a::DoB::SPEC` is listed 2 times", |s| s.all.push(s.all[0].clone()));
    one_gap("a::Gone, type: `ALL` lists it", |s| s.all.push("a::Gone".to_owned()));
}

#[test]
fn fixtures() {
    for (at, word) in [(0, "request"), (1, "response"), (2, "error")] {
        one_gap(&format!("a/b, {word}: there is no {word} example"), |s| {
            s.index[0].files.remove(at);
            s.disk.remove(at + 1);
        });
        one_gap(&format!("a/b, {word}: there is no file a/b/{word}"), |s| {
            s.disk.remove(at + 1);
        });
    }
    one_gap("a/b, request: a/b/request-more.json is not in the index", |s| {
        s.disk.push("a/b/request-more.json".to_owned());
    });
    one_gap("a/c, index: the folder is not", |s| {
        s.disk.extend(["a/c/request.json", "a/c/response.json"].map(str::to_owned));
    });
    assert!(!Example::Request.is_name_of("requests.json"));
}

#[test]
fn a_type_or_an_entry_too_many() {
    one_gap("a::Other, request: no endpoint of the index has the path /x/c", |s| {
        let other =
            Type { name: "Other".to_owned(), path: "/x/c".to_owned(), ..s.types[0].clone() };
        s.types.push(other);
    });
    let twice = gaps(NONE, |s| {
        let entry = Entry {
            name: "a/b".to_owned(),
            method: "POST".to_owned(),
            path: "/x/b".to_owned(),
            files: s.index[0].files.clone(),
        };
        s.index.push(entry);
    });
    assert_eq!(twice.len(), 1, "{twice:#?}");
    assert!(twice[0].starts_with("a/b, index: its name or its path"), "{twice:#?}");
}

#[test]
fn golden_tests() {
    one_gap("a/b, golden: no golden test", |s| s.golden.clear());
    one_gap("a/b, golden: golden.rs:3 takes a::X, not a::DoB", |s| {
        s.golden[0].name = "a::X".to_owned();
    });
    one_gap("a/b, golden: there are 2", |s| {
        let again = Golden { name: "a::DoB".to_owned(), folder: "a/b".to_owned(), line: 4 };
        s.golden.push(again);
    });
}

#[test]
fn snapshots() {
    one_gap("a/b, snapshot: there is no wechat-types/tests/it/snapshots", |s| s.snapshots.clear());
    one_gap("a__c.snap, snapshot: no endpoint has this", |s| {
        s.snapshots.push("a__c.snap".to_owned());
    });
}

#[test]
fn effects_may_be_none() {
    assert_eq!(gaps(NONE, |s| s.effects.clear()), [""; 0]);
    one_gap("a/b, effect: there are 2", |s| {
        s.effects.push(Effect { path: "/x/b".to_owned(), line: 6 });
    });
    one_gap("/x/c, effect: effects.rs:6: no endpoint", |s| {
        s.effects.push(Effect { path: "/x/c".to_owned(), line: 6 });
    });
}

#[test]
fn mock_routes() {
    one_gap("a/b, route: the mock does not answer /x/b", |s| s.routes.clear());
    one_gap("a/b, route: routes.rs:1 is a GET", |s| s.routes = vec![route("GET")]);
    one_gap("a/b, route: the path is routed twice", |s| s.routes.push(route("POST")));
}

#[test]
fn links() {
    one_gap("a/b, link: the head of a/do_b.rs has no link", |s| s.types[0].links.clear());
    one_gap("a/b, link: the head of a/do_b.rs has no link", |s| {
        s.types[0].links = vec![format!("{OLD_WIKI}b.html")];
    });
}

#[test]
fn exceptions_are_used_or_gone() {
    const BOTH: &Exceptions = &Exceptions {
        no_errors: &[Exception { endpoints: "a/b", reason: "none" }],
        old_wiki: &[Exception { endpoints: "a/", reason: "old" }],
    };
    let used = gaps(BOTH, |s| {
        s.index[0].files.truncate(2);
        s.disk.truncate(3);
        s.types[0].links = vec![format!("{OLD_WIKI}b.html")];
    });
    assert_eq!(used, [""; 0]);
    let unused = gaps(BOTH, |_| ());
    assert_eq!(unused.len(), 2, "{unused:#?}");
    assert!(unused[0].starts_with("a/b, error: its exception (none) is not needed"));
    assert!(unused[1].starts_with("a/, link: its exception (old) is not needed"));
    assert!(!Exception { endpoints: "a/b", reason: "" }.covers("a/bc"));
}
