//! Audiences put together: lists of the platform, of files and of the journal, read once and frozen.

use wechat_types::id::TagId;

use crate::shop::{Shop, fan, list_of};

const FOLLOWERS: &str = "/cgi-bin/user/get";

/// A text to an audience.
fn campaign(name: &str, audience: &str) -> String {
    format!("name = \"{name}\"\ntext = \"今日到店\"\n[audience]\n{audience}\n")
}

fn shop(followers: usize) -> Shop {
    let shop = Shop::new(followers);
    shop.without_callbacks();
    shop
}

#[test]
fn in_these_lists_and_not_in_those() {
    let shop = shop(8);
    shop.mock.add_tag(TagId::new(7), "vip");
    (0..6).for_each(|number| shop.mock.tag_follower(&fan(number), TagId::new(7)));
    shop.write("birthdays.txt", format!("{}\n{}\n{}\n{}\n", fan(1), fan(3), fan(5), fan(7)));
    shop.write("complained.txt", format!("{}\r\n{}\r\n", fan(3), fan(0)));
    shop.write(
        "campaign.toml",
        campaign(
            "spring",
            "include = [{ all_followers = true }, { open_ids = \"birthdays.txt\" }]\n\
             and = [{ tag = 7 }]\nexcept = [{ open_ids = \"complained.txt\" }]\n\
             subscribed_since = 2001-01-01",
        ),
    );
    let run = shop.run(&[]);
    run.assert_status(0)
        .assert_says("audience  4 followers by OpenID")
        .assert_says("4 duplicates removed")
        .assert_says(
            "made of   all followers, file \"birthdays.txt\", and in tag 7, \
             except file \"complained.txt\", who followed since 2001-01-01",
        );
    assert_eq!(shop.messages(8), [0, 1, 1, 0, 1, 1, 0, 0]);
    // It was read once; the second run knows what was frozen, though a list has changed.
    let asked = shop.requests(FOLLOWERS).len();
    shop.mock.tag_follower(&fan(7), TagId::new(7));
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(8), [0, 1, 1, 0, 1, 1, 0, 0]);
    assert_eq!(shop.requests(FOLLOWERS).len(), asked);
}

#[test]
fn new_followers_catch_up_with_a_campaign() {
    let shop = shop(5);
    shop.write("followers.txt", list_of(3));
    shop.write("campaign.toml", campaign("spring", "open_ids = \"followers.txt\""));
    shop.run(&[]).assert_status(0);
    let rest = "include = [{ all_followers = true }]\nexcept = [{ reached_by = \"spring\" }]";
    shop.write("campaign.toml", campaign("spring for the new ones", rest));
    shop.run(&[]).assert_status(0).assert_says("2 followers by OpenID");
    assert_eq!(shop.messages(5), [1; 5]);
}

#[test]
fn another_recipe_is_another_campaign() {
    let shop = shop(4);
    let all = "include = [{ all_followers = true }]\n";
    shop.write("campaign.toml", campaign("spring", all));
    shop.run(&[]).assert_status(2).assert_says("--everyone");
    shop.run(&["--everyone"]).assert_status(0).assert_says("everyone = true reaches the same");
    shop.write("one.txt", list_of(1));
    shop.write(
        "campaign.toml",
        campaign("spring", &format!("{all}except = [{{ open_ids = \"one.txt\" }}]")),
    );
    shop.run(&[]).assert_status(2).assert_says("was begun with another audience: all followers");
    assert_eq!(shop.messages(4), [1; 4]);
}

#[test]
fn paging_goes_on_where_the_day_ended() {
    let shop = shop(10_003);
    shop.mock.configure(|rules| rules.follower_lists_per_day = 1);
    let all = "include = [{ all_followers = true }]\nexcept = [{ open_ids = \"but.txt\" }]";
    shop.write("but.txt", list_of(10_000));
    shop.write("campaign.toml", campaign("spring", all));
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("45009").assert_says("10000 OpenIDs are read and kept");
    shop.mock.configure(|rules| rules.follower_lists_per_day = 500);
    shop.run(&["--dry-run"]).assert_status(0).assert_says("3 followers by OpenID");
    // The first page, its refused next one, that one again, and the empty page of the end.
    let asked = shop.requests(FOLLOWERS).len();
    assert_eq!(asked, 4);
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.requests(FOLLOWERS).len(), asked);
    assert_eq!(shop.messages(10_003)[9_999..], [0, 1, 1, 1]);
}

/// There is no place to go on from: the same command begins the list anew.
#[test]
fn who_was_last_on_a_page_has_left() {
    let shop = shop(5);
    shop.mock.configure(|rules| rules.followers_per_page = 2);
    shop.mock.on(FOLLOWERS).nth(2).errcode(40003);
    let all = "include = [{ all_followers = true }]\nexcept = [{ open_ids = \"but.txt\" }]";
    shop.write("but.txt", list_of(1));
    shop.write("campaign.toml", campaign("spring", all));
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("all followers: the list cannot go on").assert_says("40003");
    run.assert_says("the follower that the last page ended with has left");
    run.assert_says("the same command begins it anew");
    shop.mock.on(FOLLOWERS).errcode(40003);
    shop.run(&[]).assert_status(0).assert_says("4 followers by OpenID");
    let begun = shop.requests(FOLLOWERS);
    let begun = begun.iter().filter(|request| !request.to_string().contains("next_openid")).count();
    assert_eq!(begun, 2);
}

#[test]
fn an_openid_of_another_account_is_looked_for_in_a_hundred() {
    let shop = shop(3);
    shop.write("followers.txt", format!("{}oNoneOfOurs\n", list_of(3)));
    let since = "include = [{ open_ids = \"followers.txt\" }]\nsubscribed_since = 2001-01-01";
    shop.write("campaign.toml", campaign("spring", since));
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("40003").assert_says("one is no OpenID of this account");
    run.assert_says(&format!("from {} to oNoneOfOurs", fan(0)));
    run.assert_says("take it out of its list");
    shop.write("followers.txt", list_of(3));
    shop.run(&[]).assert_status(0);
}

#[test]
fn nobody_who_followed_before_the_day() {
    let shop = shop(3);
    let since = "include = [{ open_ids = \"followers.txt\" }]\nsubscribed_since = 2100-01-01";
    shop.write("campaign.toml", campaign("spring", since));
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("40130").assert_says("who followed since 2100-01-01");
    run.assert_says("of 3 people (1 calls)");
}

#[test]
fn what_is_wrong_with_an_audience() {
    let shop = shop(3);
    let mut text = String::new();
    for audience in [
        "include = []",
        "include = [{ tag = 7, all_followers = true }, {}]\nand = [{ all_followers = false }]",
        "include = [{ tag = 7 }]\nsubscribed_since = 2026-02-30",
        "include = [{ tag = 7 }]\nsubscribed_since = 2026-02-28T08:00:00",
        "tag = 7\nexcept = [{ tag = 8 }]",
        "include = [{ open_ids = \"missing.txt\" }]",
        "include = [{ open_ids = \"bad.txt\" }]",
        "include = [{ all_followers = true }]\nexcept = [{ reached_by = \"autumn\" }]",
        "include = [{ tag = 7 }]",
    ] {
        shop.write("bad.txt", "oA\no B\n");
        shop.write("campaign.toml", campaign("spring", audience));
        let run = shop.run(&[]);
        run.assert_status(2);
        text.push_str(
            &run.stderr
                .replace("refused: nothing was sent by this run (本次未发送任何消息)\n", "\n"),
        );
    }
    // A rehearsal knows nobody.
    let all = "include = [{ all_followers = true }]\nexcept = [{ open_ids = \"bad.txt\" }]";
    shop.write("campaign.toml", campaign("spring", all));
    let mut bare = shop.bare();
    text.push_str(&crate::program::run(&mut bare).assert_status(2).stderr);
    insta::assert_snapshot!(shop.redact(&text).trim_end());
}
