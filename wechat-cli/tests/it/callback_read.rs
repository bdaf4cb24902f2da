//! `callback read`: one snapshot of each outcome.

use std::fmt::Write as _;
use std::fs::{self, File};

use serde_json::Value;
use tempfile::TempDir;
use wechat_events::push::{Cipher, Push, Stamp};
use wechat_events::{CallbackToken, EncodingAesKey, signature};
use wechat_types::id::AppId;

use crate::program::{Run, program, run};
use crate::shop::{AES_KEY, APP_ID, TOKEN, aes_key, token};

const TIMESTAMP: &str = "1768183200";
const NONCE: &str = "1234567890";
const FAN: &str = "oTESTfan000000000000000000A";

/// Runs the command with the secrets in its environment.
fn read_with(query: &str, body: &[u8], set: impl FnOnce(&mut std::process::Command)) -> Run {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("body");
    fs::write(&file, body).unwrap();
    let mut command = program(folder.path());
    command
        .args(["callback", "read", "--query", query])
        .env("WECHAT_APP_ID", APP_ID)
        .env("WECHAT_CALLBACK_TOKEN", TOKEN)
        .env("WECHAT_AES_KEY", AES_KEY)
        .current_dir(folder.path())
        .stdin(File::open(&file).unwrap());
    set(&mut command);
    run(&mut command)
}

fn read(query: &str, body: &str) -> Run {
    read_with(query, body.as_bytes(), |_| {})
}

fn stamp(token: &CallbackToken) -> Stamp<'_> {
    Stamp::new(token, TIMESTAMP, NONCE, FAN)
}

fn safe(token: &CallbackToken, key: &EncodingAesKey, app_id: &str, xml: &str) -> Push {
    let app_id = AppId::new(app_id).unwrap();
    let cipher = Cipher::new(key, &app_id, *b"0123456789abcdef");
    stamp(token).safe(&cipher, "gh_5b1e7c40d9a2", xml)
}

/// A push around a ciphertext of one's own.
fn enveloped(encrypt: &str) -> Push {
    let mut push = stamp(&token()).plain(&format!("<xml><Encrypt>{encrypt}</Encrypt></xml>"));
    let hex = signature::msg_signature(&token(), TIMESTAMP, NONCE, encrypt);
    write!(push.query, "&encrypt_type=aes&msg_signature={hex}").unwrap();
    push
}

fn push(more: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_5b1e7c40d9a2]]></ToUserName>\
         <FromUserName><![CDATA[{FAN}]]></FromUserName><CreateTime>1768183200</CreateTime>{more}</xml>"
    )
}

fn event(name: &str, more: &str) -> String {
    push(&format!("<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{more}"))
}

fn job() -> String {
    event(
        "MASSSENDJOBFINISH",
        "<MsgID>3147501213</MsgID><Status><![CDATA[send success]]></Status><TotalCount>2</TotalCount>\
         <ArticleUrlResult><Count>2</Count><ResultList>\
         <item><ArticleIdx>1</ArticleIdx><ArticleUrl><![CDATA[http://x/1]]></ArticleUrl></item>\
         <item><ArticleIdx>2</ArticleIdx><ArticleUrl><![CDATA[http://x/2]]></ArticleUrl></item>\
         </ResultList></ArticleUrlResult>",
    )
}

#[test]
fn what_is_read_is_shown_in_full() {
    let job = safe(&token(), &aes_key(), APP_ID, &job());
    insta::assert_snapshot!("an_encrypted_job_report", read(&job.query, &job.body).stdout);

    let text = push(
        "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>\
         <MsgId>23456789012345678</MsgId>",
    );
    let plain = stamp(&token()).plain(&text);
    let shown = read_with(&plain.query, plain.body.as_bytes(), |command| {
        command.arg("--allow-plain");
    });
    insta::assert_snapshot!("a_plain_message", shown.assert_status(0).stdout);

    let hex = signature::signature(&token(), TIMESTAMP, NONCE);
    let query = format!("?signature={hex}&timestamp={TIMESTAMP}&nonce={NONCE}&echostr=58361");
    insta::assert_snapshot!("the_address", read(&query, "\n").assert_status(0).stdout);

    // The message is shown also where it cannot be read: that is what one looks for.
    let odd = safe(&token(), &aes_key(), APP_ID, &event("MASSSENDJOBFINISH", "<MsgID>x</MsgID>"));
    insta::assert_snapshot!("a_bad_number", read(&odd.query, &odd.body).assert_status(1).stdout);
}

#[test]
fn each_refusal_has_its_outcome() {
    let good = safe(&token(), &aes_key(), APP_ID, &job());
    let foreign = CallbackToken::new("0therT0ken").unwrap();
    let other_key = EncodingAesKey::parse(&AES_KEY.replace("k3y", "0dd")).unwrap();
    let plain = stamp(&token()).plain(&job());
    let told = |message: &str| safe(&token(), &aes_key(), APP_ID, message);
    let mut shown = String::new();
    let mut note = |what: &str, run: Run| {
        let report: Value = serde_json::from_str(&run.assert_status(1).stdout).unwrap();
        let keys: Vec<_> = report.as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            keys,
            ["decrypted", "detail", "event", "fields", "kind", "name", "outcome", "reason"]
        );
        let (outcome, detail) = (&report["outcome"], &report["detail"]);
        writeln!(shown, "{what}: {outcome} {detail}\n  {}", report["reason"].as_str().unwrap())
            .unwrap();
    };
    note("no query", read("", &good.body));
    note("another token", {
        let push = stamp(&foreign).plain(&job());
        read(&push.query, &push.body)
    });
    note("another token, encrypted", {
        let push = safe(&foreign, &aes_key(), APP_ID, &job());
        read(&push.query, &push.body)
    });
    note("an unknown encrypt_type", {
        read(&good.query.replace("encrypt_type=aes", "encrypt_type=rsa"), &good.body)
    });
    note("plain, though there is a key", read(&plain.query, &plain.body));
    note("encrypted, and there is no key", {
        read_with(&good.query, good.body.as_bytes(), |command| {
            command.env_remove("WECHAT_AES_KEY");
        })
    });
    note("nothing encrypted in it", read(&good.query, "<xml><A>1</A></xml>"));
    note("no base64", read(&enveloped("%%%").query, &enveloped("%%%").body));
    note("half a block", read(&enveloped("QUJD").query, &enveloped("QUJD").body));
    note("another key", {
        let push = safe(&token(), &other_key, APP_ID, &job());
        read(&push.query, &push.body)
    });
    note("another account", {
        let push = safe(&token(), &aes_key(), "wxfedcba9876543210", &job());
        read(&push.query, &push.body)
    });
    note("an empty message", read(&told(" ").query, &told(" ").body));
    note("no XML", read(&told("<xml><A>").query, &told("<xml><A>").body));
    note("no UTF-8", read_with(&good.query, b"<xml>\xff</xml>", |_| {}));
    note("a field is missing", read(&told(&push("")).query, &told(&push("")).body));
    note("the address with another token", {
        let hex = signature::signature(&foreign, TIMESTAMP, NONCE);
        read(&format!("signature={hex}&timestamp={TIMESTAMP}&nonce={NONCE}&echostr=5"), "")
    });
    insta::assert_snapshot!(shown);
}

#[test]
fn options_win_and_previous_secrets_are_tried() {
    let old_key = AES_KEY.replace("k3y", "01d");
    let (old_token, old) =
        (CallbackToken::new("0ldT0ken").unwrap(), EncodingAesKey::parse(&old_key));
    let push = safe(&old_token, &old.unwrap(), APP_ID, &job());
    let with = |options: &[&str]| {
        read_with(&push.query, push.body.as_bytes(), |command| {
            command.args(options);
        })
    };
    with(&[]).assert_status(1);
    with(&["--token", "0ldT0ken", "--aes-key", &old_key]).assert_status(0);
    with(&["--previous-token", "0ldT0ken", "--previous-aes-key", &old_key]).assert_status(0);
    with(&["--token", "0ldT0ken", "--aes-key", &old_key, "--app-id", "wx1"]).assert_status(1);
}

#[test]
fn settings_come_from_a_named_account() {
    let push = safe(&token(), &aes_key(), APP_ID, &job());
    let configured = read_with(&push.query, push.body.as_bytes(), |command| {
        let folder = command.get_current_dir().unwrap().to_path_buf();
        let text = format!(
            "[accounts.shop]\napp_id = \"{APP_ID}\"\napp_secret = \"s\"\n[accounts.shop.callback]\n\
             listen = \"127.0.0.1:0\"\ntoken = \"newT0ken\"\nprevious_token = \"{TOKEN}\"\n\
             encoding_aes_key = \"{}\"\nprevious_encoding_aes_key = \"{AES_KEY}\"\n",
            AES_KEY.replace("k3y", "new")
        );
        fs::write(folder.join("wechat.toml"), text).unwrap();
        command.env_clear().args(["--account", "shop"]);
    });
    configured.assert_status(0);
}

#[test]
fn a_wrong_command_ends_with_two() {
    for (name, value) in [
        ("WECHAT_APP_ID", ""),
        ("WECHAT_CALLBACK_TOKEN", ""),
        ("WECHAT_CALLBACK_TOKEN", "n o"),
        ("WECHAT_AES_KEY", "short"),
    ] {
        let wrong = read_with("", b"", |command| {
            command.env(name, value);
        });
        wrong.assert_status(2);
        assert!(wrong.stdout.is_empty() && !wrong.stderr.is_empty(), "{}", wrong.output());
        assert!(value.is_empty() || !wrong.stderr.contains(value), "{}", wrong.stderr);
    }
    let file = read_with("", b"", |command| {
        command.args(["--config", "x.toml"]);
    });
    file.assert_status(2).assert_says("--account");
}
