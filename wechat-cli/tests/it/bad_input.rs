//! Campaign files that cannot be used: file, line and key are named, and nothing is sent.

use crate::shop::{ARTICLE, Shop, TEXT};

#[test]
fn what_is_wrong_with_a_campaign_file() {
    let shop = Shop::new(2);
    let mut text = String::new();
    for campaign in [
        // An unknown key, at the top and inside.
        ARTICLE.replace("name =", "nmae ="),
        ARTICLE.replace("cover =", "covr ="),
        // A wrong type.
        ARTICLE.replace("\"spring\"", "7"),
        TEXT.replace("open_ids = \"followers.txt\"", "tag = \"134\""),
        // No TOML.
        "name = \"spring\nspring".to_owned(),
        // Nothing.
        String::new(),
        TEXT.replace("[audience]\nopen_ids = \"followers.txt\"\n", ""),
        // No audience, two, everyone denied.
        TEXT.replace("open_ids = \"followers.txt\"\n", ""),
        TEXT.replace("open_ids", "tag = 134\nopen_ids"),
        TEXT.replace("open_ids = \"followers.txt\"", "everyone = false"),
        // No content, two.
        TEXT.replace("text =", "# text ="),
        ARTICLE.replace("name =", "text = \"x\"\nname ="),
        // Times that are none, and none at all between two.
        format!("not_after = \"tomorrow\"\n{TEXT}"),
        format!("not_before = 2026-12-01\n{TEXT}"),
        format!("not_before = 2026-12-02T10:00:00\nnot_after = 2026-12-01T10:00:00\n{TEXT}"),
        // Empty texts and names.
        TEXT.replace("【春茶上新】三款明前茶今日到店", " "),
        TEXT.replace("\"spring\"", "\" \""),
    ] {
        shop.write("campaign.toml", campaign);
        let run = shop.run(&[]);
        run.assert_status(2)
            .assert_says("refused: nothing was sent by this run (本次未发送任何消息)");
        assert_eq!(run.stdout, "");
        text.push_str(
            &run.stderr
                .replace("refused: nothing was sent by this run (本次未发送任何消息)\n", "\n"),
        );
    }
    shop.assert_untouched();
    insta::assert_snapshot!(shop.redact(&text).trim_end());
}

#[test]
fn a_missing_campaign_file() {
    let shop = Shop::new(2);
    std::fs::remove_file(shop.path("campaign.toml")).unwrap();
    let run = shop.run(&[]);
    run.assert_status(2);
    shop.assert_untouched();
    insta::assert_snapshot!(shop.redact(&run.stderr));
}

#[test]
fn a_campaign_file_that_is_no_text() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", b"name = \"\xff\"\n");
    shop.run(&[]).assert_status(2).assert_says("UTF-8");
    shop.assert_untouched();
}

#[test]
fn all_problems_are_named_at_once() {
    let shop = Shop::new(2);
    shop.write("followers.txt", "oA\no B\n");
    shop.write("article.html", "<img src=\"no.jpg\"><img src=\"https://example.com/a.jpg\">");
    std::fs::remove_file(shop.path("cover.jpg")).unwrap();
    let run = shop.run(&["--json"]);
    run.assert_status(2);
    let problems = run.result()["problems"].as_array().unwrap().clone();
    let text: Vec<&str> = problems.iter().map(|p| p.as_str().unwrap()).collect();
    shop.assert_untouched();
    insta::assert_snapshot!(shop.redact(&text.join("\n")));
}

#[test]
fn options_that_make_no_sense() {
    let shop = Shop::new(2);
    for options in [&["--poll", "0"][..], &["--follow", "73"], &["--evryone"], &["--overdue", "0"]]
    {
        shop.run(options).assert_status(2);
    }
    shop.assert_untouched();
}
