//! What libFuzzer says at its end, as one line a target.

/// How one target fared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) target: String,
    pub(super) ok: bool,
    /// Inputs tried.
    runs: u64,
    per_second: u64,
    /// Places of the program that were reached, of all inputs together.
    coverage: u64,
    /// Peak, in MiB.
    memory: u64,
    /// The end of what it said.
    pub(super) last_words: String,
}

/// So many lines show a panic with its place.
const LAST_LINES: usize = 40;

impl Run {
    pub(super) fn read(target: String, ok: bool, said: &str) -> Self {
        let stat = |name: &str| {
            let line = said.lines().rev().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.trim_start_matches(':').trim().parse().ok()).unwrap_or(0)
        };
        let coverage = said.lines().rev().find_map(|line| line.split_once(" cov: "));
        let coverage = coverage.and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        let lines: Vec<&str> = said.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default();
        Self {
            target,
            ok,
            runs: stat("stat::number_of_executed_units"),
            per_second: stat("stat::average_exec_per_sec"),
            coverage: coverage.unwrap_or(0),
            memory: stat("stat::peak_rss_mb"),
            last_words: last.join("\n"),
        }
    }
}

pub(super) fn table(runs: &[Run]) -> String {
    let mut text =
        format!("{:<10} {:>12} {:>9} {:>9} {:>8}\n", "target", "runs", "runs/s", "coverage", "MiB");
    for Run { target, ok, runs, per_second, coverage, memory, .. } in runs {
        let end = if *ok { "" } else { "  FINDING" };
        text.push_str(&format!(
            "{target:<10} {runs:>12} {per_second:>9} {coverage:>9} {memory:>8}{end}\n"
        ));
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "#2\tINITED cov: 5 ft: 6 corp: 1/1b exec/s: 0 rss: 30Mb\n\
        #99\tDONE   cov: 1234 ft: 99 corp: 7/7b lim: 4 exec/s: 33 rss: 41Mb\n\
        Done 99 runs in 3 second(s)\n\
        stat::number_of_executed_units: 99\n\
        stat::average_exec_per_sec:     33\n\
        stat::peak_rss_mb:              41\n";

    #[test]
    fn the_last_figures_count() {
        let run = Run::read("xml".to_owned(), true, SAID);
        assert_eq!(
            table(&[run]),
            "target             runs    runs/s  coverage      MiB\n\
             xml                  99        33      1234       41"
        );
    }

    #[test]
    fn a_finding_is_marked_and_shows_its_last_words() {
        let run = Run::read("xml".to_owned(), false, "thread panicked at src/x.rs:1:2\n");
        assert_eq!(run.last_words, "thread panicked at src/x.rs:1:2");
        assert!(table(&[run]).ends_with("FINDING"));
    }
}
