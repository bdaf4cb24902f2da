//! Forced renewals of a stable token: 20 in a day, 30 seconds apart.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::TokenError;
use super::store::{TokenOwner, TokenStore};

pub(super) const A_DAY: usize = 20;
pub(super) const APART: Duration = Duration::from_secs(30);
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// When stable tokens were renewed by force.
#[derive(Debug, Default)]
pub(super) struct Forced(Mutex<Vec<SystemTime>>);

impl Forced {
    /// Takes one renewal, if there is one.
    pub(super) fn take(&self, now: SystemTime) -> bool {
        let mut forced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ago = |at: &SystemTime| now.duration_since(*at).unwrap_or_default();
        forced.retain(|at| ago(at) < DAY);
        let allowed = forced.len() < A_DAY && forced.iter().all(|at| ago(at) >= APART);
        if allowed {
            forced.push(now);
        }
        allowed
    }
}

/// Who counts them.
#[derive(Clone, Copy)]
pub(super) enum Budget<'a> {
    /// This process alone.
    Own(&'a Forced),
    /// All that share the store.
    Shared(&'a dyn TokenStore, &'a TokenOwner),
    /// Nobody can, so there is none.
    None,
}

impl Budget<'_> {
    pub(super) async fn take(self, now: SystemTime) -> Result<bool, TokenError> {
        match self {
            Self::Own(forced) => Ok(forced.take(now)),
            Self::Shared(store, owner) => store.may_force(owner).await.map_err(TokenError::new),
            Self::None => Ok(false),
        }
    }
}
