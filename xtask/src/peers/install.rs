//! The pinned SDKs, installed into a folder of their own under `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// One SDK, in its language.
pub(crate) struct Peer {
    /// Under `peers/`: script and versions; under `target/peers/`: what is installed.
    pub(crate) folder: &'static str,
    pub(crate) interpreter: &'static str,
    /// What the interpreter is told before the script's name.
    pub(crate) arguments: &'static [&'static str],
    pub(crate) script: &'static str,
    /// Where the interpreter is told about installed modules.
    pub(crate) variable: &'static str,
    /// The modules' place inside the folder.
    pub(crate) modules: &'static str,
    /// The files that pin the versions. When they change, everything is installed anew.
    pub(crate) pins: &'static [&'static str],
    /// The command that installs what the pins say, run inside the new folder.
    pub(crate) installer: &'static [&'static str],
}

pub(crate) const PEERS: &[Peer] = &[
    Peer {
        folder: "python",
        interpreter: "python3",
        // Without the machine's own modules: one that is not pinned would not be missed here.
        arguments: &["-S"],
        script: "drive.py",
        variable: "PYTHONPATH",
        modules: "modules",
        pins: &["requirements.txt"],
        // A folder, and no virtual environment: Debian has no `venv` in its python3.
        installer: &[
            "python3",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--only-binary=:all:",
            "--no-warn-conflicts",
            "--target=modules",
            "--requirement=requirements.txt",
        ],
    },
    Peer {
        folder: "node",
        interpreter: "node",
        arguments: &[],
        script: "drive.js",
        variable: "NODE_PATH",
        modules: "node_modules",
        pins: &["package.json", "package-lock.json"],
        installer: &["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    },
];

/// What has to be there, how one sees that it is, and its package in Debian and Ubuntu.
const PROGRAMS: &[(&[&str], &str)] = &[
    (&["python3", "--version"], "python3"),
    (&["python3", "-m", "pip", "--version"], "python3-pip"),
    (&["node", "--version"], "nodejs"),
    (&["npm", "--version"], "npm"),
];

/// Names all that is missing at once.
pub(crate) fn check_programs() -> Result<(), String> {
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(probe, _)| run::output(&mut command(probe)).is_err())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(advice(&missing)) }
}

fn advice(missing: &[&str]) -> String {
    format!(
        "The SDKs need Python 3.9 or later with pip, and Node 18 or later with npm.\n\
         Missing here: {}. On Debian and Ubuntu:\n\
         apt-get install --no-install-recommends {}",
        missing.join(", "),
        missing.join(" ")
    )
}

/// Installs the pinned versions, unless just these are there.
pub(crate) fn install(peer: &Peer, root: &Path, folder: &Path) -> Result<(), String> {
    let place = folder.join(peer.folder);
    let sources = root.join("peers").join(peer.folder);
    let mut wanted = String::new();
    for pin in peer.pins {
        wanted.push_str(&read(&sources.join(pin))?);
    }
    // Written last, so that a broken installation is never taken for a good one.
    let stamp = place.join("installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if place.exists() {
        std::fs::remove_dir_all(&place)
            .map_err(|error| format!("{} cannot be removed: {error}", place.display()))?;
    }
    std::fs::create_dir_all(&place)
        .map_err(|error| format!("{} cannot be made: {error}", place.display()))?;
    for pin in peer.pins {
        write(&place.join(pin), &read(&sources.join(pin))?)?;
    }
    let mut installer = command(peer.installer);
    installer.current_dir(&place);
    // In the environment, because an old pip refuses options that it does not know.
    installer.env("PIP_ROOT_USER_ACTION", "ignore").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    run::run(&mut installer)?;
    write(&stamp, &wanted)
}

/// Where the interpreter finds the installed modules.
pub(crate) fn modules(peer: &Peer, folder: &Path) -> PathBuf {
    folder.join(peer.folder).join(peer.modules)
}

fn command(line: &[&str]) -> Command {
    let (program, arguments) = line.split_first().unwrap_or((&"", &[]));
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: Peer = Peer {
        folder: "probe",
        interpreter: "sh",
        arguments: &[],
        script: "drive.sh",
        variable: "PROBE",
        modules: "modules",
        pins: &["pins.txt"],
        installer: &["sh", "-c", "cat pins.txt >> ../log; grep -q good pins.txt"],
    };

    #[test]
    fn what_is_missing_is_named_with_the_way_to_get_it() {
        let advice = advice(&["python3-pip", "npm"]);
        assert!(advice.contains("Missing here: python3-pip, npm."), "{advice}");
        assert!(advice.contains("--no-install-recommends python3-pip npm"), "{advice}");
    }

    #[test]
    fn the_same_pins_are_installed_once_and_a_failed_installation_is_none() {
        let root = std::env::temp_dir().join(format!("peers-install-{}", std::process::id()));
        let target = root.join("target");
        std::fs::create_dir_all(root.join("peers/probe")).unwrap();
        let pins = root.join("peers/probe/pins.txt");
        let log = || std::fs::read_to_string(target.join("log")).unwrap();

        std::fs::write(&pins, "good 1\n").unwrap();
        install(&PROBE, &root, &target).unwrap();
        install(&PROBE, &root, &target).unwrap();
        assert_eq!(log(), "good 1\n");

        std::fs::write(&pins, "bad 2\n").unwrap();
        install(&PROBE, &root, &target).unwrap_err();
        install(&PROBE, &root, &target).unwrap_err();
        assert_eq!(log(), "good 1\nbad 2\nbad 2\n");

        std::fs::write(&pins, "good 3\n").unwrap();
        install(&PROBE, &root, &target).unwrap();
        assert_eq!(log(), "good 1\nbad 2\nbad 2\ngood 3\n");
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn every_version_is_exact_and_has_its_hash() {
        let python = include_str!("../../../peers/python/requirements.txt");
        let mut lines = python.lines().filter(|line| !line.starts_with('#'));
        while let Some(line) = lines.next() {
            if line.starts_with("    --hash=sha256:") {
                continue;
            }
            assert!(line.contains("==") && line.ends_with(" \\"), "{line}");
            let next = lines.next().unwrap_or_default();
            assert!(next.starts_with("    --hash=sha256:"), "{line}: {next}");
        }
        let manifest = include_str!("../../../peers/node/package.json");
        for pinned in ["\"co-wechat-api\": \"3", "\"wechat-crypto\": \"0.0.2\""] {
            assert!(manifest.contains(pinned), "{manifest}");
        }
        let lock = include_str!("../../../peers/node/package-lock.json");
        let packages = lock.matches("\"node_modules/").count();
        assert_eq!((packages, lock.matches("\"integrity\": \"sha512-").count()), (15, 15));
    }
}
