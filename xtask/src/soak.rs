//! Two HTTP clients that have nothing in common drive one mock at the same time, with faults on.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::peers::mock::{self, Mock};
use crate::peers::{self, install};
use crate::run;
use crate::workspace::Workspace;

/// Without `--seconds`: what CI has time for.
pub(crate) const SECONDS: &str = "5";

const CLIENTS: [(&str, &str); 2] = [("python3", "drive.py"), ("node", "drive.js")];

/// No deadlock, no lost state, a clean stop.
pub(crate) fn soak(workspace: &Workspace, seconds: &str) -> Result<(), String> {
    seconds.parse::<u32>().map_err(|_| format!("--seconds is a number, not `{seconds}`"))?;
    install::check_programs()?;
    let program = peers::build(workspace, "wechat-mock")?;
    let folder = workspace.target().join("peers");
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    let mock = Mock::start(
        &program,
        &folder.join("soak.log"),
        &["--clock", "real", "--followers", mock::FOLLOWERS],
    )?;
    let root = workspace.root();
    run::run(script("python3", "mock.py", &mock, root).arg("prepare"))?;
    println!("{seconds} s of sends");
    let mut running = Vec::new();
    let mut told = Vec::new();
    for (interpreter, name) in CLIENTS {
        let path = folder.join(format!("soak-{interpreter}.json"));
        let file = File::create(&path)
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        let mut command = script(interpreter, name, &mock, root);
        command.env("SOAK_SECONDS", seconds).stdout(file).stderr(Stdio::inherit());
        let child = command.spawn().map_err(|error| format!("{interpreter}: {error}"))?;
        running.push((interpreter, child));
        told.push(path);
    }
    for (interpreter, mut child) in running {
        let status = child.wait().map_err(|error| format!("{interpreter}: {error}"))?;
        if !status.success() {
            return Err(format!("the client in {interpreter} failed: {status}"));
        }
    }
    run::run(script("python3", "mock.py", &mock, root).arg("check").args(&told))?;
    mock.stop()
}

fn script(interpreter: &str, name: &str, mock: &Mock, root: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command
        .arg(format!("peers/soak/{name}"))
        .current_dir(root)
        .env("WECHAT_BASE_URL", &mock.base_url)
        .env("WECHAT_APP_ID", mock::APP_ID)
        .env("WECHAT_APP_SECRET", mock::APP_SECRET)
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
