//! Rules for the documents at the root: they exist, agree with each other and name every crate.

use super::{File, Problem, manifests, numbered};
use crate::workspace::Workspace;

const README: &str = "README.md";
const README_CHINESE: &str = "README.zh-CN.md";
const CHANGELOG: &str = "CHANGELOG.md";
const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Files that the root has.
const REQUIRED: &[&str] = &[
    README,
    README_CHINESE,
    ARCHITECTURE,
    CHANGELOG,
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

pub(super) fn check(workspace: &Workspace, files: &[File]) -> Vec<Problem> {
    let find = |path: &str| files.iter().find(|file| file.path == path);
    let mut problems: Vec<Problem> = REQUIRED
        .iter()
        .filter(|path| find(path).is_none())
        .map(|path| Problem::new(path, 1, "the file is missing", "write it"))
        .collect();
    if let (Some(english), Some(chinese)) = (find(README), find(README_CHINESE)) {
        problems.extend(same_commands(english, chinese));
    }
    if let Some(changelog) = find(CHANGELOG) {
        problems.extend(unreleased(changelog));
    }
    if let Some(architecture) = find(ARCHITECTURE) {
        let members = workspace.names();
        let dependencies = find("Cargo.toml").map(|file| external_dependencies(file, &members));
        problems.extend(invariants(architecture, &members));
        problems.extend(reasons(architecture, &dependencies.unwrap_or_default()));
    }
    problems
}

/// A part of a Markdown text.
enum Piece<'a> {
    Heading {
        level: usize,
        text: &'a str,
    },
    /// A line of a fenced block, with the word after the opening fence.
    Code {
        language: &'a str,
        text: &'a str,
    },
    Text(&'a str),
    /// An empty line or a fence.
    Gap,
}

/// The lines of a Markdown text with their numbers.
fn pieces(text: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut fence: Option<&str> = None;
    numbered(text).map(move |(number, line)| {
        let piece = match (fence, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                fence = Some(language.trim());
                Piece::Gap
            }
            (Some(_), Some("")) => {
                fence = None;
                Piece::Gap
            }
            (Some(language), _) => Piece::Code { language, text: line },
            (None, None) => plain(line),
        };
        (number, piece)
    })
}

fn plain(line: &str) -> Piece<'_> {
    let text = line.trim_start_matches('#');
    match line.len() - text.len() {
        0 if line.trim().is_empty() => Piece::Gap,
        level @ 1.. if text.starts_with(' ') => Piece::Heading { level, text: text.trim() },
        _ => Piece::Text(line),
    }
}

/// The lines of all `sh` blocks; comments are left out, they are translated.
fn commands(file: &File) -> Vec<(usize, &str)> {
    pieces(&file.text)
        .filter_map(|(number, piece)| match piece {
            Piece::Code { language: "sh", text } if !text.trim_start().starts_with('#') => {
                Some((number, text.trim_end()))
            }
            _ => None,
        })
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

fn same_commands(english: &File, chinese: &File) -> Option<Problem> {
    const REMEDY: &str = "let both READMEs give the same commands in the same order";
    let (left, right) = (commands(english), commands(chinese));
    for (index, &(number, command)) in right.iter().enumerate() {
        match left.get(index) {
            Some((_, other)) if *other == command => {}
            Some((line, other)) => {
                let what = format!("`{command}` here, `{other}` in {}:{line}", english.path);
                return Some(Problem::new(&chinese.path, number, what, REMEDY));
            }
            None => {
                let what = format!("`{command}` is not in {}", english.path);
                return Some(Problem::new(&chinese.path, number, what, REMEDY));
            }
        }
    }
    let &(number, command) = left.get(right.len())?;
    let what = format!("`{command}` is not in {}", chinese.path);
    Some(Problem::new(&english.path, number, what, REMEDY))
}

fn unreleased(changelog: &File) -> Option<Problem> {
    let found = pieces(&changelog.text).any(|(_, piece)| {
        matches!(piece, Piece::Heading { level: 2, text } if text.contains("Unreleased"))
    });
    let remedy = "begin it with `## Unreleased`";
    (!found).then(|| Problem::new(&changelog.path, 1, "there is no section `Unreleased`", remedy))
}

fn invariants(architecture: &File, members: &[&str]) -> Vec<Problem> {
    let places = places(&architecture.text);
    members
        .iter()
        .filter(|member| {
            !places.iter().any(|place| place.says("Invariant") && place.is_about(member))
        })
        .map(|member| {
            Problem::new(
                &architecture.path,
                1,
                format!("no invariant of `{member}`"),
                "write, in a section or paragraph that names it, \"Invariant:\" and what it must \
                 not know",
            )
        })
        .collect()
}

/// A section with all that belongs to it, or a paragraph; the paragraph is its own title.
#[derive(Default)]
struct Place {
    title: String,
    text: String,
}

impl Place {
    fn says(&self, word: &str) -> bool {
        self.title.contains(word) || self.text.contains(word)
    }

    fn is_about(&self, member: &str) -> bool {
        let part = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
        self.title.match_indices(member).any(|(at, _)| {
            let before = self.title.get(..at).unwrap_or_default();
            let after = self.title.get(at + member.len()..).unwrap_or_default();
            !before.ends_with(part) && !after.starts_with(part)
        })
    }
}

fn places(text: &str) -> Vec<Place> {
    let mut done: Vec<Place> = Vec::new();
    let mut sections: Vec<(usize, Place)> = Vec::new();
    let mut paragraph = Place::default();
    for (_, piece) in pieces(text) {
        match piece {
            Piece::Text(line) => {
                paragraph.title.push_str(line);
                paragraph.title.push('\n');
                for (_, section) in &mut sections {
                    section.text.push_str(line);
                    section.text.push('\n');
                }
            }
            Piece::Heading { level, text } => {
                done.push(std::mem::take(&mut paragraph));
                let ended = sections.extract_if(.., |(open, _)| *open >= level);
                done.extend(ended.map(|(_, section)| section));
                sections.push((level, Place { title: text.to_owned(), text: String::new() }));
            }
            Piece::Code { .. } | Piece::Gap => done.push(std::mem::take(&mut paragraph)),
        }
    }
    done.extend(sections.into_iter().map(|(_, section)| section));
    done.push(paragraph);
    done
}

fn external_dependencies(root: &File, members: &[&str]) -> Vec<String> {
    manifests::entries(&root.text)
        .into_iter()
        .filter(|entry| entry.section == "workspace.dependencies")
        .map(|entry| entry.key)
        .filter(|name| !members.contains(&name.as_str()))
        .collect()
}

fn reasons(architecture: &File, dependencies: &[String]) -> Vec<Problem> {
    let mut level_of_section = None;
    let mut line_of_section = 1;
    let mut section = String::new();
    for (number, piece) in pieces(&architecture.text) {
        match (piece, level_of_section) {
            (Piece::Heading { level, .. }, Some(open)) if level <= open => break,
            (Piece::Heading { level, text }, None) if text.contains("Dependencies") => {
                level_of_section = Some(level);
                line_of_section = number;
            }
            (Piece::Text(text), Some(_)) => section.push_str(text),
            _ => {}
        }
    }
    if level_of_section.is_none() {
        let remedy = "say there why each external crate is used";
        let what = "there is no section `Dependencies`";
        return vec![Problem::new(&architecture.path, 1, what, remedy)];
    }
    dependencies
        .iter()
        .filter(|name| !section.contains(&format!("`{name}`")))
        .map(|name| {
            Problem::new(
                &architecture.path,
                line_of_section,
                format!("the section does not name `{name}`"),
                "say why it is used, its name in backticks",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn whats(problems: impl IntoIterator<Item = Problem>) -> Vec<String> {
        let text = |problem: Problem| format!("{}:{} {}", problem.path, problem.line, problem.what);
        problems.into_iter().map(text).collect()
    }

    #[test]
    fn both_readmes_give_the_same_commands() {
        let english = file(README, "a\n```sh\n# run\ncargo run\n```\n```rust\nx\n```\n");
        let chinese = file(README_CHINESE, "b\n\n```sh\n# 运行\ncargo run\n```\n```rust\ny\n```\n");
        assert_eq!(same_commands(&english, &chinese), None);

        let other = file(README_CHINESE, "```sh\ncargo test\n```\n");
        assert_eq!(
            whats(same_commands(&english, &other)),
            ["README.zh-CN.md:2 `cargo test` here, `cargo run` in README.md:4"]
        );
        let more = file(README_CHINESE, "```sh\ncargo run\ncargo test\n```\n");
        assert_eq!(
            whats(same_commands(&english, &more)),
            ["README.zh-CN.md:3 `cargo test` is not in README.md"]
        );
        let fewer = file(README_CHINESE, "text\n");
        assert_eq!(
            whats(same_commands(&english, &fewer)),
            ["README.md:4 `cargo run` is not in README.zh-CN.md"]
        );
    }

    #[test]
    fn the_changelog_has_a_place_for_what_is_new() {
        assert_eq!(unreleased(&file(CHANGELOG, "# Changelog\n\n## [Unreleased]\n")), None);
        let bad = file(CHANGELOG, "# Changelog\n\nUnreleased\n```\n## Unreleased\n```\n## 0.1\n");
        assert_eq!(whats(unreleased(&bad)), ["CHANGELOG.md:1 there is no section `Unreleased`"]);
    }

    #[test]
    fn each_crate_has_an_invariant() {
        let check = |text: &str| whats(invariants(&file(ARCHITECTURE, text), &["wechat-mass"]));
        for good in [
            "### `wechat-mass`\n\nSends.\n\n**Invariant:** no IO.\n\n## Next\n",
            "# A\n\n**Architecture Invariant:** wechat-mass knows\nno events.\n",
            "## wechat-mass\n### Inside\nInvariant\n",
        ] {
            assert_eq!(check(good), [""; 0], "{good}");
        }
        for bad in [
            "",
            "### wechat-mass\n\nSends.\n\n### wechat-http\n\nInvariant\n",
            "## wechat-mass-extra\n\nInvariant\n",
            "wechat-mass\n\nInvariant\n",
            "# All\n\nwechat-mass\n\nInvariant\n",
            "```\nwechat-mass Invariant\n```\n",
        ] {
            assert_eq!(check(bad), ["ARCHITECTURE.md:1 no invariant of `wechat-mass`"], "{bad}");
        }
    }

    #[test]
    fn each_dependency_has_its_reason() {
        let root = file(
            "Cargo.toml",
            "[workspace.dependencies]\nwechat-mass = { path = \"wechat-mass\" }\n\
             http = \"1\"\ntokio = { version = \"1\" }\n[profile.dev]\ndebug = false\n",
        );
        let dependencies = external_dependencies(&root, &["wechat-mass"]);
        assert_eq!(dependencies, ["http", "tokio"]);
        let check = |text: &str| whats(reasons(&file(ARCHITECTURE, text), &dependencies));
        assert_eq!(check("## Dependencies\n\n- `http`: x\n\n### More\n\n`tokio`\n"), [""; 0]);
        assert_eq!(
            check("# A\n## Dependencies\n`http`\n## Other\n`tokio`\n"),
            ["ARCHITECTURE.md:2 the section does not name `tokio`"]
        );
        assert_eq!(
            check("`http` `tokio`\n"),
            ["ARCHITECTURE.md:1 there is no section `Dependencies`"]
        );
    }
}
