//! Lists that the platform keeps, read page by page over days and crashes: all followers, those of a tag,
//! those who followed since.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use wechat_http::{Client, Error};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{OpenId, TagId};
use wechat_types::tag::GetTagFollowers;
use wechat_types::user::{BatchGetUserInfo, GetFollowers, UserQuery};

use super::page_file::PageFile;
use super::{Gatherer, RecipientsError, Roster};
use crate::client_msg_id::ContentDigest;
use crate::quota::Window;

/// A list that the platform keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listing {
    /// All followers, by `user/get`: a call for each 10,000, and 500 calls a day for a small account.
    AllFollowers,
    /// The followers with this tag, by `user/tag/get`: a call for each 10,000.
    Tag(TagId),
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllFollowers => f.write_str("all followers"),
            Self::Tag(tag) => write!(f, "tag {tag}"),
        }
    }
}

/// How far a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetched {
    /// Calls that this run made.
    pub calls: usize,
    /// OpenIDs in the list so far.
    pub open_ids: usize,
}

/// A list could not be read to its end. What was read is kept.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// 45009: the calls of the day are used up. The same run goes on from there tomorrow.
    #[non_exhaustive]
    UsedUp {
        /// From when calls are possible again: midnight in Beijing.
        until: SystemTime,
        /// How far it came.
        fetched: Fetched,
    },
    /// A call failed. The same run goes on from there.
    #[non_exhaustive]
    Call {
        /// How far it came.
        fetched: Fetched,
        /// What failed.
        source: Box<Error>,
    },
    /// 40003: the follower that the last page ended with has left meanwhile, so there is no place to go on
    /// from. The same run begins the list anew.
    #[non_exhaustive]
    LastHasLeft {
        /// What the platform said.
        source: Box<Error>,
    },
    /// 40003: one of these people is none of the account's; the platform does not say which. The same run
    /// fails again until it is taken out of its list.
    #[non_exhaustive]
    Stranger {
        /// The first of those who were asked about.
        first: OpenId,
        /// The last of them.
        last: OpenId,
        /// What the platform said.
        source: Box<Error>,
    },
    /// The file that keeps it cannot be read or written.
    Kept(RecipientsError),
}

impl From<RecipientsError> for FetchError {
    fn from(error: RecipientsError) -> Self {
        Self::Kept(error)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UsedUp { fetched, .. } => write!(
                f,
                "today's calls are used up ({}); {} OpenIDs are read and kept: the same command goes on \
                 from there after midnight in Beijing",
                ErrorCode::DAILY_QUOTA_REACHED,
                fetched.open_ids
            ),
            Self::Call { fetched, .. } => write!(
                f,
                "a page could not be read; {} OpenIDs are kept: when what follows is over or repaired, the same \
                 command goes on from there",
                fetched.open_ids
            ),
            Self::LastHasLeft { .. } => f.write_str(
                "the list cannot go on: the follower that the last page ended with has left; the same command \
                 begins it anew",
            ),
            Self::Stranger { first, last, .. } => write!(
                f,
                "of those from {first} to {last} one is no OpenID of this account, and the platform does not \
                 say which: take it out of its list"
            ),
            Self::Kept(error) => error.fmt(f),
        }
    }
}

impl StdError for FetchError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::UsedUp { .. } => None,
            Self::Call { source, .. }
            | Self::LastHasLeft { source }
            | Self::Stranger { source, .. } => Some(source),
            Self::Kept(error) => error.source(),
        }
    }
}

/// A list that is read into its file.
struct Reading<'a> {
    client: &'a Client,
    list: PageFile,
    calls: usize,
    observe: &'a mut (dyn FnMut(Fetched) + Send),
}

impl<'a> Reading<'a> {
    fn open(
        client: &'a Client,
        file: &Path,
        head: &str,
        observe: &'a mut (dyn FnMut(Fetched) + Send),
    ) -> Result<Self, FetchError> {
        let list = PageFile::open(file, head, client.clock().now())?;
        Ok(Self { client, list, calls: 0, observe })
    }

    fn fetched(&self) -> Fetched {
        Fetched { calls: self.calls, open_ids: self.list.count }
    }

    fn page(&mut self, open_ids: &[OpenId], mark: &str) -> Result<(), FetchError> {
        self.calls += 1;
        self.list.page(open_ids, mark)?;
        let fetched = self.fetched();
        (self.observe)(fetched);
        Ok(())
    }

    fn failed(&self, error: Error) -> FetchError {
        let fetched = self.fetched();
        if error.code() == Some(ErrorCode::DAILY_QUOTA_REACHED) {
            let until = Window::Day.ends(self.client.clock().now());
            return FetchError::UsedUp { until, fetched };
        }
        FetchError::Call { fetched, source: Box::new(error) }
    }

    fn finish(mut self, gatherer: &mut Gatherer) -> Result<Fetched, FetchError> {
        if self.list.ended.is_none() {
            self.list.end(self.client.clock().now())?;
        }
        self.list.read_into(gatherer)?;
        Ok(self.fetched())
    }
}

/// Reads a list of the platform into `file`, page by page, and then into a [`Gatherer`].
///
/// Each page is on the disk before the next one is asked for: after a crash, a lost network or 45009
/// the same call goes on from the last `next_openid`, for a week after the list was begun. One that was read
/// to its end less than 24 hours ago is not read again.
///
/// # Errors
///
/// [`FetchError`]; nothing was put into the gatherer then.
pub async fn fetch(
    client: &Client,
    listing: Listing,
    file: &Path,
    gatherer: &mut Gatherer,
    observe: &mut (dyn FnMut(Fetched) + Send),
) -> Result<Fetched, FetchError> {
    let head = format!("{listing} of {}", client.app_id());
    let mut reading = Reading::open(client, file, &head, observe)?;
    while reading.list.ended.is_none() {
        let mark = reading.list.mark.as_deref();
        let after = mark.and_then(|mark| OpenId::new(mark).ok());
        let page = match listing {
            Listing::AllFollowers => {
                let mut ask = GetFollowers::new();
                ask.after = after.clone();
                client.send(&ask).await.map(|page| (page.next().cloned(), page.open_ids))
            }
            Listing::Tag(tag) => {
                let mut ask = GetTagFollowers::new(tag);
                ask.after = after.clone();
                client.send(&ask).await.map(|page| (page.next().cloned(), page.open_ids))
            }
        };
        match page {
            // A page that leads to itself would be read for ever.
            Ok((Some(next), open_ids)) if Some(&next) != after.as_ref() => {
                reading.page(&open_ids, next.as_str())?;
            }
            Ok(_) => break,
            // Who was last on the page before has left in the meantime: there is no other place to go
            // on from.
            Err(error) if error.code() == Some(ErrorCode::INVALID_OPENID) && after.is_some() => {
                if reading.calls > 0 {
                    return Err(FetchError::LastHasLeft { source: Box::new(error) });
                }
                reading.list.begin(&head, client.clock().now())?;
            }
            Err(error) => return Err(reading.failed(error)),
        }
    }
    reading.finish(gatherer)
}

/// Calls that [`fetch_followed_since`] makes for so many people: one for each 100.
pub const fn calls_of_followed_since(people: usize) -> usize {
    people.div_ceil(BatchGetUserInfo::MAX_USERS)
}

/// Those of a list who follow the account and did so at this moment or later, by
/// `user/info/batchget`: a call for each 100, see [`calls_of_followed_since`].
///
/// Kept in `file` and gone on with as [`fetch`] does, as long as the list is the same.
///
/// # Errors
///
/// [`FetchError`]; nothing was put into the gatherer then.
pub async fn fetch_followed_since(
    client: &Client,
    people: &Roster,
    since: SystemTime,
    file: &Path,
    gatherer: &mut Gatherer,
    observe: &mut (dyn FnMut(Fetched) + Send),
) -> Result<Fetched, FetchError> {
    const AT_ONCE: usize = BatchGetUserInfo::MAX_USERS * 100;
    let seconds = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let starts = (0..people.len()).step_by(AT_ONCE);
    let mut parts = Vec::new();
    for start in starts {
        let text = people.text(start..start + AT_ONCE)?;
        parts.push(ContentDigest::of([text.as_slice()]));
    }
    let digest = ContentDigest::of(parts.iter().map(|part| part.as_bytes().as_slice()));
    let head = format!("followed since {seconds} of {}, of {digest}", client.app_id());
    let mut reading = Reading::open(client, file, &head, observe)?;
    while reading.list.ended.is_none() {
        let asked = reading.list.mark.as_deref().and_then(|mark| mark.parse().ok()).unwrap_or(0);
        let open_ids = people.open_ids(asked..asked + BatchGetUserInfo::MAX_USERS)?;
        let (Some(first), Some(last)) = (open_ids.first().cloned(), open_ids.last().cloned())
        else {
            break;
        };
        let until = (asked + open_ids.len()).to_string();
        let ask = BatchGetUserInfo::new(open_ids.into_iter().map(UserQuery::new).collect());
        match client.send(&ask).await {
            Ok(answer) => {
                let since = answer.users.into_iter().filter(|user| {
                    user.is_follower && user.followed_at.is_some_and(|at| at >= seconds)
                });
                let since: Vec<OpenId> = since.map(|user| user.open_id).collect();
                reading.page(&since, &until)?;
            }
            Err(error) if error.code() == Some(ErrorCode::INVALID_OPENID) => {
                return Err(FetchError::Stranger { first, last, source: Box::new(error) });
            }
            Err(error) => return Err(reading.failed(error)),
        }
    }
    reading.finish(gatherer)
}
