//! Followers who get nothing any more, `/cgi-bin/tags/members/…blacklist`.

mod batch_blacklist;
mod batch_unblacklist;
mod get_blacklist;

pub use batch_blacklist::BatchBlacklist;
pub use batch_unblacklist::BatchUnblacklist;
pub use get_blacklist::{GetBlacklist, GetBlacklistResponse};
