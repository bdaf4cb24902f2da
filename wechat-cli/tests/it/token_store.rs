//! `--token-store` while there is no Redis: what is configured happens, and no password is shown.

use crate::program::run;
use crate::shop::{REDIS_PASSWORD, Shop};

const STABLE: &str = "/cgi-bin/stable_token";

/// Nobody listens there.
fn gone() -> String {
    format!("redis://:{REDIS_PASSWORD}@127.0.0.1:1")
}

#[test]
fn without_redis_a_command_fails_or_fetches_for_itself() {
    let shop = Shop::new(2);
    let command = |options: &[&str]| {
        let mut command = shop.operate_command(&["tags", "list"]);
        command.args(options);
        command
    };
    run(command(&[]).env("WECHAT_TOKEN_STORE", gone()))
        .assert_status(1)
        .assert_says("the store of shared tokens cannot be asked: Redis at 127.0.0.1:1");
    run(&mut command(&["--token-store", &gone()])).assert_status(1);
    assert_eq!(shop.count(STABLE), 0);
    let fetching = ["--without-store", "fetch-stable"];
    run(command(&fetching).env("WECHAT_TOKEN_STORE", gone())).assert_status(0);
    assert_eq!(shop.count(STABLE), 1);
    // The option is heard before the environment.
    run(command(&["--token-store", "redis://127.0.0.1:2"]).env("WECHAT_TOKEN_STORE", gone()))
        .assert_status(1)
        .assert_says("127.0.0.1:2");
}

#[test]
fn the_configuration_names_it_too() {
    let shop = Shop::new(2);
    let plain = shop.config("", "");
    let configure = |lines: &str| {
        shop.write("wechat.toml", format!("{plain}[accounts.shop.redis]\n{lines}\n"));
    };
    let configured = |lines: &str| {
        configure(lines);
        shop.run(&[])
    };
    shop.write("redis.url", gone() + "\n");
    // A campaign would wait for it.
    configure("url_file = \"redis.url\"");
    shop.operate(&["tags", "list"]).assert_status(1).assert_says("127.0.0.1:1");
    configured("url_env = \"REDIS\"").assert_status(2).assert_says("REDIS is not set");
    configured("prefix = \"x\"").assert_status(2).assert_says("redis: names exactly one of url_");
    configured(&format!("url = \"http://:{REDIS_PASSWORD}@x\"")).assert_status(2);
    configured("url_file = \"redis.url\"\nroots_file = \"no\"")
        .assert_status(2)
        .assert_says("roots");
    assert_eq!(shop.count(STABLE), 0);
    configured("url_file = \"redis.url\"\nwithout = \"fetch_stable\"").assert_status(0);
    assert_eq!((shop.count(STABLE), shop.messages(2)), (1, vec![1, 1]));
}

/// Its tokens are its own.
#[test]
fn the_embedded_mock_needs_none() {
    let shop = Shop::new(2);
    run(shop.bare().env("WECHAT_TOKEN_STORE", gone())).assert_status(0);
}
