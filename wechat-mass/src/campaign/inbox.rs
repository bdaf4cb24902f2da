//! Where reports of ended jobs come in, whoever receives them.

mod channel;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use wechat_http::Clock;
use wechat_types::mass::MassReport;

pub use channel::{ChannelInbox, NotRecorded, ReportSender};

/// Reports as they come in, such as from a callback endpoint.
#[async_trait]
pub trait Inbox: Debug + Send {
    /// The next report, or none when `until` has come without one. A report that is there already
    /// is given out at once, also when `until` has passed.
    ///
    /// **Whoever asks for the next one has recorded the one before.** Where somebody waits to hear that, such as the
    /// platform for the answer to its callback, tell him then and not when the report is given out: it comes
    /// once.
    async fn next(&mut self, until: SystemTime) -> Option<MassReport>;

    /// The report that was given out last, if there is one since, was not recorded: whoever brought it must bring it
    /// again. Each run begins with this, for nobody knows what became of it when the run before was dropped.
    fn not_recorded(&mut self) {}
}

/// No callbacks: every report is asked for.
#[derive(Clone, Debug)]
pub struct NoInbox(Arc<dyn Clock>);

impl NoInbox {
    /// Waits on this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(clock)
    }
}

#[async_trait]
impl Inbox for NoInbox {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        self.0.sleep_until(until).await;
        None
    }
}
