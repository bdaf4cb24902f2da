//! A Redis server for the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::free_port;
use crate::peers::server::Server;
use crate::run;

/// What has to be there, how one sees that it is, and its package in Debian and Ubuntu.
pub(super) const PROGRAMS: &[(&str, &str, &str)] =
    &[("redis-server", "--version", "redis-server"), ("openssl", "version", "openssl")];

/// A Redis server with a password, reached in the clear and by TLS.
pub(super) struct Redis {
    server: Server,
    plain: u16,
    tls: u16,
    roots: PathBuf,
}

/// Nobody but the tests of this machine gets to see it.
pub(super) const PASSWORD: &str = "only-for-tests";

impl Redis {
    pub(super) fn start(folder: &Path) -> Result<Self, String> {
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
    pub(super) fn tell(&self, command: &mut Command) {
        command
            .env("WECHAT_TEST_REDIS", format!("redis://:{PASSWORD}@127.0.0.1:{}", self.plain))
            .env("WECHAT_TEST_REDIS_TLS", format!("rediss://:{PASSWORD}@127.0.0.1:{}", self.tls))
            .env("WECHAT_TEST_REDIS_ROOTS", &self.roots);
    }

    pub(super) fn stop(self) -> Result<(), String> {
        self.server.stop()
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
pub(super) fn certify(folder: &Path, key: &Path, certificate: &Path) -> Result<(), String> {
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
