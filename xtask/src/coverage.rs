//! What is there of each endpoint: type, fixtures, tests, mock route, link, effect, as a table.
//!
//! xtask links no crate of the product, so all of this is read from the sources as text.

mod check;
mod codes;
mod index;
mod kinds;
mod rust;
mod table;
mod tokens;

use std::path::Path;

use crate::workspace::Workspace;

const FIXTURES: &str = "wechat-types/fixtures";
const TYPES: &str = "wechat-types/src";
const MOCK: &str = "wechat-mock/src";
const SNAPSHOTS: &str = "wechat-types/tests/it/snapshots/endpoints";

/// Prints the tables and the summary; an error names each empty cell.
pub(crate) fn coverage(workspace: &Workspace) -> Result<(), String> {
    let report = report(workspace.root())?;
    println!("{}\n{}\n{}", report.endpoints, report.kinds, report.summary);
    verdict(&report.gaps)
}

/// Prints the summary only; an error names each empty cell.
pub(crate) fn summary(workspace: &Workspace) -> Result<(), String> {
    let report = report(workspace.root())?;
    println!("{}", report.summary);
    verdict(&report.gaps)
}

/// A text file with its path from the folder on that it was looked for in.
struct File {
    path: String,
    text: String,
}

struct Report {
    endpoints: String,
    kinds: String,
    summary: String,
    gaps: Vec<String>,
}

fn report(root: &Path) -> Result<Report, String> {
    let fixtures = root.join(FIXTURES);
    let types = sources(&root.join(TYPES))?;
    let routes: Vec<File> = sources(&root.join(MOCK))?
        .into_iter()
        .filter(|file| file.path == "routes.rs" || file.path.starts_with("routes/"))
        .collect();
    let (mut disk, mut snapshots) = (Vec::new(), Vec::new());
    walk(&fixtures, "", &mut disk)?;
    walk(&root.join(SNAPSHOTS), "", &mut snapshots)?;
    let subject = check::Subject {
        index: index::read(&text(&fixtures.join("index.json"))?)?,
        disk,
        types: rust::types(&types)?,
        all: rust::all(source(&types, "endpoint.rs")?),
        golden: rust::golden(&text(&root.join("wechat-types/tests/it/golden.rs"))?),
        snapshots,
        routes: rust::routes(&routes),
        effects: rust::effects(&text(&root.join("wechat-mock/tests/it/effects.rs"))?),
    };
    let endpoints = check::endpoints(&subject, check::EXCEPTIONS);
    let variants = rust::variants(source(&types, "mass/content.rs")?, "MassContent");
    let kinds = kinds::check(
        &variants,
        &requests(&subject, &fixtures, "mass/sendall/")?,
        &requests(&subject, &fixtures, "mass/send/")?,
    );
    let codes = rust::codes(source(&types, "error_code/table.rs")?);
    let mut gaps = endpoints.gaps();
    gaps.extend(check::strays(&subject, check::EXCEPTIONS));
    gaps.extend(kinds.gaps());
    gaps.extend(codes::gaps(&codes, &text(&fixtures.join("codes.jsonl"))?));
    Ok(Report {
        summary: format!(
            "{} endpoints, {} message kinds, {} return codes; {} empty cells",
            endpoints.rows.len(),
            variants.len(),
            codes.len(),
            gaps.len()
        ),
        endpoints: endpoints.to_string(),
        kinds: kinds.to_string(),
        gaps,
    })
}

fn verdict(gaps: &[String]) -> Result<(), String> {
    if gaps.is_empty() {
        return Ok(());
    }
    Err(format!("coverage: {} empty cell(s)\n{}", gaps.len(), gaps.join("\n")))
}

/// The request examples of one folder that are there.
fn requests(
    subject: &check::Subject,
    fixtures: &Path,
    folder: &str,
) -> Result<Vec<String>, String> {
    let is_request = |path: &&String| {
        path.strip_prefix(folder).is_some_and(|name| check::Example::Request.is_name_of(name))
    };
    subject.disk.iter().filter(is_request).map(|path| text(&fixtures.join(path))).collect()
}

fn source<'a>(files: &'a [File], path: &str) -> Result<&'a str, String> {
    let file = files.iter().find(|file| file.path == path);
    file.map(|file| file.text.as_str()).ok_or_else(|| format!("{TYPES}/{path} is missing"))
}

/// All Rust files of the folder, in the order of their paths.
fn sources(folder: &Path) -> Result<Vec<File>, String> {
    let mut paths = Vec::new();
    walk(folder, "", &mut paths)?;
    paths
        .into_iter()
        .filter(|path| path.ends_with(".rs"))
        .map(|path| Ok(File { text: text(&folder.join(&path))?, path }))
        .collect()
}

/// All files below, with `/` between the parts of their paths, in order.
fn walk(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), String> {
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    entries.sort();
    for (name, path) in entries {
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), paths)?;
        } else {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_empty_is_a_success_and_anything_else_names_it() {
        assert_eq!(verdict(&[]), Ok(()));
        let message = verdict(&["a: b".to_owned(), "c: d".to_owned()]).unwrap_err();
        assert_eq!(message, "coverage: 2 empty cell(s)\na: b\nc: d");
    }

    #[test]
    fn the_sources_of_this_workspace_can_be_read() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let report = report(root).unwrap();
        assert!(report.summary.contains(" return codes; "), "{}", report.summary);
        assert!(report.endpoints.contains("mass/send_all.rs SendAll"), "{}", report.endpoints);
    }
}
