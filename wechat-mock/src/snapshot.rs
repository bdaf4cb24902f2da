//! Saving and loading the whole state, as a stream.
//!
//! A saved state is lines of JSON, each an object of one field that says what it is: a head with the
//! format's version, the accounts and the time; for each account its small things (`account`), then
//! `followers` in blocks, `job`, `media` and `request` one by one, and `callbacks`; an `end` with the
//! number of lines and a digest of them. So neither side holds more than one line of it.

mod read;
mod write;

use std::fmt;
use std::io::{self, Read, Write};

use wechat_types::id::AppId;

use crate::server::MockServer;

pub(crate) use read::Load;

/// The version of the format. A change that an older program cannot read, or reads as something else,
/// makes it one more.
const VERSION: u32 = 1;

/// Bytes of the longest line. A block of followers has 2 MB; what is more is a body without lines.
const LONGEST_LINE: usize = 256 << 20;

/// Why a saved state was not loaded. The server is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// It is no saved state, or somebody changed it.
    Line {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it; never what stands in it, for that may be a secret.
        problem: String,
    },
    /// It ends before its end.
    Cut,
    /// A later program saved it.
    Newer {
        /// The version of its format.
        version: u32,
    },
    /// It is the state of other accounts than those here.
    OtherAccounts {
        /// Those of the saved state.
        saved: Vec<AppId>,
        /// Those here.
        here: Vec<AppId>,
    },
    /// It could not be read to its end.
    Read(io::Error),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { line, problem } => write!(f, "line {line}: {problem}")?,
            Self::Cut => f.write_str("the saved state ends before its end: save it again")?,
            Self::Newer { version } => write!(
                f,
                "the saved state is of format {version}, and {VERSION} is the last that is known here: \
                 load it with the program that saved it"
            )?,
            Self::OtherAccounts { saved, here } => {
                let list =
                    |ids: &[AppId]| ids.iter().map(AppId::as_str).collect::<Vec<_>>().join(", ");
                write!(f, "it is the state of {}, and here is {}", list(saved), list(here))?;
            }
            Self::Read(_) => f.write_str("the saved state could not be read")?,
        }
        f.write_str("; nothing was loaded")
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}

/// Saving and loading.
impl MockServer {
    /// Saves all accounts and the time: everything that [`state_hash`](Self::state_hash) covers. The
    /// server stands still meanwhile. Stubs and expectations are code, and not saved; of a callback
    /// that is on its way the same try is made again after loading.
    ///
    /// **What is written holds secrets in the clear**: AppSecrets, live tokens, callback tokens and
    /// keys, requests as they came.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use wechat_mock::MockServer;
    ///
    /// let server = MockServer::builder().followers(3).build();
    /// let mut saved = Vec::new();
    /// server.save(&mut saved)?;
    /// let other = MockServer::builder().app_id(server.app_id()).build();
    /// other.load(saved.as_slice())?;
    /// assert_eq!(other.state_hash(), server.state_hash());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self, to: impl Write) -> io::Result<()> {
        write::save(&self.accounts(), self.clock().now(), to)
    }

    /// Saves the account that this is a view of, as [`save`](Self::save) does. The other accounts do
    /// not wait.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save_account(&self, to: impl Write) -> io::Result<()> {
        write::save(std::slice::from_ref(self), self.clock().now(), to)
    }

    /// Puts a saved state in the place of all accounts, which must have the same AppIDs in the same
    /// order. A clock moved by hand stands where it stood then, even if that is earlier; any other goes
    /// on, and what has become due meanwhile happens at once. [`reset`](Self::reset) still makes the
    /// accounts as the builder made them here.
    ///
    /// # Errors
    ///
    /// [`LoadError`], and nothing has changed.
    pub fn load(&self, from: impl Read) -> Result<(), LoadError> {
        read_all(self.begin_load(), from)
    }

    /// Puts a saved state of one account in the place of the one that this is a view of, which must have
    /// the same AppID. Neither the clock nor any other account changes.
    ///
    /// # Errors
    ///
    /// [`LoadError`], and nothing has changed.
    pub fn load_account(&self, from: impl Read) -> Result<(), LoadError> {
        read_all(self.begin_account_load(), from)
    }

    pub(crate) fn begin_load(&self) -> Load {
        Load::new(self.accounts(), self.manual_clock())
    }

    pub(crate) fn begin_account_load(&self) -> Load {
        Load::new(vec![self.clone()], None)
    }
}

fn read_all(mut load: Load, mut from: impl Read) -> Result<(), LoadError> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return load.finish(),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(LoadError::Read(error)),
        };
        load.feed(buffer.get(..read).unwrap_or_default())?;
    }
}
