//! What becomes of the account's budgets when it is known what a call came to.

use std::time::SystemTime;

use super::ChunkState;
use crate::campaign::verdict::Answer;
use crate::journal::Rebooked;
use crate::quota::{Spend, Window};

impl ChunkState {
    /// What becomes of the account's budgets by an answer, where a first attempt draws `spend`: nothing was sent, or
    /// it was sent by an attempt on another day than the first.
    pub(in crate::campaign) fn rebooked(&self, answer: &Answer, spend: Spend) -> Vec<Rebooked> {
        match (answer, self.first_attempt.zip(self.last_attempt)) {
            (
                Answer::NotSent { .. } | Answer::Rejected { .. } | Answer::Mistaken { .. },
                Some((first, _)),
            ) => given_back(first, spend),
            (Answer::Accepted { already: false, .. }, Some((first, last)))
                if Window::Day.began(first) != Window::Day.began(last) =>
            {
                let mut rebooked = given_back(first, spend);
                let sent = rebooked.first().map(|_| Rebooked::new(last, spend.again(), spend));
                rebooked.extend(sent);
                rebooked
            }
            _ => Vec::new(),
        }
    }

    /// The same by a human's word that nothing was sent.
    pub(in crate::campaign) fn rebooked_as_not_sent(&self, spend: Spend) -> Vec<Rebooked> {
        self.first_attempt.map(|first| given_back(first, spend)).unwrap_or_default()
    }
}

/// What was reserved at a first attempt was an attempt only. Lists are counted by their calls alone.
fn given_back(first: SystemTime, spend: Spend) -> Vec<Rebooked> {
    let again = spend.again();
    if again == spend { Vec::new() } else { vec![Rebooked::new(first, spend, again)] }
}
