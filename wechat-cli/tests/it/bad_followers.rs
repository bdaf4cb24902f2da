//! Follower lists: what is harmless is corrected and counted, anything else is refused by line.

use crate::shop::{SEND, Shop, fan, list_of};

#[test]
fn what_is_wrong_with_a_list() {
    let shop = Shop::new(3);
    let mut text = String::new();
    let (first, second) = (fan(0), fan(1));
    for list in [
        format!("{first}\n{second},x\n"),
        format!("{first}\n{second}\n中文\n"),
        format!("{first}\nopenid\n{first} {second}\n"),
        format!("{first}\n"),
        String::new(),
        "\n \n".to_owned(),
        format!("{first}\n{first}\n"),
    ] {
        shop.write("followers.txt", list);
        let run = shop.run(&[]);
        run.assert_status(2);
        assert_eq!(run.stdout, "");
        text.push_str(
            &run.stderr
                .replace("refused: nothing was sent by this run (本次未发送任何消息)\n", "\n"),
        );
    }
    shop.write("followers.txt", b"oA\n\xff\xfe\n");
    text.push_str(&shop.run(&[]).assert_status(2).stderr);
    std::fs::remove_file(shop.path("followers.txt")).unwrap();
    text.push_str(&shop.run(&[]).assert_status(2).stderr);
    shop.assert_untouched();
    insta::assert_snapshot!(shop.redact(&text));
}

#[test]
fn harmless_faults_are_corrected_and_counted() {
    let shop = Shop::new(3);
    let list = list_of(3).replace('\n', "\r\n");
    shop.write(
        "followers.txt",
        format!("\u{feff}OpenID\r\n{list}\r\n  {} \r\n{}\n", fan(0), fan(1)),
    );
    let run = shop.run(&[]);
    let corrected = "2 duplicates removed, 1 blank lines skipped, 1 lines trimmed, \
        1 byte order mark skipped, 1 heading skipped";
    run.assert_status(0).assert_says(corrected).assert_says("audience  3 followers by OpenID");
    assert_eq!(shop.messages(3), [1, 1, 1]);
    let sent = shop.requests(SEND)[0].json();
    assert_eq!(sent["touser"], serde_json::json!([fan(0), fan(1), fan(2)]));
}

#[test]
fn each_correction_by_itself() {
    for (list, corrected) in [
        (list_of(2), "nothing corrected"),
        (list_of(2).trim_end().to_owned(), "nothing corrected"),
        (list_of(2).replace('\n', "\r\n"), "nothing corrected"),
        (list_of(2).replace('\n', "\n\n"), "2 blank lines skipped"),
        (list_of(2).replace('\n', " \n"), "2 lines trimmed"),
        (format!("\u{feff}{}", list_of(2)), "1 byte order mark skipped"),
        (format!("openid\n{}", list_of(2)), "1 heading skipped"),
        (list_of(2).repeat(2), "2 duplicates removed"),
    ] {
        let shop = Shop::new(2);
        shop.write("followers.txt", list);
        let run = shop.run(&["--dry-run", "--json"]);
        run.assert_status(0);
        assert_eq!(run.lines()[0]["corrections"], corrected);
        assert_eq!(run.lines()[0]["recipients"], 2);
    }
}

#[test]
fn an_unusual_openid_is_kept_and_told() {
    let shop = Shop::new(2);
    shop.write("followers.txt", format!("{}oA\n", list_of(2)));
    let run = shop.run(&["--dry-run"]);
    run.assert_status(0)
        .assert_says("3 followers by OpenID")
        .assert_says("1 OpenIDs of an unusual shape kept");
}
