//! Importing followers by the million.

use std::fmt;
use std::io::{self, Read};

use crate::server::MockServer;
use crate::world::account::Account;
use crate::world::follower::Place;
use crate::world::import::{BadLine, Import};

/// Followers taken over without a pause.
const SLICE: usize = 1 << 14;

/// Followers on their way into an account: text goes in piece by piece, and
/// [`finish`](Self::finish) makes followers of all its lines, or of none.
///
/// A line has up to four fields with a tab between them; all but the first may be empty or left
/// out:
///
/// 1. the OpenID,
/// 2. tags: numbers from 2 on with commas between, the oldest first, up to 20,
/// 3. a state: `unsubscribed`, `refuses`, `blacklisted` or `unreachable`,
/// 4. when the person followed, in seconds since 1970.
///
/// Empty lines and those that begin with `#` are passed over. Who follows already gets what the
/// line names, and keeps the rest. A tag that the account does not have is made.
///
/// ```
/// # fn main() -> Result<(), wechat_mock::ImportError> {
/// let server = wechat_mock::MockServer::builder().build();
/// let mut import = server.begin_import();
/// import.feed(b"oTESTfan48X1xf6krmgnKRPWerco\noTESTfan48X1xf6krmgn")?;
/// import.feed(b"KRPWercp\t101,102\trefuses\t1709625600\n")?;
/// assert_eq!(import.finish()?, 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is imported without `finish`"]
pub struct FollowerImport {
    server: MockServer,
    import: Import,
    failed: Option<BadLine>,
}

/// Why followers were not imported. The account is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum ImportError {
    /// A line that names no follower.
    Line {
        /// Which, from 1.
        line: u64,
        /// Which of its fields, `openid`, `tags`, `state` or `followed_at`; none: the line as a
        /// whole.
        field: Option<&'static str>,
        /// What is wrong with it.
        problem: String,
    },
    /// The lines could not be read to their end.
    Read(io::Error),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { line, field, problem } => {
                let field = field.map_or_else(String::new, |field| format!(", {field}"));
                write!(f, "line {line}{field}: {problem}; mend it and import again, ")?;
                f.write_str("nothing was imported")
            }
            Self::Read(_) => f.write_str("the followers could not be read; nothing was imported"),
        }
    }
}

impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Line { .. } => None,
            Self::Read(error) => Some(error),
        }
    }
}

impl From<BadLine> for ImportError {
    fn from(bad: BadLine) -> Self {
        Self::Line { line: bad.line, field: bad.field, problem: bad.problem }
    }
}

impl FollowerImport {
    /// Takes some more of the text, cut anywhere.
    ///
    /// # Errors
    ///
    /// [`ImportError::Line`], again at each further call.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        if let Some(bad) = &self.failed {
            return Err(bad.clone().into());
        }
        self.import.feed(bytes).map_err(|bad| {
            self.failed = Some(bad.clone());
            bad.into()
        })
    }

    /// Makes followers of all that was fed; answers how many there were, each counted once.
    ///
    /// Requests may come in between and find some of them; into an account without followers all
    /// come at once.
    ///
    /// # Errors
    ///
    /// [`ImportError::Line`] of an earlier call or of the last line; no follower is imported then.
    pub fn finish(mut self) -> Result<usize, ImportError> {
        if let Some(bad) = self.failed {
            return Err(bad.into());
        }
        self.import.end()?;
        let staged = self.import.staged;
        let count = staged.len();
        {
            let mut account = self.server.account_now();
            let missing: Vec<_> =
                staged.used_tags().filter(|tag| !account.tags.contains(*tag)).collect();
            for tag in missing {
                account.tags.add(tag, format!("tag {tag}"));
            }
            if account.followers.len() == 0 {
                account.followers = staged;
                return Ok(count);
            }
        }
        for first in (0..count as Place).step_by(SLICE) {
            let account: &mut Account = &mut self.server.account();
            let slice = staged.all().skip(first as usize).take(SLICE);
            slice.for_each(|place| account.followers.take_over(&staged, place));
        }
        Ok(count)
    }
}

/// Importing followers.
impl MockServer {
    /// Begins an import of followers.
    pub fn begin_import(&self) -> FollowerImport {
        FollowerImport { server: self.clone(), import: Import::default(), failed: None }
    }

    /// Imports followers from a file or the like, one a line as [`FollowerImport`] has them;
    /// answers how many there were.
    ///
    /// # Errors
    ///
    /// [`ImportError`], and no follower is imported.
    pub fn import_followers(&self, mut from: impl Read) -> Result<usize, ImportError> {
        let mut import = self.begin_import();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => return import.finish(),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(ImportError::Read(error)),
            };
            import.feed(buffer.get(..read).unwrap_or_default())?;
        }
    }
}
