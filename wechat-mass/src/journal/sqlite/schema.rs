//! The tables, and how an older database gets them.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// `WXMJ`, so that `file` and SQLite's own tools tell what it is.
const APPLICATION: i32 = 0x5758_4d4a;

/// Each brings a database from the version of its place to the next. Never changed, only added to.
const MIGRATIONS: &[&str] = &[
    "CREATE TABLE campaign (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        name TEXT NOT NULL,
        frozen TEXT NOT NULL,
        UNIQUE (account, name)
    ) STRICT;
    CREATE TABLE call (
        campaign INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE,
        number INTEGER NOT NULL,
        key TEXT NOT NULL,
        recipients BLOB,
        UNIQUE (campaign, number)
    ) STRICT;
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        campaign INTEGER NOT NULL REFERENCES campaign ON DELETE CASCADE,
        fact TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entry_of_campaign ON entry (campaign, id);
    CREATE TABLE spent (
        account TEXT NOT NULL,
        spend TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX spent_of_account ON spent (account, at);
    CREATE TABLE job (
        account TEXT NOT NULL,
        msg_id TEXT NOT NULL,
        campaign INTEGER NOT NULL REFERENCES campaign,
        call INTEGER NOT NULL,
        PRIMARY KEY (account, msg_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE report (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        at INTEGER NOT NULL,
        report TEXT NOT NULL
    ) STRICT;
    CREATE INDEX report_of_account ON report (account, id);",
    // When it was stopped, until somebody says go on: each claim asks for it.
    "ALTER TABLE campaign ADD COLUMN stopped INTEGER;",
];

/// The newest version, which this program writes.
pub(super) const NEWEST: usize = MIGRATIONS.len();

/// Why a database cannot be used as it is.
#[derive(Debug)]
pub(super) enum Unusable {
    /// A newer program wrote it.
    Newer(usize),
    /// It is somebody else's.
    Foreign,
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

/// Brings a database to the newest version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Unusable> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&transaction)?;
    if version > NEWEST {
        return Err(Unusable::Newer(version));
    }
    for migration in MIGRATIONS.get(version..).unwrap_or_default() {
        transaction.execute_batch(migration)?;
    }
    if version < NEWEST {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(
            None,
            "user_version",
            i32::try_from(NEWEST).unwrap_or(i32::MAX),
        )?;
    }
    transaction.commit()?;
    Ok(())
}

fn version(transaction: &Transaction<'_>) -> Result<usize, Unusable> {
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_empty = application == 0 && version == 0 && tables == 0;
    if application != APPLICATION && !is_empty {
        return Err(Unusable::Foreign);
    }
    usize::try_from(version).map_err(|_| Unusable::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_older_version_becomes_the_newest() {
        let shape = |connection: &Connection| -> Vec<String> {
            let mut all = connection
                .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
                .unwrap();
            all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let mut fresh = Connection::open_in_memory().unwrap();
        migrate(&mut fresh).unwrap();
        for version in 1..=NEWEST {
            let mut old = Connection::open_in_memory().unwrap();
            MIGRATIONS[..version].iter().for_each(|sql| old.execute_batch(sql).unwrap());
            old.pragma_update(None, "application_id", APPLICATION).unwrap();
            old.pragma_update(None, "user_version", version as i32).unwrap();
            migrate(&mut old).unwrap();
            assert_eq!(shape(&old), shape(&fresh), "from version {version}");
        }
    }
}
