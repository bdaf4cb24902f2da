//! A tag for many followers, or off them: in batches, with those that failed named.

use std::fmt;

use wechat_http::{Client, Error};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{OpenId, TagId};
use wechat_types::tag::{BatchTag, BatchUntag};

/// What is done to the followers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagChange {
    /// They get the tag.
    Add,
    /// They lose it.
    Remove,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tagged {
    /// Followers whose tag is as it was asked for.
    pub changed: usize,
    /// Those for whom the platform failed (45171).
    pub failed: Vec<OpenId>,
}

/// The platform refused a batch. The same again is safe: a tag is there or is not.
#[derive(Debug)]
#[non_exhaustive]
pub struct TaggingError {
    /// What the batches before it came to.
    pub before: Tagged,
    /// The batch's first follower, for a list with one bad OpenID is refused whole.
    pub first: OpenId,
    source: Error,
}

impl TaggingError {
    /// The platform's answer.
    pub fn error(&self) -> &Error {
        &self.source
    }
}

impl fmt::Display for TaggingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "stopped after {} followers, at the batch of up to {} that begins with {}",
            self.before.changed + self.before.failed.len(),
            BatchTag::MAX_OPEN_IDS,
            self.first
        )
    }
}

impl std::error::Error for TaggingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Gives these followers a tag, or takes it off them, fifty a call. `observe` gets what was done so
/// far after each call.
///
/// # Errors
///
/// [`TaggingError`]; codes: 40003 and 49003 OpenIDs, 45059 too many tags on one follower, 45159 no such
/// tag, 45009 and 45011 too many calls.
pub async fn change_tag(
    client: &Client,
    change: TagChange,
    tag: TagId,
    open_ids: impl IntoIterator<Item = OpenId>,
    observe: &mut (dyn FnMut(&Tagged) + Send),
) -> Result<Tagged, TaggingError> {
    let mut open_ids = open_ids.into_iter();
    let mut done = Tagged::default();
    loop {
        let batch: Vec<OpenId> = open_ids.by_ref().take(BatchTag::MAX_OPEN_IDS).collect();
        let Some(first) = batch.first().cloned() else { return Ok(done) };
        let answer = match change {
            TagChange::Add => client.send(&BatchTag::new(batch.clone(), tag)).await,
            TagChange::Remove => client.send(&BatchUntag::new(batch.clone(), tag)).await,
        };
        match answer {
            Ok(()) => done.changed += batch.len(),
            Err(source) => match failed_of(&source, &batch) {
                Some(failed) => {
                    done.changed += batch.len() - failed.len();
                    done.failed.extend(failed);
                }
                None => return Err(TaggingError { before: done, first, source }),
            },
        }
        observe(&done);
    }
}

/// Those of a batch that failed while others did not; all, where they are not named.
fn failed_of(error: &Error, batch: &[OpenId]) -> Option<Vec<OpenId>> {
    let api = error.api().filter(|api| api.code == ErrorCode::PARTIAL_FAILURE)?;
    let Some(named) = api.failed_open_ids() else { return Some(batch.to_vec()) };
    Some(batch.iter().filter(|id| named.contains(id)).cloned().collect())
}
