//! A journal in a file of its own: one JSON line for each fact, flushed before it counts.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Entry, Journal, JournalError};
use crate::campaign::Plan;
use crate::client_msg_id::ContentDigest;

/// The file of one campaign: one account, one name, one content.
///
/// It is locked while it is open, so that a second program cannot send the same campaign at the
/// same time. Each entry is written in one piece and flushed to the disk.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    file: File,
    entries: Vec<Entry>,
    /// Bytes of a torn last line that were cut off.
    torn: usize,
}

/// The first line: what the file is about.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    journal: String,
    account: String,
    campaign: String,
    /// The hash of the content.
    content: String,
    /// The hash of all keys: of the content and of who gets it.
    plan: String,
    calls: usize,
    recipients: Option<usize>,
}

/// The format's name and version.
const FORMAT: &str = "wechat-mass 1";

impl FileJournal {
    /// Opens the campaign's journal in a folder, or begins it.
    ///
    /// # Errors
    ///
    /// [`JournalError`]: another program has it open; it holds a line that cannot be read; it is
    /// of a newer version; or the same content went to **another audience** under this name,
    /// whose followers might get it twice.
    pub fn open(folder: &Path, plan: &Plan) -> Result<Self, JournalError> {
        let path = Self::path(folder, plan);
        let failed = |what: &str| {
            let problem = format!("{}: the campaign's journal cannot be {what}", path.display());
            move |source| JournalError::new(problem).with_source(source)
        };
        fs::create_dir_all(folder).map_err(failed("created"))?;
        let file = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let mut file = file.map_err(failed("opened"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::new(format!(
                    "{}: another program is sending this campaign",
                    path.display()
                )));
            }
            Err(TryLockError::Error(source)) => return Err(failed("locked")(source)),
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed("read"))?;
        // A line without its end was being written when the process died: it counts for nothing.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let torn = text.len() - whole;
        text.truncate(whole);
        if torn > 0 {
            file.set_len(whole as u64).map_err(failed("repaired"))?;
        }
        let mut journal = Self { path, file, entries: Vec::new(), torn };
        let head = Head::of(plan);
        if text.is_empty() {
            journal.write(&head)?;
        } else {
            journal.read(&text, &head)?;
        }
        // Each time: the process may have died between writing the head and this.
        journal.flush_names(folder)?;
        Ok(journal)
    }

    /// The file's place: the names for people, the hash for uniqueness.
    fn path(folder: &Path, plan: &Plan) -> PathBuf {
        let plain = |text: &str| -> String {
            text.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
        };
        let parts = [plan.name().as_bytes(), plan.content_digest().as_bytes().as_slice()];
        let hash: String = ContentDigest::of(parts).to_string().chars().take(16).collect();
        let (account, name) = (plain(plan.account().as_str()), plain(plan.name()));
        folder.join(format!("{account}.{name}.{hash}.jsonl"))
    }

    /// Where the journal is.
    pub fn file(&self) -> &Path {
        &self.path
    }

    /// What was recorded before.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Bytes of a last line that was being written when the process died, cut off on opening.
    pub fn torn_bytes(&self) -> usize {
        self.torn
    }

    fn read(&mut self, text: &[u8], expected: &Head) -> Result<(), JournalError> {
        let path = self.path.display().to_string();
        let unreadable = |line: usize, error: serde_json::Error| {
            JournalError::new(format!(
                "{path}: line {line} cannot be read from its column {} on; nothing is sent, for it \
                 may tell of a send: repair the line from a backup, or look on mp.weixin.qq.com what was \
                 sent and give the campaign a new name",
                error.column()
            ))
        };
        let mut lines = text.split(|byte| *byte == b'\n').enumerate();
        let (_, first) = lines.next().unwrap_or_default();
        let head: Head = serde_json::from_slice(first).map_err(|e| unreadable(1, e))?;
        if head.journal != FORMAT {
            return Err(JournalError::new(format!(
                "{path}: the journal has the format {:?}, this program knows {FORMAT:?}: use the \
                 newer program",
                head.journal
            )));
        }
        if head != *expected {
            return Err(JournalError::new(format!(
                "{path}: this very content went out as campaign {:?} to another audience ({}, now \
                 {}, not the same or not in the same order); whoever is in both would get it \
                 twice. If that is meant, give the campaign another name",
                head.campaign,
                head.audience(),
                expected.audience()
            )));
        }
        for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let entry = serde_json::from_slice(line).map_err(|e| unreadable(number + 1, e))?;
            self.entries.push(entry);
        }
        Ok(())
    }

    fn write(&mut self, line: &impl Serialize) -> Result<(), JournalError> {
        let problem = || {
            format!(
                "{}: the journal cannot be written; nothing further is sent, for it could not be \
                 recorded",
                self.path.display()
            )
        };
        let mut text = serde_json::to_vec(line)
            .map_err(|error| JournalError::new(format!("{}: {error}", problem())))?;
        text.push(b'\n');
        self.file
            .write_all(&text)
            .and_then(|()| self.file.sync_data())
            .map_err(|source| JournalError::new(problem()).with_source(source))
    }

    /// Makes the file's name as durable as its content, and the names of the folders it is in:
    /// two of them may be new.
    fn flush_names(&self, folder: &Path) -> Result<(), JournalError> {
        if cfg!(unix) {
            for folder in folder.ancestors().take(3).filter(|f| !f.as_os_str().is_empty()) {
                File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| {
                    let problem = format!("{}: the folder cannot be flushed", folder.display());
                    JournalError::new(problem).with_source(source)
                })?;
            }
        }
        Ok(())
    }
}

impl Head {
    fn of(plan: &Plan) -> Self {
        Self {
            journal: FORMAT.to_owned(),
            account: plan.account().as_str().to_owned(),
            campaign: plan.name().to_owned(),
            content: plan.content_digest().to_string(),
            plan: plan.digest().to_string(),
            calls: plan.chunks().len(),
            recipients: plan.recipients(),
        }
    }

    fn audience(&self) -> String {
        match self.recipients {
            Some(count) => format!("{count} OpenIDs in {} calls", self.calls),
            None => "everyone or a tag".to_owned(),
        }
    }
}

/// Appending a line takes well under a millisecond and the next step must wait for it anyway, so
/// it is done in place.
#[async_trait]
impl Journal for FileJournal {
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        Ok(self.entries.clone())
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.write(entry)?;
        self.entries.push(entry.clone());
        Ok(())
    }
}
