//! An account as a whole: all that stands behind its locks, read or replaced at one moment.

use std::fmt::{self, Write};
use std::sync::{Arc, MutexGuard};

use super::{MockServer, lock};
#[cfg(feature = "callbacks")]
use crate::callbacks::Outbox;
use crate::fault::Faults;
use crate::request_log::{self, RequestLog};
use crate::settings::Settings;
use crate::world::account::Account;

/// All of an account but its stubs. While this lives, nothing changes.
pub(crate) struct Locked<'a> {
    pub(crate) settings: MutexGuard<'a, Arc<Settings>>,
    pub(crate) account: MutexGuard<'a, Account>,
    pub(crate) faults: MutexGuard<'a, Faults>,
    pub(crate) received: MutexGuard<'a, RequestLog>,
    #[cfg(feature = "callbacks")]
    pub(crate) outbox: MutexGuard<'a, Outbox>,
}

/// What takes the place of it.
pub(crate) struct Restored {
    pub(crate) settings: Arc<Settings>,
    pub(crate) account: Account,
    pub(crate) faults: Faults,
    pub(crate) received: RequestLog,
    /// None: what is on its way now goes on.
    #[cfg(feature = "callbacks")]
    pub(crate) outbox: Option<Outbox>,
}

impl MockServer {
    pub(crate) fn lock_all(&self) -> Locked<'_> {
        Locked {
            settings: lock(&self.own.settings),
            account: lock(&self.own.account),
            faults: lock(&self.own.faults),
            received: lock(&self.own.received),
            #[cfg(feature = "callbacks")]
            outbox: lock(&self.own.outbox),
        }
    }

    /// Puts this in the place of all that the account is.
    pub(crate) fn restore(&self, restored: Restored) {
        let mut locked = self.lock_all();
        *locked.settings = restored.settings;
        let before = std::mem::replace(&mut *locked.account, restored.account);
        locked.account.tokens.make_all_fresh();
        *locked.faults = restored.faults;
        *locked.received = restored.received;
        #[cfg(feature = "callbacks")]
        if let Some(outbox) = restored.outbox {
            locked.outbox.start_anew(outbox);
        }
        drop(locked);
        self.announce_tokens();
        // Without a lock: millions of followers take a while.
        drop(before);
    }

    /// Writes all that the account is.
    pub(crate) fn write_state(&self, to: &mut impl Write) -> fmt::Result {
        let locked = self.lock_all();
        let Locked { settings, account, faults, received, .. } = &locked;
        let secret = account.secret.expose();
        let received = request_log::shown(&received.after(0));
        // Its own Debug hides the secret.
        write!(to, "{secret} {settings:?} {account:?} {faults:?} {received:?}")?;
        #[cfg(feature = "callbacks")]
        write!(to, " {:?}", locked.outbox)?;
        Ok(())
    }
}
