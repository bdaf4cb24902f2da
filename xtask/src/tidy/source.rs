//! Rules for Rust source.

use super::mask::{self, Masked};
use super::{File, Problem, after_word, exceptions, numbered};

/// A file of more lines holds more than one subject.
const LINES: usize = 400;

pub(super) fn check(file: &File) -> Vec<Problem> {
    let masked = mask::mask(&file.text);
    let mut problems = Vec::new();
    head(file, &mut problems);
    size(file, &mut problems);
    unfinished(file, &masked, &mut problems);
    let (product, tests) = split_tests(file, &masked);
    if in_source_folder(file) {
        unwraps(file, &product, &mut problems);
    }
    sleeps(file, &tests, &mut problems);
    problems
}

fn head(file: &File, problems: &mut Vec<Problem>) {
    let first = file.text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//! ").is_some_and(|text| !text.trim().is_empty());
    if !says {
        problems.push(Problem::new(
            &file.path,
            1,
            "the file does not say what it is",
            "begin with `//!` and one sentence",
        ));
    }
    if file.path.ends_with("/mod.rs") {
        let remedy = "rename `x/mod.rs` to `x.rs`";
        problems.push(Problem::new(&file.path, 1, "a file named mod.rs", remedy));
    }
}

fn size(file: &File, problems: &mut Vec<Problem>) {
    let lines = file.text.lines().count();
    let exempt = is_test_file(file) || exceptions::has(exceptions::LONG, &file.path);
    if lines > LINES && !exempt {
        problems.push(Problem::new(
            &file.path,
            LINES + 1,
            format!("the file has {lines} lines, more than {LINES}"),
            "split it by subject; a data table goes to xtask/src/tidy/exceptions.rs",
        ));
    }
}

fn unfinished(file: &File, masked: &Masked, problems: &mut Vec<Problem>) {
    for (number, line) in numbered(&masked.code) {
        for name in ["todo", "unimplemented", "dbg"] {
            if after_word(line, name).any(|after| after.starts_with('!')) {
                let remedy = "finish it, or return an error";
                problems.push(Problem::new(&file.path, number, format!("`{name}!`"), remedy));
            }
        }
        if line.contains("#[ignore") {
            problems.push(Problem::new(
                &file.path,
                number,
                "an ignored test",
                "make it pass, delete it, or put its condition into the test",
            ));
        }
    }
}

fn unwraps(file: &File, product: &str, problems: &mut Vec<Problem>) {
    if exceptions::has(exceptions::UNWRAP, &file.path) {
        return;
    }
    for (number, line) in numbered(product) {
        for call in [".unwrap()", ".expect("] {
            if line.contains(call) {
                problems.push(Problem::new(
                    &file.path,
                    number,
                    format!("`{call}` in product code"),
                    "return an error: input from outside must never panic",
                ));
            }
        }
    }
}

fn sleeps(file: &File, tests: &str, problems: &mut Vec<Problem>) {
    for (number, line) in numbered(tests) {
        if after_word(line, "sleep").any(|after| after.starts_with('(')) {
            problems.push(Problem::new(
                &file.path,
                number,
                "a test that sleeps",
                "move a clock by hand, or wait for the event itself",
            ));
        }
    }
}

fn in_source_folder(file: &File) -> bool {
    file.is_under("src") && !is_test_file(file)
}

/// A file that is compiled for tests only, as far as its path tells. A fuzz target is one: to panic is
/// how it tells what it found.
fn is_test_file(file: &File) -> bool {
    file.is_under("tests") || file.path.ends_with("/tests.rs") || file.path.starts_with("fuzz/")
}

/// The code outside of tests and the code of tests, each with its lines in place.
fn split_tests(file: &File, masked: &Masked) -> (String, String) {
    let letters: Vec<char> = masked.code.chars().collect();
    let mut in_test = vec![is_test_file(file); letters.len()];
    for (start, end) in test_items(&letters) {
        if let Some(range) = in_test.get_mut(start..end) {
            range.fill(true);
        }
    }
    let pick = |wanted: bool| {
        let pairs = letters.iter().zip(&in_test);
        pairs.map(
            move |(letter, test)| if *test == wanted || *letter == '\n' { *letter } else { ' ' },
        )
    };
    (pick(false).collect(), pick(true).collect())
}

/// From where to where the items reach that stand behind a `#[cfg(test)]`.
fn test_items(letters: &[char]) -> Vec<(usize, usize)> {
    let starts = ["#[cfg(test)]", "#[cfg(all(test,"].map(|text| text.chars().collect::<Vec<_>>());
    let mut items = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let rest = letters.get(at..).unwrap_or_default();
        match starts.iter().find(|start| rest.starts_with(start)) {
            Some(_) => {
                let end = at + item_length(rest);
                items.push((at, end));
                at = end;
            }
            None => at += 1,
        }
    }
    items
}

/// The length of an item with its attributes: up to its `;`, or to the end of its braces.
fn item_length(letters: &[char]) -> usize {
    let mut round = 0_i32;
    let mut braces = 0_i32;
    for (index, letter) in letters.iter().enumerate() {
        match letter {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            '{' => braces += 1,
            '}' => braces -= 1,
            _ => {}
        }
        let ends = matches!(letter, ';' | '}') && round == 0 && braces == 0;
        if ends || braces < 0 {
            return index + 1;
        }
    }
    letters.len()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn whats(path: &str, text: &str) -> Vec<String> {
        check(&file(path, text))
            .into_iter()
            .map(|problem| format!("{} {}", problem.line, problem.what))
            .collect()
    }

    #[test]
    fn a_file_says_what_it_is() {
        assert_eq!(whats("a/src/b.rs", "//! Does b.\n"), [""; 0]);
        for bad in ["", "fn a() {}\n", "//!\n//! B.\n", "// B.\n", "#![no_std]\n//! B.\n"] {
            assert_eq!(whats("a/src/b.rs", bad), ["1 the file does not say what it is"], "{bad}");
        }
    }

    #[test]
    fn no_mod_rs() {
        assert_eq!(whats("a/src/b/mod.rs", "//! B.\n"), ["1 a file named mod.rs"]);
        assert_eq!(whats("a/src/my_mod.rs", "//! B.\n"), [""; 0]);
    }

    #[test]
    fn long_files_but_not_tests() {
        let text = format!("//! Long.\n{}", "\n".repeat(LINES - 1));
        assert_eq!(whats("a/src/b.rs", &text), [""; 0]);
        let text = format!("{text}\n");
        assert_eq!(whats("a/src/b.rs", &text), ["401 the file has 401 lines, more than 400"]);
        for path in ["a/tests/it/b.rs", "a/src/b/tests.rs"] {
            assert_eq!(whats(path, &text), [""; 0], "{path}");
        }
    }

    #[test]
    fn unfinished_code() {
        let text = "//! B.\nfn a() { todo!() }\nfn b() { unimplemented!(\"x\") }\ndbg!(1);\n";
        assert_eq!(whats("a/src/b.rs", text), ["2 `todo!`", "3 `unimplemented!`", "4 `dbg!`"]);
        let text = "//! B: todo!\n// dbg!(1)\nlet a = \"todo!\"; my_dbg!(2); todo();\n";
        assert_eq!(whats("a/src/b.rs", text), [""; 0]);
        let text = "//! B.\n#[test]\n#[ignore = \"slow\"]\nfn a() {}\n";
        assert_eq!(whats("a/tests/it/b.rs", text), ["3 an ignored test"]);
    }

    #[test]
    fn unwraps_in_product_code_only() {
        let text = "//! B.\nfn a() { b.unwrap(); }\nfn c() { d.expect(\"e\"); }\n";
        let found = ["2 `.unwrap()` in product code", "3 `.expect(` in product code"];
        assert_eq!(whats("a/src/b.rs", text), found);
        for path in ["a/tests/it/b.rs", "a/benches/b.rs", "a/src/b/tests.rs", "a/examples/b.rs"] {
            assert_eq!(whats(path, text), [""; 0], "{path}");
        }
        let text =
            "//! B.\n/// a.unwrap()\nfn a() { b.unwrap_or(1); c.expect_err(\".unwrap()\"); }\n";
        assert_eq!(whats("a/src/b.rs", text), [""; 0]);
    }

    #[test]
    fn code_of_tests_ends_where_its_item_ends() {
        let text = "//! B.\n#[cfg(test)]\nuse x;\nfn a() { b.unwrap(); }\n";
        assert_eq!(whats("a/src/b.rs", text), ["4 `.unwrap()` in product code"]);
        let text = "//! B.\n#[cfg(test)]\n#[allow(x)]\nmod tests {\nfn a(b: [u8; 2]) { c.unwrap(); }\n\
                    }\nfn d() { e.unwrap(); }\n";
        assert_eq!(whats("a/src/b.rs", text), ["7 `.unwrap()` in product code"]);
        let text = "//! B.\n#[cfg(test)]\nfn a(b: [u8; 2]) -> u8 {\nc.unwrap()\n}\nd.unwrap();\n";
        assert_eq!(whats("a/src/b.rs", text), ["6 `.unwrap()` in product code"]);
        let text = "//! B.\n#[cfg(all(test, feature = \"x\"))]\nmod tests { a.unwrap(); }\n";
        assert_eq!(whats("a/src/b.rs", text), [""; 0]);
    }

    #[test]
    fn tests_do_not_sleep() {
        let text = "//! B.\nfn a() { tokio::time::sleep(b); clock.sleep_until(c); }\n";
        assert_eq!(whats("a/tests/it/b.rs", text), ["2 a test that sleeps"]);
        assert_eq!(whats("a/src/b.rs", text), [""; 0]);
        let text = "//! B.\n#[cfg(test)]\nmod tests {\nfn a() { sleep(b); }\n}\n";
        assert_eq!(whats("a/src/b.rs", text), ["4 a test that sleeps"]);
    }
}
