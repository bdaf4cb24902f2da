//! Articles and pictures that cannot be used: each is named with its limit, and nothing is sent.

use crate::shop::{ARTICLE, Shop, jpeg, png};

/// A picture of so many bytes.
fn large(mut picture: Vec<u8>, bytes: usize) -> Vec<u8> {
    picture.resize(bytes, 0);
    picture
}

#[test]
fn what_is_wrong_with_an_article() {
    const MIB: usize = 1 << 20;
    type Edit = fn(&Shop);
    let cases: [(&str, Edit); 16] = [
        ("a missing picture", |shop| std::fs::remove_file(shop.path("pictures/tea.jpg")).unwrap()),
        ("a missing cover", |shop| std::fs::remove_file(shop.path("cover.jpg")).unwrap()),
        ("a missing article", |shop| std::fs::remove_file(shop.path("article.html")).unwrap()),
        ("a large picture", |shop| shop.write("pictures/tea.jpg", large(jpeg(), MIB + 1))),
        ("a large cover", |shop| shop.write("cover.jpg", large(png(), 10 * MIB + 1))),
        ("no picture", |shop| shop.write("pictures/tea.jpg", "<html>not found</html>")),
        ("an empty picture", |shop| shop.write("pictures/tea.jpg", "")),
        ("a damaged picture", |shop| shop.write("pictures/tea.jpg", &jpeg()[..12])),
        ("a GIF inside", |shop| {
            shop.write("pictures/tea.jpg", b"GIF89a\x02\x00\x02\x00\x80\x00\x00");
        }),
        ("a foreign picture", |shop| {
            shop.write("article.html", "<p>茶</p>\n<img src=\"https://example.com/tea.jpg\">\n");
        }),
        ("an embedded picture", |shop| {
            shop.write("article.html", "<img src=\"data:image/png;base64,AAAA\">\n");
        }),
        ("an empty article", |shop| shop.write("article.html", "")),
        ("a long article", |shop| shop.write("article.html", "茶".repeat(20_000))),
        ("a long title", |shop| {
            let title = "茶".repeat(65);
            shop.write("campaign.toml", ARTICLE.replace("清明前的第一口鲜", &title));
        }),
        ("a long title of the second", |shop| {
            let (_, article) = ARTICLE.split_once("[[article]]").unwrap();
            let second = article.replace("清明前的第一口鲜", &"茶".repeat(65));
            shop.write("campaign.toml", format!("{ARTICLE}[[article]]{second}"));
        }),
        ("nine articles", |shop| {
            let (head, article) = ARTICLE.split_once("[[article]]").unwrap();
            let article = format!("[[article]]{article}");
            shop.write("campaign.toml", format!("{head}{}", article.repeat(9)));
        }),
    ];
    let mut text = String::new();
    for (what, edit) in cases {
        let shop = Shop::new(2);
        edit(&shop);
        let run = shop.run(&[]);
        run.assert_status(2)
            .assert_says("refused: nothing was sent by this run (本次未发送任何消息)");
        assert_eq!(run.stdout, "");
        shop.assert_untouched();
        let said =
            run.stderr.replace("refused: nothing was sent by this run (本次未发送任何消息)\n", "");
        text.push_str(&format!("{what}\n{}", shop.redact(&said)));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn pictures_of_exactly_the_limit_are_sent() {
    let shop = Shop::new(2);
    shop.write("pictures/tea.jpg", large(jpeg(), 1 << 20));
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.messages(2), [1, 1]);
}

#[test]
fn a_picture_is_known_by_its_bytes() {
    let shop = Shop::new(2);
    // A PNG under a JPEG's name, as editors save them.
    shop.write("pictures/tea.jpg", png());
    shop.run(&[]).assert_status(0);
    assert_eq!(shop.mock.article_pictures().len(), 2);
}

#[test]
fn what_the_platform_removes_is_told_before() {
    let shop = Shop::new(2);
    shop.write(
        "article.html",
        "<p onclick=\"x()\">茶</p><script>x()</script><a href=\"https://example.com\">店</a>",
    );
    let run = shop.run(&["--dry-run"]);
    run.assert_status(0)
        .assert_says("warning   2 scripts or event handlers")
        .assert_says("warning   1 links to other sites");
}
