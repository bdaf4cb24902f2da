//! `callback listen`: pushes are printed once, and answered when they are printed.

use serde_json::Value;
use tempfile::TempDir;
use wechat_events::push::{Cipher, Stamp};
use wechat_types::id::AppId;

use crate::callbacks::post;
use crate::program::{Started, program};
use crate::shop::{AES_KEY, APP_ID, TOKEN, aes_key, token};

const CLICK: &str = "<xml><ToUserName><![CDATA[gh_5b1e7c40d9a2]]></ToUserName>\
    <FromUserName><![CDATA[oTESTfan000000000000000000A]]></FromUserName>\
    <CreateTime>1768183200</CreateTime><MsgType><![CDATA[event]]></MsgType>\
    <Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[新品]]></EventKey></xml>";

#[cfg(unix)]
#[test]
fn each_push_is_printed_once() {
    let home = TempDir::new().unwrap();
    let mut listening = Started::new(
        program(home.path())
            .args(["callback", "listen", "--json", "--listen", "127.0.0.1:0"])
            .env("WECHAT_APP_ID", APP_ID)
            .env("WECHAT_CALLBACK_TOKEN", TOKEN)
            .env("WECHAT_AES_KEY", AES_KEY),
    );
    let first: Value = serde_json::from_str(&listening.read_to("listening")).unwrap();
    let address = first["address"].as_str().unwrap().parse().unwrap();

    let (token, key, id) = (token(), aes_key(), AppId::new(APP_ID).unwrap());
    for nonce in ["1", "2", "3"] {
        let stamp = Stamp::new(&token, "1768183200", nonce, "oTESTfan000000000000000000A");
        let cipher = Cipher::new(&key, &id, *b"0123456789abcdef");
        assert_eq!(post(address, &stamp.safe(&cipher, "gh_5b1e7c40d9a2", CLICK)), 200);
        assert_eq!(post(address, &stamp.plain(CLICK)), 400);
    }
    listening.interrupt();
    let run = listening.end();
    let lines = run.assert_status(0).lines();
    assert_eq!(lines.len(), 2, "{}", run.stdout);
    let line = &lines[1];
    assert_eq!(line["line"], "callback");
    assert_eq!((&line["kind"], &line["name"]), (&"event".into(), &"CLICK".into()));
    assert_eq!(line["fields"]["EventKey"], "新品");
    assert_eq!(line["event"]["kind"], "click");
    assert_eq!(line["event"]["data"]["key"], "新品");
}
