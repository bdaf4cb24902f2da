//! Bytes written once and read again: in memory while they are few, then in a file that has no name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::RecipientsError;

/// Where lists go that do not fit into memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scratch {
    folder: Option<PathBuf>,
    memory: usize,
}

impl Scratch {
    /// Bytes that are kept in memory before a file is begun: about 500,000 OpenIDs.
    pub const MEMORY: usize = 16 << 20;

    /// Everything stays in memory, whatever its size.
    pub const fn in_memory() -> Self {
        Self { folder: None, memory: Self::MEMORY }
    }

    /// What is too large for memory goes into files in this folder, about 80 bytes for each
    /// OpenID. They have no names and vanish with the process. The folder is made when it is needed.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), memory: Self::MEMORY }
    }

    /// The same with another number of bytes in memory. Sorting takes about four times as much.
    #[must_use]
    pub fn with_memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }

    /// So much is more than memory may hold, and there is a place for it.
    pub(super) fn is_exceeded_by(&self, bytes: usize) -> bool {
        self.folder.is_some() && bytes > self.memory
    }

    fn file(&self) -> Result<Option<File>, RecipientsError> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let failed = || {
            let shown = folder.display();
            RecipientsError::io(format!("{shown}: no file can be made here for a long list"))
        };
        fs::create_dir_all(folder).map_err(failed())?;
        for number in 1_u32.. {
            let path = folder.join(format!("list-{number}.tmp"));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => {
                    // Unix keeps a file without a name while it is open; elsewhere it stays behind.
                    let _ = fs::remove_file(&path);
                    return Ok(Some(file));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed()(error)),
            }
        }
        Ok(None)
    }
}

/// Bytes written in one go and read in parts.
#[derive(Debug)]
pub(super) struct Spool {
    scratch: Scratch,
    /// Everything, or what the file does not have yet.
    memory: Vec<u8>,
    file: Option<Mutex<File>>,
    written: u64,
}

/// Bytes that go into a file at once.
const WRITE: usize = 256 << 10;

impl Spool {
    pub(super) fn new(scratch: Scratch) -> Self {
        Self { scratch, memory: Vec::new(), file: None, written: 0 }
    }

    pub(super) fn len(&self) -> u64 {
        self.written + self.memory.len() as u64
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), RecipientsError> {
        self.memory.extend_from_slice(bytes);
        if self.file.is_some() && self.memory.len() >= WRITE {
            return self.flush();
        }
        if self.file.is_none() && self.scratch.is_exceeded_by(self.memory.len()) {
            self.file = self.scratch.file()?.map(Mutex::new);
            self.flush()?;
            self.memory = Vec::with_capacity(WRITE);
        }
        Ok(())
    }

    /// Nothing more is written.
    pub(super) fn finish(&mut self) -> Result<(), RecipientsError> {
        if self.file.is_some() {
            self.flush()?;
            self.memory = Vec::new();
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecipientsError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
        let done = file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(&self.memory));
        done.map_err(RecipientsError::io(
            "a long list cannot be put aside: make room on the disk of the state folder",
        ))?;
        self.written += self.memory.len() as u64;
        self.memory.clear();
        Ok(())
    }

    /// These bytes of what was finished.
    pub(super) fn read(&self, range: Range<u64>) -> Result<Vec<u8>, RecipientsError> {
        let failed = || {
            RecipientsError::io(
                "a list that was put aside cannot be read again: run the campaign again",
            )
        };
        let lost = || failed()(ErrorKind::UnexpectedEof.into());
        let size = |bytes: u64| usize::try_from(bytes).map_err(|_| lost());
        let Some(file) = &self.file else {
            let (start, end) = (size(range.start)?, size(range.end)?);
            return self.memory.get(start..end).map(<[u8]>::to_vec).ok_or_else(lost);
        };
        let mut bytes = vec![0; size(range.end.saturating_sub(range.start))?];
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let done: io::Result<()> =
            file.seek(SeekFrom::Start(range.start)).and_then(|_| file.read_exact(&mut bytes));
        done.map_err(failed())?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..40), memory in 0_usize..600) {
            let folder = tempfile::tempdir().unwrap();
            let place = folder.path().join("new");
            let mut spool = Spool::new(Scratch::folder(&place).with_memory(memory));
            for part in &parts {
                spool.append(part).unwrap();
            }
            spool.finish().unwrap();
            let all = parts.concat();
            prop_assert_eq!(spool.len(), all.len() as u64);
            prop_assert_eq!(spool.file.is_some(), all.len() > memory);
            let (from, to) = (all.len() / 3, all.len() - all.len() / 4);
            prop_assert_eq!(&spool.read(from as u64..to as u64).unwrap(), &all[from..to]);
            prop_assert!(spool.read(0..all.len() as u64 + 1).is_err());
            // Nothing is left behind, whatever becomes of the process.
            prop_assert!(!cfg!(unix) || !place.exists() || place.read_dir().unwrap().next().is_none());
        }
    }
}
