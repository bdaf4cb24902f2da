//! What is said before the first call: what goes through, what does not, and why.

use std::time::Duration;

use serde_json::json;
use wechat_http::{Clock as _, SystemClock};
use wechat_mass::quota::Window;

use crate::shop::{ARTICLE, SEND, SENDALL, Shop, TEXT, TWO_CALLS, list_of};

/// The line of JSON with the forecast.
fn forecast(run: &crate::program::Run) -> serde_json::Value {
    let lines = run.lines();
    lines.into_iter().find(|line| line["event"] == "forecast").expect("a forecast")
}

#[test]
fn four_messages_a_month_are_counted_and_left_out() {
    let shop = Shop::new(4);
    for number in 1..=4 {
        shop.write("followers.txt", list_of(2));
        shop.write("campaign.toml", TEXT.replace("spring", &format!("spring {number}")));
        shop.run(&[]).assert_status(0);
    }
    shop.write("followers.txt", list_of(4));
    shop.write("campaign.toml", TEXT.replace("spring", "fifth"));
    let run = shop.run(&["--only-reachable", "--json"]);
    run.assert_status(0);
    assert_eq!((&run.result()["total"], &run.result()["filtered"]), (&2.into(), &0.into()));
    assert_eq!(forecast(&run)["left_out"], 2);
    assert_eq!(shop.messages(4), [4, 4, 1, 1]);
    // The same again is the same plan, and makes no call.
    let sends = shop.count(SEND);
    shop.run(&["--only-reachable"]).assert_status(0);
    assert_eq!(shop.count(SEND), sends);
    // Somebody who was not in the list was not left out of it.
    shop.write("followers.txt", list_of(5));
    let run = shop.run(&["--only-reachable"]);
    run.assert_status(2).assert_says("2 OpenIDs, the reachable ones of a list of 4");
    run.assert_says("whoever is new is another campaign");
    shop.write("followers.txt", list_of(4));

    shop.write("campaign.toml", TEXT.replace("spring", "sixth"));
    let run = shop.run(&[]);
    run.assert_status(0).assert_says("2 may have had their four messages").assert_says("本月已满");
    // What is counted by the minute depends on how fast this is.
    let shown = |line: &&str| line.starts_with("  ") && !line.starts_with("  quota");
    let lines: Vec<&str> = run.stdout.lines().filter(shown).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_counts_is_the_month_in_which_it_may_begin() {
    let shop = Shop::new(2);
    for number in 1..=4 {
        shop.write("campaign.toml", TEXT.replace("spring", &format!("spring {number}")));
        shop.run(&[]).assert_status(0);
    }
    shop.mock.configure(|settings| settings.mass_calls_per_day = 4);
    let later = format!("not_before = 2999-01-01T00:00:00\n{TEXT}");
    shop.write("campaign.toml", &later);
    let mut run = shop.start(&["--only-reachable", "--website-sends", "3", "--json"]);
    let line = run.read_to("\"event\":\"forecast\"");
    run.kill();
    let found: serde_json::Value = serde_json::from_str(&line).unwrap();
    // Midnight in Beijing.
    let begin = 32_472_115_200_u64;
    assert_eq!(found["from"], begin);
    assert_eq!(found["days"], serde_json::json!([{ "day": begin, "calls": 1 }]), "{found}");
    assert_eq!(found["platform"]["used"], 4);
    assert_eq!((&found["left_out"], &found["reachable"]), (&0.into(), &2.into()), "{found}");
    assert_eq!((&found["had_four"], &found["to_everyone_this_month"]), (&0.into(), &0.into()));
    assert!(
        found["budgets"].as_array().unwrap().iter().all(|budget| budget["used"] == 0),
        "{found}"
    );
    let mut run = shop.start(&[]);
    run.read_to("from      2999-01-01 00:00:00 (Beijing time)");
    run.read_to("0 of 4 calls that day");
    run.kill();
}

#[test]
fn sends_of_the_website_are_stated() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT.replace("open_ids = \"followers.txt\"", "everyone = true"));
    let run = shop.run(&["--everyone", "--website-sends", "3", "--json"]);
    run.assert_status(0);
    let found = forecast(&run);
    assert_eq!(found["to_everyone_this_month"], 3);
    assert_eq!(found["on_website_this_month"], 3);
    let everyone = |window, counts: &[&str], limit, used| json!({ "window": window, "counts": counts, "limit": limit, "used": used });
    let budgets = found["budgets"].as_array().unwrap();
    let month = everyone("month", &["to_everyone", "on_website"], 4, 3);
    let day = everyone("day", &["to_everyone"], 1, 0);
    assert!(budgets.contains(&month) && budgets.contains(&day), "{found}");
    let quota = shop.operate(&["quota"]);
    quota.assert_says("to everyone this month: 1 in the record, of 4").assert_says("3 were stated");

    // It is recorded: there is none left, whether it is said again or not.
    shop.write(
        "campaign.toml",
        TEXT.replace("open_ids = \"followers.txt\"", "everyone = true").replace("spring", "summer"),
    );
    for options in [&["--everyone"][..], &["--everyone", "--website-sends", "3"]] {
        let mut run = shop.start(options);
        run.read_to("1 of 1 sends to everyone this day");
        run.read_to("4 of 4 sends to everyone this month");
        run.read_to("waits     until ");
        run.read_to("website   3 of them on mp.weixin.qq.com, as was last stated");
        let line = run.read_to("waiting until the day's or the month's quota opens: ");
        assert!(line.ends_with("-01 00:01:00 Beijing time"), "{line}");
        run.kill();
    }
    assert_eq!(shop.count(SENDALL), 1);
    // What is said later takes the place of that: two, and the one of the program.
    shop.write("campaign.toml", TEXT.replace("spring", "autumn"));
    let run = shop.run(&["--website-sends", "2", "--json"]);
    assert_eq!(forecast(run.assert_status(0))["to_everyone_this_month"], 3);
    let quota = shop.operate(&["quota", "--json"]).lines();
    assert!(quota.iter().any(|line| line["on_website"] == 2), "{quota:?}");
}

/// What kept a campaign to the month's last call is known when it is gone on with.
#[test]
fn a_resumed_campaign_knows_the_sends_of_the_website() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT.replace("open_ids = \"followers.txt\"", "everyone = true"));
    shop.mock.on(SENDALL).errcode(45028);
    shop.run(&["--everyone", "--website-sends", "3"]).assert_status(2);
    let resumed = shop.word("resume", &["--everyone"]).output().unwrap();
    let said = String::from_utf8(resumed.stdout).unwrap();
    assert!(said.contains("website   3 of them"), "{said}");
    // What its first attempt reserved is its own.
    assert!(!said.contains("waits"), "{said}");
    assert_eq!((resumed.status.code(), shop.count(SENDALL)), (Some(0), 2), "{said}");
}

#[test]
fn a_second_send_to_everyone_waits_for_the_next_day() {
    let now = SystemClock::new().now();
    if Window::Day.ends(now) < now + Duration::from_secs(60) {
        println!("left out: in Beijing the day may end between the two sends");
        return;
    }
    let shop = Shop::new(2);
    let everyone = TEXT.replace("open_ids = \"followers.txt\"", "everyone = true");
    shop.write("campaign.toml", &everyone);
    shop.run(&["--everyone"]).assert_status(0);
    shop.write("campaign.toml", everyone.replace("spring", "summer"));
    let mut run = shop.start(&["--everyone"]);
    run.read_to("1 of 1 sends to everyone this day");
    let waits = run.read_to("waits     until ");
    assert!(waits.contains("00:00:00 (Beijing time)"), "{waits}");
    run.read_to("waiting until the day's or the month's quota opens: ");
    run.kill();
    assert_eq!(shop.count(SENDALL), 1);

    // Where an account may do so, it is said in its configuration.
    shop.mock.configure(|settings| settings.to_all_per_day = 4);
    shop.write("wechat.toml", shop.config("sends_to_everyone_per_day = 4", ""));
    shop.run(&["--everyone"]).assert_status(0).assert_says("1 of 4 sends to everyone this day");
    assert_eq!(shop.count(SENDALL), 2);
}

#[test]
fn a_subscription_account_is_told_what_it_may_not() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    shop.write("wechat.toml", shop.config("kind = \"subscription\"", ""));
    shop.run(&[]).assert_status(2).assert_says("never     1 calls");
    assert_eq!(shop.count(SEND), 0);
    shop.write("wechat.toml", shop.config("kind = \"overseas\"", ""));
    shop.run(&[]).assert_status(2).assert_says("kind");
}

#[test]
fn the_platform_s_count_knows_of_others() {
    let shop = Shop::new(TWO_CALLS);
    shop.write("campaign.toml", format!("not_after = 2999-01-01T00:00:00\n{TEXT}"));
    shop.mock.configure(|settings| settings.mass_calls_per_day = 1);
    let run = shop.start(&["--json"]);
    let mut run = run;
    let line = run.read_to("\"event\":\"forecast\"");
    let found: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(found["platform"]["limit"], 1);
    assert_eq!(found["days"].as_array().unwrap().len(), 2, "{found}");
    run.kill();

    // Where it does not tell, the journal does.
    let shop = Shop::new(2);
    shop.write("campaign.toml", ARTICLE);
    shop.mock.on("/cgi-bin/openapi/quota/get").errcode(76022);
    shop.run(&[]).assert_status(0).assert_says("does not tell its count: 76022");
}
