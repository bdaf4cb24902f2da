//! What building wechat-types alone costs, against serde and serde_json with derive.
//!
//! Both are built from nothing, in turns, so that a busy machine slows both. The processor's time
//! counts, and of several runs the cheapest: everything else is noise.

use std::path::Path;
use std::process::Command;

use crate::run;
use crate::workspace::Workspace;

/// The cost of wechat-types, dependencies included, in costs of its dependencies.
const LIMIT: f64 = 3.0;
const RUNS: usize = 3;

/// What others would pay in any case: the two crates, used once.
const BASE_SOURCE: &str = "//! The base of `cargo xtask build-cost`.\n\n\
    #[derive(serde::Serialize, serde::Deserialize)]\npub struct Base {\n    pub field: String,\n}\n\n\
    pub fn read(text: &str) -> serde_json::Result<Base> {\n    serde_json::from_str(text)\n}\n";

/// Seconds of one build.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cost {
    wall: f64,
    cpu: f64,
}

pub(crate) fn build_cost(workspace: &Workspace) -> Result<(), String> {
    let folder = workspace.root().join("target/build-cost");
    let base = folder.join("base");
    write_base(workspace.root(), &base)?;
    let (mut bases, mut types) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        bases.push(build(&base, "base", &folder.join("out"))?);
        types.push(build(workspace.root(), "wechat-types", &folder.join("out"))?);
        for (name, costs) in [("serde, serde_json", &bases), ("wechat-types", &types)] {
            if let Some(cost) = costs.last() {
                println!(
                    "run {run}: {name:<18} {:6.1} s of processor, {:6.1} s",
                    cost.cpu, cost.wall
                );
            }
        }
    }
    let (base, types) = (cheapest(&bases), cheapest(&types));
    let ratio = types / base;
    println!(
        "cheapest: {types:.1} s against {base:.1} s, {ratio:.2} times as much (limit {LIMIT})"
    );
    if ratio <= LIMIT {
        return Ok(());
    }
    Err(format!(
        "build-cost: wechat-types costs {ratio:.2} times what serde and serde_json cost, the limit is \
         {LIMIT}: look at `cargo build -p wechat-types --timings`"
    ))
}

fn cheapest(costs: &[Cost]) -> f64 {
    costs.iter().map(|cost| cost.cpu).fold(f64::INFINITY, f64::min)
}

/// A crate of its own with the versions and the profile of this workspace.
fn write_base(root: &Path, base: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", base.display());
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).map_err(failed)?;
    let (serde, json) = (version(&lock, "serde")?, version(&lock, "serde_json")?);
    let manifest = format!(
        "[package]\nname = \"base\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nserde = {{ version = \"={serde}\", features = [\"derive\"] }}\n\
         serde_json = \"={json}\"\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n\
         [profile.dev.package.\"*\"]\ndebug = false\n"
    );
    std::fs::create_dir_all(base.join("src")).map_err(failed)?;
    std::fs::write(base.join("Cargo.toml"), manifest).map_err(failed)?;
    std::fs::write(base.join("Cargo.lock"), lock).map_err(failed)?;
    std::fs::write(base.join("src/lib.rs"), BASE_SOURCE).map_err(failed)
}

/// The version of a package in a lock file.
fn version<'a>(lock: &'a str, name: &str) -> Result<&'a str, String> {
    let head = format!("name = \"{name}\"\nversion = \"");
    let rest = lock.split_once(&head).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split('"').next())
        .ok_or_else(|| format!("Cargo.lock names no version of {name}"))
}

/// One build from nothing. What is not needed of the lock file may be taken out of it, and nothing
/// is downloaded.
fn build(folder: &Path, package: &str, out: &Path) -> Result<Cost, String> {
    if out.exists() {
        std::fs::remove_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new("bash");
    command
        .args(["-c", "TIMEFORMAT='%R %U %S'; time \"$@\"", "bash"])
        .arg(cargo)
        .args([
            "build",
            "--quiet",
            "--offline",
            "--jobs",
            "2",
            "--package",
            package,
            "--target-dir",
        ])
        .arg(out)
        .current_dir(folder)
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("RUSTC_WRAPPER");
    run::forget_own_variables(&mut command);
    let output = command.output().map_err(|error| format!("bash could not be started: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("building {package} failed:\n{}", said.trim_end()));
    }
    times(&said).ok_or_else(|| format!("bash told no times:\n{said}"))
}

/// Reads the last line: real, user and system seconds.
fn times(said: &str) -> Option<Cost> {
    let mut numbers =
        said.lines().last()?.split(' ').map(|number| number.replace(',', ".").parse());
    let mut next = || numbers.next()?.ok();
    let (wall, user, system): (f64, f64, f64) = (next()?, next()?, next()?);
    Some(Cost { wall, cpu: user + system })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_the_times() {
        let cost = Cost { wall: 5.25, cpu: 8.5 };
        assert_eq!(times("warning: x\n5.250 8.000 0.500\n"), Some(cost));
        assert_eq!(times("5,250 8,000 0,500"), Some(cost));
        assert_eq!(times("error"), None);
        assert_eq!(times(""), None);
    }

    #[test]
    fn the_cheapest_run_counts() {
        let costs = [(9.0, 3.0), (1.0, 2.0), (2.0, 4.0)].map(|(wall, cpu)| Cost { wall, cpu });
        assert!((cheapest(&costs) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = "[[package]]\nname = \"serde_json\"\nversion = \"1.0.3\"\n\n\
                    [[package]]\nname = \"serde\"\nversion = \"1.0.2\"\n";
        assert_eq!(version(lock, "serde"), Ok("1.0.2"));
        assert_eq!(version(lock, "serde_json"), Ok("1.0.3"));
        assert!(version(lock, "tokio").unwrap_err().contains("tokio"));
    }
}
