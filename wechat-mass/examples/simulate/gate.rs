//! Where a process can be stopped: before and after each thing that it does, and while it waits.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::SystemTime;

use wechat_mock::ManualClock;

/// One process's state as the stage sees it. Each poll of the process goes to the next point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<Mutex<At>>);

#[derive(Debug, Default)]
struct At {
    place: &'static str,
    waits: Waits,
}

/// What a process that was polled waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Waits {
    /// For its turn.
    Turn,
    /// For a moment.
    Until(SystemTime),
    /// For the mock's answer, which takes its time.
    #[default]
    Answer,
}

impl Gate {
    /// The process is about to be polled.
    pub(crate) fn open(&self) {
        self.lock().waits = Waits::Answer;
    }

    pub(crate) fn waits(&self) -> Waits {
        self.lock().waits
    }

    pub(crate) fn place(&self) -> &'static str {
        self.lock().place
    }

    /// Waits for the next turn. The process can be ended here, or time can pass.
    pub(crate) async fn point(&self, place: &'static str) {
        let mut came = false;
        poll_fn(|_| {
            if came {
                return Poll::Ready(());
            }
            came = true;
            *self.lock() = At { place, waits: Waits::Turn };
            Poll::Pending
        })
        .await;
    }

    /// Waits for a moment.
    pub(crate) async fn until(&self, clock: &ManualClock, at: SystemTime) {
        poll_fn(|_| {
            if clock.now() >= at {
                return Poll::Ready(());
            }
            *self.lock() = At { place: "asleep", waits: Waits::Until(at) };
            Poll::Pending
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, At> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
