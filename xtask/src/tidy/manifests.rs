//! Rules for the manifests: versions, lints and metadata stand in the workspace, once.

use super::{File, Problem, numbered};
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace, files: &[File]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let names = workspace.names();
    for package in &workspace.members {
        let path = format!("{}/Cargo.toml", workspace.folder(package));
        match files.iter().find(|file| file.path == path) {
            Some(file) => problems.extend(member(file, &names)),
            None => problems.push(Problem::new(
                &path,
                1,
                "git does not know the manifest",
                "look whether .gitignore hides it",
            )),
        }
    }
    problems.extend(rust_version(files));
    problems
}

/// A line `key = value` of a manifest, with the lines that belong to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) section: String,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// Reads as much of TOML as manifests use.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = String::new();
    let mut depth = 0;
    for (line, text) in numbered(text) {
        let text = without_comment(text).trim();
        if depth > 0
            && let Some(open) = entries.last_mut()
        {
            open.value.push_str(text);
        } else if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim_matches(['[', ']']).to_owned();
            continue;
        } else if let Some((key, value)) = text.split_once('=') {
            entries.push(Entry {
                section: section.clone(),
                key: key.trim().trim_matches('"').to_owned(),
                value: value.trim().to_owned(),
                line,
            });
        }
        depth += text.matches(['[', '{']).count();
        depth = depth.saturating_sub(text.matches([']', '}']).count());
    }
    entries
}

fn without_comment(line: &str) -> &str {
    let mut in_string = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => in_string = !in_string,
            '#' if !in_string => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// What each member takes from `[workspace.package]`.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

fn member(file: &File, names: &[&str]) -> Vec<Problem> {
    let entries = entries(&file.text);
    let has = |section: &str, key: &str| {
        let mut entries = entries.iter();
        entries.any(|entry| entry.section == section && entry.key == key && entry.value == "true")
    };
    let mut problems = Vec::new();
    if !has("lints", "workspace") {
        let remedy = "add `[lints]` with `workspace = true`";
        problems.push(Problem::new(&file.path, 1, "the workspace's lints are not on", remedy));
    }
    for key in INHERITED {
        if !has("package", &format!("{key}.workspace")) {
            problems.push(Problem::new(
                &file.path,
                1,
                format!("`{key}` is not the workspace's"),
                "write `KEY.workspace = true`",
            ));
        }
    }
    for entry in dependencies(&entries) {
        let from_workspace = entry.key.ends_with(".workspace")
            || entry.value.replace(' ', "").contains("workspace=true");
        let internal_for_tests = entry.section.ends_with("dev-dependencies")
            && names.contains(&entry.key.as_str())
            && entry.value.contains("path");
        if !from_workspace && !internal_for_tests {
            problems.push(Problem::new(
                &file.path,
                entry.line,
                format!("`{}` does not come from the workspace", entry.key),
                "name its version in `[workspace.dependencies]` and write `workspace = true` here",
            ));
        }
    }
    problems
}

/// The dependencies, each as an entry of its section: also one that has a table of its own.
fn dependencies(entries: &[Entry]) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    for Entry { section, key, value, line } in entries {
        let own = section.rsplit_once('.').filter(|(before, _)| before.ends_with("dependencies"));
        let (section, name, value) = match own {
            Some((section, name)) => (section, name, format!("{key} = {value}, ")),
            None if section.ends_with("dependencies") => {
                (section.as_str(), key.as_str(), value.clone())
            }
            None => continue,
        };
        match found.last_mut() {
            Some(last) if own.is_some() && last.section == section && last.key == name => {
                last.value.push_str(&value);
            }
            _ => found.push(Entry {
                section: section.to_owned(),
                key: name.to_owned(),
                value,
                line: *line,
            }),
        }
    }
    found
}

/// Files that may say which Rust is the oldest that works.
const VERSION_SAYERS: &[&str] =
    &["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

fn rust_version(files: &[File]) -> Vec<Problem> {
    let Some(root) = files.iter().find(|file| file.path == "Cargo.toml") else {
        return Vec::new();
    };
    let stated = entries(&root.text)
        .into_iter()
        .find(|entry| entry.section == "workspace.package" && entry.key == "rust-version");
    let Some(stated) = stated else {
        let remedy = "state the oldest Rust that works";
        return vec![Problem::new(&root.path, 1, "there is no `rust-version`", remedy)];
    };
    let version = stated.value.trim_matches('"');
    let mut problems = Vec::new();
    let mut compare = |path: &str, line: usize, found: &str| {
        if found != version {
            problems.push(Problem::new(
                path,
                line,
                format!("it says Rust {found}, Cargo.toml says {version}"),
                "let both say the same",
            ));
        }
    };
    for file in files {
        if file.path.trim_start_matches('.') == "clippy.toml" {
            for entry in entries(&file.text).iter().filter(|entry| entry.key == "msrv") {
                compare(&file.path, entry.line, entry.value.trim_matches('"'));
            }
        }
        if VERSION_SAYERS.contains(&file.path.as_str()) {
            for (line, text) in numbered(&file.text) {
                for found in versions(text) {
                    compare(&file.path, line, found);
                }
            }
        }
    }
    problems
}

/// The versions of Rust that a line names, as in `Rust 1.95`.
fn versions(line: &str) -> Vec<&str> {
    ["Rust ", "rustc ", "MSRV "]
        .iter()
        .flat_map(|before| line.split(before).skip(1))
        .filter(|after| after.starts_with("1."))
        .map(|after| {
            let version = |letter: char| letter.is_ascii_digit() || letter == '.';
            after.split(|letter| !version(letter)).next().unwrap_or_default().trim_end_matches('.')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\n\
        edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
        publish.workspace = true\n\n[lints]\nworkspace = true\n\n[dependencies]\n\
        http.workspace = true\ntokio = { workspace = true, features = [\n    \"sync\", # x\n] }\n\
        \n[dev-dependencies]\nb = { path = \"../b\" }\n";

    fn whats(text: &str) -> Vec<String> {
        member(&file("a/Cargo.toml", text), &["a", "b"])
            .into_iter()
            .map(|problem| format!("{} {}", problem.line, problem.what))
            .collect()
    }

    #[test]
    fn a_good_manifest_is_fine() {
        assert_eq!(whats(GOOD), [""; 0]);
    }

    #[test]
    fn lints_and_package_fields_are_the_workspaces() {
        let text = GOOD.replace("[lints]\nworkspace = true\n", "");
        assert_eq!(whats(&text), ["1 the workspace's lints are not on"]);
        let text = GOOD.replace("edition.workspace = true", "edition = \"2024\"");
        assert_eq!(whats(&text), ["1 `edition` is not the workspace's"]);
    }

    #[test]
    fn versions_stand_in_the_workspace() {
        for bad in ["http = \"1\"", "http = { version = \"1\" }", "b = { path = \"../b\" }"] {
            let text = GOOD.replace("http.workspace = true", bad);
            let name = bad.split(' ').next().unwrap();
            assert_eq!(whats(&text), [format!("13 `{name}` does not come from the workspace")]);
        }
        for section in ["dependencies", "target.'cfg(unix)'.build-dependencies"] {
            let text = format!("{GOOD}\n[{section}.http]\nversion = \"1\"\n");
            assert_eq!(whats(&text), ["22 `http` does not come from the workspace"], "{section}");
            let text = format!("{GOOD}\n[{section}.http]\nworkspace = true\noptional = true\n");
            assert_eq!(whats(&text), [""; 0], "{section}");
        }
    }

    #[test]
    fn entries_know_section_and_line() {
        let found = entries("# c\n[a.b]\nk = \"#\" # d\nl = [\n  1,\n  2,\n]\n\n[[c]]\nm=1\n");
        let entry = |section: &str, key: &str, value: &str, line| Entry {
            section: section.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
            line,
        };
        assert_eq!(
            found,
            [
                entry("a.b", "k", "\"#\"", 3),
                entry("a.b", "l", "[1,2,]", 4),
                entry("c", "m", "1", 10),
            ]
        );
    }

    #[test]
    fn one_rust_version_everywhere() {
        let root = file("Cargo.toml", "[workspace.package]\nrust-version = \"1.95\"\n");
        let good = [
            root,
            file("clippy.toml", "msrv = \"1.95\"\n"),
            file("README.md", "Needs Rust 1.95. Or Rust 1.95, not Rust at large.\n"),
        ];
        assert_eq!(rust_version(&good), []);
        let [root, ..] = good;
        let bad = [
            root,
            file("clippy.toml", "# x\nmsrv = \"1.80\"\n"),
            file("README.md", "Needs Rust 1.90.\n"),
            file("docs.md", "Needs Rust 1.90.\n"),
        ];
        let found: Vec<String> = rust_version(&bad).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "clippy.toml:2: it says Rust 1.80, Cargo.toml says 1.95: let both say the same",
                "README.md:1: it says Rust 1.90, Cargo.toml says 1.95: let both say the same",
            ]
        );
        assert_eq!(rust_version(&[file("Cargo.toml", "[workspace]\n")]).len(), 1);
    }
}
