//! `delete`: job by job, within ten a day, and not without a yes.

use crate::shop::{SEND, Shop, TEXT, TWO_CALLS};

const DELETE: &str = "/cgi-bin/message/mass/delete";

#[test]
fn a_campaign_of_two_calls_is_deleted_once() {
    let shop = Shop::new(TWO_CALLS);
    shop.run(&["--json"]).assert_status(0);
    let run = shop.operate(&["delete", "spring", "--yes"]);
    run.assert_status(0).assert_says("2 jobs deleted");
    assert_eq!(shop.count(DELETE), 2);
    assert!(shop.requests(DELETE)[0].json().get("article_idx").is_none());
    shop.operate(&["status"]).assert_status(0).assert_says("deleted 20");
    shop.operate(&["list"]).assert_says("2/2 calls taken, 10,001 sent, 2 deleted (已删除)");

    let again = shop.operate(&["delete", "spring", "--yes"]);
    again.assert_status(0).assert_says("all 2 jobs were deleted before");
    assert_eq!(shop.count(DELETE), 2, "a repeat would count against the day");
    // Where nothing is left to delete, nothing is begun.
    let expected = ["send begin", "send end", "delete begin", "delete end", "delete end"];
    assert_eq!(shop.phases(), expected);
}

#[test]
fn one_article_of_it() {
    let shop = Shop::new(3);
    shop.run(&["--json"]).assert_status(0);
    shop.operate(&["delete", "spring", "--article", "1", "--yes"]).assert_status(0);
    assert_eq!(shop.requests(DELETE)[0].json()["article_idx"], 1);
    shop.operate(&["status"]).assert_says("article 1 deleted");
    // It was the only one: asked to delete the whole, the platform says 40065, and then that it is gone.
    shop.operate(&["delete", "spring", "--yes"]).assert_status(0);
    assert_eq!(shop.count(DELETE), 2);
}

#[test]
fn nothing_is_deleted_without_a_yes() {
    let shop = Shop::new(2);
    shop.run(&["--json"]).assert_status(0);
    let run = shop.operate(&["delete", "spring"]);
    run.assert_status(2).assert_says("Delete campaign spring on http://").assert_says("--yes");
    assert_eq!(shop.count(DELETE), 0);
    for (words, said) in [
        (&["delete", "summer", "--yes"][..], "no campaign \"summer\""),
        (&["delete", "spring", "--article", "0", "--yes"], "--article"),
    ] {
        shop.operate(words).assert_status(2).assert_says(said);
    }
    let none = shop.operate(&["delete", "summer", "--yes", "--json"]).result();
    assert_eq!(
        (&none["result"], none["problems"].as_array().unwrap().len()),
        (&"refused".into(), 1)
    );
    assert_eq!(shop.count(DELETE), 0);
}

#[test]
fn the_day_s_ten_deletions_are_kept_to_and_the_rest_is_left() {
    let shop = Shop::new(TWO_CALLS);
    shop.run(&["--json"]).assert_status(0);
    let journal = rusqlite::Connection::open(shop.journal()).unwrap();
    let one = "INSERT INTO spent SELECT account, 'delete', max(at) FROM spent";
    for _ in 0..9 {
        journal.execute(one, []).unwrap();
    }
    drop(journal);
    let run = shop.operate(&["delete", "spring", "--yes", "--json"]);
    let result = run.assert_status(1).result();
    assert_eq!((&result["deleted"], &result["left"]), (&1.into(), &1.into()));
    assert_eq!(shop.count(DELETE), 1);
}

#[test]
fn a_text_cannot_be_deleted_and_a_refusal_is_told() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.run(&["--json"]).assert_status(0);
    shop.operate(&["delete", "spring", "--yes"]).assert_status(2).assert_says("40008");
    assert_eq!(shop.count(DELETE), 0);

    let shop = Shop::new(2);
    shop.run(&["--json"]).assert_status(0);
    shop.mock.on(DELETE).errcode(40204);
    let run = shop.operate(&["delete", "spring", "--yes"]);
    run.assert_status(1).assert_says("40204").assert_says("0 jobs deleted, 1 could not be");
    shop.operate(&["delete", "spring", "--yes"]).assert_status(0);
}

/// Day 3 of ten: whoever takes the message back does not want it to go out to the others meanwhile.
#[test]
fn a_campaign_with_calls_to_come_is_stopped_before_it_is_deleted() {
    let shop = Shop::new(TWO_CALLS);
    shop.say("canary", &["--poll", "1"]).assert_status(0);
    let run = shop.operate(&["delete", "spring", "--yes"]);
    run.assert_status(0).assert_says("1 jobs deleted (已删除)");
    run.assert_says("warning: call 2 can still be made: the campaign is stopped first");
    run.assert_says("the campaign is stopped: no further call is made until `wechat-cli resume`");
    shop.operate(&["status"]).assert_says("已被人工停止");
    shop.run(&[]).assert_says("已被人工停止").assert_says("wechat-cli resume");
    assert_eq!(shop.count(SEND), 1);
    let again = shop.operate(&["delete", "spring", "--yes"]);
    again.assert_status(0).assert_says("all 1 jobs were deleted before");
}

/// Each call has a draft of its own, with all articles: the next one would send the deleted one again.
#[test]
fn a_campaign_is_stopped_before_one_article_of_it_is_deleted() {
    let shop = Shop::new(TWO_CALLS);
    shop.say("canary", &["--poll", "1"]).assert_status(0);
    let run = shop.operate(&["delete", "spring", "--article", "1", "--yes"]);
    run.assert_status(0).assert_says("1 jobs deleted (已删除)");
    run.assert_says("warning: call 2 can still be made: the campaign is stopped first");
    run.assert_says("`wechat-cli resume` says go on, which would send this article again (已停止)");
    shop.run(&[]).assert_says("已被人工停止").assert_says("wechat-cli resume");
    assert_eq!(shop.count(SEND), 1);
    shop.say("resume", &["--poll", "1"]).assert_status(0);
    assert_eq!(shop.count(SEND), 2);
}

#[cfg(unix)]
#[test]
fn a_call_of_which_nobody_knows_is_named() {
    let shop = Shop::new(TWO_CALLS);
    shop.mock.on(SEND).nth(2).answer_lost();
    let mut running = shop.start(&[]);
    running.read_to("waiting to ask with the same key");
    running.interrupt();
    running.end().assert_status(130);

    let run = shop.operate(&["delete", "spring", "--yes", "--json"]);
    let result = run.assert_status(1).result();
    assert_eq!((&result["deleted"], &result["undecided"]), (&1.into(), &serde_json::json!([2])));
    assert_eq!((&result["left"], &result["stopped"]), (&0.into(), &true.into()));
    let again = shop.operate(&["delete", "spring", "--yes"]);
    again.assert_status(1).assert_says("call 2 is undecided").assert_says("wechat-cli resolve");
    shop.run(&[]);
    assert_eq!(shop.count(SEND), 2, "its repeat could send");

    let job = shop.mock.jobs()[1].msg_id.to_string();
    shop.say("resolve", &["--call", "2", "--sent", "--job", &job]).assert_status(0);
    shop.operate(&["delete", "spring", "--yes"]).assert_status(0).assert_says("1 jobs deleted");
    assert_eq!(shop.count(DELETE), 2);
}

#[test]
fn after_a_lost_answer_nobody_knows_whether_it_was_deleted() {
    let shop = Shop::new(2);
    shop.run(&["--json"]).assert_status(0);
    // As often as the program asks.
    shop.mock.on(DELETE).times(3).answer_lost();
    let run = shop.operate(&["delete", "spring", "--yes"]);
    run.assert_status(1)
        .assert_says("it is unknown whether job")
        .assert_says("run the same command again");
    assert!(!run.output().contains("was not deleted"), "{}", run.output());
    shop.operate(&["delete", "spring", "--yes"]).assert_status(0);
}
