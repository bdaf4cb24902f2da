//! Requests, answers, ids and return codes of the WeChat Official Account API as plain data.
//!
//! An [`Endpoint`](endpoint::Endpoint) is a request struct that can write itself and read its
//! answer. There is no IO here, no clock, no randomness and no runtime: `wechat-http` sends these
//! values, `wechat-mass` decides what to send.
//!
//! ```
//! use wechat_types::codec::Reply;
//! use wechat_types::endpoint::Endpoint;
//! use wechat_types::id::{ClientMsgId, TagId};
//! use wechat_types::mass::{Filter, MassContent, SendAll};
//!
//! let mut request = SendAll::new(Filter::Tag(TagId::new(134)), MassContent::text("你好"));
//! request.client_msg_id = Some(ClientMsgId::new("spring-01")?);
//! assert_eq!(SendAll::SPEC.path, "/cgi-bin/message/mass/sendall");
//! assert_eq!(
//!     request.encode()?.as_bytes(),
//!     r#"{"filter":{"is_to_all":false,"tag_id":134},"msgtype":"text","text":{"content":"你好"},"clientmsgid":"spring-01"}"#.as_bytes(),
//! );
//!
//! let answer = br#"{"errcode":0,"errmsg":"send job submission success","msg_id":3147483654}"#;
//! assert_eq!(SendAll::decode(Reply::new(200, answer))?.msg_id.get(), 3_147_483_654);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod blacklist;
pub mod codec;
pub mod draft;
pub mod endpoint;
pub mod error_code;
pub mod id;
pub mod legacy_group;
pub mod mass;
pub mod material;
pub mod media;
mod open_ids;
mod paging;
pub mod platform;
pub mod publish;
mod reply;
pub mod served;
pub mod tag;
mod text;
pub mod token;
pub mod user;
