//! Runs the first lines that README.md gives for an SDK, as they stand there.

use std::path::Path;
use std::process::Command;

use super::install::Peer;
use super::interpreter;
use super::server::Server;
use crate::run;

/// The address in the README's examples.
const ADDRESS: &str = "http://127.0.0.1:8787";

/// The account is the program's own, so it is told none.
const ARGUMENTS: &[&str] = &["--port", "0", "--clock", "manual"];

/// For an interpreter: the language of its block, and the option that a program follows.
const LANGUAGES: &[(&str, &str, &str)] = &[("python3", "python", "-c"), ("node", "js", "-e")];

/// Runs the start of this SDK's language; it has to print the number of a job that the mock took.
pub(super) fn run(peer: &Peer, mock: &Path, root: &Path, folder: &Path) -> Result<(), String> {
    let readme = std::fs::read_to_string(root.join("README.md"))
        .map_err(|error| format!("README.md cannot be read: {error}"))?;
    let (interpreter_name, language, option) = LANGUAGES
        .iter()
        .find(|(name, ..)| *name == peer.interpreter)
        .ok_or_else(|| format!("no start is known for {}", peer.interpreter))?;
    let start = block(&readme, language)?;
    println!("$ {interpreter_name} {option} … # README.md, ```{language}");
    let log = folder.join(format!("{}-start.log", peer.folder));
    let mut program = Command::new(mock);
    for name in ["WECHAT_APP_ID", "WECHAT_APP_SECRET"] {
        program.env_remove(name);
    }
    let server = Server::start(program.args(ARGUMENTS), "base URL", &log)?;
    let start = start.replace(ADDRESS, &server.address);
    let mut command = interpreter(peer, folder);
    command.args([option, start.as_str()]).current_dir(root);
    let said = run::output(&mut command)?;
    server.stop()?;
    let served = std::fs::read_to_string(&log)
        .map_err(|error| format!("{} cannot be read: {error}", log.display()))?;
    check(&said, &served).map_err(|problem| format!("README.md, ```{language}: {problem}"))
}

/// The first block of this language.
fn block<'a>(readme: &'a str, language: &str) -> Result<&'a str, String> {
    let opening = format!("\n```{language}\n");
    let (_, rest) = readme
        .split_once(&opening)
        .ok_or_else(|| format!("README.md has no block in ```{language}"))?;
    let (block, _) = rest
        .split_once("\n```")
        .ok_or_else(|| format!("README.md: the block in ```{language} has no end"))?;
    Ok(block)
}

/// What the start printed, and the mock's log of it.
fn check(said: &str, served: &str) -> Result<(), String> {
    let number = said.trim();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("it printed {number:?}, and no number of a job"));
    }
    let sent = |line: &&str| line.contains("POST /cgi-bin/message/mass/send?");
    match served.lines().find(sent) {
        // What is odd about it stands behind that.
        Some(line) if line.contains(" -> 200") && !line.contains(" -> 200 errcode ") => Ok(()),
        Some(line) => Err(format!("the mock said: {line}")),
        None => Err("the mock got no send".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = include_str!("../../../README.md");
    const CHINESE: &str = include_str!("../../../README.zh-CN.md");

    #[test]
    fn both_languages_of_the_readme_have_the_same_starts() {
        for language in ["python", "js", "java", "php", "go"] {
            let start = block(ENGLISH, language).unwrap();
            assert_eq!(start, block(CHINESE, language).unwrap());
            assert!(start.contains(ADDRESS), "{language}");
        }
        assert_eq!(block(ENGLISH, "cobol").unwrap_err(), "README.md has no block in ```cobol");
    }

    #[test]
    fn a_start_has_to_send() {
        let sent = "#3 POST /cgi-bin/message/mass/send?access_token=[redacted] {…} -> 200";
        assert_eq!(check("1000000001\n", sent), Ok(()));
        assert_eq!(check("7", &format!("{sent} (odd: form/content-type: …)")), Ok(()));
        assert!(check("None\n", sent).unwrap_err().contains("\"None\""));
        assert!(check("7", "#1 GET /cgi-bin/token -> 200").unwrap_err().contains("no send"));
        let refused = format!("{sent} errcode 40130 (broke …)");
        assert!(check("7", &refused).unwrap_err().contains("40130"));
    }
}
