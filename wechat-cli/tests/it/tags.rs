//! `tags`: made, renamed, deleted, given and taken.

use crate::shop::{Shop, fan, list_of};

const TAGGING: &str = "/cgi-bin/tags/members/batchtagging";

fn created(shop: &Shop) -> String {
    let run = shop.operate(&["tags", "create", "熟客", "--json"]);
    run.assert_status(0).result()["tag"].to_string()
}

#[test]
fn a_tag_is_made_renamed_and_deleted() {
    let shop = Shop::new(2);
    let tag = created(&shop);
    shop.operate(&["tags", "rename", &tag, "老友"]).assert_status(0);
    let list = shop.operate(&["tags", "list", "--json"]);
    let mut lines = list.assert_status(0).lines().into_iter();
    let line = lines.find(|line| line["tag"] == tag.parse::<u64>().unwrap()).unwrap();
    assert_eq!((&line["name"], &line["followers"]), (&"老友".into(), &0.into()));

    shop.operate(&["tags", "delete", &tag]).assert_status(2).assert_says("--yes");
    shop.operate(&["tags", "delete", &tag, "--yes"]).assert_status(0);
    shop.operate(&["tags", "delete", &tag, "--yes"]).assert_status(1).assert_says("45159");
    shop.operate(&["tags", "rename", "2", "x"]).assert_status(1).assert_says("45058");
    let commands: Vec<_> = shop.actions().iter().map(|line| line["command"].clone()).collect();
    assert_eq!(commands[..2], ["tags create", "tags rename"]);
}

#[test]
fn followers_are_tagged_and_untagged_in_fifties() {
    let shop = Shop::new(120);
    let tag = created(&shop);
    let done = shop.operate(&["tags", "tag", &tag, "followers.txt", "--json"]);
    assert_eq!(done.assert_status(0).result()["changed"], 120);
    let sizes: Vec<usize> = shop
        .requests(TAGGING)
        .iter()
        .map(|request| request.json()["openid_list"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [50, 50, 20]);
    shop.operate(&["tags", "members", &tag, "members.txt"]).assert_status(0);
    assert_eq!(shop.read("members.txt"), list_of(120));

    shop.write("some.txt", list_of(119));
    shop.operate(&["tags", "untag", &tag, "some.txt"]).assert_status(0);
    shop.operate(&["tags", "members", &tag, "left.txt"]).assert_status(0);
    assert_eq!(shop.read("left.txt"), format!("{}\n", fan(119)));
}

#[test]
fn a_refused_batch_says_how_far_it_came() {
    let shop = Shop::new(120);
    let tag = created(&shop);
    shop.mock.on(TAGGING).nth(2).errcode(45011);
    let run = shop.operate(&["tags", "tag", &tag, "followers.txt"]);
    run.assert_status(1).assert_says("45011").assert_says("stopped after 50 followers");
    // The same again is safe.
    shop.operate(&["tags", "tag", &tag, "followers.txt"]).assert_status(0);
    shop.write("bad.txt", "x\n\u{1}\n");
    shop.operate(&["tags", "tag", &tag, "bad.txt"]).assert_status(2).assert_says("bad.txt");
}
