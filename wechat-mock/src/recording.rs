//! Traffic with a server, recorded without secrets and played back: two [`Transport`]s.
//!
//! [`Recorder`] carries requests to another transport and writes each of them with its answer to a
//! file; [`Replayer`] answers from such a file, and fails on a request that differs from it.
//!
//! The file holds one JSON object a line: a head with the format's version, then one exchange a line.
//! Tokens and secrets are replaced by placeholders such as `recorded-access_token-1`, numbered as
//! they first appear. The replayer replaces those of its requests likewise, so that other credentials
//! and other tokens match. Bodies that are no UTF-8 are kept in base64.
//!
//! Both are for one call at a time: requests made at the same time have no order that would be the
//! same in each run.
//!
//! ```
//! use wechat_http::Client;
//! use wechat_mock::MockServer;
//! use wechat_mock::recording::{Recorder, Replayer};
//! use wechat_types::id::AppSecret;
//! use wechat_types::tag::GetTags;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mock = MockServer::builder().build();
//! let file = std::env::temp_dir().join(format!("recording-{}.jsonl", std::process::id()));
//! let recorder = Recorder::new(mock.transport(), std::fs::File::create(&file)?)?;
//! let client = Client::builder(mock.app_id(), mock.app_secret())
//!     .clock(mock.clock())
//!     .transport(recorder.clone())
//!     .build()?;
//! let tags = client.send(&GetTags::new()).await?;
//! recorder.finish()?;
//!
//! let replayer = Replayer::new(&std::fs::read_to_string(&file)?)?;
//! let client = Client::builder(mock.app_id(), AppSecret::new("another-secret")?)
//!     .clock(mock.clock())
//!     .transport(replayer.clone())
//!     .build()?;
//! assert_eq!(client.send(&GetTags::new()).await?, tags);
//! assert_eq!((replayer.left(), replayer.difference()), (0, None));
//! # std::fs::remove_file(&file)?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Transport`]: wechat_http::Transport

mod difference;
mod masking;
mod recorder;
mod replayer;

use serde::{Deserialize, Serialize};

pub use recorder::Recorder;
pub use replayer::{InvalidRecording, Replayer};

/// The version of the format that this crate writes and reads.
const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// The format's version.
    wechat_recording: u32,
}

/// Any other line: a request, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Exchange {
    request: Asked,
    #[serde(flatten)]
    end: End,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    method: String,
    /// From `/cgi-bin/` on, wherever the server is.
    path: String,
    query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    body: Content,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum End {
    Answer(Answered),
    /// The name of a [`TransportErrorKind`](wechat_http::TransportErrorKind).
    Failure(String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answered {
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_disposition: Option<String>,
    body: Content,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    Text(String),
    Base64(String),
}
