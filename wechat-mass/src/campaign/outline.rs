//! What a campaign's state goes by: a plan, or only its calls as a journal froze them.

use super::plan::Plan;
use crate::article::ArticleSource;
use crate::journal::FrozenCall;

#[derive(Clone, Copy, Debug)]
pub(super) enum Outline<'p> {
    Plan(&'p Plan),
    Frozen(&'p [FrozenCall]),
}

impl<'p> Outline<'p> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Plan(plan) => plan.chunks().len(),
            Self::Frozen(calls) => calls.len(),
        }
    }

    pub(super) fn call(self, number: usize) -> Option<FrozenCall> {
        match self {
            Self::Plan(plan) => plan.chunks().get(number).map(FrozenCall::of),
            Self::Frozen(calls) => calls.get(number).cloned(),
        }
    }

    /// What there is to upload; nothing where the content is not there.
    pub(super) fn articles(self) -> &'p [ArticleSource] {
        match self {
            Self::Plan(plan) => plan.content().articles(),
            Self::Frozen(_) => &[],
        }
    }

    pub(super) fn needs_draft(self) -> bool {
        match self {
            Self::Plan(plan) => plan.content().needs_draft(),
            Self::Frozen(_) => false,
        }
    }
}
