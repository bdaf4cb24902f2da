//! A few connections for those who hold no campaign.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::address::PostgresAddress;
use super::link::Link;
use crate::journal::JournalError;

/// Connections of one store at the same time, besides one for each campaign that it holds.
const SEATS: usize = 4;

#[derive(Debug)]
pub(super) struct Pool {
    pub(super) address: Arc<PostgresAddress>,
    idle: Mutex<Vec<Link>>,
    seats: Semaphore,
}

/// A connection, closed when it is dropped.
pub(super) struct Seat<'p> {
    link: Link,
    pool: &'p Pool,
    _permit: SemaphorePermit<'p>,
}

impl Pool {
    pub(super) fn new(address: PostgresAddress) -> Self {
        let seats = Semaphore::new(SEATS);
        Self { address: Arc::new(address), idle: Mutex::default(), seats }
    }

    /// A connection that is not in use, or a new one.
    pub(super) async fn take(&self) -> Result<Seat<'_>, JournalError> {
        let permit = self.seats.acquire().await;
        let _permit = permit.map_err(|error| {
            JournalError::new("the journal's connections are closed").with_source(error)
        })?;
        while let Some(link) = self.pop() {
            // The server may have been started anew since.
            if link.is_alive().await {
                return Ok(Seat { link, pool: self, _permit });
            }
        }
        Ok(Seat { link: Link::connect(&self.address).await?, pool: self, _permit })
    }

    fn pop(&self) -> Option<Link> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

impl Seat<'_> {
    /// Leaves the connection to others, unless something is half done on it.
    pub(super) fn give_back(self) {
        if self.link.is_reusable() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.link);
        }
    }
}

impl Deref for Seat<'_> {
    type Target = Link;

    fn deref(&self) -> &Link {
        &self.link
    }
}
