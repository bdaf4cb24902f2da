//! Starts the servers that teams share state in, and runs the tests that need them.
//!
//! Each has a port, a password and a folder of its own, and is ended by its own id: a server that runs on the
//! machine already is not touched.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ci::Outcome;
use crate::peers::server::Server;
use crate::run;
use crate::workspace::Workspace;

/// What has to be there, how one sees that it is, and its package in Debian and Ubuntu.
const PROGRAMS: &[(&str, &str, &str)] =
    &[("redis-server", "--version", "redis-server"), ("openssl", "version", "openssl")];

/// The name of the crate, its features, and what the tests' names begin with.
const TESTS: &[(&str, &str, &str)] = &[("wechat-http", "redis", "shared_tokens::redis")];

/// Runs the tests against servers that this starts.
pub(crate) fn services(workspace: &Workspace) -> Result<Outcome, String> {
    if PROGRAMS.iter().any(|(name, probe, _)| run::output(Command::new(name).arg(probe)).is_err()) {
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
    redis.server.stop()?;
    Ok(Outcome::Passed)
}

fn advice() -> String {
    let packages: Vec<&str> = PROGRAMS.iter().map(|(.., package)| *package).collect();
    format!(
        "The tests against real servers are left out. To run them, on Debian and Ubuntu:\n\
         apt-get install --no-install-recommends {}",
        packages.join(" ")
    )
}

/// A Redis server with a password, reached in the clear and by TLS.
struct Redis {
    server: Server,
    plain: u16,
    tls: u16,
    roots: PathBuf,
}

/// Nobody but the tests of this machine gets to see it.
const PASSWORD: &str = "only-for-tests";

impl Redis {
    fn start(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
        let (key, roots) = (folder.join("key.pem"), folder.join("certificate.pem"));
        certify(folder, &key, &roots)?;
        let (plain, tls) = (free_port()?, free_port()?);
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &plain.to_string()])
            .args(["--tls-port", &tls.to_string(), "--tls-auth-clients", "no"])
            .arg("--tls-cert-file")
            .arg(&roots)
            .arg("--tls-key-file")
            .arg(&key)
            .arg("--tls-ca-cert-file")
            .arg(&roots)
            .args(["--requirepass", PASSWORD, "--save", "", "--appendonly", "no", "--dir"])
            .arg(folder);
        println!("$ redis-server --port {plain} --tls-port {tls}");
        let server = Server::start(&mut command, "Ready to accept", &folder.join("log"))?;
        Ok(Self { server, plain, tls, roots })
    }

    /// Where the tests find it.
    fn tell(&self, command: &mut Command) {
        command
            .env("WECHAT_TEST_REDIS", format!("redis://:{PASSWORD}@127.0.0.1:{}", self.plain))
            .env("WECHAT_TEST_REDIS_TLS", format!("rediss://:{PASSWORD}@127.0.0.1:{}", self.tls))
            .env("WECHAT_TEST_REDIS_ROOTS", &self.roots);
    }
}

/// What `openssl req` is told: a server's certificate, and no authority's.
const REQUEST: &str = "[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = localhost
[extensions]
basicConstraints = critical,CA:FALSE
subjectAltName = IP:127.0.0.1,DNS:localhost
";

/// A certificate for this machine, signed by itself.
fn certify(folder: &Path, key: &Path, certificate: &Path) -> Result<(), String> {
    let request = folder.join("request.cnf");
    std::fs::write(&request, REQUEST)
        .map_err(|error| format!("{} cannot be written: {error}", request.display()))?;
    let mut openssl = Command::new("openssl");
    openssl
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-config"])
        .arg(&request)
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(certificate);
    run::output(&mut openssl).map(|_| ())
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
