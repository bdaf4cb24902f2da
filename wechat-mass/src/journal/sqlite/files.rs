//! The files of a database: locks, names that survive a power cut, and what is wrong with them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::campaign::Plan;
use crate::client_msg_id::ContentDigest;
use crate::journal::JournalError;

/// Makes a file's name as durable as its content, and the names of the folders it is in: two of
/// them may be new.
pub(super) fn flush_names(folder: &Path) -> Result<(), JournalError> {
    if cfg!(unix) {
        // The last ancestor of a relative path is empty, and means the folder one is in.
        let here = |f| if f == Path::new("") { Path::new(".") } else { f };
        for folder in folder.ancestors().take(3).map(here) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| {
                let problem = format!("{}: the folder cannot be flushed", folder.display());
                JournalError::new(problem).with_source(source)
            })?;
        }
    }
    Ok(())
}

/// Has the operating system put on the disk what SQLite's log holds, without a further record.
pub(super) fn flush_log(database: &Path) -> Result<(), JournalError> {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push("-wal");
    let path = database.with_file_name(name);
    OpenOptions::new().write(true).open(&path).and_then(|log| log.sync_data()).map_err(|source| {
        let problem = format!("{}: the journal's log cannot be flushed", path.display());
        JournalError::new(problem).with_source(source)
    })
}

/// Locks a campaign for this process. The file stays: whoever deleted it would let in a second one.
pub(super) fn hold(database: &Path, plan: &Plan) -> Result<File, JournalError> {
    let parts = [plan.account().as_str().as_bytes(), plan.name().as_bytes()];
    let hash: String = ContentDigest::of(parts).to_string().chars().take(16).collect();
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{hash}.lock"));
    let path = database.with_file_name(name);
    let failed = |source| {
        let problem = format!("{}: the campaign cannot be locked", path.display());
        JournalError::new(problem).with_source(source)
    };
    let file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::taken_up(plan.name())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// SQLite's error in words, with what to do.
pub(super) fn failure(path: &Path, error: &rusqlite::Error) -> JournalError {
    use rusqlite::ErrorCode;
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full: make room, then run the same command again",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "it cannot be written: look at its permissions and those of its folder"
        }
        Some(ErrorCode::CannotOpen) => "it cannot be opened: look at its folder",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds it, such as a backup or a database tool, and did not let it go in time: let \
             that end, then run the same command again, which goes on from what is recorded"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "it is damaged, or no database: restore it from a backup, or look on mp.weixin.qq.com \
             what was sent and name another file"
        }
        _ => "SQLite gave up",
    };
    JournalError::new(format!(
        "{}: {advice}. What cannot be recorded is not sent ({error})",
        path.display()
    ))
}
