//! Programs that share a real Redis server, which `cargo xtask services` starts. Without one these tests are left
//! out.

use serde_json::Value;
use tempfile::TempDir;
use wechat_events::push::{Cipher, Stamp};
use wechat_types::id::AppId;

use crate::callbacks::post;
use crate::program::{Started, program, run};
use crate::shop::{AES_KEY, APP_ID, Shop, TOKEN, aes_key, token};

const STABLE: &str = "/cgi-bin/stable_token";

/// The address that `cargo xtask services` gives.
fn address() -> Option<String> {
    let address = std::env::var("WECHAT_TEST_REDIS").ok();
    if address.is_none() {
        eprintln!("left out: WECHAT_TEST_REDIS is not set; cargo xtask services sets it");
    }
    address
}

#[test]
fn commands_share_a_token_and_mocks_do_not() {
    let Some(address) = address() else { return };
    let shops = [Shop::new(2), Shop::new(2)];
    for shop in &shops {
        for _ in 0..2 {
            let mut command = shop.operate_command(&["tags", "list"]);
            run(command.env("WECHAT_TOKEN_STORE", &address)).assert_status(0);
        }
        run(shop.command(&[]).env("WECHAT_TOKEN_STORE", &address)).assert_status(0);
        assert_eq!(shop.count(STABLE), 1);
    }
}

#[test]
fn the_keys_are_those_of_the_configuration() {
    let Some(address) = address() else { return };
    let shop = Shop::new(2);
    shop.write("redis.url", &address);
    for prefix in ["one", "one", "two"] {
        let section = format!(
            "[accounts.shop.redis]\nurl_file = \"redis.url\"\nprefix = \"cli-{}-{prefix}\"\n",
            std::process::id()
        );
        shop.write("wechat.toml", shop.config("", "") + &section);
        shop.operate(&["tags", "list"]).assert_status(0);
    }
    assert_eq!(shop.count(STABLE), 2);
}

#[test]
fn it_is_reached_by_tls_with_roots_of_the_configuration() {
    let (Ok(address), Ok(roots)) =
        (std::env::var("WECHAT_TEST_REDIS_TLS"), std::env::var("WECHAT_TEST_REDIS_ROOTS"))
    else {
        return;
    };
    let shop = Shop::new(2);
    let section = format!("[accounts.shop.redis]\nurl_env = \"REDIS\"\nroots_file = \"{roots}\"\n");
    shop.write("wechat.toml", shop.config("", "") + &section);
    run(shop.operate_command(&["tags", "list"]).env("REDIS", &address)).assert_status(0);
    // Without them its certificate is nobody's.
    let mut command = shop.operate_command(&["tags", "list"]);
    shop.write("wechat.toml", shop.config("", ""));
    run(command.env("WECHAT_TOKEN_STORE", &address)).assert_status(1).assert_says("certificate");
}

#[cfg(unix)]
#[test]
fn two_listeners_print_each_push_once_though_it_comes_to_both() {
    let Some(address) = address() else { return };
    let home = TempDir::new().unwrap();
    let mut listeners = [(); 2].map(|()| {
        Started::new(
            program(home.path())
                .args(["callback", "listen", "--json", "--listen", "127.0.0.1:0"])
                .env("WECHAT_APP_ID", APP_ID)
                .env("WECHAT_CALLBACK_TOKEN", TOKEN)
                .env("WECHAT_AES_KEY", AES_KEY)
                .env("WECHAT_DEDUP_STORE", &address),
        )
    });
    let addresses = [0, 1].map(|number| {
        let first: Value = serde_json::from_str(&listeners[number].read_to("listening")).unwrap();
        first["address"].as_str().unwrap().parse().unwrap()
    });
    let (token, key, id) = (token(), aes_key(), AppId::new(APP_ID).unwrap());
    // No other run has pushes of this time.
    let time = 1_700_000_000 + u64::from(std::process::id());
    for number in 0..20 {
        let xml = format!(
            "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>\
             <CreateTime>{time}</CreateTime><MsgType>event</MsgType><Event>CLICK</Event>\
             <EventKey>{number}</EventKey></xml>"
        );
        let stamp = Stamp::new(&token, "1768183200", "1", "o1");
        let push = stamp.safe(&Cipher::new(&key, &id, *b"0123456789abcdef"), "gh_1", &xml);
        std::thread::scope(|scope| {
            for address in addresses {
                let push = &push;
                // As the platform does: until it is taken.
                scope.spawn(move || while post(address, push) != 200 {});
            }
        });
    }
    let mut printed: Vec<i64> = Vec::new();
    for listener in listeners {
        listener.interrupt();
        let run = listener.end();
        let lines = run.assert_status(0).lines();
        let keys = lines.iter().filter_map(|line| line["fields"]["EventKey"].as_str());
        printed.extend(keys.map(|key| key.parse::<i64>().unwrap()));
    }
    printed.sort_unstable();
    assert_eq!(printed, (0..20).collect::<Vec<_>>());
}
