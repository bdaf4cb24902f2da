//! What all kills together came to.

use std::collections::BTreeMap;
use std::fmt;

use super::campaign::FOLLOWERS;
use super::inboxes::Inboxes;

/// Campaigns, kills by phase, and who has what.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) campaigns: u32,
    /// Lines of the longest run that came to its end by itself.
    pub(super) longest: u64,
    kills: BTreeMap<&'static str, u32>,
    freezes: BTreeMap<&'static str, u32>,
    /// Times the database was away.
    pub(super) outages: u32,
    reached: u64,
    doubles: u64,
    losses: u64,
}

impl Default for Tally {
    fn default() -> Self {
        let kills = BTreeMap::new();
        // The first guess: five calls, each with draft, intent and answer, and what is before.
        let freezes = BTreeMap::new();
        Self {
            campaigns: 0,
            longest: 20,
            kills,
            freezes,
            outages: 0,
            reached: 0,
            doubles: 0,
            losses: 0,
        }
    }
}

impl Tally {
    pub(super) fn killed(&mut self, phase: &'static str) {
        *self.kills.entry(phase).or_default() += 1;
    }

    pub(super) fn frozen(&mut self, phase: &'static str) {
        *self.freezes.entry(phase).or_default() += 1;
    }

    pub(super) fn kills(&self) -> u32 {
        self.kills.values().sum()
    }

    /// A campaign came to its end.
    pub(super) fn add(&mut self, found: &Inboxes) {
        self.campaigns += 1;
        self.reached += found.one;
        self.doubles += found.more;
        // Whoever the mock does not even count is lost too.
        let counted = found.none + found.one + found.more;
        self.losses += found.none + (FOLLOWERS as u64).saturating_sub(counted);
    }

    pub(super) fn is_good(&self) -> bool {
        self.doubles == 0 && self.losses == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (phase, kills) in &self.kills {
            writeln!(f, "{kills:>6}  killed while {phase}")?;
        }
        for (phase, freezes) in &self.freezes {
            writeln!(f, "{freezes:>6}  frozen while {phase}")?;
        }
        if self.outages > 0 {
            writeln!(f, "{:>6}  times without the database", self.outages)?;
        }
        write!(
            f,
            "crash: {} kills in {} campaigns, {} messages: {} doubles, {} losses",
            self.kills(),
            self.campaigns,
            self.reached,
            self.doubles,
            self.losses
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_and_losses_are_told() {
        let mut tally = Tally::default();
        tally.killed("sending");
        tally.add(&Inboxes { none: 0, one: FOLLOWERS as u64, more: 0 });
        assert!(tally.is_good());
        let text = tally.to_string();
        assert!(text.ends_with("1 kills in 1 campaigns, 45003 messages: 0 doubles, 0 losses"));
        tally.add(&Inboxes { none: 1, one: 45_000, more: 1 });
        assert!(!tally.is_good());
        assert!(tally.to_string().ends_with("1 doubles, 2 losses"), "{tally}");
    }
}
