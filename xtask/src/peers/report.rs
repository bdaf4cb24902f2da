//! What the scripts print: read, judged, and shown as one table.

/// What one SDK's script said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    sdk: String,
    version: String,
    results: Vec<StepResult>,
}

#[derive(Debug, PartialEq, Eq)]
struct StepResult {
    step: String,
    ok: bool,
    /// What is worth knowing; for a failed step what went wrong.
    note: String,
}

impl Report {
    fn of(&self, step: &str) -> Option<&StepResult> {
        self.results.iter().find(|result| result.step == step)
    }

    fn title(&self) -> String {
        format!("{} {}", self.sdk, self.version)
    }
}

/// Reads a script's lines: `sdk NAME VERSION`, then `ok` or `failed`, step, note; tabs between.
pub(super) fn read(said: &str) -> Result<Report, String> {
    let mut lines = said.lines();
    let first: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let ["sdk", sdk, version] = first[..] else {
        return Err(format!("the first line names no SDK: {first:?}"));
    };
    let mut results = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split('\t').collect();
        let (ok, step, note) = match words[..] {
            ["ok", step, note] => (true, step, note),
            ["failed", step, note] => (false, step, note),
            _ => return Err(format!("a line that says nothing of a step: {line:?}")),
        };
        results.push(StepResult { step: step.to_owned(), ok, note: note.to_owned() });
    }
    Ok(Report { sdk: sdk.to_owned(), version: version.to_owned(), results })
}

/// One row a step, one column an SDK; below it the notes of the steps that went well.
pub(super) fn table(steps: &[&str], reports: &[Report]) -> String {
    let width = steps.iter().map(|step| step.len()).max().unwrap_or_default();
    let titles: Vec<String> = reports.iter().map(Report::title).collect();
    let mut text = row("step", width, &titles, &titles);
    for step in steps {
        let cells: Vec<String> = reports
            .iter()
            .map(|report| match report.of(step) {
                Some(result) if result.ok => "ok".to_owned(),
                Some(_) => "FAILED".to_owned(),
                None => "not run".to_owned(),
            })
            .collect();
        text.push_str(&row(step, width, &cells, &titles));
    }
    for report in reports {
        for result in report.results.iter().filter(|result| result.ok && !result.note.is_empty()) {
            text.push_str(&format!("{}, {}: {}\n", report.sdk, result.step, result.note));
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn row(head: &str, width: usize, cells: &[String], titles: &[String]) -> String {
    let mut line = format!("{head:<width$}");
    for (cell, title) in cells.iter().zip(titles) {
        line.push_str(&format!("  {cell:<width$}", width = title.len()));
    }
    format!("{}\n", line.trim_end())
}

/// Everything that is not as it should be: failed, left out, or unknown here.
pub(super) fn problems(steps: &[&str], reports: &[Report]) -> Vec<String> {
    let mut problems = Vec::new();
    for report in reports {
        let sdk = &report.sdk;
        for step in steps.iter().filter(|step| report.of(step).is_none()) {
            problems.push(format!("{sdk}, {step}: not run"));
        }
        for StepResult { step, ok, note } in &report.results {
            if !ok {
                problems.push(format!("{sdk}, {step}: {note}"));
            }
            if !steps.contains(&step.as_str()) {
                problems.push(format!("{sdk}, {step}: no step that xtask knows"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[&str] = &["token", "a longer one"];

    fn both(first: &str, second: &str) -> Vec<Report> {
        vec![read(first).unwrap(), read(second).unwrap()]
    }

    #[test]
    fn all_well_is_a_table_with_notes_and_no_problem() {
        let reports = both(
            "sdk\tpy\t1.0\nok\ttoken\t\nok\ta longer one\tby hand\n",
            "sdk\tnode\t2\nok\ttoken\t\nok\ta longer one\t\n",
        );
        assert_eq!(
            table(STEPS, &reports),
            "step          py 1.0  node 2\n\
             token         ok      ok\n\
             a longer one  ok      ok\n\
             py, a longer one: by hand"
        );
        assert_eq!(problems(STEPS, &reports), [""; 0]);
    }

    #[test]
    fn failed_left_out_and_unknown_steps_are_problems() {
        let reports = both(
            "sdk\tpy\t1.0\nfailed\ttoken\t1 instead of 2\nok\ta longer one\t\n",
            "sdk\tnode\t2\nok\ttoken\t\nok\tanother\t\n",
        );
        assert_eq!(
            table(STEPS, &reports),
            "step          py 1.0  node 2\n\
             token         FAILED  ok\n\
             a longer one  ok      not run"
        );
        assert_eq!(
            problems(STEPS, &reports),
            [
                "py, token: 1 instead of 2",
                "node, a longer one: not run",
                "node, another: no step that xtask knows",
            ]
        );
    }

    #[test]
    fn a_step_that_failed_once_has_failed() {
        let text = "sdk\tpy\t1\nok\ttoken\t\nfailed\ttoken\tno\nok\ta longer one\t\n";
        assert_eq!(problems(STEPS, &[read(text).unwrap()]), ["py, token: no"]);
    }

    #[test]
    fn other_output_is_an_error() {
        assert!(read("").unwrap_err().contains("names no SDK"));
        let error = read("sdk\tpy\t1\nTraceback\n").unwrap_err();
        assert!(error.contains("Traceback"), "{error}");
    }
}
