//! Ctrl+C while something runs.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Runs to the end, or until the program is interrupted: `None` then.
///
/// Somebody listens before the work begins: who has read its first line can interrupt it.
pub(crate) async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    // The signal is listened to from the first poll on.
    let early = poll_fn(|context| Poll::Ready(interrupted.as_mut().poll(context).is_ready())).await;
    if early {
        return None;
    }
    tokio::select! {
        biased;
        ended = work => Some(ended),
        _ = interrupted => None,
    }
}
