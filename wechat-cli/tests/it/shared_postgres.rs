//! Programs that share a record in a real PostgreSQL server, which `cargo xtask services` starts. Without one these
//! tests are left out.

use std::net::SocketAddr;

use serde_json::Value;

use crate::program::{Started, run};
use crate::shop::{AES_KEY, APP_ID, Shop, TOKEN, list_of, target_at};

/// The address that `cargo xtask services` gives.
fn address() -> Option<String> {
    let address = std::env::var("WECHAT_TEST_POSTGRES").ok();
    if address.is_none() {
        eprintln!("left out: WECHAT_TEST_POSTGRES is not set; cargo xtask services sets it");
    }
    address
}

const FOLLOWERS: usize = 20_003;

/// Three calls, and nobody here who receives callbacks.
fn shop() -> Shop {
    let shop = Shop::new(FOLLOWERS);
    shop.without_callbacks();
    shop
}

#[test]
fn two_programs_share_a_campaign() {
    let Some(address) = address() else { return };
    let shop = shop();
    let start = |name: &str| {
        let mut command = shop.command(&["--json", "--worker", name]);
        Started::new(command.env("WECHAT_JOURNAL", &address))
    };
    let workers = [start("anna"), start("ben")];
    for worker in workers {
        worker.end().assert_status(0);
    }
    assert_eq!(shop.messages(FOLLOWERS), vec![1; FOLLOWERS]);
    assert_eq!(shop.count("/cgi-bin/message/mass/send"), 3);
    assert_eq!(shop.count("/cgi-bin/draft/add"), 3, "a draft for each call, by whoever makes it");
    assert_eq!(shop.count("/cgi-bin/media/uploadimg"), 2, "a picture is uploaded by one of them");

    let again = run(shop.command(&["--json"]).env("WECHAT_JOURNAL", &address));
    again.assert_status(0);
    assert_eq!(shop.count("/cgi-bin/message/mass/send"), 3, "nothing is sent twice");

    let mut status = shop.operate_command(&["status", "--json"]);
    let status = run(status.env("WECHAT_JOURNAL", &address));
    let line = status.assert_status(0).lines().remove(0);
    assert_eq!(line["state"], "success");
    assert_eq!(line["workers"], Value::Array(Vec::new()), "nobody is there any more");
    shop.operate(&["status", "--json"]).assert_status(2).assert_says("there is no record");
}

#[test]
fn the_account_names_its_journal_and_each_mock_has_a_record_of_its_own() {
    let Some(address) = address() else { return };
    for _ in 0..2 {
        let shop = Shop::new(2);
        shop.mock.set_callback(None);
        let account = shop.config(&format!("journal = \"{address}\""), "");
        let (account, _) = account.split_once("[accounts.shop.callback]").unwrap();
        shop.write("wechat.toml", account);
        shop.run(&[]).assert_status(0).assert_says("recorded in PostgreSQL at 127.0.0.1");
        assert_eq!(shop.messages(2), [1, 1]);
        assert!(!shop.journal().exists(), "no file is begun beside it");
        shop.say("stop", &[]).assert_status(0);
        shop.run(&[]).assert_status(0);
    }
}

#[test]
fn a_receiver_on_another_machine_keeps_the_reports() {
    let Some(address) = address() else { return };
    let shop = shop();
    let base_url = shop.listening.base_url().to_string();
    let mut receiver = Started::new(
        crate::program::program(&shop.path("."))
            .args(["callback", "listen", "--json", "--listen", "127.0.0.1:0"])
            .env("WECHAT_BASE_URL", &base_url)
            .env("WECHAT_APP_ID", APP_ID)
            .env("WECHAT_CALLBACK_TOKEN", TOKEN)
            .env("WECHAT_AES_KEY", AES_KEY)
            .env("WECHAT_JOURNAL", &address),
    );
    let first: Value = serde_json::from_str(&receiver.read_to("listening")).unwrap();
    let listens: SocketAddr = first["address"].as_str().unwrap().parse().unwrap();
    shop.mock.set_callback(Some(target_at(listens)));
    shop.write("followers.txt", list_of(2));
    let sent = run(shop.command(&["--json"]).env("WECHAT_JOURNAL", &address));
    let result = sent.assert_status(0).result();
    assert_eq!(result["calls"][0]["report_from"], "callback", "{result}");
    assert_eq!(result["calls"][0]["sent"], 2);
    receiver.kill();
}

#[test]
fn what_is_wrong_with_a_journal_is_said_without_its_password() {
    let Some(address) = address() else { return };
    let shop = Shop::new(2);
    let bad = address.replace("only-for-tests", "s3cret");
    assert_ne!(bad, address);
    for (journal, said) in [
        (bad.as_str(), "wrong user or password"),
        ("postgres://me:s3cret@127.0.0.1:1/d", "cannot be reached"),
        ("mysql://me:s3cret@127.0.0.1/d", "none of a PostgreSQL database"),
    ] {
        let refused = run(shop.command(&[]).env("WECHAT_JOURNAL", journal));
        refused.assert_status(2).assert_says(said);
        assert!(!refused.output().contains("s3cret"), "{}", refused.output());
    }
    shop.assert_untouched();
}
