//! Where the record of what is sent lies: in a file here, or in a database that several machines share.

use std::fmt;
use std::path::{Path, PathBuf};

use wechat_http::{BaseUrl, describe};
use wechat_mass::journal::{PostgresAddress, PostgresStore, SqliteStore, Store};

use crate::state;
use crate::target::Target;
use crate::token_place::variable;

/// Where the record of what is sent to one server lies.
#[derive(Clone, Debug)]
pub(crate) struct JournalPlace {
    /// Of what belongs to this machine: a file's record, lists that were fetched, the log of actions.
    pub(crate) folder: PathBuf,
    /// The database that several machines share, instead of a file.
    shared: Option<PostgresAddress>,
}

/// What the command line says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) journal: Option<&'a str>,
    pub(crate) state: Option<&'a Path>,
    /// The state lies beside this file, unless it is said.
    pub(crate) beside: &'a Path,
}

impl JournalPlace {
    /// The place of this server's record; the embedded mock has none.
    pub(crate) fn choose(asked: Asked<'_>, target: &Target) -> Result<Option<Self>, String> {
        let (Some(account), Some(server)) = (target.account(), target.state_name()) else {
            return Ok(None);
        };
        let environment = variable("WECHAT_JOURNAL");
        let said = asked.journal.or(environment.as_deref()).map(PostgresAddress::new);
        let address = said.transpose().map_err(|e| describe(&e))?.or(account.journal.clone());
        let mock = matches!(target, Target::Named { .. }).then_some(server.as_str());
        let shared = address.map(|address| apart(address, mock)).transpose()?;
        let folder = state::folder(asked.state, asked.beside).join(&server);
        Ok(Some(Self { folder, shared }))
    }

    /// The database that several machines share for one server, if there is any: the platform, or a mock.
    pub(crate) async fn shared(
        option: Option<&str>,
        configured: Option<PostgresAddress>,
        mock: Option<&BaseUrl>,
    ) -> Result<Option<Box<dyn Store>>, String> {
        let environment = variable("WECHAT_JOURNAL");
        let said = option.or(environment.as_deref()).map(PostgresAddress::new);
        let Some(address) = said.transpose().map_err(|e| describe(&e))?.or(configured) else {
            return Ok(None);
        };
        let server = mock.map(state::folder_of);
        let shared = Some(apart(address, server.as_deref())?);
        let place = Self { folder: PathBuf::new(), shared };
        place.open().await.map(Some)
    }

    /// Several machines may use it.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// There may be something. A database is asked.
    pub(crate) fn exists(&self) -> bool {
        self.shared.is_some() || self.file().is_file()
    }

    /// What to say where there is none: where it was looked for, and how to name another place.
    pub(crate) fn missing(&self) -> String {
        format!(
            "{self}: there is no record (没有发送记录). A campaign's record lies in .wechat-mass beside its file: name \
             that folder with --state, or the account's database with --journal"
        )
    }

    pub(crate) async fn open(&self) -> Result<Box<dyn Store>, String> {
        match &self.shared {
            Some(address) => match PostgresStore::connect_to(address.clone()).await {
                Ok(store) => Ok(Box::new(store)),
                Err(error) => Err(describe(&error)),
            },
            None => match SqliteStore::open(&self.file()) {
                Ok(store) => Ok(Box::new(store)),
                Err(error) => Err(describe(&error)),
            },
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(state::JOURNAL)
    }
}

/// What was sent to a mock is not sent to real followers: each server has its own tables.
fn apart(address: PostgresAddress, mock: Option<&str>) -> Result<PostgresAddress, String> {
    let Some(server) = mock else { return Ok(address) };
    let small = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = server.chars().map(small).collect();
    // The end has the port.
    let name = name.get(name.len().saturating_sub(34)..).unwrap_or_default();
    address.with_schema(&format!("mock__{name}")).map_err(|e| describe(&e))
}

impl fmt::Display for JournalPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shared {
            Some(address) => address.fmt(f),
            None => self.file().display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_tables_of_its_own() {
        let address = PostgresAddress::new("postgres://me:s3cret@db/shop").unwrap();
        let shown = |mock: Option<&str>| apart(address.clone(), mock).unwrap().to_string();
        assert_eq!(shown(None), "PostgreSQL at db:5432, database \"shop\", schema wechat_mass");
        assert_eq!(
            shown(Some("127.0.0.1_8787")),
            "PostgreSQL at db:5432, database \"shop\", schema mock__127_0_0_1_8787"
        );
        assert!(shown(Some("live")).ends_with("schema mock__live"), "a mock of that name");
        let long = format!("{}_8787", "a".repeat(80));
        assert!(shown(Some(&long)).ends_with("a_8787"));
    }
}
