//! Statements that a connection runs again and again: read and planned by the server once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Statement;
use tokio_postgres::types::Type;

use super::link::Value;

/// What a connection has run. Making a statement ready takes a way to the server of its own, so one that is run once
/// is not made ready.
#[derive(Default)]
pub(super) struct Statements(Mutex<HashMap<&'static str, Known>>);

enum Known {
    Ran { types: Vec<Type>, again: bool },
    Ready(Statement),
}

impl Statements {
    fn known(&self) -> MutexGuard<'_, HashMap<&'static str, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The statement, if it is ready.
    pub(super) fn take_note(&self, sql: &'static str, values: &[Value<'_>]) -> Option<Statement> {
        let mut known = self.known();
        match known.get_mut(sql) {
            Some(Known::Ready(statement)) => return Some(statement.clone()),
            Some(Known::Ran { again, .. }) => *again = true,
            None => {
                let types = values.iter().map(|(_, kind)| kind.clone()).collect();
                known.insert(sql, Known::Ran { types, again: false });
            }
        }
        None
    }

    /// A statement that was run more than once and is not ready, with the types of its values.
    pub(super) fn next_to_prepare(&self) -> Option<(&'static str, Vec<Type>)> {
        self.known().iter().find_map(|(sql, known)| match known {
            Known::Ran { types, again: true } => Some((*sql, types.clone())),
            _ => None,
        })
    }

    pub(super) fn is_ready(&self, sql: &'static str, statement: Statement) {
        self.known().insert(sql, Known::Ready(statement));
    }
}
