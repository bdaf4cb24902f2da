//! Starts the servers that teams share state in, and runs the tests that need them.
//!
//! Each has a port, a password and a folder of its own, and is ended by its own id: a server that runs on the
//! machine already is not touched.

mod postgres;
mod redis;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use crate::ci::Outcome;
use crate::run;
use crate::workspace::Workspace;

pub(crate) use self::postgres::Postgres;
use self::redis::Redis;

/// The package of the PostgreSQL server in Debian and Ubuntu.
const POSTGRESQL: &str = "postgresql";

/// Parts of the tests' names.
const TESTS: &[&str] =
    &["shared_tokens::redis", "axum::redis", "postgres_", "shared_redis", "shared_postgres"];

/// What the step `test` has built already: with other features most of it would be built again.
const BUILT: &[&str] = &["--workspace", "--all-features"];

/// The example of wechat-http that is one of several processes.
const TEAM: &str = "token_team";

/// Runs the tests against servers that this starts.
pub(crate) fn services(workspace: &Workspace) -> Result<Outcome, String> {
    let missing =
        |(name, probe, _): &(&str, &str, &str)| run::output(Command::new(name).arg(probe)).is_err();
    let (Some(programs), false) = (postgres::programs(), redis::PROGRAMS.iter().any(missing))
    else {
        println!("{}", advice());
        return Ok(Outcome::Skipped("redis-server, openssl or postgresql is not installed"));
    };
    let started = Programs::build(workspace)?;
    let redis = Redis::start(&workspace.target().join("services").join("redis"))?;
    let postgres = Postgres::start(&programs)?;
    let tested = test(workspace, &redis, &postgres, &started);
    // Also when a test failed: a server that is killed leaves things behind.
    redis.stop().and(postgres.stop()).and(tested)?;
    Ok(Outcome::Passed)
}

/// A PostgreSQL server can be started.
pub(crate) fn has_postgres() -> bool {
    postgres::programs().is_some()
}

/// Does something with a PostgreSQL server.
pub(crate) fn with_postgres(
    work: impl FnOnce(&mut Postgres) -> Result<(), String>,
) -> Result<(), String> {
    let mut postgres = Postgres::start(&postgres::programs().ok_or_else(advice)?)?;
    let done = work(&mut postgres);
    postgres.stop().and(done)
}

fn test(
    workspace: &Workspace,
    redis: &Redis,
    postgres: &Postgres,
    programs: &Programs,
) -> Result<(), String> {
    let mut cargo = run::cargo(workspace.root(), &["test"]);
    cargo.args(BUILT).args(["--test", "it", "--"]).args(TESTS);
    redis.tell(&mut cargo);
    postgres.tell(&mut cargo);
    programs.tell(&mut cargo);
    run::run(&mut cargo)
}

/// What tests start that need more than one process.
struct Programs {
    mock: PathBuf,
    team: PathBuf,
}

impl Programs {
    fn build(workspace: &Workspace) -> Result<Self, String> {
        let mut cargo = run::cargo(workspace.root(), &["build"]);
        cargo.args(BUILT).args(["--bin", "wechat-mock", "--example", TEAM]);
        run::run(&mut cargo)?;
        let folder = workspace.target().join("debug");
        let program = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        Ok(Self { mock: program("wechat-mock"), team: program(&format!("examples/{TEAM}")) })
    }

    /// Where the tests find them.
    fn tell(&self, command: &mut Command) {
        command.env("WECHAT_TEST_MOCK", &self.mock).env("WECHAT_TEST_TEAM", &self.team);
    }
}

fn advice() -> String {
    let packages = redis::PROGRAMS.iter().map(|(.., package)| *package).chain([POSTGRESQL]);
    let packages: Vec<&str> = packages.collect();
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
        let packages = "--no-install-recommends redis-server openssl postgresql";
        assert!(advice().ends_with(packages));
    }
}
