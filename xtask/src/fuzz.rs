//! Fuzzing: each target of `fuzz/` for a given time, from the corpus that is kept there.
//!
//! The targets are built by the stable toolchain with the flags that `cargo fuzz` gives without a
//! sanitizer: the product forbids `unsafe`, so what is looked for are panics, overflows, endless loops and
//! broken promises.

mod report;

use std::io::Read;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use crate::run;
use crate::workspace::Workspace;
use report::Run;

/// All targets, slowest first; two of them share the time of a machine with two cores.
pub(crate) const TARGETS: &[&str] = &["mock", "endpoints", "request", "decrypt", "xml", "json"];

/// How long CI runs each.
pub(crate) const CI_SECONDS: u32 = 30;

/// What makes the compiler count where a run went, for libFuzzer to be led by.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg",
    "fuzzing",
    "-Ccodegen-units=1",
];

/// A larger input is refused by the limits anyway, or is more of the same.
const MAX_BYTES: u32 = 8192;
/// One input takes no longer: an endless loop ends here.
const INPUT_SECONDS: u32 = 10;
const MEGABYTES: u32 = 1024;

/// The manifest, from the root.
pub(crate) const MANIFEST: &str = "fuzz/Cargo.toml";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish<'a> {
    Run { seconds: u32, targets: Vec<&'a str> },
    SeedCorpus,
}

/// Reads `[--seconds N] [TARGET…]` or `--seed-corpus`.
pub(crate) fn wish<'a>(arguments: &[&'a str]) -> Result<Wish<'a>, String> {
    let (seconds, targets) = match arguments {
        ["--seed-corpus"] => return Ok(Wish::SeedCorpus),
        ["--seconds", seconds, targets @ ..] => {
            let number = seconds.parse().ok().filter(|seconds| *seconds > 0);
            (number.ok_or_else(|| format!("`{seconds}` is no number of seconds"))?, targets)
        }
        targets => (CI_SECONDS, targets),
    };
    if let Some(unknown) = targets.iter().find(|target| !TARGETS.contains(target)) {
        return Err(format!("no fuzz target `{unknown}`; there are: {}", TARGETS.join(", ")));
    }
    let targets = if targets.is_empty() { TARGETS } else { targets };
    Ok(Wish::Run { seconds, targets: targets.to_vec() })
}

pub(crate) fn fuzz(workspace: &Workspace, wish: &Wish<'_>) -> Result<(), String> {
    match wish {
        Wish::SeedCorpus => seed_corpus(workspace),
        Wish::Run { seconds, targets } => run_targets(workspace, *seconds, targets),
    }
}

/// Why the targets cannot be built here, if so.
pub(crate) fn hindrance() -> Option<&'static str> {
    if !cfg!(unix) {
        return Some("libFuzzer is for Unix here");
    }
    let compiler = run::output(Command::new("c++").arg("--version"));
    compiler.is_err().then_some("there is no C++ compiler, c++, for libFuzzer")
}

/// Writes the files `seed-*` of the corpus. Without the flags, so it needs no C++ compiler.
fn seed_corpus(workspace: &Workspace) -> Result<(), String> {
    let arguments = ["run", "--manifest-path", MANIFEST, "--no-default-features", "--bin"];
    let mut cargo = run::cargo(workspace.root(), &arguments);
    cargo.arg("seed-corpus").env("CARGO_TARGET_DIR", place(workspace));
    run::run(&mut cargo)
}

fn place(workspace: &Workspace) -> PathBuf {
    workspace.target().join("fuzz")
}

fn run_targets(workspace: &Workspace, seconds: u32, targets: &[&str]) -> Result<(), String> {
    if let Some(hindrance) = hindrance() {
        return Err(format!("fuzz: {hindrance}"));
    }
    let programs = build(workspace, targets)?;
    let findings = place(workspace).join("findings");
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    println!(
        "each for {seconds} s, {} at a time: {}",
        cores.min(targets.len()),
        targets.join(", ")
    );
    let mut runs = Vec::new();
    for together in targets.chunks(cores) {
        let started: Result<Vec<Started>, String> = together
            .iter()
            .map(|target| Started::new(target, workspace, &programs, &findings, seconds))
            .collect();
        for started in started? {
            runs.push(started.finish()?);
        }
    }
    println!("{}", report::table(&runs));
    let failed: Vec<&Run> = runs.iter().filter(|run| !run.ok).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let mut message = format!("fuzz: {} target(s) with a finding", failed.len());
    for run in failed {
        message.push_str(&format!("\n\n{}\n{}", run.target, run.last_words));
        message.push_str(&format!(
            "\nthe input lies in {}; repair what it shows, then keep it as fuzz/corpus/{}/",
            findings.join(&run.target).display(),
            run.target
        ));
    }
    Err(message)
}

/// Builds the targets; where they lie.
fn build(workspace: &Workspace, targets: &[&str]) -> Result<PathBuf, String> {
    let host = run::output(Command::new("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("`rustc -vV` names no host")?;
    // Not `--locked`: the lock file names our own crates' dependencies too, and they change with them.
    // With `--target` the flags are for the targets alone and not for build scripts.
    let arguments = ["build", "--release", "--manifest-path", MANIFEST, "--target", host];
    let mut cargo = run::cargo(workspace.root(), &arguments);
    for target in targets {
        cargo.args(["--bin", target]);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}")).env_remove("RUSTFLAGS");
    run::run(cargo.env("CARGO_TARGET_DIR", place(workspace)))?;
    Ok(place(workspace).join(host).join("release"))
}

/// A target at work.
struct Started {
    target: String,
    process: Child,
    /// Read as it comes: a full pipe would stop the target, and its time would pass with nothing tried.
    said: JoinHandle<Vec<u8>>,
}

impl Started {
    /// What it finds interesting is written beside the corpus, not into it: that stays small.
    fn new(
        target: &str,
        workspace: &Workspace,
        programs: &Path,
        findings: &Path,
        seconds: u32,
    ) -> Result<Self, String> {
        let grown = place(workspace).join("grown").join(target);
        let findings = findings.join(target);
        for folder in [&grown, &findings] {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
        }
        let mut command = Command::new(programs.join(target));
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={MAX_BYTES}"))
            .arg(format!("-timeout={INPUT_SECONDS}"))
            .arg(format!("-rss_limit_mb={MEGABYTES}"))
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .arg("-print_final_stats=1")
            .arg(&grown)
            .arg(workspace.root().join("fuzz/corpus").join(target))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        Self::start(target, &mut command)
    }

    fn start(target: &str, command: &mut Command) -> Result<Self, String> {
        let mut process = command
            .spawn()
            .map_err(|error| format!("the target {target} could not be started: {error}"))?;
        let mut pipe = process.stderr.take().ok_or("the target has no output")?;
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            let _ = pipe.read_to_end(&mut said);
            said
        });
        Ok(Self { target: target.to_owned(), process, said })
    }

    fn finish(self) -> Result<Run, String> {
        let Self { target, mut process, said } = self;
        let status = process
            .wait()
            .map_err(|error| format!("the target {target} could not be followed: {error}"))?;
        let said = said.join().map_err(|_| format!("the target {target} could not be read"))?;
        Ok(Run::read(target, status.success(), &String::from_utf8_lossy(&said)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wish_is_all_targets_for_the_time_of_ci_unless_it_says_otherwise() {
        let all = |seconds| Wish::Run { seconds, targets: TARGETS.to_vec() };
        assert_eq!(wish(&[]), Ok(all(30)));
        assert_eq!(wish(&["--seconds", "600"]), Ok(all(600)));
        let one = Wish::Run { seconds: 5, targets: vec!["xml"] };
        assert_eq!(wish(&["--seconds", "5", "xml"]), Ok(one));
        assert_eq!(wish(&["--seed-corpus"]), Ok(Wish::SeedCorpus));
        for bad in [&["--seconds", "0"][..], &["--seconds", "x"], &["--seconds"], &["nothing"]] {
            assert!(wish(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_target_that_says_much_is_not_held_up_by_the_one_before_it() {
        // More than a pipe holds; the first one ends only when the second has said all.
        let done = std::env::temp_dir().join(format!("fuzz-done-{}", std::process::id()));
        let shell = |line: String| {
            let mut command = Command::new("sh");
            command.args(["-c", &line]).stdout(Stdio::null()).stderr(Stdio::piped());
            command
        };
        let waits = format!("mkfifo {0} && read -r line < {0}", done.display());
        let talks = format!(
            "head -c 1000000 /dev/zero >&2; until [ -p {0} ]; do :; done; echo > {0}",
            done.display()
        );
        let first = Started::start("first", &mut shell(waits)).unwrap();
        let second = Started::start("second", &mut shell(talks)).unwrap();
        assert!(first.finish().unwrap().ok);
        assert!(second.finish().unwrap().ok);
        std::fs::remove_file(&done).unwrap();
    }

    #[test]
    fn the_targets_are_those_of_the_manifest() {
        let manifest = include_str!("../../fuzz/Cargo.toml");
        for target in TARGETS {
            assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")), "{target}");
        }
        assert_eq!(manifest.matches("path = \"targets/").count(), TARGETS.len());
    }
}
