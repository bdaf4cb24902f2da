//! A clock that moves only when it is told to.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_http::Clock;

/// Time under the test's control. Clones show the same time.
///
/// Two modes. [`new`](Self::new): time stands until [`advance`](Self::advance), which wakes those
/// who sleep. [`auto`](Self::auto): whoever sleeps moves the time to the end of his sleep and goes
/// on at once; meant for tests in which a *single* task sleeps, since several would each pull the
/// time along without waiting for the others.
#[derive(Clone, Debug)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
    auto: bool,
}

#[derive(Debug)]
struct State {
    now: SystemTime,
    sleepers: BTreeMap<(SystemTime, u64), Waker>,
    next_number: u64,
}

impl ManualClock {
    /// Monday 2026-01-12, 10:00:00 in Beijing (02:00:00 UTC), in Unix seconds.
    pub const DEFAULT_START: u64 = 1_768_183_200;

    /// Time stands at `start`.
    pub fn new(start: SystemTime) -> Self {
        Self::with_mode(start, false)
    }

    /// Time jumps from sleep to sleep, beginning at `start`.
    pub fn auto(start: SystemTime) -> Self {
        Self::with_mode(start, true)
    }

    fn with_mode(start: SystemTime, auto: bool) -> Self {
        let state = State { now: start, sleepers: BTreeMap::new(), next_number: 0 };
        Self { state: Arc::new(Mutex::new(state)), auto }
    }

    /// [`DEFAULT_START`](Self::DEFAULT_START) as a time.
    pub fn default_start() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(Self::DEFAULT_START)
    }

    /// The time now.
    pub fn now(&self) -> SystemTime {
        self.lock().now
    }

    /// Moves the time forward and wakes those whose sleep has ended.
    pub fn advance(&self, by: Duration) {
        let to = self.lock().now + by;
        self.advance_to(to);
    }

    /// Moves the time to `to`; never backwards.
    pub fn advance_to(&self, to: SystemTime) {
        let woken: Vec<Waker> = {
            let mut state = self.lock();
            state.now = state.now.max(to);
            let first_later = (state.now + Duration::from_nanos(1), 0);
            let later = state.sleepers.split_off(&first_later);
            std::mem::replace(&mut state.sleepers, later).into_values().collect()
        };
        // Outside the lock: a waker may run its task at once.
        for waker in woken {
            waker.wake();
        }
    }

    /// Moves the time to `to`, backwards too: a saved state brings its time along.
    pub(crate) fn set(&self, to: SystemTime) {
        self.lock().now = to;
        self.advance_to(to);
    }

    /// When the first of those who sleep wants to be woken.
    pub fn next_wake(&self) -> Option<SystemTime> {
        self.lock().sleepers.keys().next().map(|(at, _)| *at)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    /// Time stands at [`DEFAULT_START`](Self::DEFAULT_START).
    fn default() -> Self {
        Self::new(Self::default_start())
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        Self::now(self)
    }

    async fn sleep_until(&self, at: SystemTime) {
        if self.auto {
            self.advance_to(at);
            return;
        }
        let number = {
            let mut state = self.lock();
            state.next_number += 1;
            state.next_number
        };
        Sleep { clock: self, key: (at, number) }.await;
    }
}

/// One task waiting; taken off the list when it is dropped.
struct Sleep<'a> {
    clock: &'a ManualClock,
    key: (SystemTime, u64),
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.now >= self.key.0 {
            return Poll::Ready(());
        }
        state.sleepers.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(sleep: &mut Pin<Box<dyn Future<Output = ()> + Send + '_>>) -> bool {
        sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn sleep_ends_when_time_has_come() {
        let clock = ManualClock::default();
        let end = clock.now() + Duration::from_secs(60);
        let mut sleep = clock.sleep_until(end);
        assert!(!poll(&mut sleep));
        assert_eq!(clock.next_wake(), Some(end));
        clock.advance(Duration::from_secs(59));
        assert!(!poll(&mut sleep));
        clock.advance(Duration::from_secs(1));
        assert!(poll(&mut sleep));
        drop(sleep);
        assert_eq!(clock.next_wake(), None);
    }

    #[test]
    fn a_dropped_sleeper_is_forgotten() {
        let clock = ManualClock::default();
        let mut sleep = clock.sleep_until(clock.now() + Duration::from_secs(60));
        assert!(!poll(&mut sleep));
        drop(sleep);
        assert_eq!(clock.next_wake(), None);
    }

    #[test]
    fn auto_mode_jumps() {
        let clock = ManualClock::auto(ManualClock::default_start());
        let end = clock.now() + Duration::from_secs(3600);
        assert!(poll(&mut clock.sleep_until(end)));
        assert_eq!(clock.now(), end);
    }
}
