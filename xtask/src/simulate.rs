//! Runs the simulator of wechat-mass: an example there, because it links what this must not.

use crate::run;
use crate::workspace::Workspace;

/// Plays seeds with the optimized simulator: for thousands of them.
pub(crate) fn simulate(workspace: &Workspace, options: &[&str]) -> Result<(), String> {
    run::run(&mut run::cargo(workspace.root(), &arguments(&["--release"], options)))
}

/// Plays seeds with the simulator as tests are built: slower, but nothing else is to be compiled.
pub(crate) fn as_built(workspace: &Workspace, options: &[&str]) -> Result<(), String> {
    // All features, as the tests before it.
    run::run(&mut run::cargo(workspace.root(), &arguments(&["--all-features"], options)))
}

fn arguments<'a>(how: &[&'a str], options: &[&'a str]) -> Vec<&'a str> {
    let head = ["run", "--quiet", "-p", "wechat-mass", "--example", "simulate"];
    [&head[..], how, &["--"], options].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_go_to_the_simulator() {
        let line = arguments(&["--release"], &["--seeds", "9"]).join(" ");
        let expected = "run --quiet -p wechat-mass --example simulate --release -- --seeds 9";
        assert_eq!(line, expected);
    }
}
