//! A PostgreSQL server of Debian's packages, with a port and a data folder of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::free_port;
use super::redis::{PASSWORD, certify};
use crate::peers::server::Server;
use crate::run;

/// Where Debian and Ubuntu keep the server's programs: not in the PATH, a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of `initdb` and `postgres`, of the newest version there is.
pub(super) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()))
        .collect();
    found.sort();
    if let Some((_, folder)) = found.pop() {
        return Some(folder);
    }
    let in_path = |name| run::output(Command::new(name).arg("--version")).is_ok();
    ["initdb", "postgres"].into_iter().all(in_path).then(PathBuf::new)
}

/// A server with a password, reached in the clear and by TLS.
pub(crate) struct Postgres {
    server: Option<Server>,
    programs: PathBuf,
    port: u16,
    home: Home,
}

impl Postgres {
    pub(super) fn start(programs: &Path) -> Result<Self, String> {
        let home = Home::make()?;
        let (key, roots) = (home.path.join("key.pem"), home.roots());
        certify(&home.path, &key, &roots)?;
        let password = home.path.join("password");
        fs::write(&password, PASSWORD).map_err(|e| failed(&password, &e))?;
        for file in [&key, &roots, &password] {
            home.give(file)?;
        }
        let data = home.path.join("data");
        let mut initdb = home.command(&programs.join("initdb"));
        initdb
            .args(["--username", USER, "--auth", "scram-sha-256", "--encoding", "UTF8"])
            .args(["--locale", "C", "--no-sync", "--pwfile"])
            .arg(&password)
            .arg("--pgdata")
            .arg(&data);
        run::output(&mut initdb)?;
        let mut postgres =
            Self { server: None, programs: programs.to_owned(), port: free_port()?, home };
        postgres.run()?;
        Ok(postgres)
    }

    fn run(&mut self) -> Result<(), String> {
        let Self { home, port, programs, .. } = self;
        let (key, roots) = (home.path.join("key.pem"), home.roots());
        // It says where it is on its standard error.
        let mut command = home.command(Path::new("sh"));
        command
            .args(["-c", "exec \"$0\" \"$@\" 2>&1"])
            .arg(programs.join("postgres"))
            .arg("-D")
            .arg(home.path.join("data"))
            .args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", "", "-F"])
            .args(["-c", "ssl=on", "-c", &format!("ssl_key_file={}", key.display())])
            .args(["-c", &format!("ssl_cert_file={}", roots.display())]);
        println!("$ postgres -p {port}");
        let ready = "database system is ready to accept connections";
        self.server = Some(Server::start(&mut command, ready, &home.path.join("log"))?);
        Ok(())
    }

    /// Ends it in the middle of whatever it is asked, and begins it again so much later.
    pub(crate) fn be_away(&mut self, span: Duration) -> Result<(), String> {
        if let Some(server) = self.server.take() {
            server.interrupt()?;
        }
        run::rest(span);
        self.run()
    }

    /// Where the tests find it.
    pub(super) fn tell(&self, command: &mut Command) {
        command
            .env("WECHAT_TEST_POSTGRES", self.url("disable"))
            .env("WECHAT_TEST_POSTGRES_TLS", self.url("require"))
            .env("WECHAT_TEST_POSTGRES_ROOTS", self.home.roots());
    }

    /// Its address, with or without TLS.
    pub(crate) fn url(&self, mode: &str) -> String {
        let port = self.port;
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres?sslmode={mode}")
    }

    pub(super) fn stop(mut self) -> Result<(), String> {
        self.server.take().map_or(Ok(()), Server::interrupt)
    }
}

/// May do everything: it is a server for tests.
const USER: &str = "wechat";

/// The server's folder, which vanishes with it. PostgreSQL does not run as root, so another user owns it
/// then; and that one must be able to get there, which a home folder does not allow.
struct Home {
    path: PathBuf,
    owner: Option<(u32, u32)>,
}

impl Home {
    fn make() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("wechat-services-{}", std::process::id()));
        fs::create_dir(&path).map_err(|error| failed(&path, &error))?;
        let home = Self { path, owner: owner()? };
        home.give(&home.path)?;
        Ok(home)
    }

    fn roots(&self) -> PathBuf {
        self.path.join("certificate.pem")
    }

    #[cfg(unix)]
    fn give(&self, path: &Path) -> Result<(), String> {
        let Some((user, group)) = self.owner else { return Ok(()) };
        std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(|e| failed(path, &e))
    }

    #[cfg(not(unix))]
    fn give(&self, _: &Path) -> Result<(), String> {
        Ok(())
    }

    /// A program run by the owner, that says in English what it does.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).env("LC_ALL", "C");
        #[cfg(unix)]
        if let Some((user, group)) = self.owner {
            use std::os::unix::process::CommandExt as _;
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Who runs the server instead of root: the packages' own user, else nobody.
fn owner() -> Result<Option<(u32, u32)>, String> {
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    let name = if id(&["-u", "postgres"]).is_ok() { "postgres" } else { "nobody" };
    Ok(Some((id(&["-u", name])?, id(&["-g", name])?)))
}

fn id(arguments: &[&str]) -> Result<u32, String> {
    let said = run::output(Command::new("id").args(arguments))?;
    said.trim().parse().map_err(|_| format!("`id` said {said:?}"))
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be made: {error}", path.display())
}
