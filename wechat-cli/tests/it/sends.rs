//! Campaigns against a server that listens: articles, texts, lists, tags, everyone.

use std::process::Stdio;

use wechat_types::id::TagId;

use crate::shop::{DRAFT_ADD, SEND, SENDALL, Shop, TEXT, example, fan, list_of};

#[test]
fn the_example_with_a_shorter_list() {
    let shop = Shop::new(3);
    for name in [
        "campaign.toml",
        "article.html",
        "cover.jpg",
        "pictures/tea-garden.jpg",
        "pictures/price-list.png",
    ] {
        shop.write(name, std::fs::read(example().join(name)).unwrap());
    }
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    let result = run.result();
    assert_eq!(result["server"], shop.listening.base_url());
    assert_eq!(result["jobs"], 1);
    assert_eq!(result["recipients"], 3);
    assert_eq!(result["total"], 3);
    assert_eq!(result["sent"], 3);
    assert_eq!(result["reports"]["callback"], 1);
    assert_eq!(shop.messages(3), [1, 1, 1]);

    let draft = shop.draft(&run, 0);
    assert!(draft.consumed);
    let [article] = &draft.articles[..] else { panic!("{draft:?}") };
    assert_eq!(article.title, "春茶上新：第一口鲜，留给等了一冬的你");
    let addresses = shop.mock.article_pictures();
    assert_eq!(addresses.len(), 2);
    for address in &addresses {
        let escaped = address.replace('&', "&amp;");
        assert!(article.content.contains(&escaped), "no {address} in: {}", article.content);
    }
    assert!(!article.content.contains("pictures/"), "{}", article.content);
    assert_eq!(article.dropped_pictures, [""; 0]);
}

#[test]
fn the_plain_output_names_the_server() {
    let shop = Shop::new(3);
    let run = shop.run(&[]);
    run.assert_status(0);
    assert_eq!(run.stderr, "");
    insta::assert_snapshot!(shop.redact(&run.stdout));
}

#[test]
fn two_articles_in_one_message() {
    let shop = Shop::new(2);
    let second = "[[article]]\ntitle = \"谷雨\"\nhtml = \"second.html\"\ncover = \"pictures/price.png\"\n\
        author = \"周知味\"\ndigest = \"三款明前茶到店\"\ncontent_source_url = \"https://shop.example.com/1\"\n";
    shop.write("campaign.toml", format!("{}{second}", crate::shop::ARTICLE));
    shop.write("second.html", "<p>二</p><img src=\"pictures/price.png\">");
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    let draft = shop.draft(&run, 0);
    let [first, second] = &draft.articles[..] else { panic!("{draft:?}") };
    assert_eq!((first.title.as_str(), second.title.as_str()), ("清明前的第一口鲜", "谷雨"));
    assert_eq!(second.author, "周知味");
    assert_eq!(second.digest, "三款明前茶到店");
    assert_eq!(second.content_source_url, "https://shop.example.com/1");
    assert_ne!(first.thumb_media_id, second.thumb_media_id);
    for (article, pictures) in [(first, 2), (second, 1)] {
        assert_eq!(article.content.matches("src=\"http://mmbiz.qpic.cn/").count(), pictures);
        assert!(!article.content.contains("pictures/"), "{}", article.content);
    }
    assert_eq!(shop.count(DRAFT_ADD), 1);
    assert_eq!(shop.count(SEND), 1);
    assert_eq!(run.result()["calls"][0]["article_urls"].as_array().unwrap().len(), 2);
}

#[test]
fn a_text_needs_no_draft() {
    let shop = Shop::new(3);
    shop.write("campaign.toml", TEXT);
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["sent"], 3);
    assert_eq!(run.result()["calls"][0]["draft"], serde_json::Value::Null);
    assert_eq!(shop.count(DRAFT_ADD), 0);
    let body = shop.requests(SEND)[0].json();
    assert_eq!(body["msgtype"], "text");
    assert_eq!(body["text"]["content"], "【春茶上新】三款明前茶今日到店");
    assert_eq!(body["clientmsgid"], run.result()["calls"][0]["clientmsgid"]);
}

#[test]
fn a_tag() {
    let shop = Shop::new(3);
    shop.mock.add_tag(TagId::new(134), "熟客");
    shop.mock.tag_follower(&fan(0), TagId::new(134));
    shop.mock.tag_follower(&fan(2), TagId::new(134));
    shop.write("campaign.toml", TEXT.replace("open_ids = \"followers.txt\"", "tag = 134"));
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["recipients"], serde_json::Value::Null);
    assert_eq!(run.result()["sent"], 2);
    assert_eq!(shop.messages(3), [1, 0, 1]);
    let filter = &shop.requests(SENDALL)[0].json()["filter"];
    assert_eq!(filter["is_to_all"], false);
    assert_eq!(filter["tag_id"], 134);
}

#[test]
fn everyone_must_be_said_twice() {
    let shop = Shop::new(3);
    shop.write("campaign.toml", TEXT.replace("open_ids = \"followers.txt\"", "everyone = true"));
    for options in [&[][..], &["--dry-run"]] {
        let run = shop.run(options);
        run.assert_status(2).assert_says("the campaign is for everyone").assert_says("--everyone");
    }
    shop.assert_untouched();

    let run = shop.run(&["--everyone"]);
    run.assert_status(0).assert_says("audience  EVERYONE");
    assert_eq!(shop.messages(3), [1, 1, 1]);
    assert_eq!(shop.requests(SENDALL)[0].json()["filter"]["is_to_all"], true);
}

#[test]
fn the_option_alone_does_not_send_to_everyone() {
    let shop = Shop::new(3);
    shop.write("campaign.toml", TEXT);
    shop.write("followers.txt", list_of(2));
    shop.run(&["--everyone"]).assert_status(0);
    assert_eq!(shop.messages(3), [1, 1, 0]);
    assert_eq!(shop.count(SENDALL), 0);
}

#[test]
fn a_dry_run_contacts_nobody() {
    let shop = Shop::new(3);
    let run = shop.run(&["--dry-run"]);
    run.assert_status(0).assert_says("dry run: nothing was sent");
    shop.assert_untouched();
    assert!(!shop.path(".wechat-mass").exists());
}

#[test]
fn filtered_followers_do_not_change_the_exit_status() {
    let shop = Shop::new(3);
    shop.mock.set_hindrance(&fan(1), Some(wechat_mock::Hindrance::Refuses));
    let run = shop.run(&["--json"]);
    run.assert_status(0);
    assert_eq!(run.result()["total"], 3);
    assert_eq!(run.result()["filtered"], 1);
    assert_eq!(run.result()["sent"], 2);
    assert_eq!(run.result()["failed"], 0);
    assert_eq!(shop.messages(3), [1, 0, 1]);
}

/// As with `| head -1`, in the middle of a send.
#[test]
fn a_send_goes_on_when_nobody_reads_any_more() {
    let shop = Shop::new(2);
    let mut child = shop.command(&[]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(shop.messages(2), [1, 1]);
}
