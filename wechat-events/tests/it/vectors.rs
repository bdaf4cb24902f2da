//! The published vectors, and our own with a non-zero key, both ways.

use wechat_events::crypto::{decrypt, encrypt};
use wechat_events::push::{Cipher, Stamp};
use wechat_events::signature::{msg_signature, signature};
use wechat_events::{CallbackQuery, EventParser};
use wechat_types::id::AppId;

use crate::support::{APP_ID, KEY, app_id, builder, key, token};

/// Of the platform's documentation.
const OFFICIAL_ENCRYPT: &str = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJG\
     QqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrf\
     MZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgR\
     tWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=";
const OFFICIAL_MESSAGE: &str = r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}"#;
const OFFICIAL_REPLY: &str =
    "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==";

/// Made with two AES libraries of other languages.
const MESSAGE_A: &str = "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><Fr\
     omUserName><![CDATA[oTESTfan000000000000000000A]]></FromUser\
     Name><CreateTime>1700000000</CreateTime><MsgType><![CDATA[te\
     xt]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>23456\
     789012345678</MsgId></xml>";
const ENCRYPT_A: &str = "Q3stYC6hdFzMh9T8HCvyDEyyIo7SrfCU7qIY00FhmKzxLhwDU4yRHtC29SoooV3tqzu845Di3fJxjyUD+4kbEMrg\
     phd5dT44Jp2aevb8qvg2j0HMJqLFFZoTjsqGIgIbrzqqH251QYrSUv06ar3OHZ4X0hguL/JrWu5rFp47KwPlWEfd\
     WpgSH3QhLRi5v0kDjzYReApJCX+ZHfiFbuErnFwr3HgZRK/6QPBhPywVkcKwI9srXlrgvkHYOp8yyh1K70ob1QzM\
     XN2ph6qg8KYsOX4/HrumfuucDFe+9tWX93710iVMGI9tsbzqGwWlGTXfBkNzi15u5xMEAhBUIOO127vkXxKb3hqI\
     1oFDFLQ/xuR89zBeyEC/7nIQAcF2by+6xKyj3r+I0gnY6XldwHa5m1CcMBYPu+awjPmjzWh8Sug=";
const ENCRYPT_B: &str = "Q3stYC6hdFzMh9T8HCvyDHDxbrF7f8TfmYxXSN1y2Vbjja9RgRLcXPjzJF67v90Vr3HKiuEL04e7gdJi1DufsXo0\
     wvTp5Iwc7Rt+04Oq4Q1t7yZ26HdYDJfk5lsZrMIt";

fn official() -> (wechat_events::EncodingAesKey, AppId) {
    (key(&"A".repeat(43)), app_id("wxba5fad812f8e6fb9"))
}

#[test]
fn official_signatures() {
    let token = token("AAAAA");
    for (timestamp, nonce, hex) in [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("1714112445", "415670741", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
    ] {
        assert_eq!(signature(&token, timestamp, nonce), hex);
    }
    for (timestamp, encrypt, hex) in [
        ("1714112445", OFFICIAL_ENCRYPT, "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        ("1713424427", OFFICIAL_REPLY, "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
    ] {
        assert_eq!(msg_signature(&token, timestamp, "415670741", encrypt), hex);
    }
}

#[test]
fn the_official_address_is_verified() {
    let parser = EventParser::builder(official().1, token("AAAAA")).build();
    let query = CallbackQuery::parse(
        "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036504\
         &nonce=1514711492&echostr=4375120948345356249",
    );
    assert_eq!(parser.verify_url(&query).unwrap(), "4375120948345356249");
}

#[test]
fn the_official_push_and_reply_both_ways() {
    let (key, app_id) = official();
    for (random, message, text) in [
        (b"a8eedb185eb2fecf", OFFICIAL_MESSAGE, OFFICIAL_ENCRYPT),
        (b"707722b803182950", "{\"demo_resp\":\"good luck\"}", OFFICIAL_REPLY),
    ] {
        assert_eq!(decrypt(&key, text, &app_id).unwrap(), message.as_bytes());
        assert_eq!(encrypt(&key, *random, message.as_bytes(), &app_id), text);
    }
}

#[test]
fn own_vectors_both_ways() {
    let (key, app_id) = (key(KEY), app_id(APP_ID));
    for (message, text) in [(MESSAGE_A, ENCRYPT_A), (&"x".repeat(26), ENCRYPT_B)] {
        assert_eq!(decrypt(&key, text, &app_id).unwrap(), message.as_bytes());
        assert_eq!(encrypt(&key, *b"0123456789abcdef", message.as_bytes(), &app_id), text);
    }
}

/// Pins what the mock sends: query and bodies around vector A.
#[test]
fn a_push_is_made_as_the_platform_makes_it() {
    let (token, key, app_id) = (token("tok3n"), key(KEY), app_id(APP_ID));
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan000000000000000000A");
    let cipher = Cipher::new(&key, &app_id, *b"0123456789abcdef");
    let plain_query = "signature=6cf07c4e18fae0f4ee185d8ecd44b7629201ebfb&timestamp=1700000001\
                       &nonce=987654321&openid=oTESTfan000000000000000000A";
    let encrypted_query = format!(
        "{plain_query}&encrypt_type=aes&msg_signature=cc7b590b239fc5cc6fc8947c303c3631c36d55d0"
    );

    let plain = stamp.plain(MESSAGE_A);
    assert_eq!((plain.query.as_str(), plain.body.as_str()), (plain_query, MESSAGE_A));

    let safe = stamp.safe(&cipher, "gh_0123456789ab", MESSAGE_A);
    assert_eq!(safe.query, encrypted_query);
    assert_eq!(
        safe.body,
        format!(
            "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>\n\
             <Encrypt><![CDATA[{ENCRYPT_A}]]></Encrypt>\n</xml>"
        )
    );

    let compatible = stamp.compatible(&cipher, MESSAGE_A);
    assert_eq!(compatible.query, encrypted_query);
    let readable = MESSAGE_A.strip_suffix("</xml>").unwrap();
    assert_eq!(
        compatible.body,
        format!("{readable}<Encrypt><![CDATA[{ENCRYPT_A}]]></Encrypt>\n</xml>")
    );

    let parser = builder().aes_key(key.clone()).build();
    for push in [safe, compatible] {
        let callback =
            parser.parse(&CallbackQuery::parse(&push.query), push.body.as_bytes()).unwrap();
        assert_eq!(callback.fields.text("Content"), Some("你好"));
    }
}
