//! The shipped example on the embedded mock: one command, without account or network.

use std::path::PathBuf;

use crate::program::{Run, program, run};
use crate::shop::{example, redact_ids};

/// Runs the example as it is shipped, in the folder above the examples as its reader would.
fn example_run(options: &[&str]) -> Run {
    let home = tempfile::tempdir().unwrap();
    let mut command = program(home.path());
    command.current_dir(root()).args(["send", "examples/spring-sale/campaign.toml"]);
    run(command.args(options))
}

fn root() -> PathBuf {
    example().join("../..")
}

#[test]
fn the_example_reaches_all_on_its_list() {
    let run = example_run(&["--json"]);
    run.assert_status(0);
    for line in run.lines() {
        assert_eq!(line["server"], "embedded mock", "{line}");
        assert!(line["event"].is_string(), "{line}");
    }
    let result = run.result();
    assert_eq!(result["exit"], 0);
    assert_eq!(result["result"], "success");
    assert_eq!(result["jobs"], 3);
    assert_eq!(result["recipients"], 25_003);
    assert_eq!(result["total"], 25_003);
    let count = |name: &str| result[name].as_u64().unwrap();
    assert_eq!(count("sent") + count("filtered") + count("failed"), 25_003);
    assert_eq!(result["reports"]["callback"], 3);
    assert_eq!(result["reports"]["status_query"], 0);
    let calls = result["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 3);
    for call in calls {
        assert_eq!(call["total"], call["recipients"]);
        assert_eq!(call["status"], "send success");
        assert_eq!(call["report_from"], "callback");
        assert_eq!(call["article_urls"].as_array().unwrap().len(), 1);
    }
    // Nothing is left behind beside the campaign: the next rehearsal begins anew.
    assert!(!example().join(".wechat-mass").exists());
}

#[test]
fn the_plain_output_says_that_nobody_is_reached() {
    let run = example_run(&[]);
    run.assert_status(0);
    assert_eq!(run.stderr, "");
    assert_eq!(run.stdout.matches(": send success (by callback)").count(), 3);
    insta::assert_snapshot!(redact_ids(&run.stdout));
}

#[test]
fn a_dry_run_sends_nothing() {
    let run = example_run(&["--dry-run"]);
    run.assert_status(0);
    insta::assert_snapshot!(redact_ids(&run.stdout));
    let run = example_run(&["--dry-run", "--json"]);
    run.assert_status(0);
    let lines = run.lines();
    assert_eq!(lines.len(), 1, "{}", run.stdout);
    assert_eq!(lines[0]["event"], "plan");
    assert_eq!(lines[0]["dry_run"], true);
    assert_eq!(lines[0]["server"], "embedded mock");
    assert_eq!(lines[0]["recipients"], 25_003);
}

/// Rehearses a text for an audience that only the platform knows.
fn rehearse(audience: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("campaign.toml");
    let text = format!("name = \"a\"\ntext = \"茶\"\n[audience]\n{audience}\n");
    std::fs::write(&file, text).unwrap();
    let mut command = program(folder.path());
    let run = run(command.arg("send").arg(&file).arg("--everyone"));
    run.assert_status(0).assert_says("on 1000 invented followers").assert_says("      1,000  ");
}

#[test]
fn everyone_is_rehearsed_on_invented_followers() {
    rehearse("everyone = true");
}

#[test]
fn a_tag_is_rehearsed_on_invented_followers() {
    rehearse("tag = 134");
}
