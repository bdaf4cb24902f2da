//! The kinds of mass content: each has request examples on both ways to send.

use super::table::{Cell, Empty, Row, Table};
use super::tokens::{Tokens, string};

/// How a kind looks on the wire, by the platform's documents.
struct Wire {
    variant: &'static str,
    msgtype: &'static str,
    object: &'static str,
}

const fn wire(variant: &'static str, msgtype: &'static str, object: &'static str) -> Wire {
    Wire { variant, msgtype, object }
}

const WIRE: &[Wire] = &[
    wire("Articles", "mpnews", "mpnews"),
    wire("Text", "text", "text"),
    wire("Voice", "voice", "voice"),
    wire("Image", "image", "image"),
    wire("Pictures", "image", "images"),
    wire("Video", "mpvideo", "mpvideo"),
    wire("Card", "wxcard", "wxcard"),
    wire("Music", "music", "music"),
];

/// The kinds by the enum's variants, and the requests of both folders.
pub(super) fn check(variants: &[String], sendall: &[String], send: &[String]) -> Table {
    let columns = &["kind", "wire", "sendall", "send"];
    if variants.is_empty() {
        let remedy = "let xtask/src/coverage.rs read it where it stands now";
        let empty = || Err(Empty::new("no variant of `MassContent` is found", remedy));
        let row = Row { name: "MassContent".to_owned(), cells: vec![empty()] };
        return Table { columns, rows: vec![row] };
    }
    let mut rows: Vec<Row> = variants
        .iter()
        .map(|variant| {
            let wire = WIRE.iter().find(|wire| wire.variant == variant);
            Row { name: variant.clone(), cells: cells(wire, sendall, send) }
        })
        .collect();
    for wire in WIRE.iter().filter(|wire| !variants.iter().any(|name| name == wire.variant)) {
        let remedy = "take it out of xtask/src/coverage/kinds.rs";
        let cell = Err(Empty::new("`MassContent` has no such variant", remedy));
        rows.push(Row { name: wire.variant.to_owned(), cells: vec![cell] });
    }
    Table { columns, rows }
}

fn cells(wire: Option<&Wire>, sendall: &[String], send: &[String]) -> Vec<Cell> {
    let Some(wire) = wire else {
        let remedy = "add its msgtype and object to xtask/src/coverage/kinds.rs";
        return vec![Err(Empty::new("its shape on the wire is not known here", remedy))];
    };
    let shape = format!("{} {{{}}}", wire.msgtype, wire.object);
    vec![Ok(shape), examples(wire, sendall), examples(wire, send)]
}

fn examples(wire: &Wire, requests: &[String]) -> Cell {
    match requests.iter().filter(|request| kind(request) == Some(wire.variant)).count() {
        0 => Err(Empty::new(
            format!("no request has msgtype {:?} and {:?}", wire.msgtype, wire.object),
            "add `request-<variant>.json` from the platform's documents, and list it in index.json",
        )),
        count => Ok(count.to_string()),
    }
}

/// The kind of a request: the current object counts where there are two.
fn kind(request: &str) -> Option<&'static str> {
    let tokens = Tokens::new(request);
    let msgtype = tokens.windows::<3>().find_map(|(window, _)| match window {
        ["\"msgtype\"", ":", value] => string(value),
        _ => None,
    })?;
    let has = |object: &str| {
        tokens.windows::<3>().any(|(window, _)| match window {
            [key, ":", "{"] => string(key) == Some(object),
            _ => false,
        })
    };
    let fits = |wire: &&Wire| wire.msgtype == msgtype && has(wire.object);
    WIRE.iter().rfind(fits).map(|wire| wire.variant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(msgtype: &str, object: &str) -> String {
        format!(r#"{{"filter":{{}},"msgtype":"{msgtype}","{object}":{{"x":1}}}}"#)
    }

    #[test]
    fn a_request_is_of_one_kind() {
        for wire in WIRE {
            assert_eq!(kind(&request(wire.msgtype, wire.object)), Some(wire.variant));
        }
        assert_eq!(kind(&request("text", "image")), None);
        assert_eq!(kind(r#"{"text":{}}"#), None);
        let both = r#"{"msgtype":"image","image":{},"images":{}}"#;
        assert_eq!(kind(both), Some("Pictures"));
    }

    #[test]
    fn each_kind_needs_an_example_on_both_ways() {
        let variants: Vec<String> = WIRE.iter().map(|wire| wire.variant.to_owned()).collect();
        let all: Vec<String> = WIRE.iter().map(|wire| request(wire.msgtype, wire.object)).collect();
        assert_eq!(check(&variants, &all, &all).gaps(), [""; 0]);
        let gaps = check(&variants, &all, &all[1..]).gaps();
        assert_eq!(gaps.len(), 1);
        assert!(gaps[0].starts_with("Articles, send: no request has msgtype \"mpnews\""));
    }

    #[test]
    fn variants_and_shapes_are_the_same() {
        let all: Vec<String> = WIRE.iter().map(|wire| request(wire.msgtype, wire.object)).collect();
        let mut variants: Vec<String> = WIRE.iter().map(|wire| wire.variant.to_owned()).collect();
        variants[7] = "Poll".to_owned();
        let gaps = check(&variants, &all, &all).gaps();
        assert_eq!(gaps.len(), 2);
        assert!(gaps[0].starts_with("Poll, wire: its shape"), "{gaps:?}");
        assert!(gaps[1].starts_with("Music, wire: `MassContent` has no such"), "{gaps:?}");
        assert_eq!(check(&[], &all, &all).gaps().len(), 1);
    }
}
