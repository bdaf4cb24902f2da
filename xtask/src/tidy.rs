//! House rules that no other tool knows. Each message says where, what, and what to do.

mod documents;
mod exceptions;
mod manifests;
pub(crate) mod mask;
mod mock;
mod source;
mod text;

use std::fmt;

use crate::run;
use crate::workspace::Workspace;

/// A rule that is broken somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    line: usize,
    what: String,
    remedy: &'static str,
}

impl Problem {
    fn new(path: &str, line: usize, what: impl Into<String>, remedy: &'static str) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), remedy }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.what, self.remedy)
    }
}

/// A text file that git knows or would take.
struct File {
    /// From the root on, with `/` between the parts.
    path: String,
    text: String,
}

impl File {
    fn has_extension(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, end)| end == extension)
    }

    /// Is it inside a folder of this name?
    fn is_under(&self, folder: &str) -> bool {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        parts.pop();
        parts.contains(&folder)
    }

    /// Kept byte for byte as the platform or a tool wrote it.
    fn is_verbatim(&self) -> bool {
        ["snap", "patch"].iter().any(|end| self.has_extension(end))
            || self.is_under("fixtures")
            || self.is_under("corpus")
    }
}

pub(crate) fn tidy(workspace: &Workspace) -> Result<(), String> {
    let files = files(workspace)?;
    let mut problems: Vec<Problem> = Vec::new();
    for file in &files {
        problems.extend(text::check(file));
        if file.has_extension("rs") && !file.is_verbatim() {
            problems.extend(source::check(file));
        }
    }
    problems.extend(mock::check(workspace, &files));
    problems.extend(manifests::check(workspace, &files));
    problems.extend(documents::check(workspace, &files));
    problems.extend(exceptions::unused(&files));
    problems.sort();
    problems.dedup();
    if problems.is_empty() {
        println!("{} text files are tidy", files.len());
        return Ok(());
    }
    for problem in &problems {
        println!("{problem}");
    }
    Err(format!(
        "tidy: {} problem(s); `cargo xtask fixup` repairs blanks and ends of files",
        problems.len()
    ))
}

/// Repairs blanks and ends of files, and names the files that it wrote.
pub(crate) fn repair(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut repaired = Vec::new();
    for file in files(workspace)? {
        let Some(text) = text::repaired(&file) else { continue };
        std::fs::write(workspace.root().join(&file.path), text)
            .map_err(|error| format!("{} cannot be written: {error}", file.path))?;
        repaired.push(file.path);
    }
    Ok(repaired)
}

/// All text files that git knows or would take, in the order of their paths.
fn files(workspace: &Workspace) -> Result<Vec<File>, String> {
    let mut git = std::process::Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list = run::output(git.current_dir(workspace.root()))?;
    let mut files = Vec::new();
    for path in list.split_terminator('\0') {
        // A file that is deleted but not yet committed is still listed; a link is no text.
        let full = workspace.root().join(path);
        if !full.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        let bytes =
            std::fs::read(&full).map_err(|error| format!("{path} cannot be read: {error}"))?;
        if let Ok(text) = String::from_utf8(bytes)
            && !text.contains('\0')
        {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files.dedup_by(|left, right| left.path == right.path);
    Ok(files)
}

/// The text's lines with their numbers.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines())
}

/// Every place where `word` stands in `line` and is not a part of a longer word; what follows it.
fn after_word<'a>(line: &'a str, word: &str) -> impl Iterator<Item = &'a str> {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).filter_map(move |(at, word)| {
        let before = line.get(..at)?;
        let after = line.get(at + word.len()..)?;
        (!before.ends_with(part) && !after.starts_with(part)).then_some(after)
    })
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_prints_place_matter_and_remedy() {
        let problem = Problem::new("a/b.rs", 7, "a tab", "use blanks");
        assert_eq!(problem.to_string(), "a/b.rs:7: a tab: use blanks");
    }

    #[test]
    fn words_are_whole_words() {
        assert_eq!(after_word("sleep(1); my_sleep(2); sleep_until(3)", "sleep").count(), 1);
        assert_eq!(after_word("一sleep(", "sleep").count(), 0);
        assert_eq!(after_word("sleep", "sleep").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn folders_are_whole_names() {
        let file = file("a/fixtures/x.json", "");
        assert!(file.is_under("fixtures") && file.is_verbatim() && file.has_extension("json"));
        assert!(!super::file("a/my-fixtures/x.json", "").is_verbatim());
        assert!(!super::file("fixtures", "").is_verbatim());
    }
}
