//! Each library alone, with each of its features alone.
//!
//! In a build of the whole workspace one crate's features help another: a missing edge shows only
//! when the crate is built by itself. Clippy does the checking, because it stops at warnings too
//! (an import that only one feature uses) and shares its artifacts with the `clippy` step.
//!
//! Test targets are left out. Their dev-dependencies bring features of their own, which hide the very
//! edges that are missed here, so they could only be built in addition, not instead; that was
//! measured to take three minutes more on two busy cores, most of it for dependencies built anew.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::Package;

use crate::run;
use crate::workspace::Workspace;

/// Features of one package, as its manifest has them.
type Features = BTreeMap<String, Vec<String>>;

pub(crate) fn features(workspace: &Workspace) -> Result<(), String> {
    for package in workspace.members.iter().filter(|package| is_library(package)) {
        for choice in choices(&package.features) {
            let mut arguments = vec!["clippy", "--quiet", "-p", package.name.as_str()];
            arguments.extend(choice.iter().map(String::as_str));
            arguments.extend(["--", "-D", "warnings"]);
            run::run(&mut run::cargo(workspace.root(), &arguments))?;
        }
    }
    Ok(())
}

fn is_library(package: &Package) -> bool {
    package.targets.iter().any(|target| target.is_lib())
}

/// The arguments of each build: without features, with each one alone, and by default; a choice
/// that turns on the same features as an earlier one is left out.
fn choices(features: &Features) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::from([BTreeSet::new()]);
    let mut choices = vec![vec!["--no-default-features".to_owned()]];
    for name in features.keys().filter(|name| *name != "default") {
        if seen.insert(turned_on(features, name)) {
            choices.push(vec![
                "--no-default-features".to_owned(),
                "--features".to_owned(),
                name.clone(),
            ]);
        }
    }
    if seen.insert(turned_on(features, "default")) {
        choices.push(Vec::new());
    }
    choices
}

/// The package's own features that `name` turns on, itself included, `default` not.
fn turned_on(features: &Features, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        let Some(implied) = features.get(name) else { continue };
        if name == "default" || found.insert(name.to_owned()) {
            open.extend(implied.iter().map(String::as_str));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(features: &[(&str, &[&str])], expected: &[&str]) {
        let features = features
            .iter()
            .map(|(name, implied)| {
                ((*name).to_owned(), implied.iter().map(|text| (*text).to_owned()).collect())
            })
            .collect();
        let choices: Vec<String> =
            choices(&features).iter().map(|choice| choice.join(" ")).collect();
        assert_eq!(choices, expected);
    }

    #[test]
    fn a_crate_without_features_is_checked_once() {
        check(&[], &["--no-default-features"]);
        check(&[("default", &[])], &["--no-default-features"]);
    }

    #[test]
    fn each_feature_alone_and_the_default() {
        check(
            &[
                ("default", &["server", "callbacks"]),
                ("server", &["dep:hyper"]),
                ("callbacks", &["dep:wechat-events"]),
            ],
            &[
                "--no-default-features",
                "--no-default-features --features callbacks",
                "--no-default-features --features server",
                "",
            ],
        );
    }

    #[test]
    fn a_default_of_one_feature_is_that_feature() {
        check(
            &[("default", &["reqwest"]), ("reqwest", &["dep:reqwest", "tokio/time"])],
            &["--no-default-features", "--no-default-features --features reqwest"],
        );
    }

    #[test]
    fn features_that_name_each_other_end() {
        check(
            &[("a", &["b"]), ("b", &["a"])],
            &["--no-default-features", "--no-default-features --features a"],
        );
    }
}
