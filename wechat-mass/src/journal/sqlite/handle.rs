//! A connection that is told of each transaction when it has to be on the disk.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// When a transaction has to be on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flush {
    /// With the next one that is flushed, whoever writes it: in WAL mode that takes all before it along.
    WithTheNext,
    /// When its commit returns.
    Now,
}

impl Flush {
    pub(super) const fn as_level(self) -> &'static str {
        match self {
            Self::WithTheNext => "NORMAL",
            Self::Now => "FULL",
        }
    }
}

/// A connection as it was set up: its commits are flushed.
#[derive(Debug)]
pub(super) struct Handle {
    connection: Connection,
    /// Its log takes the transactions in their order. Some network drives have none: there each is flushed.
    has_log: bool,
    /// What was set last.
    flush: Flush,
}

impl Handle {
    pub(super) fn new(connection: Connection) -> rusqlite::Result<Self> {
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok(Self { has_log: mode == "wal", connection, flush: Flush::Now })
    }

    pub(super) fn has_log(&self) -> bool {
        self.has_log
    }

    pub(super) fn read(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Deferred)
    }

    pub(super) fn write(&mut self, flush: Flush) -> rusqlite::Result<Transaction<'_>> {
        let flush = if self.has_log { flush } else { Flush::Now };
        if self.flush != flush {
            self.connection.pragma_update(None, "synchronous", flush.as_level())?;
            self.flush = flush;
        }
        // At once, for a read that becomes a write may find the database changed.
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{PATIENCE, connect};
    use super::*;

    /// https://sqlite.org/pragma.html#pragma_synchronous
    const NORMAL: i64 = 1;
    const FULL: i64 = 2;

    fn levels(path: &Path) -> Vec<i64> {
        let mut handle = Handle::new(connect(path, PATIENCE).unwrap()).unwrap();
        let level = |flush| {
            let transaction = handle.write(flush).unwrap();
            transaction.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap()
        };
        [Flush::Now, Flush::WithTheNext, Flush::WithTheNext, Flush::Now].map(level).into()
    }

    #[test]
    fn each_transaction_is_flushed_as_it_was_said() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(levels(&folder.path().join("j.db")), [FULL, NORMAL, NORMAL, FULL]);
    }

    #[cfg(unix)]
    #[test]
    fn without_a_log_each_transaction_is_flushed() {
        let folder = tempfile::tempdir().unwrap();
        // It has no shared memory, and so no log.
        let path = format!("file:{}?vfs=unix-none", folder.path().join("j.db").display());
        assert_eq!(levels(Path::new(&path)), [FULL; 4]);
    }
}
