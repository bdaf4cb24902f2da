//! Starts the servers that teams share state in, and runs the tests that need them.
//!
//! Each has a port, a password and a folder of its own, and is ended by its own id: a server that runs on the
//! machine already is not touched.

mod redis;

use std::net::TcpListener;
use std::process::Command;

use crate::ci::Outcome;
use crate::run;
use crate::workspace::Workspace;

use self::redis::Redis;

/// The name of the crate, its features, and what the tests' names begin with.
const TESTS: &[(&str, &str, &str)] = &[("wechat-http", "redis", "shared_tokens::redis")];

/// Runs the tests against servers that this starts.
pub(crate) fn services(workspace: &Workspace) -> Result<Outcome, String> {
    if redis::PROGRAMS
        .iter()
        .any(|(name, probe, _)| run::output(Command::new(name).arg(probe)).is_err())
    {
        println!("{}", advice());
        return Ok(Outcome::Skipped("redis-server or openssl is not installed"));
    }
    let folder = workspace.target().join("services");
    let redis = Redis::start(&folder.join("redis"))?;
    for (package, features, tests) in TESTS {
        let mut cargo = run::cargo(workspace.root(), &["test", "-p", package]);
        cargo.args(["--features", features, "--test", "it", tests]);
        redis.tell(&mut cargo);
        run::run(&mut cargo)?;
    }
    redis.stop()?;
    Ok(Outcome::Passed)
}

fn advice() -> String {
    let packages: Vec<&str> = redis::PROGRAMS.iter().map(|(.., package)| *package).collect();
    format!(
        "The tests against real servers are left out. To run them, on Debian and Ubuntu:\n\
         apt-get install --no-install-recommends {}",
        packages.join(" ")
    )
}

/// Free for the moment.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| format!("no free port: {e}"))?;
    listener.local_addr().map(|at| at.port()).map_err(|e| format!("no free port: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lacks_a_server_is_told_its_package() {
        assert!(advice().ends_with("apt-get install --no-install-recommends redis-server openssl"));
    }
}
