//! The same campaign again: what was sent is recorded and not sent twice.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
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
fn an_edited_article_is_a_new_message() {
    let shop = Shop::new(2);
    shop.run(&[]).assert_status(0);
    shop.write("article.html", "<p>谷雨之后。</p>");
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [2, 2]);
    shop.write("cover.jpg", crate::shop::png());
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [3, 3]);
    let keys: Vec<_> =
        shop.requests(SEND).iter().map(|r| r.json()["clientmsgid"].to_string()).collect();
    assert_eq!(keys.len(), 3);
    assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2], "{keys:?}");
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
    run.assert_status(2).assert_says("to another audience").assert_says("another name");
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
    shop.run(&[]).assert_status(2).assert_says("to another audience");
    assert_eq!(shop.messages(3), [1, 1, 1]);
}

#[test]
fn two_programs_do_not_send_the_same_campaign() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.run(&[]).assert_status(0);
    let received = shop.mock.received().len();
    let held = OpenOptions::new().read(true).append(true).open(shop.journal()).unwrap();
    held.lock().unwrap();
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("another program is sending this campaign");
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
    let journal = shop.journal();
    let text = fs::read_to_string(&journal).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[2] = "{\"entry\":\"answ";
    fs::write(&journal, lines.join("\n") + "\n").unwrap();
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("line 3 cannot be read").assert_says("nothing is sent");
    assert_eq!(shop.mock.received().len(), received);
    insta::assert_snapshot!(shop.redact(&run.stderr));
}

#[test]
fn a_torn_last_line_is_cut_off() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.run(&[]).assert_status(0);
    let received = shop.mock.received().len();
    let mut journal = OpenOptions::new().append(true).open(shop.journal()).unwrap();
    journal.write_all(b"{\"entry\":").unwrap();
    drop(journal);
    let run = shop.run(&[]);
    run.assert_status(0).assert_says("a torn last line of 9 bytes was cut off");
    assert_eq!(shop.mock.received().len(), received);
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
    let mut running = shop.start(&["--poll", "3600"]);
    running.read_to("waiting for the jobs to end");
    running.interrupt();
    let run = running.end();
    run.assert_status(130).assert_says("what was sent is recorded");
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
