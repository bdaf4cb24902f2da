//! The same campaign again: what was sent is recorded and not sent twice.

use std::fs::{self, OpenOptions};
use std::time::Duration;

use crate::program::run;
use crate::shop::{ARTICLE, SEND, Shop, TEXT, list_of};

#[test]
fn the_second_run_sends_nothing() {
    let shop = Shop::new(3);
    shop.run(&[]).assert_status(0).assert_says("recorded in");
    let received = shop.mock.received().len();
    let run = shop.run(&[]);
    run.assert_status(0).assert_says("resumed from").assert_says("nothing was sent by this run");
    assert_eq!(shop.mock.received().len(), received);
    assert_eq!(shop.messages(3), [1, 1, 1]);
    insta::assert_snapshot!(shop.redact(&run.output()));

    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["total"], 3);
    assert_eq!(run.result()["calls_made"], 0);
    assert_eq!(shop.mock.received().len(), received);
}

#[test]
fn the_record_may_be_elsewhere() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    let folder = shop.path("elsewhere");
    let state = ["--state", folder.to_str().unwrap()];
    shop.run(&state).assert_status(0);
    assert!(!shop.path(".wechat-mass").exists());
    shop.run(&state).assert_status(0);
    assert_eq!(shop.count(SEND), 1);
}

#[test]
fn an_edited_article_is_refused_under_the_same_name() {
    let shop = Shop::new(2);
    shop.run(&[]).assert_status(0);
    let received = shop.mock.received().len();
    shop.write("article.html", "<p>谷雨之后。</p>");
    shop.run(&[])
        .assert_status(2)
        .assert_says("the content was changed")
        .assert_says("another name");
    assert_eq!(shop.mock.received().len(), received);
    shop.write("campaign.toml", ARTICLE.replace("\"spring\"", "\"spring 2\""));
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [2, 2]);
}

#[test]
fn a_campaign_of_which_nothing_was_sent_may_be_edited() {
    let shop = Shop::new(2);
    shop.mock.on("/cgi-bin/draft/add").errcode(45008);
    shop.run(&[]).assert_status(2);
    shop.write("article.html", "<p>谷雨之后。</p>");
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [1, 1]);
}

#[test]
fn the_same_content_under_another_name_is_a_new_message() {
    let shop = Shop::new(2);
    shop.run(&[]).assert_status(0);
    shop.write("campaign.toml", ARTICLE.replace("\"spring\"", "\"spring 2\""));
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [2, 2]);
}

#[test]
fn the_same_content_to_another_list_is_refused() {
    let shop = Shop::new(4);
    shop.write("followers.txt", list_of(3));
    shop.run(&[]).assert_status(0);
    let received = shop.mock.received().len();
    shop.write("followers.txt", list_of(4));
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("added: 1 OpenIDs").assert_says("another name");
    assert_eq!(shop.mock.received().len(), received);
    assert_eq!(shop.messages(4), [1, 1, 1, 0]);
    insta::assert_snapshot!(shop.redact(&run.stderr));
}

#[test]
fn a_list_in_another_order_is_another_audience() {
    let shop = Shop::new(3);
    shop.run(&[]).assert_status(0);
    let list = list_of(3);
    let turned: String = list.lines().rev().map(|line| format!("{line}\n")).collect();
    shop.write("followers.txt", turned);
    shop.run(&[]).assert_status(2).assert_says("stand in another order");
    assert_eq!(shop.messages(3), [1, 1, 1]);
}

#[test]
fn two_programs_do_not_send_the_same_campaign() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.run(&[]).assert_status(0);
    let received = shop.mock.received().len();
    let folder = shop.journal().parent().unwrap().to_owned();
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let lock = files.filter(|file| file.extension().is_some_and(|end| end == "lock")).last();
    let held = OpenOptions::new().append(true).open(lock.expect("a lock file")).unwrap();
    held.lock().unwrap();
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("another program is sending the campaign");
    run.assert_says(
        "nothing was sent by this run (本次未发送任何消息); 1 calls of the campaign are recorded",
    );
    assert_eq!(shop.run(&["--json"]).result()["recorded_calls"], 1);
    assert_eq!(shop.mock.received().len(), received);
    drop(held);
    shop.run(&[]).assert_status(0);
}

#[test]
fn a_damaged_record_is_not_guessed() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.run(&[]).assert_status(0);
    let received = shop.mock.received().len();
    let database = rusqlite::Connection::open(shop.journal()).unwrap();
    database.execute("UPDATE entry SET fact = '{\"entry\":\"answ' WHERE id = 2", []).unwrap();
    drop(database);
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("row 2 of the table entry").assert_says("nothing is sent");
    assert_eq!(shop.mock.received().len(), received);
    insta::assert_snapshot!(shop.redact(&run.stderr));
}

#[test]
fn the_rehearsal_on_one_server_does_not_hold_for_another() {
    let shop = Shop::new(2);
    let other = Shop::new(2);
    shop.run(&[]).assert_status(0);
    other.mock.set_callback(Some(shop.callback_target()));
    let command = &mut shop.bare();
    let again = run(command.args(["--poll", "1", "--base-url", &other.listening.base_url()]));
    again.assert_status(0).assert_says("recorded in");
    assert_eq!(shop.messages(2), [1, 1]);
    assert_eq!(other.messages(2), [1, 1]);
}

/// A job that runs until the clock of the mock is moved: nothing here depends on how fast anything is.
#[cfg(unix)]
#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let shop = Shop::with(2, |mock| mock);
    // As a human does, and as systemd and Docker do.
    for (signal, phase) in [("INT", 1), ("TERM", 3)] {
        let mut running = shop.start(&["--poll", "3600"]);
        running.read_to("waiting for the jobs to end");
        running.signal(signal);
        let run = running.end();
        run.assert_status(130).assert_says("what was sent is recorded");
        assert_eq!(shop.phases()[phase], "send end", "by {signal}");
    }
    assert_eq!(shop.count(SEND), 1);

    let mut running = shop.start(&["--poll", "3600", "--json"]);
    running.read_to("waiting for the jobs to end");
    shop.mock.advance(Duration::from_secs(10));
    let run = running.end();
    run.assert_status(0);
    assert_eq!(run.result()["sent"], 2);
    assert_eq!(run.result()["reports"]["callback"], 1);
    assert_eq!(shop.count(SEND), 1);
    assert_eq!(shop.messages(2), [1, 1]);
}

/// It is tried again a minute later, which no test waits for: a run that begins anew does not wait either.
#[cfg(unix)]
#[test]
fn a_draft_that_fails_for_a_while_is_put_off() {
    let shop = Shop::new(2);
    shop.mock.on("/cgi-bin/draft/add").errcode(-1);
    let mut running = shop.start(&["--json"]);
    let line: serde_json::Value = serde_json::from_str(&running.read_to("put_off")).unwrap();
    assert_eq!(line["event"], "put_off");
    let reason = line["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("making the draft of call 1") && reason.contains("系统繁忙"),
        "{line}"
    );
    assert!(line["until"].as_u64().is_some(), "{line}");
    running.interrupt();
    running.end().assert_status(130);
    assert_eq!(shop.count(SEND), 0);
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [1, 1]);
}
