//! Expectations: how often a call must come, verified when they are dropped.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{RangeFrom, RangeInclusive};

use wechat_types::served::Served;

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
    /// Calls before it do not count.
    after: u64,
    times: Times,
    matching: Box<Matching<E>>,
    open: bool,
    endpoint: PhantomData<fn() -> E>,
}

type Matching<E> = dyn Fn(&E) -> bool + Send + Sync;

impl<E: Served> fmt::Debug for Expectation<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expectation")
            .field("path", &E::SPEC.path)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

impl MockServer {
    /// Expects calls of one endpoint from now on, whatever answers them.
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
        Expectation {
            server: self.clone(),
            after: self.received_count() as u64,
            times: Times::from(1..),
            matching: Box::new(|_| true),
            open: true,
            endpoint: PhantomData,
        }
    }
}

impl<E: Served> Expectation<E> {
    /// So often: a number, `2..`, or `1..=3`.
    pub fn times(mut self, times: impl Into<Times>) -> Self {
        self.times = times.into();
        self
    }

    /// Only calls that this accepts count.
    pub fn matching(mut self, accept: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        self.matching = Box::new(accept);
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
        let count =
            self.server.typed_after::<E>(self.after).iter().filter(|e| (self.matching)(e)).count();
        if self.times.holds(count) {
            return None;
        }
        let mut text = format!(
            "expected {} {}, and it came {count} time(s) in the way that was expected; since then came:",
            E::SPEC.path,
            self.times
        );
        let came = self.server.received_after(self.after);
        for request in &came {
            let mark = if routes::plain_path(&request.path) == E::SPEC.path { '>' } else { ' ' };
            text.push_str(&format!("\n{mark} {request}"));
        }
        if came.is_empty() {
            text.push_str(" nothing");
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
