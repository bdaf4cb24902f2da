//! A journal that ends with the process: for a mock's world, which ends with it too.

use async_trait::async_trait;

use super::{Entry, Journal, JournalError};

/// Keeps the entries in memory. Not for real followers: a killed process forgets what it sent.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    entries: Vec<Entry>,
}

impl MemoryJournal {
    /// Nothing recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is recorded.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        Ok(self.entries.clone())
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.entries.push(entry.clone());
        Ok(())
    }
}
