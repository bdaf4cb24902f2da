//! An imitation of `api.weixin.qq.com` for tests: tokens, material, drafts, mass sends,
//! followers and their tags, callbacks.
//!
//! [`MockServer`] is a value with two synchronous doors: [`MockServer::handle`] takes requests,
//! [`MockServer::due`] and [`MockServer::settle`] let happen what happens without a request. The
//! in-process [`transport`](MockServer::transport) and the loopback server only carry them out.
//! Time is an argument; the same seed and the same requests give the same answers.
//!
//! ```
//! use wechat_mock::MockServer;
//!
//! let server = MockServer::builder().followers(3).build();
//! // The second send takes effect, but its answer never arrives.
//! server.on("/cgi-bin/message/mass/send").nth(2).answer_lost();
//! assert_eq!(server.followers().len(), 3);
//! ```

mod beijing;
mod builder;
#[cfg(feature = "callbacks")]
mod callbacks;
mod clock;
mod code;
#[cfg(feature = "server")]
mod configuration;
pub mod contract;
mod exchange;
mod fault;
mod file_format;
mod forms;
#[cfg(feature = "server")]
mod http;
mod inspection;
mod multipart;
mod past;
mod query;
mod random;
pub mod recording;
mod remark;
mod reply;
mod report;
mod request;
mod request_log;
mod routes;
mod rule;
mod saved;
mod seconds;
mod secrecy;
mod seeding;
mod server;
mod settings;
mod snapshot;
mod state_hash;
mod stub;
mod transport;
mod turn;
mod world;

#[cfg(feature = "server")]
pub use self::configuration::{Configuration, ConfigurationError};
#[cfg(feature = "server")]
pub use self::http::{ListenOptions, Listening, openapi};
pub use builder::{AccountBuilder, MockServerBuilder};
#[cfg(feature = "callbacks")]
pub use callbacks::{CallbackFault, CallbackResult, CallbackTarget, Trigger};
pub use clock::ManualClock;
pub use exchange::{Exchange, Push, PushOutcome, UrlCheck};
pub use fault::{ConnectionFault, FaultRule};
pub use forms::AnswerForms;
pub use inspection::QuotaUse;
pub use report::{Report, ReportEntry};
pub use request::{RecordedAnswer, RecordedRequest};
pub use rule::{Finding, Rule};
pub use secrecy::REDACTED;
pub use seeding::{FollowerImport, ImportError};
pub use server::MockServer;
pub use settings::{
    AccountKind, ClosedCalls, DefaultKey, DraftConsumed, EscapedText, JobProgress, KeyCheck,
    ReportFrom, ReportResults, Settings, Verdict,
};
pub use snapshot::LoadError;
pub use stub::{Expectation, Times};
pub use transport::InProcess;
/// What a [`CallbackTarget`] is made of, so that a test needs no other crate for it.
#[cfg(feature = "callbacks")]
pub use wechat_events::{CallbackToken, EncodingAesKey};
pub use world::article::{CoverCrop, StoredArticle};
pub use world::draft::StoredDraft;
pub use world::follower::Hindrance;
pub use world::mass_job::{JobCounts, JobState, MassJob};
pub use world::media::MaterialKind;
pub use world::originality::{OriginalArticle, Originality};
pub use world::profile::{FollowerProfile, PersonalDetails};
pub use world::publish::{Publication, PublishStatus};
pub use world::website::WebsiteSend;
