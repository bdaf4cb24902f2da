//! What every store promises, as functions that check it: for the stores of this crate, and for
//! one of your own.
//!
//! ```
//! # use wechat_mass::journal::{MemoryStore, Store, conformance};
//! # #[derive(Clone)] struct Memory(MemoryStore);
//! impl conformance::Place for Memory {
//!     fn open(&self) -> Result<Box<dyn Store>, wechat_mass::journal::JournalError> {
//!         Ok(Box::new(self.0.clone()))
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! for promise in conformance::PROMISES {
//!     let place = Memory(MemoryStore::new());
//!     assert_eq!(promise.check(&place).await, Ok(()), "{}", promise.name());
//! }
//! # }
//! ```

mod promises;
mod stops;

use std::future::Future;
use std::pin::Pin;

use super::{JournalError, Store};

/// Where a store keeps its records: empty at first.
pub trait Place: Sync {
    /// Opens the store that is kept here, each time anew as another process would.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be opened.
    fn open(&self) -> Result<Box<dyn Store>, JournalError>;
}

/// One promise of a store.
#[derive(Clone, Copy)]
pub struct Promise {
    name: &'static str,
    check: for<'a> fn(&'a dyn Place) -> Checked<'a>,
}

type Checked<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + 'a>>;

impl std::fmt::Debug for Promise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Promise").field(&self.name).finish()
    }
}

impl Promise {
    /// The promise in words.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Checks it in an empty place.
    ///
    /// # Errors
    ///
    /// What was found instead.
    pub async fn check(&self, place: &dyn Place) -> Result<(), String> {
        (self.check)(place).await
    }
}

/// All of them.
pub const PROMISES: &[Promise] = &[
    Promise {
        name: "what was recorded is read again by another process, in its order",
        check: |place| Box::pin(promises::records_survive(place)),
    },
    Promise {
        name: "a campaign is taken up by one process at a time",
        check: |place| Box::pin(promises::one_holder(place)),
    },
    Promise {
        name: "the same plan is taken up again, another one under its name is refused",
        check: |place| Box::pin(promises::plans_are_frozen(place)),
    },
    Promise {
        name: "a call's recipients are read as they were frozen",
        check: |place| Box::pin(promises::recipients_are_frozen(place)),
    },
    Promise {
        name: "a plan of which nothing was sent may be changed",
        check: |place| Box::pin(promises::unsent_plans_change(place)),
    },
    Promise {
        name: "a call is claimed within its budgets, across campaigns and processes",
        check: |place| Box::pin(promises::budgets_hold(place)),
    },
    Promise {
        name: "days and months are Beijing's",
        check: |place| Box::pin(promises::windows_are_beijing(place)),
    },
    Promise {
        name: "a claim that must wait records nothing",
        check: |place| Box::pin(promises::waiting_records_nothing(place)),
    },
    Promise {
        name: "nothing is claimed while the clock is set back",
        check: |place| Box::pin(promises::clock_set_back(place)),
    },
    Promise {
        name: "a job belongs to one call of an account",
        check: |place| Box::pin(promises::jobs_have_one_owner(place)),
    },
    Promise {
        name: "an open call of the same content is found, whatever campaign it is of",
        check: |place| Box::pin(promises::open_calls_are_found(place)),
    },
    Promise {
        name: "a stopped campaign is claimed by nobody until somebody says go on",
        check: |place| Box::pin(stops::stops_hold(place)),
    },
    Promise {
        name: "a stop outlives a plan that is changed before its first call",
        check: |place| Box::pin(stops::stops_outlive_plans(place)),
    },
    Promise {
        name: "what others kept is news to a campaign, as it is to whoever asks the store",
        check: |place| Box::pin(stops::reports_are_news(place)),
    },
    Promise {
        name: "reports are kept, known job or not, once each and in their order",
        check: |place| Box::pin(promises::reports_are_kept(place)),
    },
    Promise {
        name: "the calls of a frozen plan are read without it",
        check: |place| Box::pin(promises::calls_are_kept(place)),
    },
    Promise {
        name: "a fact is noted of a campaign that another process holds, and of none that is not there",
        check: |place| Box::pin(promises::facts_are_noted(place)),
    },
    Promise {
        name: "accounts do not see each other",
        check: |place| Box::pin(promises::accounts_are_apart(place)),
    },
];
