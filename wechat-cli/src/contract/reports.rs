//! The reports of jobs, as they come in at the account's callback address.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;
use wechat_http::{Clock as _, SystemClock};
use wechat_mass::campaign::Inbox as _;
use wechat_mock::contract::Reports;
use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;

use crate::listener::Listener;

/// A report that has not come by then does not come: the platform pushes it before the job's end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program's own callback endpoint.
#[derive(Debug)]
pub(super) struct Callbacks(Mutex<Listener>);

impl Callbacks {
    pub(super) fn new(listener: Listener) -> Self {
        Self(Mutex::new(listener))
    }
}

#[async_trait]
impl Reports for Callbacks {
    async fn report(&self, job: MsgId) -> Option<MassReport> {
        let until = SystemClock::new().now() + PATIENCE;
        let mut listener = self.0.lock().await;
        loop {
            // Reports of the jobs of other promises, and of other programs, lie in between.
            let report = listener.next(until).await?;
            if report.msg_id == job {
                return Some(report);
            }
        }
    }
}
