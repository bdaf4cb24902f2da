//! What all seeds together came to, and how to see a failed one again.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};

use crate::options::Options;
use crate::stage::Played;

/// Failed seeds after which nobody needs another one.
const ENOUGH: usize = 5;

/// The seeds so far.
#[derive(Debug)]
pub(crate) struct Summary {
    options: Options,
    played: u64,
    counts: BTreeMap<&'static str, u64>,
    failed: BTreeMap<u64, Vec<String>>,
    terminal: bool,
}

impl Summary {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            options: *options,
            played: 0,
            counts: BTreeMap::new(),
            failed: BTreeMap::new(),
            terminal: std::io::stdout().is_terminal(),
        }
    }

    pub(crate) fn add(&mut self, seed: u64, played: Played) {
        self.played += 1;
        for (what, count) in played.counts {
            *self.counts.entry(what).or_default() += count;
        }
        if self.options.verbose {
            println!("seed {seed}\n{}", played.story.join("\n"));
        }
        if !played.violations.is_empty() {
            self.failed.insert(seed, played.violations);
        }
        self.progress();
    }

    pub(crate) fn is_good(&self) -> bool {
        self.failed.is_empty()
    }

    pub(crate) fn is_enough(&self) -> bool {
        self.failed.len() >= if self.options.until_failure { 1 } else { ENOUGH }
    }

    fn progress(&self) {
        if self.options.json || self.options.verbose {
            return;
        }
        let (seeds, failed) = (self.options.seeds, self.failed.len());
        let step = (seeds / if self.terminal { 100 } else { 10 }).max(1);
        if !self.played.is_multiple_of(step) {
            return;
        }
        if self.terminal {
            print!("\r{} of {seeds} seeds, {failed} failed", self.played);
            if self.played == seeds {
                println!();
            }
            // Progress that cannot be shown is no reason to stop.
            let _ = std::io::stdout().flush();
        } else {
            println!("{} of {seeds} seeds, {failed} failed", self.played);
        }
    }

    pub(crate) fn print(&self) {
        if self.options.json {
            let failed: Vec<_> = self
                .failed
                .iter()
                .map(|(seed, violated)| serde_json::json!({ "seed": seed, "violated": violated }))
                .collect();
            let result = serde_json::json!({
                "seeds": self.played,
                "from": self.options.from,
                "counts": self.counts,
                "failed": failed,
            });
            println!("{result}");
            return;
        }
        for (seed, violations) in &self.failed {
            println!("\nseed {seed} failed:");
            for violation in violations {
                println!("  {violation}");
            }
            println!("  again: cargo xtask simulate --seeds 1 --from {seed} --verbose");
        }
        println!();
        for (what, count) in &self.counts {
            println!("{count:>10}  {what}");
        }
        println!("simulate: {} seeds, {} failed", self.played, self.failed.len());
    }
}
