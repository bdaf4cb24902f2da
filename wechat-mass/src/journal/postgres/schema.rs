//! The tables, and how an older database gets them.

use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::link::Link;
use super::rows::column;
use super::trouble::Fault;
use crate::client_msg_id::ContentDigest;
use crate::journal::{JournalError, JournalErrorKind};

/// Each brings a database from the version of its place to the next. Never changed, only added to.
const MIGRATIONS: &[&str] = &[
    // Leases are counted by this clock alone, and a test may put another one in its place.
    "CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
        'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
    CREATE TABLE campaign (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account text NOT NULL,
        name text NOT NULL,
        content text NOT NULL,
        frozen text NOT NULL,
        stopped bigint,
        UNIQUE (account, name)
    );
    CREATE TABLE call (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        campaign bigint NOT NULL REFERENCES campaign ON DELETE CASCADE,
        number bigint NOT NULL,
        key text NOT NULL,
        size bigint,
        recipients bytea,
        UNIQUE (campaign, number)
    );
    CREATE TABLE worker (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        campaign bigint NOT NULL REFERENCES campaign ON DELETE CASCADE,
        name text NOT NULL,
        joined bigint NOT NULL,
        seen bigint NOT NULL
    );
    CREATE INDEX worker_of_campaign ON worker (campaign);
    CREATE TABLE entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        campaign bigint NOT NULL REFERENCES campaign ON DELETE CASCADE,
        worker bigint REFERENCES worker ON DELETE CASCADE,
        fact text NOT NULL
    );
    CREATE INDEX entry_of_campaign ON entry (campaign, id);
    CREATE TABLE lease (
        campaign bigint NOT NULL REFERENCES campaign ON DELETE CASCADE,
        part text NOT NULL,
        worker bigint NOT NULL REFERENCES worker ON DELETE CASCADE,
        until bigint NOT NULL,
        PRIMARY KEY (campaign, part)
    );
    CREATE TABLE spent (
        account text NOT NULL,
        spend text NOT NULL,
        at bigint NOT NULL
    );
    CREATE INDEX spent_of_account ON spent (account, at);
    CREATE TABLE job (
        account text NOT NULL,
        msg_id text NOT NULL,
        campaign bigint NOT NULL REFERENCES campaign,
        call bigint NOT NULL,
        PRIMARY KEY (account, msg_id)
    );
    CREATE TABLE report (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account text NOT NULL,
        at bigint NOT NULL,
        report text NOT NULL
    );
    CREATE INDEX report_of_account ON report (account, id);",
    // A list is hardly shorter compressed, and each call would wait for that.
    "ALTER TABLE call ALTER COLUMN recipients SET STORAGE EXTERNAL;",
];

/// Brings a database to the newest version, in one transaction; programs that come at the same time wait
/// for the first.
pub(super) async fn migrate(link: &Link) -> Result<(), JournalError> {
    link.begin().await?;
    // Without a lock first: a user who may not make tables can use those that are there.
    let mut done = version(link).await;
    if matches!(done, Ok(version) if version < MIGRATIONS.len()) {
        done = bring_up(link).await;
    }
    link.end(done).await?;
    Ok(())
}

async fn bring_up(link: &Link) -> Result<usize, JournalError> {
    let schema = link.address().schema.clone();
    lock(link, &["migration", &schema]).await?;
    let version = version(link).await?;
    if version == 0 {
        let found = link
            .query("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[(&schema, Type::TEXT)])
            .await?;
        if found.is_empty() {
            link.batch(&format!("CREATE SCHEMA \"{schema}\"")).await?;
        }
        link.batch("CREATE TABLE migration (number bigint PRIMARY KEY, digest text NOT NULL)")
            .await?;
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS).skip(version) {
        link.batch(sql).await?;
        link.query(
            "INSERT INTO migration (number, digest) VALUES ($1, $2)",
            &[(&number, Type::INT8), (&digest(sql), Type::TEXT)],
        )
        .await?;
    }
    Ok(MIGRATIONS.len())
}

/// How many migrations a database has had, each of them checked to be this program's.
async fn version(link: &Link) -> Result<usize, JournalError> {
    let schema = link.address().schema.clone();
    let names = link
        .query(
            "SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f')",
            &[(&schema, Type::TEXT)],
        )
        .await?;
    if names.is_empty() {
        return Ok(0);
    }
    let names: Result<Vec<String>, _> = names.iter().map(|row| column(row, 0)).collect();
    if !names?.iter().any(|name| name == "migration") {
        return Err(foreign(link));
    }
    let rows = link.try_query("SELECT number, digest FROM migration ORDER BY number", &[]).await;
    let rows = match rows {
        Err(fault) if is_of_another_shape(&fault) => return Err(foreign(link)),
        rows => rows.map_err(|fault| fault.of_statement(&link.address().place))?,
    };
    if rows.len() > MIGRATIONS.len() {
        return Err(JournalError::new(format!(
            "{}: the journal in the schema {schema} has version {}, this program knows up to {}: use \
             the newer program",
            link.address().place,
            rows.len(),
            MIGRATIONS.len()
        ))
        .with_kind(JournalErrorKind::Newer));
    }
    for (row, (number, sql)) in rows.iter().zip((1_i64..).zip(MIGRATIONS)) {
        let (Ok(had), Ok(text)) = (column::<i64>(row, 0), column::<String>(row, 1)) else {
            return Err(foreign(link));
        };
        if had != number || text != digest(sql) {
            return Err(foreign(link));
        }
    }
    if rows.is_empty() { Err(foreign(link)) } else { Ok(rows.len()) }
}

fn is_of_another_shape(fault: &Fault) -> bool {
    fault.is(&SqlState::UNDEFINED_COLUMN) || fault.is(&SqlState::UNDEFINED_TABLE)
}

fn digest(sql: &str) -> String {
    ContentDigest::of([sql.as_bytes()]).to_string()
}

fn foreign(link: &Link) -> JournalError {
    let address = link.address();
    JournalError::new(format!(
        "{}: the tables of the schema {} are those of no journal of campaigns, or were changed: name \
         another schema",
        address.place, address.schema
    ))
}

/// Waits for a lock that ends with the transaction.
pub(super) async fn lock(link: &Link, words: &[&str]) -> Result<(), JournalError> {
    let key = key(words);
    link.query("SELECT pg_advisory_xact_lock($1)", &[(&key, Type::INT8)]).await?;
    Ok(())
}

/// A lock's number. All journals of a database share its locks, and other programs too: so it is a hash.
pub(super) fn key(words: &[&str]) -> i64 {
    let parts = ["wechat-mass"].iter().chain(words).map(|word| word.as_bytes());
    let digest = ContentDigest::of(parts);
    digest.as_bytes().iter().take(8).fold(0, |key, byte| key << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_migration_is_never_changed() {
        let digests: Vec<String> = MIGRATIONS.iter().map(|sql| digest(sql)).collect();
        insta::assert_debug_snapshot!(digests);
    }

    #[test]
    fn each_lock_has_a_number_of_its_own() {
        let words = [["campaign", "a", "bc"], ["campaign", "ab", "c"], ["account", "a", "bc"]];
        let mut keys: Vec<i64> = words.iter().map(|words| key(words)).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), words.len());
    }
}
