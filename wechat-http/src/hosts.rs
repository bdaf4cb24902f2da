//! The hosts of one platform: the first is used until it fails, then the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::base_url::BaseUrl;

/// A host and those that stand in for it. Clones turn together.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    first: BaseUrl,
    others: Arc<[BaseUrl]>,
    current: Arc<AtomicUsize>,
}

impl Hosts {
    pub(crate) fn new(first: BaseUrl, others: Vec<BaseUrl>) -> Self {
        Self { first, others: others.into(), current: Arc::default() }
    }

    /// The host that was named first.
    pub(crate) fn first(&self) -> &BaseUrl {
        &self.first
    }

    /// The host in use.
    pub(crate) fn current(&self) -> BaseUrl {
        match self.current.load(Ordering::Relaxed).checked_sub(1) {
            None => self.first.clone(),
            Some(other) => self.others.get(other).unwrap_or(&self.first).clone(),
        }
    }

    /// Goes on from a host that failed. Callers that failed at the same time turn once.
    pub(crate) fn turn(&self, failed: &BaseUrl) {
        let current = self.current.load(Ordering::Relaxed);
        if !self.others.is_empty() && self.current() == *failed {
            let next = (current + 1) % (self.others.len() + 1);
            let _ =
                self.current.compare_exchange(current, next, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_take_turns_when_they_fail() {
        let url = |text: &str| text.parse::<BaseUrl>().unwrap();
        let hosts = Hosts::new(url("http://a"), vec![url("http://b"), url("http://c")]);
        let clone = hosts.clone();
        assert_eq!(hosts.current().as_str(), "http://a");
        hosts.turn(&url("http://a"));
        // Another caller that failed at the same host does not turn on.
        clone.turn(&url("http://a"));
        assert_eq!(clone.current().as_str(), "http://b");
        hosts.turn(&url("http://b"));
        hosts.turn(&url("http://c"));
        assert_eq!(clone.current().as_str(), "http://a");
        let alone = Hosts::new(url("http://a"), Vec::new());
        alone.turn(&url("http://a"));
        assert_eq!(alone.current().as_str(), "http://a");
    }
}
