//! An inbox whose reports another task delivers.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::{JoinHandle, yield_now};
use wechat_mass::campaign::{ChannelInbox, Inbox as _, NotRecorded, ReportSender};
use wechat_mock::ManualClock;
use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

fn report(job: u64) -> MassReport {
    MassReport::new(MsgId::new(job), JobStatus::Success, ReportSource::Callback)
}

fn channel() -> (ReportSender, ChannelInbox, SystemTime) {
    let clock = Arc::new(ManualClock::auto(ManualClock::default_start()));
    let later = clock.now() + Duration::from_secs(60);
    let (sender, inbox) = ChannelInbox::new(clock);
    (sender, inbox, later)
}

async fn delivered(sender: &ReportSender, job: u64) -> JoinHandle<Result<(), NotRecorded>> {
    let sender = sender.clone();
    let waits = tokio::spawn(async move { sender.deliver(report(job)).await });
    yield_now().await;
    waits
}

#[tokio::test]
async fn who_delivers_is_told_when_the_next_one_is_asked_for() {
    let (sender, mut inbox, later) = channel();
    let (first, second) = (delivered(&sender, 1).await, delivered(&sender, 2).await);
    assert_eq!(inbox.next(later).await, Some(report(1)));
    yield_now().await;
    assert!(!first.is_finished(), "given out is not recorded");
    assert_eq!(inbox.next(SystemTime::UNIX_EPOCH).await, Some(report(2)), "late, but there");
    assert!(first.await.unwrap().is_ok());
    assert!(!second.is_finished());
    assert_eq!(inbox.next(later).await, None);
    assert!(second.await.unwrap().is_ok());
}

#[tokio::test]
async fn who_delivers_in_vain_is_told_that() {
    let (sender, mut inbox, later) = channel();
    let (first, second) = (delivered(&sender, 1).await, delivered(&sender, 2).await);
    assert_eq!(inbox.next(later).await, Some(report(1)));
    inbox.not_recorded();
    assert!(first.await.unwrap().is_err());
    drop(inbox);
    assert!(second.await.unwrap().is_err(), "never given out");
    assert!(sender.deliver(report(3)).await.is_err());
}

#[tokio::test]
async fn without_senders_only_time_passes() {
    let (sender, mut inbox, later) = channel();
    let gone = delivered(&sender, 1).await;
    drop(sender);
    gone.abort();
    assert_eq!(
        inbox.next(later).await,
        Some(report(1)),
        "nobody waits, and it is kept all the same"
    );
    assert_eq!(inbox.next(later).await, None);
}
