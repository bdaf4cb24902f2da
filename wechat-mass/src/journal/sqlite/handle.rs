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
    /// What was set last.
    flush: Flush,
}

impl Handle {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, flush: Flush::Now }
    }

    pub(super) fn read(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Deferred)
    }

    pub(super) fn write(&mut self, flush: Flush) -> rusqlite::Result<Transaction<'_>> {
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
    use super::*;

    #[test]
    fn each_transaction_is_flushed_as_it_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let connection = super::super::connect(&folder.path().join("j.db"), super::super::PATIENCE);
        let mut handle = Handle::new(connection.unwrap());
        for flush in [Flush::Now, Flush::WithTheNext, Flush::WithTheNext, Flush::Now] {
            let transaction = handle.write(flush).unwrap();
            let level: i64 =
                transaction.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
            // https://sqlite.org/pragma.html#pragma_synchronous
            assert_eq!(level, if flush == Flush::Now { 2 } else { 1 });
        }
    }
}
