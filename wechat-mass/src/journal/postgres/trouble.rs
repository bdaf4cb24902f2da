//! What a PostgreSQL server refuses, and a connection that is lost, in words.

use std::error::Error as StdError;

use tokio_postgres::Error;
use tokio_postgres::error::{Severity, SqlState};

use crate::journal::{JournalError, JournalErrorKind};

/// Why a statement has no result.
#[derive(Debug)]
pub(super) enum Fault {
    Postgres(Error),
    /// The server has not answered in time.
    Silent,
    /// The connection ended before, and why.
    Lost(String),
}

impl Fault {
    pub(super) fn is(&self, state: &SqlState) -> bool {
        matches!(self, Self::Postgres(error) if error.code() == Some(state))
    }

    /// The server says itself that it did not do it, and goes on.
    fn is_refusal(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        error.as_db_error().and_then(|error| error.parsed_severity()) == Some(Severity::Error)
    }

    /// Nothing is wrong but that the server cannot be had now.
    fn kind(&self) -> JournalErrorKind {
        let passing = [
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::QUERY_CANCELED,
            SqlState::LOCK_NOT_AVAILABLE,
        ];
        let (code, Self::Postgres(error)) = (self.code(), self) else {
            return JournalErrorKind::Unreachable;
        };
        let is_passing = match (code, error.as_db_error()) {
            (Some(code), Some(db)) => {
                passing.contains(code)
                    // It ends the connection: the server ends, or this program stood still in a transaction.
                    || (["57P", "25P"].iter().any(|class| code.code().starts_with(class))
                        && db.parsed_severity() == Some(Severity::Fatal))
            }
            // What TLS says against a server does not pass by itself.
            _ => !is_refused_by_tls(error),
        };
        if is_passing { JournalErrorKind::Unreachable } else { JournalErrorKind::Unusable }
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Postgres(error) => error.code(),
            _ => None,
        }
    }

    /// What happened, as the server or the system says it. Rows and parameters are not shown.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Postgres(error) => match error.as_db_error() {
                Some(error) => format!("{}, SQLSTATE {}", error.message(), error.code().code()),
                None => chain(error),
            },
            Self::Silent => "no answer".to_owned(),
            Self::Lost(why) => why.clone(),
        }
    }

    /// A statement failed: what it was to do was not done.
    pub(super) fn of_statement(&self, place: &str) -> JournalError {
        let advice = match self.code() {
            Some(code) if *code == SqlState::DISK_FULL => {
                "its disk is full: make room, then run the same command again"
            }
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
                "its user may not do that: give him the rights on the journal's schema"
            }
            Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
                "it takes no writes: name the primary server"
            }
            Some(code)
                if *code == SqlState::QUERY_CANCELED || *code == SqlState::LOCK_NOT_AVAILABLE =>
            {
                "it was busy for longer than ten seconds: look what it does"
            }
            Some(code)
                if [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_COLUMN].contains(code)
                    || *code == SqlState::UNDEFINED_FUNCTION =>
            {
                "its tables are not as a journal's: restore them from a backup"
            }
            Some(_) if self.is_refusal() => "it gave up",
            _ => "the connection is lost: run the same command again when the server is there",
        };
        JournalError::new(format!(
            "{place}: {advice}. What cannot be recorded is not sent ({})",
            self.said()
        ))
        .with_kind(self.kind())
    }

    /// The end of a transaction failed.
    pub(super) fn of_commit(&self, place: &str) -> JournalError {
        if self.is_refusal() {
            return self.of_statement(place);
        }
        JournalError::new(format!(
            "{place}: the connection was lost while a fact was recorded, and nobody knows whether it was. \
             Nothing further is sent; run the same command again, it goes on by what is recorded ({})",
            self.said()
        ))
        .with_kind(JournalErrorKind::Unreachable)
    }

    /// No connection could be had.
    pub(super) fn of_connecting(&self, place: &str) -> JournalError {
        let advice = match self.code() {
            Some(code) if *code == SqlState::INVALID_PASSWORD => "wrong user or password",
            Some(code) if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                "the user may not connect from here this way: look into pg_hba.conf"
            }
            Some(code) if *code == SqlState::INVALID_CATALOG_NAME => "there is no such database",
            Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => {
                "it has no connection left: raise max_connections, or end other programs"
            }
            Some(code) if *code == SqlState::CANNOT_CONNECT_NOW => "it is starting or ending",
            _ => "it cannot be reached",
        };
        JournalError::new(format!("{place}: {advice} ({})", self.said())).with_kind(self.kind())
    }
}

fn is_refused_by_tls(error: &dyn StdError) -> bool {
    let io = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    io.and_then(std::io::Error::get_ref).is_some_and(|inner| inner.is::<rustls::Error>())
}

/// An error with its causes.
pub(super) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
