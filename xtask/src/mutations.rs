//! Does the simulator find bugs? Each patch of `wechat-mass/mutations/` puts one into a copy of the
//! workspace, and the simulator must catch it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;
use crate::workspace::Workspace;

const FOLDER: &str = "wechat-mass/mutations";
/// Seeds in which a bug must show itself.
const SEEDS: &str = "5000";

/// Applies each patch to a copy and plays until a seed fails; one that survives is an error.
pub(crate) fn mutations(workspace: &Workspace) -> Result<(), String> {
    let root = workspace.root();
    let copy = workspace.target().join("mutations");
    // Its own: Cargo does not tell the two workspaces apart, and would take a mutant for what is built here.
    let target = workspace.target().join("mutations-target");
    let mut survived = Vec::new();
    let mut caught = Vec::new();
    for patch in patches(root)? {
        mirror(root, &copy)?;
        apply(&copy, &patch, &[])?;
        let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        println!("\n== {name}");
        let example = ["--quiet", "--release", "-p", "wechat-mass", "--example", "simulate"];
        let cargo = |command: &'static str, options: &[&str]| {
            let arguments = [&[command][..], &example, options].concat();
            let mut cargo = run::cargo(&copy, &arguments);
            cargo.env("CARGO_TARGET_DIR", &target);
            cargo
        };
        run::run(&mut cargo("build", &[])).map_err(|error| format!("{name}: {error}"))?;
        let play = ["--", "--until-failure", "--seeds", SEEDS];
        let played = cargo("run", &play).output();
        let played = played.map_err(|error| format!("the simulator: {error}"))?;
        let said = String::from_utf8_lossy(&played.stdout).into_owned();
        match failed_seed(&said) {
            Some(line) if played.status.code() == Some(1) => {
                println!("{line}");
                caught.push(format!("caught    {name}: {line}"));
            }
            _ => survived.push(format!("SURVIVED  {name}\n{said}")),
        }
    }
    println!("\n{}", caught.join("\n"));
    if survived.is_empty() && !caught.is_empty() {
        println!("mutations: {} of {} caught", caught.len(), caught.len());
        return Ok(());
    }
    Err(format!("mutations: {} survived\n{}", survived.len(), survived.join("\n")))
}

/// The first failed seed with the first thing that it violated.
fn failed_seed(said: &str) -> Option<String> {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("seed "));
    let seed = lines.next()?.trim_end_matches(" failed:");
    Some(format!("{seed}: {}", lines.next()?.trim()))
}

fn patches(root: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = root.join(FOLDER);
    let files =
        fs::read_dir(&folder).map_err(|error| format!("{FOLDER} cannot be read: {error}"))?;
    let mut patches: Vec<PathBuf> = files
        .filter_map(|file| file.ok().map(|file| file.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "patch"))
        .collect();
    patches.sort();
    Ok(patches)
}

/// Makes the copy what the workspace is; a file that is the same keeps its time, so that only what
/// differs is compiled again.
fn mirror(root: &Path, copy: &Path) -> Result<(), String> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    for path in run::output(git.current_dir(root))?.split_terminator('\0') {
        let (from, to) = (root.join(path), copy.join(path));
        if !from.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        let failed = |error| format!("{path} cannot be copied: {error}");
        let bytes = fs::read(&from).map_err(failed)?;
        if fs::read(&to).is_ok_and(|known| known == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&to, bytes).map_err(failed)?;
    }
    Ok(())
}

fn apply(folder: &Path, patch: &Path, options: &[&str]) -> Result<(), String> {
    let mut git = Command::new("git");
    git.arg("apply").args(options).arg(patch).current_dir(folder);
    // The copy lies in the folder of a repository to which it does not belong.
    if let Some(above) = folder.parent() {
        git.env("GIT_CEILING_DIRECTORIES", above);
    }
    run::output(&mut git)
        .map(|_| ())
        .map_err(|error| format!("{} does not apply; make it anew: {error}", patch.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Patches rot quietly otherwise: to catch all of them takes minutes, and is no step of `ci`.
    #[test]
    fn each_patch_applies() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let patches = patches(root).unwrap();
        assert_eq!(patches.len(), 8);
        for patch in patches {
            apply(root, &patch, &["--check"]).unwrap();
        }
    }

    #[test]
    fn the_failed_seed_is_found() {
        let said = "1000 of 5000 seeds, 1 failed\n\nseed 7 failed:\n  twice\n  again: x\n";
        assert_eq!(failed_seed(said).as_deref(), Some("seed 7: twice"));
        assert_eq!(failed_seed("simulate: 5 seeds, 0 failed\n"), None);
    }
}
