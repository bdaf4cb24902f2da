//! Expectations: how often a call must come, verified when they are dropped.

use std::fmt;
use std::ops::{RangeFrom, RangeInclusive};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use wechat_types::served::Served;

use super::{Counting, read};
use crate::routes;
use crate::server::MockServer;

/// How often a call must come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    least: usize,
    /// None: any number more.
    most: Option<usize>,
}

impl Times {
    fn holds(self, count: usize) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }
}

impl From<usize> for Times {
    fn from(times: usize) -> Self {
        Self { least: times, most: Some(times) }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Self { least: range.start, most: None }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self { least: *range.start(), most: Some(*range.end()) }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, Some(most)) if least == most => write!(f, "{least} time(s)"),
            (least, Some(most)) => write!(f, "{least} to {most} times"),
            (least, None) => write!(f, "at least {least} time(s)"),
        }
    }
}

/// A call that a test expects from now on; at least once unless [`times`](Self::times) says
/// otherwise. Verified when it is dropped, or by [`verify`](Self::verify): a failure panics with what
/// came instead, unless the thread panics already.
#[must_use = "it is verified when it is dropped, which would be at once"]
pub struct Expectation<E: Served> {
    server: MockServer,
    /// Calls before it are not shown.
    after: u64,
    times: Times,
    calls: Arc<Calls<E>>,
    open: bool,
}

type Matching<E> = dyn Fn(&E) -> bool + Send + Sync;

/// How often a call came. Counted as it comes, for the log forgets, and keeps no upload's header.
struct Calls<E>(Mutex<Counted<E>>);

struct Counted<E> {
    matching: Arc<Matching<E>>,
    count: usize,
}

impl<E> Calls<E> {
    fn lock(&self) -> MutexGuard<'_, Counted<E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Served> Counting for Calls<E> {
    fn count(&self, request: &http::Request<Bytes>) {
        let Some(typed) = read::<E>(request) else { return };
        // Asked outside of the lock: it may make calls of its own.
        let matching = Arc::clone(&self.lock().matching);
        if matching(&typed) {
            self.lock().count += 1;
        }
    }
}

impl<E: Served> fmt::Debug for Expectation<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expectation")
            .field("path", &E::SPEC.path)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

impl MockServer {
    /// Expects calls of one endpoint from now on, whatever answers them. Each is counted as it comes:
    /// uploads too, also after a [`reset`](Self::reset), and when the log has forgotten it.
    ///
    /// ```
    /// use wechat_types::mass::SendAll;
    ///
    /// let server = wechat_mock::MockServer::builder().build();
    /// let nothing_is_sent = server.expect::<SendAll>().times(0);
    /// // … the program under test …
    /// drop(nothing_is_sent);
    /// ```
    pub fn expect<E: Served>(&self) -> Expectation<E> {
        let calls = Arc::new(Calls(Mutex::new(Counted { matching: Arc::new(|_| true), count: 0 })));
        let counting: Weak<Calls<E>> = Arc::downgrade(&calls);
        self.stubs().register(counting);
        Expectation {
            server: self.clone(),
            after: self.received_count() as u64,
            times: Times::from(1..),
            calls,
            open: true,
        }
    }
}

impl<E: Served> Expectation<E> {
    /// So often: a number, `2..`, or `1..=3`.
    pub fn times(mut self, times: impl Into<Times>) -> Self {
        self.times = times.into();
        self
    }

    /// Only calls that this accepts count, from now on.
    pub fn matching(self, accept: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        *self.calls.lock() = Counted { matching: Arc::new(accept), count: 0 };
        self
    }

    /// Verifies it now.
    ///
    /// # Panics
    ///
    /// When it does not hold.
    pub fn verify(mut self) {
        self.check();
    }

    /// What is wrong, and what came instead; none: it holds.
    fn problem(&self) -> Option<String> {
        let count = self.calls.lock().count;
        if self.times.holds(count) {
            return None;
        }
        let mut text = format!(
            "expected {} {}, and it came {count} time(s) in the way that was expected; since then came:",
            E::SPEC.path,
            self.times
        );
        // After a reset the numbers begin again.
        let is_reset = (self.server.received_count() as u64) < self.after;
        let came = self.server.received_after(if is_reset { 0 } else { self.after });
        for request in &came {
            let mark = if routes::plain_path(&request.path) == E::SPEC.path { '>' } else { ' ' };
            text.push_str(&format!("\n{mark} {request}"));
        }
        if came.is_empty() {
            text.push_str(" nothing that the log still holds");
        }
        Some(text)
    }

    #[allow(clippy::panic, reason = "an expectation of a test that does not hold fails the test")]
    fn check(&mut self) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        if let Some(problem) = self.problem()
            // A second panic would end the process and hide the first.
            && !std::thread::panicking()
        {
            panic!("{problem}");
        }
    }
}

impl<E: Served> Drop for Expectation<E> {
    fn drop(&mut self) {
        self.check();
    }
}
