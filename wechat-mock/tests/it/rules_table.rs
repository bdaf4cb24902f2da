//! The table of rules against the settings and the tests that it names.

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Rule, setting, source and test of each row.
fn rows() -> Vec<[String; 4]> {
    let table = read("RULES.md");
    let is_row = |line: &&str| {
        line.starts_with("| ") && !line.starts_with("| rule") && !line.starts_with("| ---")
    };
    let cells = |line: &str| {
        let cells: Vec<String> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        <[String; 4]>::try_from(cells).unwrap_or_else(|cells| panic!("four cells: {cells:?}"))
    };
    table.lines().filter(is_row).map(cells).collect()
}

#[test]
fn every_setting_stands_in_the_table_once() {
    let settings = read("src/settings.rs");
    let fields = settings.split_once("pub struct Settings {").unwrap().1;
    let fields: BTreeSet<&str> = fields
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(": "))
        .map(|(name, _)| name)
        .collect();
    assert!(fields.len() > 90, "{}", fields.len());
    let rows = rows();
    let named: Vec<&str> =
        rows.iter().map(|row| row[1].trim_matches('`')).filter(|name| *name != "–").collect();
    let once: BTreeSet<&str> = named.iter().copied().collect();
    assert_eq!(named.len(), once.len(), "a setting stands there twice");
    assert_eq!(once.difference(&fields).collect::<Vec<_>>(), [&""; 0], "no such setting");
    assert_eq!(fields.difference(&once).collect::<Vec<_>>(), [&""; 0], "not in RULES.md");
}

#[test]
fn every_row_has_a_source_and_a_test_that_sets_the_setting() {
    for [rule, setting, source, test] in rows() {
        assert!(!rule.is_empty() && !source.is_empty(), "{rule} {setting}");
        let (module, function) = test.trim_matches('`').rsplit_once("::").expect(&rule);
        let file = read(&format!("tests/it/{}.rs", module.replace("::", "/")));
        let (_, body) = file
            .split_once(&format!("fn {function}("))
            .unwrap_or_else(|| panic!("{rule}: there is no test {test}"));
        let body = body.split("\n}\n").next().unwrap();
        let name = setting.trim_matches('`');
        // A test of the default alone would hold without the setting.
        assert!(name == "–" || body.contains(name), "{rule}: {test} does not set {name}");
    }
}

/// What no source tells needs no mark: the kind of account, and how a test reaches the mock.
#[test]
fn every_default_names_its_source() {
    let marks = ["`[official]`", "`[users]`", "`[sdk]`", "`[guess]`"];
    let unmarked: Vec<String> = rows()
        .into_iter()
        .filter(|row| !marks.iter().any(|mark| row[2].contains(mark)))
        .map(|row| row[1].clone())
        .collect();
    assert_eq!(unmarked, ["`account_kind`", "`in_process_ip`", "–"]);
}
