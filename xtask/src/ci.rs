//! All that CI runs, step by step; each step also alone.

use std::time::{Duration, Instant};

use crate::services::{self, services};
use crate::workspace::Workspace;
use crate::{callback_load, coverage, crash, features, fuzz, layers, run, simulate, tidy};

/// One check: its name is the command that runs it alone.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    run: fn(&Workspace) -> Result<Outcome, String>,
}

/// How a step ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// Not run, and why.
    Skipped(&'static str),
}

/// Quick ones and those that share what they compile stand together.
pub(crate) const STEPS: &[Step] = &[
    Step { name: "fmt", about: "is the code formatted?", run: fmt },
    Step { name: "clippy", about: "lints, on all targets and features", run: clippy },
    Step { name: "test", about: "all tests of the workspace, all features", run: test },
    Step {
        name: "services",
        about: "tests against real servers (needs redis-server and postgresql)",
        run: services,
    },
    Step { name: "callback-load", about: "the callback server among enemies, 4 s", run: load },
    Step { name: "simulate", about: "1,000 seeds of all that can go wrong", run: simulate },
    Step {
        name: "crash",
        about: "the program killed 20 times, and workers that share a campaign 8 times",
        run: crash,
    },
    Step { name: "doc", about: "does the documentation build without a warning?", run: doc },
    Step { name: "features", about: "each library alone, with each feature alone", run: features },
    Step { name: "layers", about: "who depends on whom, and on what", run: layers },
    Step { name: "tidy", about: "house rules that no other tool knows", run: tidy },
    Step { name: "coverage", about: "is there everything of each endpoint?", run: coverage },
    Step { name: "fuzz", about: "each fuzz target for 30 s (needs a C++ compiler)", run: fuzz },
    Step { name: "deny", about: "licences, bans, advisories (needs cargo-deny)", run: deny },
];

pub(crate) fn step(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.name == name)
}

/// Runs every step, in order, up to the first that fails.
pub(crate) fn all(workspace: &Workspace) -> Result<(), String> {
    let mut total = Duration::ZERO;
    let mut skipped = Vec::new();
    for step in STEPS {
        let (outcome, time) = timed(step, workspace)?;
        total += time;
        if let Outcome::Skipped(reason) = outcome {
            skipped.push(format!("{} ({reason})", step.name));
        }
    }
    println!("\n{}", summary(STEPS.len(), total, &skipped));
    Ok(())
}

/// Runs one step.
pub(crate) fn alone(step: &Step, workspace: &Workspace) -> Result<(), String> {
    timed(step, workspace).map(|_| ())
}

fn timed(step: &Step, workspace: &Workspace) -> Result<(Outcome, Duration), String> {
    println!("\n== {}: {}", step.name, step.about);
    let begin = now();
    let result = (step.run)(workspace);
    let time = now().duration_since(begin);
    println!("{}", verdict(step.name, &result, time));
    match result {
        Ok(outcome) => Ok((outcome, time)),
        Err(message) => {
            Err(format!("{message}\n\nTo run this step alone: cargo xtask {}", step.name))
        }
    }
}

fn verdict(name: &str, result: &Result<Outcome, String>, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match result {
        Ok(Outcome::Passed) => format!("ok       {name:<9} {seconds:7.1} s"),
        Ok(Outcome::Skipped(reason)) => format!("skipped  {name:<9} {seconds:7.1} s  {reason}"),
        Err(_) => format!("FAILED   {name:<9} {seconds:7.1} s"),
    }
}

fn summary(steps: usize, total: Duration, skipped: &[String]) -> String {
    let passed = steps - skipped.len();
    let seconds = total.as_secs_f64();
    let skipped = if skipped.is_empty() { "none".to_owned() } else { skipped.join(", ") };
    format!("ci: {passed} of {steps} steps passed in {seconds:.1} s; skipped: {skipped}")
}

#[expect(clippy::disallowed_methods, reason = "a build tool that reports how long things took")]
fn now() -> Instant {
    Instant::now()
}

fn fmt(workspace: &Workspace) -> Result<Outcome, String> {
    for place in [&["--all"][..], &["--manifest-path", fuzz::MANIFEST]] {
        let mut fmt = run::cargo(workspace.root(), &["fmt", "--check"]);
        run::run(fmt.args(place))
            .map_err(|message| format!("{message}; `cargo xtask fixup` formats"))?;
    }
    Ok(Outcome::Passed)
}

fn clippy(workspace: &Workspace) -> Result<Outcome, String> {
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    run::run(&mut run::cargo(workspace.root(), &arguments))?;
    Ok(Outcome::Passed)
}

fn test(workspace: &Workspace) -> Result<Outcome, String> {
    run::run(&mut run::cargo(workspace.root(), &["test", "--workspace", "--all-features"]))?;
    Ok(Outcome::Passed)
}

fn load(workspace: &Workspace) -> Result<Outcome, String> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::Skipped("it reads /proc"));
    }
    callback_load::callback_load(workspace, callback_load::CI_SECONDS)?;
    Ok(Outcome::Passed)
}

fn simulate(workspace: &Workspace) -> Result<Outcome, String> {
    simulate::as_built(workspace, &["--seeds", "1000"]).map(|()| Outcome::Passed)
}

fn crash(workspace: &Workspace) -> Result<Outcome, String> {
    crash::crash(workspace, &["--kills", "20"])?;
    if services::has_postgres() {
        let shared = ["--kills", "8", "--journal", "postgres", "--workers", "4"];
        crash::crash(workspace, &shared)?;
    }
    Ok(Outcome::Passed)
}

fn doc(workspace: &Workspace) -> Result<Outcome, String> {
    let arguments = ["doc", "--workspace", "--no-deps", "--all-features"];
    run::run(run::cargo(workspace.root(), &arguments).env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Passed)
}

fn features(workspace: &Workspace) -> Result<Outcome, String> {
    features::features(workspace)?;
    Ok(Outcome::Passed)
}

fn coverage(workspace: &Workspace) -> Result<Outcome, String> {
    coverage::summary(workspace).map(|()| Outcome::Passed)
}

fn layers(workspace: &Workspace) -> Result<Outcome, String> {
    layers::layers(workspace)?;
    Ok(Outcome::Passed)
}

fn tidy(workspace: &Workspace) -> Result<Outcome, String> {
    tidy::tidy(workspace)?;
    Ok(Outcome::Passed)
}

fn fuzz(workspace: &Workspace) -> Result<Outcome, String> {
    if let Some(hindrance) = fuzz::hindrance() {
        return Ok(Outcome::Skipped(hindrance));
    }
    fuzz::fuzz(workspace, &fuzz::wish(&[])?)?;
    Ok(Outcome::Passed)
}

fn deny(workspace: &Workspace) -> Result<Outcome, String> {
    if run::output(&mut run::cargo(workspace.root(), &["deny", "--version"])).is_err() {
        return Ok(Outcome::Skipped("cargo-deny is not installed"));
    }
    run::run(&mut run::cargo(workspace.root(), &["deny", "--all-features", "check"]))?;
    Ok(Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_by_its_name() {
        assert_eq!(step("tidy").map(|step| step.name), Some("tidy"));
        assert!(step("ci").is_none());
    }

    #[test]
    fn one_line_says_how_a_step_ended() {
        let time = Duration::from_millis(12_345);
        assert_eq!(verdict("fmt", &Ok(Outcome::Passed), time), "ok       fmt          12.3 s");
        let skipped = Ok(Outcome::Skipped("not here"));
        assert_eq!(verdict("deny", &skipped, time), "skipped  deny         12.3 s  not here");
        let failed = Err(String::from("no"));
        assert_eq!(verdict("features", &failed, time), "FAILED   features     12.3 s");
    }

    #[test]
    fn the_summary_lists_what_was_skipped() {
        let time = Duration::from_secs(61);
        assert_eq!(summary(8, time, &[]), "ci: 8 of 8 steps passed in 61.0 s; skipped: none");
        assert_eq!(
            summary(8, time, &["deny (not here)".to_owned()]),
            "ci: 7 of 8 steps passed in 61.0 s; skipped: deny (not here)"
        );
    }
}
