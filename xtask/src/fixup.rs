//! Repairs what can be repaired without a decision.

use crate::workspace::Workspace;
use crate::{fuzz, run, tidy};

pub(crate) fn fixup(workspace: &Workspace) -> Result<(), String> {
    let root = workspace.root();
    let lint = [
        "clippy",
        "--fix",
        "--allow-dirty",
        "--allow-staged",
        "--workspace",
        "--all-targets",
        "--all-features",
    ];
    run::run(&mut run::cargo(root, &lint))?;
    // Last, because what clippy writes is not formatted.
    run::run(&mut run::cargo(root, &["fmt", "--all"]))?;
    run::run(&mut run::cargo(root, &["fmt", "--manifest-path", fuzz::MANIFEST]))?;
    for path in tidy::repair(workspace)? {
        println!("repaired {path}");
    }
    Ok(())
}
