//! The mock is for `tests/`: code under `src/` sees another copy of its own crate through it.

use cargo_metadata::{DependencyKind, Package};

use super::{File, Problem, after_word, mask, numbered};
use crate::workspace::Workspace;

const MOCK: &str = "wechat-mock";

pub(super) fn check(workspace: &Workspace, files: &[File]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in workspace.members.iter().filter(|package| !may_link(package)) {
        let folder = format!("{}/src/", workspace.folder(package));
        for file in files.iter().filter(|file| file.path.starts_with(&folder)) {
            problems.extend(uses(file));
        }
    }
    problems
}

fn may_link(package: &Package) -> bool {
    package.name == MOCK
        || package
            .dependencies
            .iter()
            .any(|dependency| dependency.name == MOCK && dependency.kind == DependencyKind::Normal)
}

/// Where the file names the mock in code; an example in a comment is a test of its own.
fn uses(file: &File) -> Vec<Problem> {
    if !file.has_extension("rs") {
        return Vec::new();
    }
    numbered(&mask::mask(&file.text).code)
        .filter(|(_, line)| after_word(line, "wechat_mock").next().is_some())
        .map(|(number, _)| {
            Problem::new(
                &file.path,
                number,
                "the mock is used in `src/`",
                "move the test to `tests/it/`: in `src/` the mock links another copy of this crate",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn code_is_refused_and_comments_are_not() {
        let text = "//! X.\n/// let mock = wechat_mock::MockServer::new();\nfn a() {}\n\
                    #[cfg(test)]\nmod tests { use wechat_mock::MockServer; }\n";
        let lines: Vec<usize> =
            uses(&file("a/src/lib.rs", text)).iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [5]);
        assert_eq!(uses(&file("a/src/b.md", "wechat_mock")), []);
        assert_eq!(uses(&file("a/src/b.rs", "use my_wechat_mock;\n")), []);
    }
}
