//! `followers`: counted, and written to a file that a second run goes on with.

use std::fs;

use wechat_types::user::GetFollowers;

use crate::shop::{Shop, TEXT, TWO_CALLS, fan, list_of};

const LIST: &str = "/cgi-bin/user/get";

#[test]
fn they_are_counted() {
    let shop = Shop::new(3);
    shop.operate(&["followers", "count"]).assert_status(0).assert_says("3 followers on http://");
    assert_eq!(shop.operate(&["followers", "count", "--json"]).result()["total"], 3);
}

#[test]
fn all_pages_come_into_one_file_that_send_reads() {
    let shop = Shop::new(TWO_CALLS);
    let run = shop.operate(&["followers", "export", "all.txt"]);
    run.assert_status(0).assert_says("10,001 OpenIDs in all.txt");
    assert_eq!(shop.read("all.txt"), list_of(TWO_CALLS));
    assert_eq!(left_beside(&shop), ["all.txt"]);
    let again = shop.operate(&["followers", "export", "all.txt"]);
    again.assert_status(2).assert_says("all.txt: the file is there already");

    shop.write("campaign.toml", TEXT.replace("followers.txt", "all.txt"));
    shop.run(&["--dry-run"]).assert_status(0).assert_says("10,001 followers");
}

#[test]
fn after_a_used_up_quota_the_same_command_goes_on() {
    let shop = Shop::new(TWO_CALLS);
    shop.mock.on(LIST).nth(2).errcode(45009);
    let stopped = shop.operate(&["followers", "export", "all.txt"]);
    stopped.assert_status(1).assert_says("45009").assert_says("stopped after 10000 OpenIDs");
    assert!(!shop.path("all.txt").exists(), "a part is not the list");
    assert_eq!(left_beside(&shop), ["all.txt.cursor", "all.txt.part"]);
    // A page that was torn when the machine went down.
    let mut part = shop.read("all.txt.part");
    part.push_str("oTESTfan00000000");
    shop.write("all.txt.part", part);

    let asked = shop.count(LIST);
    let done = shop.operate(&["followers", "export", "all.txt"]);
    done.assert_status(0).assert_says("goes on after 10,000 OpenIDs");
    assert_eq!(shop.read("all.txt"), list_of(TWO_CALLS));
    let first = &shop.mock.received_as::<GetFollowers>()[asked];
    assert_eq!(first.after, Some(fan(9_999)));
    assert_eq!(left_beside(&shop), ["all.txt"]);
}

/// An export that was stopped after its first page.
fn stopped() -> Shop {
    let shop = Shop::new(TWO_CALLS);
    shop.mock.on(LIST).nth(2).errcode(45009);
    shop.operate(&["followers", "export", "all.txt"]).assert_status(1);
    shop
}

#[test]
fn it_begins_anew_when_the_last_one_has_left() {
    let shop = stopped();
    shop.mock.on(LIST).errcode(40003);
    let done = shop.operate(&["followers", "export", "all.txt"]);
    done.assert_status(0).assert_says("10,001 OpenIDs in all.txt");
    assert_eq!(shop.read("all.txt"), list_of(TWO_CALLS));
    assert_eq!(left_beside(&shop), ["all.txt"]);

    // While it is read there is no later place either; the next run begins anew.
    fs::remove_file(shop.path("all.txt")).unwrap();
    shop.mock.on(LIST).nth(2).errcode(40003);
    let stopped = shop.operate(&["followers", "export", "all.txt"]);
    stopped.assert_status(1).assert_says("the same command begins it anew");
    assert!(!stopped.output().contains("will not help"), "{}", stopped.output());
    shop.operate(&["followers", "export", "all.txt"]).assert_status(0);
    assert_eq!(shop.read("all.txt"), list_of(TWO_CALLS));
}

#[test]
fn what_was_begun_long_ago_is_begun_anew() {
    let shop = stopped();
    let cursor: serde_json::Value = serde_json::from_str(&shop.read("all.txt.cursor")).unwrap();
    let begun = cursor["begun"].as_u64().unwrap();
    for (age, goes_on) in [(6, true), (8, false)] {
        let mut cursor = cursor.clone();
        cursor["begun"] = (begun - age * 24 * 60 * 60).into();
        shop.write("all.txt.cursor", cursor.to_string());
        shop.write("all.txt.part", list_of(10_000));
        let asked = shop.mock.received_as::<GetFollowers>().len();
        shop.operate(&["followers", "export", "all.txt"]).assert_status(0);
        let first = &shop.mock.received_as::<GetFollowers>()[asked];
        assert_eq!(first.after.is_some(), goes_on, "{age}");
        assert_eq!(shop.read("all.txt"), list_of(TWO_CALLS));
        fs::remove_file(shop.path("all.txt")).unwrap();
    }
}

#[test]
fn a_cursor_of_another_list_is_not_taken() {
    let shop = Shop::new(TWO_CALLS);
    shop.mock.on(LIST).nth(2).errcode(45009);
    shop.operate(&["followers", "export", "all.txt"]).assert_status(1);
    let other = shop.operate(&["followers", "export", "all.txt", "--tag", "101"]);
    other.assert_status(2).assert_says("all.txt.cursor: belongs to another account, server or tag");
    shop.write("all.txt.cursor", "{}");
    let damaged = shop.operate(&["followers", "export", "all.txt"]);
    damaged.assert_status(2).assert_says("cannot be read as the cursor of an export");
}

#[test]
fn an_account_without_followers() {
    let shop = Shop::new(0);
    shop.operate(&["followers", "export", "all.txt"]).assert_status(0);
    assert_eq!(shop.read("all.txt"), "");
}

/// The files of this name, with whatever ending.
fn left_beside(shop: &Shop) -> Vec<String> {
    let names = fs::read_dir(shop.path("")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut found: Vec<String> = names.filter(|name| name.starts_with("all.txt")).collect();
    found.sort();
    found
}
