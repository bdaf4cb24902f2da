//! The platform's promises as a client sees them, as functions that check them: against the mock in
//! process, on loopback, or against any other server, the real one included.
//!
//! Each promise is a public function that takes a [`Client`] and an [`Environment`], and judges by
//! answers alone. [`PROMISES`] lists them all, [`run`] checks them one after the other.
//!
//! ```
//! use wechat_http::Client;
//! use wechat_mock::{MockServer, contract};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mock = MockServer::builder().followers(3).build();
//! let client = Client::builder(mock.app_id(), mock.app_secret())
//!     .transport(mock.transport())
//!     .clock(mock.clock())
//!     .build()?;
//! let environment = contract::Environment::new(1)
//!     .with_app_secret(mock.app_secret())
//!     .with_followers(mock.followers())
//!     .with_time(mock.clone())
//!     .may_send();
//! contract::drafts::a_sent_draft_is_used_up(&client, &environment).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What a run leaves behind
//!
//! Tags, drafts and material are taken away again; temporary media dies by itself. With
//! [`Environment::may_send`], each of the named followers gets up to seven messages and a preview: more
//! than the four that the platform delivers to a follower of a service account in a month.

mod call;
pub mod drafts;
mod environment;
pub mod mass;
pub mod media;
mod outcome;
pub mod people;
mod report;
mod table;
pub mod tokens;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use wechat_http::Client;

pub use environment::{Environment, Reports, Time, Waiting};
pub use outcome::{Outcome, Unheld};
pub use report::{Change, Finding, InvalidReport, Report, compare, run};
pub use table::PROMISES;

/// One promise of the platform.
#[derive(Clone, Copy)]
pub struct Promise {
    name: &'static str,
    source: Source,
    needs: &'static [Need],
    check: Check,
}

type Check = for<'a> fn(&'a Client, &'a Environment) -> Checking<'a>;
type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), Unheld>> + Send + 'a>>;

/// Who says that the platform does so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Source {
    /// The platform's documents.
    Official,
    /// Reports of developers.
    Users,
    /// Nobody: it follows from what is said.
    Guess,
}

/// What a promise takes from the [`Environment`]; it is skipped where that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// The AppSecret.
    Secret,
    /// The right to renew tokens that other programs of the account may be using.
    RenewTokens,
    /// Two followers.
    Followers,
    /// The right to call what sends.
    Send,
    /// A tag to send to.
    Tag,
    /// The right to send to all followers.
    Everyone,
    /// A way to let time pass.
    Time,
    /// The reports of finished jobs.
    Reports,
}

impl fmt::Debug for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise")
            .field("name", &self.name)
            .field("source", &self.source)
            .field("needs", &self.needs)
            .finish_non_exhaustive()
    }
}

impl Promise {
    /// The promise in words.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Who says so.
    pub fn source(&self) -> Source {
        self.source
    }

    /// What it takes.
    pub fn needs(&self) -> &'static [Need] {
        self.needs
    }

    /// Checks it.
    pub async fn check(&self, client: &Client, environment: &Environment) -> Outcome {
        match (self.check)(client, environment).await {
            Ok(()) => Outcome::Held,
            Err(unheld) => unheld.into(),
        }
    }
}
