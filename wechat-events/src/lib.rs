//! Callbacks of the WeChat Official Account platform: signatures, AES, messages, events.
//!
//! The platform calls an account's server: once to verify the address, then for each message of a
//! follower and each event, the end of a mass send (`MASSSENDJOBFINISH`) among them. This crate
//! turns query string and body, XML or JSON, into a verified [`Callback`]: a typed
//! [`Event`](event::Event), and every [field](fields::Fields) as it came. It does no IO and has no
//! clock; the feature `axum` adds a ready endpoint.
//!
//! ```
//! use wechat_events::event::Event;
//! use wechat_events::push::Stamp;
//! use wechat_events::{CallbackQuery, CallbackToken, EventParser};
//! use wechat_types::id::AppId;
//! use wechat_types::mass::report::JobStatus;
//!
//! let token = CallbackToken::new("tok3n")?;
//! let parser = EventParser::builder(AppId::new("wx0123456789abcdef")?, token.clone()).build();
//!
//! // What the platform would send; add `aes_key` to the builder to have it encrypted.
//! let push = Stamp::new(&token, "1763744870", "987650011", "oTESTowner00000000000000000").plain(
//!     "<xml><ToUserName><![CDATA[gh_5b1e7c40d9a2]]></ToUserName>\
//!      <FromUserName><![CDATA[oTESTowner00000000000000000]]></FromUserName>\
//!      <CreateTime>1763744870</CreateTime><MsgType><![CDATA[event]]></MsgType>\
//!      <Event><![CDATA[MASSSENDJOBFINISH]]></Event><MsgID>3147501213</MsgID>\
//!      <Status><![CDATA[send success]]></Status><SentCount>18291</SentCount></xml>",
//! );
//!
//! let query = CallbackQuery::parse(&push.query);
//! let callback = parser.parse(&query, push.body.as_bytes())?;
//! let Event::MassSendJobFinish(report) = callback.event else { unreachable!() };
//! assert_eq!(report.status, JobStatus::Success);
//! assert_eq!(report.sent, Some(18291));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does not do
//!
//! - It does not protect the body of **plain mode**, nobody can: the signature there covers only
//!   token, timestamp and nonce, and who has seen one may send any body with it. Use safe mode, and
//!   configure the key: plain pushes are then refused.
//! - The parser does not tell repeated pushes from new ones; [`dedup`] does, and the feature `axum` uses
//!   it. Replayed ones are refused only where
//!   [`max_age`](EventParserBuilder::max_age) is set, and only outside that window.
//! - Events of single products (cards, shops, guides, …) have a name of their own,
//!   [`ProductEvent`](event::ProductEvent), but no type: what they say stands in the fields.
//! - It writes replies as XML only: JSON pushes are those of mini programs, which take no such replies.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html>

#[cfg(feature = "axum")]
pub mod axum;
mod body;
mod callback;
pub mod crypto;
pub mod dedup;
mod error;
pub mod event;
pub mod fields;
#[cfg(feature = "axum")]
pub mod handler;
pub mod message;
mod opened;
mod parser;
pub mod push;
mod query;
pub mod reply;
mod secret;
pub mod signature;

pub use callback::{Callback, Header};
pub use error::{BodyError, BodyErrorKind, ParseError, ParseErrorKind};
pub use opened::{Opened, Seal};
pub use parser::{EventParser, EventParserBuilder};
pub use query::CallbackQuery;
pub use secret::{CallbackToken, EncodingAesKey, InvalidSecret};
