//! What keeps a campaign from its next call, and the words that let it go: stop, canary, resume.

use wechat_mock::Verdict;

use crate::program::{program, run};
use crate::shop::{SEND, Shop, TEXT, TWO_CALLS};

/// A text in two calls, of which the second waits for the report of the first.
fn canary() -> Shop {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", format!("canary = true\n{TEXT}"));
    shop
}

#[test]
fn a_failed_job_keeps_the_rest_back_until_resume() {
    let shop = canary();
    shop.mock.next_job_verdict(Verdict::Refused(20008));
    let first = shop.run(&[]);
    first.assert_status(1).assert_says("err(20008)").assert_says("wechat-cli resume");
    assert_eq!(shop.count(SEND), 1);
    insta::assert_snapshot!(shop.redact(&first.output()));
    let again = shop.run(&["--json"]);
    again.assert_status(1);
    assert_eq!(again.result()["needs"], "resume");
    assert_eq!(shop.count(SEND), 1);

    let run = shop.say("resume", &["--json", "--poll", "1"]);
    run.assert_status(1);
    assert_eq!(run.result()["calls"][1]["status"], "send success");
    assert_eq!(run.result()["needs"], serde_json::Value::Null);
    assert_eq!(shop.count(SEND), 2);
}

#[test]
fn a_canary_goes_alone_and_the_rest_follows() {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", TEXT);
    for _ in 0..2 {
        let run = shop.say("canary", &["--poll", "1"]);
        run.assert_status(0).assert_says("only the first call was to be made (canary)");
        run.assert_says("look at it, then send the others (首批成功)");
        assert_eq!(shop.count(SEND), 1);
    }
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.count(SEND), 2);
    assert!(shop.messages(TWO_CALLS).iter().all(|count| *count == 1));
}

#[test]
fn a_stop_outlives_the_programs_until_resume() {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", TEXT);
    shop.say("canary", &["--poll", "1"]).assert_status(0);
    // Whatever else is in the campaign file.
    shop.write("campaign.toml", "name = \"spring\"\nbeing = \"edited\"\n");
    let stop = shop.say("stop", &[]);
    stop.assert_status(0);
    insta::assert_snapshot!(shop.redact(&stop.output()), @"stopped spring: no further call is made until `wechat-cli resume` says go on (已停止，需用 resume 继续)");
    shop.write("campaign.toml", TEXT);
    for _ in 0..2 {
        let run = shop.run(&[]);
        run.assert_status(1).assert_says("已被人工停止").assert_says("wechat-cli resume");
        assert_eq!(shop.count(SEND), 1);
    }
    shop.say("resume", &["--poll", "1"]).assert_status(0);
    assert_eq!(shop.count(SEND), 2);
    let actions = shop.actions();
    let stop = actions.iter().rfind(|line| line["command"] == "stop").expect("a stop");
    assert_eq!((&stop["campaign"], &stop["outcome"]), (&"spring".into(), &"stopped".into()));
}

#[test]
fn a_running_campaign_is_stopped_by_another_program() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", format!("not_before = 2999-01-01T00:00:00\n{TEXT}"));
    let mut running = shop.start(&[]);
    running.read_to("not_before");
    shop.say("stop", &["--json"]).assert_status(0);
    let run = running.end();
    run.assert_status(2).assert_says("stopped by another program").assert_says("wechat-cli resume");
    assert_eq!(shop.count(SEND), 0);
    // Of which no call was made, is begun by send; but that says no more than before.
    shop.write("campaign.toml", TEXT);
    shop.run(&[]).assert_status(2).assert_says("已被人工停止");
    assert_eq!(shop.count(SEND), 0);
    shop.operate(&["status"]).assert_says("no call, until `resume` says go on");
    shop.say("resume", &["--poll", "1"]).assert_status(0);
    assert_eq!(shop.count(SEND), 1);
}

#[test]
fn what_was_not_begun_is_neither_resumed_nor_stopped() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.say("stop", &[])
        .assert_status(2)
        .assert_says("there is no record")
        .assert_says("--journal");
    assert!(!shop.path(".wechat-mass").exists());
    let resumed = shop.say("resume", &[]);
    resumed.assert_status(2).assert_says("there is no record").assert_says("begin it with send");
    assert!(!shop.path(".wechat-mass").exists(), "a record is begun by resuming nothing");
    for word in ["stop", "resume"] {
        let mut bare = program(&shop.path(""));
        let run = run(bare.arg(word).arg(shop.path("campaign.toml")));
        run.assert_status(2).assert_says("embedded mock");
    }
    shop.assert_untouched();
}

#[test]
fn an_offer_that_has_ended_is_not_sent() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", format!("not_after = 2026-01-01T20:00:00\n{TEXT}"));
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("nothing is sent after 2026-01-01 20:00:00, Beijing time");
    assert_eq!(shop.count(SEND), 0);
    insta::assert_snapshot!(shop.redact(&run.output()));
}

#[cfg(unix)]
#[test]
fn an_overdue_job_is_told() {
    let shop = Shop::with(2, |mock| mock);
    shop.write("campaign.toml", TEXT);
    let mut running = shop.start(&["--poll", "3600"]);
    running.read_to("waiting for the jobs to end");
    running.interrupt();
    running.end().assert_status(130);
    shop.make_record_older(3);
    let mut running = shop.start(&["--poll", "3600", "--overdue", "3"]);
    running.read_to("has had no final report for 3 hours (超时未报告)");
    running.read_to("waiting for the jobs to end");
    running.interrupt();
    running.end().assert_status(130);
    shop.make_record_older(4);
    let status = shop.operate(&["status"]);
    status.assert_status(4).assert_says(": overdue\n");
}
