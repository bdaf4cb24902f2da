//! A human decides about a call of which nobody knows.

use crate::shop::{SEND, Shop, TEXT, list_of};

/// A call whose answer was lost, more than a day ago: the record is made older.
#[cfg(unix)]
fn undecided(taken: bool) -> Shop {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    lose_answer(&shop, taken, &[]);
    shop
}

#[cfg(unix)]
fn lose_answer(shop: &Shop, taken: bool, options: &[&str]) {
    let fault = shop.mock.on(SEND);
    if taken {
        fault.answer_lost();
    } else {
        fault.reset();
    }
    let mut running = shop.start(options);
    running.read_to("waiting to ask with the same key");
    running.interrupt();
    running.end().assert_status(130);
    shop.make_record_older(25);
}

#[cfg(unix)]
#[test]
fn what_was_sent_is_said_to_be_so() {
    let shop = undecided(true);
    let run = shop.run(&[]);
    run.assert_status(3).assert_says("wechat-cli resolve");
    let shown = shop.say("resolve", &[]);
    shown.assert_status(3);
    insta::assert_snapshot!(shop.redact(&shown.output()));
    // The callback came, and nobody knew whose job it was.
    let job = shop.mock.jobs()[0].msg_id.to_string();
    shown.assert_says(&format!("job {job} is no known call's"));
    let decided = shop.say("resolve", &["--call", "1", "--sent", "--job", &job]);
    decided.assert_status(0).assert_says("已裁定为已发送");
    // A look at what is to be decided is no action.
    assert_eq!(shop.phases().iter().filter(|phase| phase.starts_with("resolve")).count(), 2);
    let line = shop.actions().pop().unwrap();
    assert_eq!(line["outcome"], format!("call 1: sent as job {job}"));
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["sent"], 2);
    assert_eq!(shop.count(SEND), 1);
    assert_eq!(shop.messages(2), [1, 1]);
    shop.say("resolve", &[]).assert_status(0).assert_says("there is nothing to decide");
}

#[cfg(unix)]
#[test]
fn what_was_not_sent_is_sent() {
    let shop = undecided(false);
    shop.run(&[]).assert_status(3);
    shop.say("resolve", &["--call", "1", "--not-sent"]).assert_status(0);
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.count(SEND), 2);
    assert_eq!(shop.messages(2), [1, 1]);
    let sends = shop.requests(SEND);
    assert_eq!(sends[0].json()["clientmsgid"], sends[1].json()["clientmsgid"]);
}

#[cfg(unix)]
#[test]
fn it_is_about_what_was_sent_whatever_the_file_says() {
    let shop = Shop::new(4);
    shop.write("followers.txt", list_of(2));
    for number in 1..=4 {
        shop.write("campaign.toml", TEXT.replace("spring", &format!("spring {number}")));
        shop.run(&[]).assert_status(0);
    }
    // Two of four are left out.
    shop.write("followers.txt", list_of(4));
    shop.write("campaign.toml", TEXT);
    lose_answer(&shop, false, &["--only-reachable"]);
    shop.say("resolve", &[]).assert_status(3).assert_says("call 1: ");
    shop.write("campaign.toml", TEXT.replace("followers.txt", "gone.txt"));
    let run = shop.say("resolve", &["--json"]);
    run.assert_status(3);
    assert_eq!(run.lines()[0]["calls"][0]["recipients"], 2);
    shop.say("resolve", &["--call", "1", "--not-sent"]).assert_status(0);
    shop.write("campaign.toml", TEXT);
    shop.run(&["--only-reachable"]).assert_status(0);
    assert_eq!(shop.messages(4), [4, 4, 1, 1]);
    // What was never begun has nothing to decide, and is not begun by asking.
    shop.write("campaign.toml", TEXT.replace("spring", "summer"));
    shop.say("resolve", &[])
        .assert_status(2)
        .assert_says("no call of the campaign \"summer\" was made");
}

#[test]
fn what_cannot_be_decided_is_refused() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    let nothing = shop.say("resolve", &[]);
    nothing.assert_status(2).assert_says("there is no record").assert_says("--journal");
    shop.run(&[]).assert_status(0);
    for (options, problem) in [
        (&["--call", "1", "--not-sent"][..], "it is known what became of the call"),
        (&["--call", "2", "--sent"], "the campaign has the calls 1 to 1"),
        (&["--call", "1"], "--sent or --not-sent"),
        (&["--call", "1", "--sent", "--not-sent"], "cannot be used with"),
        (&["--job", "7"], "--sent"),
    ] {
        shop.say("resolve", options).assert_status(2).assert_says(problem);
    }
}
