//! Mass sending for WeChat Official Accounts that cannot go wrong silently.
//!
//! Three floors, each usable alone:
//!
//! - [`MassSender`]: single keyed calls. 45065 (clientmsgid exist) is read as "already accepted".
//! - [`article`]: an article with pictures becomes a draft: pictures are uploaded, their addresses
//!   put into the HTML, the cover added.
//! - [`campaign`]: a [`Plan`](campaign::Plan) for an audience of any size, sent call by call, each
//!   with its own key and draft, recorded before and after every call, followed to its end.
//!
//! It never sleeps by itself: whatever waits, waits on the client's clock or on an
//! [`Inbox`](campaign::Inbox). It knows nothing of callbacks' XML: reports come in as
//! [`MassReport`](wechat_types::mass::MassReport).
//!
//! Lists of any length are read, put together and sent in bounded memory: [`recipients`].
//!
//! Calls are reserved in the [`journal`] before they are made, within what the account may do in a
//! minute, a day and a month: [`quota`].

pub mod article;
pub mod campaign;
mod client_msg_id;
pub mod deletion;
pub mod followers;
pub mod journal;
pub mod preview;
mod problem;
pub mod quota;
pub mod reachability;
pub mod recipients;
pub mod report;
mod sender;
mod split;
pub mod tagging;

pub use client_msg_id::{ContentDigest, client_msg_id};
pub use problem::Problems;
pub use sender::{Accepted, MassSender};
pub use split::split;

/// The READMEs' examples are compiled, and the contract test is run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../../README.zh-CN.md")]
struct Readme;
