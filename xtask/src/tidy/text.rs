//! Rules for every text file: blanks, ends of lines, marks of unfinished work, outside paths.

use super::{File, Problem, after_word, exceptions, mask, numbered};

pub(super) fn check(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !file.is_verbatim() {
        blanks(file, &mut problems);
        outside_paths(file, &mut problems);
        unfinished(file, &mut problems);
    }
    problems
}

fn blanks(file: &File, problems: &mut Vec<Problem>) {
    let mut last = 1;
    for (number, line) in (1..).zip(file.text.split_terminator('\n')) {
        last = number;
        let mut problem = |what, remedy| {
            problems.push(Problem::new(&file.path, number, what, remedy));
        };
        if line.ends_with('\r') {
            problem("the line ends in CR LF", "end lines in LF: `cargo xtask fixup`");
        } else if line.ends_with([' ', '\t']) {
            problem("blanks at the end of the line", "remove them: `cargo xtask fixup`");
        }
        if file.has_extension("rs") && line.contains('\t') {
            problem("a tab", "use blanks, or \\t inside of a string");
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        let remedy = "add a newline: `cargo xtask fixup`";
        problems.push(Problem::new(&file.path, last, "the last line has no end", remedy));
    }
}

/// The text as `blanks` wants it, if that is another one.
pub(super) fn repaired(file: &File) -> Option<String> {
    if file.is_verbatim() || file.text.is_empty() {
        return None;
    }
    let lines =
        file.text.split_terminator('\n').map(|line| line.trim_end_matches([' ', '\t', '\r']));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    (text != file.text).then_some(text)
}

/// Starts of paths that exist on one machine only. Written in two halves, because this file is
/// checked too.
const OUTSIDE: &[&str] = &[
    concat!("..", "/shared"),
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];

fn outside_paths(file: &File, problems: &mut Vec<Problem>) {
    if exceptions::has(exceptions::OUTSIDE, &file.path) {
        return;
    }
    for (number, line) in numbered(&file.text) {
        for start in OUTSIDE {
            // In the middle of a word or an address it is a part of something else.
            let part = |letter: char| letter.is_alphanumeric() || "_-.~:/}".contains(letter);
            let found = line
                .match_indices(start)
                .any(|(at, _)| line.get(..at).is_some_and(|before| !before.ends_with(part)));
            if found {
                problems.push(Problem::new(
                    &file.path,
                    number,
                    format!("`{start}` lies outside of the repository"),
                    "name a file of the repository, or describe what is meant",
                ));
            }
        }
    }
}

/// Words that mark unfinished work.
const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];

fn unfinished(file: &File, problems: &mut Vec<Problem>) {
    let comments = if file.has_extension("rs") {
        mask::mask(&file.text).comments
    } else if ["toml", "sh", "yml", "yaml"].iter().any(|end| file.has_extension(end)) {
        file.text.clone()
    } else {
        return;
    };
    for (number, line) in numbered(&comments) {
        for mark in MARKS {
            if after_word(line, mark).any(|after| !has_reason(after)) {
                problems.push(Problem::new(
                    &file.path,
                    number,
                    format!("`{mark}` without a reason"),
                    "finish it, or write after a colon what is missing and why it may wait",
                ));
            }
        }
    }
}

/// Does a colon and some text follow, after a name in parentheses perhaps?
fn has_reason(after: &str) -> bool {
    let after = match after.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((_, rest)) => rest,
        None => after,
    };
    after.strip_prefix(':').is_some_and(|reason| !reason.trim().is_empty())
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
    fn clean_text_is_fine() {
        assert_eq!(whats("a.rs", "//! A.\n\nfn a() {}\n"), [""; 0]);
        assert_eq!(whats("empty", ""), [""; 0]);
    }

    #[test]
    fn blanks_and_ends() {
        assert_eq!(
            whats("a.md", "a \nb\t\n"),
            ["1 blanks at the end of the line", "2 blanks at the end of the line"]
        );
        assert_eq!(whats("a.md", "a\r\nb\n"), ["1 the line ends in CR LF"]);
        assert_eq!(whats("a.md", "a\nb"), ["2 the last line has no end"]);
        assert_eq!(whats("a.rs", "\tx\n"), ["1 a tab"]);
        assert_eq!(whats("Makefile", "\tx\n"), [""; 0]);
    }

    #[test]
    fn what_is_kept_byte_for_byte_has_no_rules() {
        for path in ["a/fixtures/b.xml", "a/tests/it/snapshots/x.snap"] {
            assert_eq!(whats(path, "a \r\n\tb"), [""; 0]);
            assert_eq!(repaired(&file(path, "a \r\n\tb")), None);
        }
    }

    #[test]
    fn repair_leaves_nothing_to_report() {
        let text = repaired(&file("a.md", "a \r\n\nb\t ")).unwrap();
        assert_eq!(text, "a\n\nb\n");
        assert_eq!(whats("a.md", &text), [""; 0]);
        assert_eq!(repaired(&file("a.md", &text)), None);
        assert_eq!(repaired(&file("a.md", "")), None);
    }

    #[test]
    fn paths_outside_of_the_repository() {
        for start in OUTSIDE {
            assert_eq!(whats("a.md", &format!("see `{start}x`\n")).len(), 1, "{start}");
            assert_eq!(whats("a.md", &format!("{start}x\n")).len(), 1, "{start}");
            let address = format!("https://example.com{start}x a{start}b ${{VAR}}{start}\n");
            assert_eq!(whats("a.md", &address), [""; 0], "{start}");
        }
    }

    #[test]
    fn marks_need_a_reason() {
        for mark in MARKS {
            for bad in ["", " later", ":", "(me)", "(me):"] {
                let expected = [format!("2 `{mark}` without a reason")];
                assert_eq!(whats("a.rs", &format!("//! A.\n// {mark}{bad}\n")), expected);
                assert_eq!(whats("a.toml", &format!("# A.\n# {mark}{bad}\n")), expected);
            }
            for good in [": needs rust 2", "(me): needs rust 2"] {
                assert_eq!(whats("a.rs", &format!("// {mark}{good}\n")), [""; 0]);
            }
            assert_eq!(whats("a.rs", &format!("let {mark} = \"{mark}\";\n")), [""; 0]);
            assert_eq!(whats("a.md", &format!("{mark}\n")), [""; 0]);
        }
    }
}
