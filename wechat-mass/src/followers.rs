//! The list of an account's followers, or of those with a tag, page by page into a file: whatever
//! interrupts it, the same again goes on.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use wechat_http::{Client, Error};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{AppId, OpenId, TagId};
use wechat_types::tag::GetTagFollowers;
use wechat_types::user::GetFollowers;

use crate::recipients::page_file::LONGEST;

/// Whose list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Followers {
    /// All followers of the account.
    All,
    /// The followers with this tag.
    Tagged(TagId),
}

/// An export under way, or about to begin.
///
/// Pages go to `FILE.part`, and how far it is to `FILE.cursor`, both flushed before the next page is
/// asked for. At the end the part becomes `FILE`. Memory holds one page. What was begun more than a week
/// ago, or whose last follower has left since, is begun anew.
#[derive(Debug)]
pub struct FollowerExport {
    file: PathBuf,
    cursor: Cursor,
}

/// How far an export is, beside its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cursor {
    version: u32,
    account: AppId,
    server: String,
    tag: Option<TagId>,
    /// When the first page was asked for, in seconds since 1970; unknown of those that did not keep it.
    #[serde(default)]
    begun: u64,
    /// The last OpenID of the last whole page.
    after: Option<OpenId>,
    /// OpenIDs and bytes of the whole pages; what stands after them in the part is cut off.
    open_ids: u64,
    bytes: u64,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// OpenIDs in the file so far.
    pub open_ids: u64,
    /// Followers in all, where the platform says so: for a tag it does not.
    pub total: Option<u64>,
}

/// An export did not end. What is there stays, and the same again goes on from it.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportError {
    /// The file is there already, and is not overwritten.
    #[non_exhaustive]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The cursor beside the file is of another list, or cannot be read.
    #[non_exhaustive]
    OtherCursor {
        /// The cursor's file.
        file: PathBuf,
        /// What it is.
        problem: String,
    },
    /// A file cannot be read or written.
    #[non_exhaustive]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A page could not be had.
    #[non_exhaustive]
    Page {
        /// OpenIDs in the file so far.
        open_ids: u64,
        /// Why.
        source: Error,
    },
    /// The platform names the same page as the next one again: the list would never end.
    #[non_exhaustive]
    Circle {
        /// The page's last OpenID.
        after: OpenId,
    },
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists { file } => {
                write!(f, "{}: the file is there already: name another one", file.display())
            }
            Self::OtherCursor { file, problem } => write!(
                f,
                "{}: {problem}; to begin anew, delete it and the .part beside it",
                file.display()
            ),
            Self::File { file, .. } => write!(f, "{}: cannot be used", file.display()),
            Self::Page { source, .. } if source.code() == Some(ErrorCode::INVALID_OPENID) => f.write_str(
                "the list cannot go on: the follower that the last page ended with has left; the same \
                 command begins it anew",
            ),
            Self::Page { open_ids, .. } => write!(
                f,
                "the list stopped after {open_ids} OpenIDs, which are kept; when what stopped it is over or \
                 repaired, the same command goes on from there"
            ),
            Self::Circle { after } => {
                write!(f, "the page after {after} ends with the same OpenID again")
            }
        }
    }
}

impl std::error::Error for ExportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Page { source, .. } => Some(source),
            Self::Exists { .. } | Self::OtherCursor { .. } | Self::Circle { .. } => None,
        }
    }
}

fn now(client: &Client) -> u64 {
    let since = client.clock().now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    file.with_file_name(name)
}

fn failed(file: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let file = file.to_owned();
    move |source| ExportError::File { file, source }
}

/// The names of new files are as durable as their contents.
fn flush_folder(file: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = file.parent().filter(|folder| *folder != Path::new(""));
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

impl FollowerExport {
    /// Begins an export to a file, or takes up the one that was interrupted.
    ///
    /// # Errors
    ///
    /// [`ExportError`]: the file is there, another list was begun beside it, a file cannot be read.
    pub fn open(file: &Path, client: &Client, whose: Followers) -> Result<Self, ExportError> {
        if file.exists() {
            return Err(ExportError::Exists { file: file.to_owned() });
        }
        let fresh = Cursor {
            version: 1,
            account: client.app_id().clone(),
            server: client.base_url().to_string(),
            tag: match whose {
                Followers::All => None,
                Followers::Tagged(tag) => Some(tag),
            },
            begun: now(client),
            after: None,
            open_ids: 0,
            bytes: 0,
        };
        let path = beside(file, ".cursor");
        let cursor = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fresh,
            Err(error) => return Err(failed(&path)(error)),
            Ok(text) => {
                let other = |problem: &str| ExportError::OtherCursor {
                    file: path.clone(),
                    problem: problem.to_owned(),
                };
                let known: Cursor = serde_json::from_slice(&text)
                    .map_err(|_| other("cannot be read as the cursor of an export"))?;
                let Cursor { version, account, server, tag, .. } = &known;
                if (*version, account, server, *tag)
                    != (fresh.version, &fresh.account, &fresh.server, fresh.tag)
                {
                    return Err(other("belongs to another account, server or tag"));
                }
                let age = fresh.begun.saturating_sub(known.begun);
                if age > LONGEST.as_secs() { fresh } else { known }
            }
        };
        Ok(Self { file: file.to_owned(), cursor })
    }

    /// OpenIDs that an earlier run has written.
    pub fn resumed(&self) -> u64 {
        self.cursor.open_ids
    }

    /// Writes page after page to the end of the list; the number of OpenIDs. `observe` is told of each
    /// page.
    ///
    /// # Errors
    ///
    /// [`ExportError`]; codes of a page: 40003 the follower that the page before ended with has left
    /// meanwhile, 45009 the day's calls (500 for a small account), 45159 no such tag, 48001 not permitted.
    pub async fn run(
        &mut self,
        client: &Client,
        observe: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<u64, ExportError> {
        let path = beside(&self.file, ".part");
        let mut part = self.part(&path).map_err(failed(&path))?;
        let mut goes_on = self.cursor.after.is_some();
        loop {
            let page = self.page(client).await;
            // Who was last on the page before has left in the meantime: there is no other place to go on
            // from.
            if let Err(ExportError::Page { source, .. }) = &page
                && source.code() == Some(ErrorCode::INVALID_OPENID)
                && std::mem::take(&mut goes_on)
            {
                (self.cursor.after, self.cursor.begun) = (None, now(client));
                (self.cursor.open_ids, self.cursor.bytes) = (0, 0);
                self.keep_cursor()?;
                part = self.part(&path).map_err(failed(&path))?;
                continue;
            }
            goes_on = false;
            let (open_ids, total, next) = page?;
            if !open_ids.is_empty() {
                let mut lines = String::with_capacity(open_ids.len() * 29);
                for open_id in &open_ids {
                    lines.push_str(open_id.as_str());
                    lines.push('\n');
                }
                part.write_all(lines.as_bytes())
                    .and_then(|()| part.sync_data())
                    .map_err(failed(&path))?;
                self.cursor.open_ids += open_ids.len() as u64;
                self.cursor.bytes += lines.len() as u64;
            }
            let Some(next) = next else { break };
            if self.cursor.after.as_ref() == Some(&next) {
                return Err(ExportError::Circle { after: next });
            }
            self.cursor.after = Some(next);
            self.keep_cursor()?;
            observe(Progress { open_ids: self.cursor.open_ids, total });
        }
        fs::rename(&path, &self.file)
            .and_then(|()| flush_folder(&self.file))
            .map_err(failed(&self.file))?;
        let cursor = beside(&self.file, ".cursor");
        match fs::remove_file(&cursor) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&cursor)(error)),
            _ => Ok(self.cursor.open_ids),
        }
    }

    /// The part, with nothing after its last whole page.
    fn part(&self, path: &Path) -> io::Result<File> {
        let mut part =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        if part.metadata()?.len() < self.cursor.bytes {
            return Err(io::Error::other("it is shorter than the cursor beside it says"));
        }
        part.set_len(self.cursor.bytes)?;
        part.seek(SeekFrom::End(0))?;
        Ok(part)
    }

    async fn page(
        &self,
        client: &Client,
    ) -> Result<(Vec<OpenId>, Option<u64>, Option<OpenId>), ExportError> {
        let stopped = |source| ExportError::Page { open_ids: self.cursor.open_ids, source };
        match self.cursor.tag {
            None => {
                let mut request = GetFollowers::new();
                request.after.clone_from(&self.cursor.after);
                let page = client.send(&request).await.map_err(stopped)?;
                let next = page.next().cloned();
                Ok((page.open_ids, Some(page.total), next))
            }
            Some(tag) => {
                let mut request = GetTagFollowers::new(tag);
                request.after.clone_from(&self.cursor.after);
                let page = client.send(&request).await.map_err(stopped)?;
                let next = page.next().cloned();
                Ok((page.open_ids, None, next))
            }
        }
    }

    /// The cursor is always a whole one: the old or the new.
    fn keep_cursor(&self) -> Result<(), ExportError> {
        let (path, new) = (beside(&self.file, ".cursor"), beside(&self.file, ".cursor.new"));
        let write = || -> io::Result<()> {
            let mut file = File::create(&new)?;
            file.write_all(&serde_json::to_vec(&self.cursor)?)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            flush_folder(&path)
        };
        write().map_err(failed(&path))
    }
}
