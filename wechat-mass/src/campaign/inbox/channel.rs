//! Reports that another task receives, handed to the campaign and acknowledged when they are recorded.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use wechat_http::Clock;
use wechat_types::mass::MassReport;

use super::Inbox;

/// A report, and whom to tell that it is recorded.
type Delivered = (MassReport, oneshot::Sender<()>);

/// An inbox whose reports come from another task, such as a callback endpoint's handler.
///
/// ```
/// use std::sync::Arc;
/// use wechat_mass::campaign::{ChannelInbox, Inbox as _};
/// # use wechat_mock::ManualClock;
/// use wechat_types::id::MsgId;
/// use wechat_types::mass::{JobStatus, MassReport, ReportSource};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let clock: Arc<dyn wechat_http::Clock> = Arc::new(ManualClock::auto(ManualClock::default_start()));
/// let (reports, mut inbox) = ChannelInbox::new(Arc::clone(&clock));
/// // In the handler of the job's end; an error makes the platform bring it again.
/// let report = MassReport::new(MsgId::new(7), JobStatus::Success, ReportSource::Callback);
/// let handler = reports.deliver(report);
/// // In the driver, which asks for the next one when it has recorded the one before.
/// let later = clock.now() + std::time::Duration::from_secs(60);
/// let driver = async {
///     assert_eq!(inbox.next(later).await.unwrap().msg_id, MsgId::new(7));
///     assert!(inbox.next(later).await.is_none());
/// };
/// let (recorded, ()) = tokio::join!(handler, driver);
/// assert!(recorded.is_ok());
/// # }
/// ```
#[derive(Debug)]
pub struct ChannelInbox {
    clock: Arc<dyn Clock>,
    reports: mpsc::UnboundedReceiver<Delivered>,
    /// To be told when the report that was given out last is recorded.
    given_out: Option<oneshot::Sender<()>>,
}

impl ChannelInbox {
    /// An inbox that waits on this clock, and where its reports are delivered.
    pub fn new(clock: Arc<dyn Clock>) -> (ReportSender, Self) {
        let (sender, reports) = mpsc::unbounded_channel();
        (ReportSender(sender), Self { clock, reports, given_out: None })
    }
}

#[async_trait]
impl Inbox for ChannelInbox {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        if let Some(recorded) = self.given_out.take() {
            // Who delivered it may have given up waiting: it was received twice then, which is harmless.
            let _ = recorded.send(());
        }
        let there = self.reports.try_recv().ok();
        let (report, recorded) = if let Some(there) = there {
            there
        } else {
            let mut time = self.clock.sleep_until(until);
            let mut delivered = pin!(self.reports.recv());
            let mut is_open = true;
            poll_fn(|context| {
                if is_open && let Poll::Ready(delivered) = delivered.as_mut().poll(context) {
                    match delivered {
                        Some(delivered) => return Poll::Ready(Some(delivered)),
                        // All senders are gone: only time is left.
                        None => is_open = false,
                    }
                }
                time.as_mut().poll(context).map(|()| None)
            })
            .await?
        };
        self.given_out = Some(recorded);
        Some(report)
    }

    fn not_recorded(&mut self) {
        self.given_out = None;
    }
}

/// Delivers reports to a [`ChannelInbox`]. Clones deliver to the same.
#[derive(Clone, Debug)]
pub struct ReportSender(mpsc::UnboundedSender<Delivered>);

impl ReportSender {
    /// Gives the campaign a report, and returns when it is recorded: then the platform may be answered.
    ///
    /// **Only a driver that runs takes reports in**: after its run this waits, unless the inbox is dropped with it. Where
    /// there may be none, [`Store::keep_report`](crate::journal::Store::keep_report)
    /// keeps them for whoever comes.
    ///
    /// # Errors
    ///
    /// [`NotRecorded`] when the inbox is gone, or when the campaign could not record it. The callback must not
    /// be answered with success then: the platform brings it again.
    pub async fn deliver(&self, report: MassReport) -> Result<(), NotRecorded> {
        let (recorded, told) = oneshot::channel();
        self.0.send((report, recorded)).map_err(|_| NotRecorded(()))?;
        told.await.map_err(|_| NotRecorded(()))
    }
}

/// A report was not recorded: nobody takes it in any more, or its journal failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct NotRecorded(());

impl fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the report was not recorded: the campaign has ended, or its journal failed")
    }
}

impl StdError for NotRecorded {}
