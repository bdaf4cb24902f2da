//! Lets a validator that nobody here wrote judge the mock's OpenAPI document.

use std::process::{Command, Stdio};

use crate::peers;
use crate::peers::install::{self, Peer};
use crate::run;
use crate::workspace::Workspace;

const VALIDATOR: Peer = Peer {
    folder: "openapi",
    interpreter: "node",
    arguments: &[],
    script: "validate.js",
    variable: "NODE_PATH",
    modules: "node_modules",
    pins: &["package.json", "package-lock.json"],
    installer: &["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
};

pub(crate) fn openapi(workspace: &Workspace) -> Result<(), String> {
    install::check_programs()?;
    let folder = workspace.target().join("peers");
    install::install(&VALIDATOR, workspace.root(), &folder)?;
    let program = peers::build(workspace, "wechat-mock")?;
    let document = run::output(Command::new(program).arg("--openapi").stderr(Stdio::inherit()))?;
    let file = folder.join("openapi.json");
    std::fs::write(&file, &document)
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    let input = std::fs::File::open(&file)
        .map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let mut validator = Command::new(VALIDATOR.interpreter);
    validator
        .arg(format!("peers/{}/{}", VALIDATOR.folder, VALIDATOR.script))
        .current_dir(workspace.root())
        .env(VALIDATOR.variable, install::modules(&VALIDATOR, &folder))
        .stdin(input)
        .stderr(Stdio::inherit());
    println!("{}", run::output(&mut validator)?.trim_end());
    Ok(())
}
