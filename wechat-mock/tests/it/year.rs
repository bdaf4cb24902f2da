//! A year of a small account; the example `year` runs it with a million followers.

use crate::simulation::{Summary, year};

fn run(seed: u64) -> Summary {
    year(1000, seed).unwrap_or_else(|problem| panic!("seed {seed}: {problem}"))
}

#[test]
fn a_year_with_faults_reconciles() {
    let (mut faults, mut found_again, mut unreported, mut failed) = (0, 0, 0, 0);
    for seed in 1..=4 {
        let summary = run(seed);
        // Twelve months of four sends, and one more in each quarter.
        assert_eq!(summary.sends, 12 * 4 + 4, "seed {seed}");
        assert!(summary.messages > 25_000, "seed {seed}: {summary}");
        faults += summary.faults;
        found_again += summary.found_again;
        unreported += summary.unreported;
        failed += summary.failed_jobs;
    }
    // It would prove nothing if nothing had gone wrong.
    let all = (faults, found_again, unreported, failed);
    assert!(faults > 20 && found_again > 0 && unreported > 0 && failed > 0, "{all:?}");
}

#[test]
fn a_year_is_the_same_with_the_same_seed() {
    let (first, second, other) = (run(7), run(7), run(8));
    assert_eq!(first, second);
    assert_ne!(first.hash, other.hash);
}
