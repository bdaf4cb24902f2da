//! Accounts from the configuration file: what is wrong is said, a secret never.

use crate::program::{Run, run};
use crate::shop::{APP_ID, APP_SECRET, SEND, Shop, TEXT, TOKEN};

/// Runs with this configuration, which must be refused.
fn refused(shop: &Shop, config: &str) -> Run {
    shop.write("wechat.toml", config);
    let run = shop.run(&[]);
    run.assert_status(2);
    assert_eq!(run.stdout, "");
    shop.assert_untouched();
    run
}

#[test]
fn what_is_wrong_with_a_configuration() {
    let shop = Shop::new(2);
    let mut text = String::new();
    let head = format!("[accounts.shop]\napp_id = \"{APP_ID}\"\n");
    for config in [
        // Another account.
        format!("[accounts.stall]\napp_id = \"{APP_ID}\"\napp_secret_file = \"secret\"\n"),
        // No account at all.
        String::new(),
        // No secret, two secrets.
        head.clone(),
        format!("{head}app_secret_file = \"secret\"\napp_secret_env = \"SHOP_SECRET\"\n"),
        // Secrets that are not there.
        format!("{head}app_secret_file = \"no-such-file\"\n"),
        format!("{head}app_secret_env = \"SHOP_SECRET\"\n"),
        // A callback without an address, and one with a key that is too short.
        format!(
            "{head}app_secret_file = \"secret\"\n[accounts.shop.callback]\nlisten = \"x\"\ntoken = \"t\"\n"
        ),
        format!(
            "{head}app_secret_file = \"secret\"\n[accounts.shop.callback]\nlisten = \"127.0.0.1:1\"\ntoken = \"{TOKEN}\"\nencoding_aes_key = \"short\"\n"
        ),
        // No AppID.
        "[accounts.shop]\napp_secret_file = \"secret\"\n".to_owned(),
    ] {
        text.push_str(&refused(&shop, &config).stderr);
    }
    insta::assert_snapshot!(shop.redact(&text));
}

#[test]
fn a_secret_on_a_bad_line_is_not_shown() {
    let shop = Shop::new(2);
    let mut text = String::new();
    for config in [
        // A wrong key, a missing quotation mark, none at all, a wrong place, another type.
        format!("[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secert = \"{APP_SECRET}\"\n"),
        format!("[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secret = \"{APP_SECRET}\n"),
        format!("[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secret = {APP_SECRET}\n"),
        format!("[accounts]\nshop = \"{APP_SECRET}\"\n"),
        format!("[accounts.shop]\napp_id = \"{APP_ID}\"\ncallback = \"{APP_SECRET}\"\n"),
        format!("[accounts.shop]\napp_id = \"{APP_ID}\"\nlive = \"{APP_SECRET}\"\n"),
        format!("[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secret = [\"{APP_SECRET}\"]\n"),
        format!("[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secret = \" {APP_SECRET} \"\n"),
        format!(
            "[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secret = \"{APP_SECRET}\"\napp_secret = \"{APP_SECRET}\"\n"
        ),
        format!("{APP_SECRET}\n"),
    ] {
        let run = refused(&shop, &config);
        assert!(!run.output().contains(APP_SECRET), "{}", run.output());
        text.push_str(&run.stderr);
    }
    insta::assert_snapshot!(shop.redact(&text));
}

#[test]
fn a_secret_comes_from_file_environment_or_the_configuration() {
    let shop = Shop::new(2);
    for (number, line) in [
        "app_secret_file = \"secret\"".to_owned(),
        "app_secret_env = \"SHOP_SECRET\"".to_owned(),
        format!("app_secret = \"{APP_SECRET}\""),
    ]
    .iter()
    .enumerate()
    {
        shop.write("campaign.toml", TEXT.replace("\"spring\"", &format!("\"spring {number}\"")));
        let config = shop.config("", "").replace("app_secret_file = \"secret\"", line);
        shop.write("elsewhere.toml", config);
        let config = shop.path("elsewhere.toml");
        let mut command = shop.command(&["--config", config.to_str().unwrap()]);
        run(command.env("SHOP_SECRET", APP_SECRET)).assert_status(0);
        assert_eq!(shop.count(SEND), number + 1);
    }
}

#[test]
fn the_campaign_names_the_account() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT.replace("text =", "account = \"shop\"\ntext ="));
    let mut command = crate::program::program(&shop.path("."));
    command.arg("send").arg(shop.path("campaign.toml"));
    run(command.arg("--base-url").arg(shop.listening.base_url())).assert_status(0);
    assert_eq!(shop.messages(2), [1, 1]);
}

#[test]
fn a_missing_configuration_is_named() {
    let shop = Shop::new(2);
    std::fs::remove_file(shop.path("wechat.toml")).unwrap();
    let run = shop.run(&[]);
    run.assert_status(2).assert_says("wechat.toml cannot be read").assert_says("\"shop\"");
    shop.assert_untouched();
}

/// Otherwise the file would be left aside, and the send rehearsed, without a word.
#[test]
fn a_configuration_without_an_account_is_not_left_aside() {
    let shop = Shop::new(2);
    let mut command = crate::program::program(&shop.path("."));
    command.arg("send").arg(shop.path("campaign.toml"));
    command.arg("--config").arg(shop.path("wechat.toml"));
    run(&mut command).assert_status(2).assert_says("name one with --account");
    shop.assert_untouched();
}
