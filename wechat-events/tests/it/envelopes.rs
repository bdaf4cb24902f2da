//! Every fixture of the envelopes: query, signatures, ciphertext, and what is in it.

use serde_json::Value;
use wechat_events::crypto::{self, DecryptErrorKind};
use wechat_events::{CallbackQuery, EventParser, ParseError, ParseErrorKind, signature};

use crate::golden::mass_job;
use crate::support::{app_id, file, json, key, names, parse_plain, to_json, token};

#[test]
fn pushes_give_their_expected_result() {
    let (mut read, mut refused, mut opened) = (0, 0, 0);
    for name in names("envelopes") {
        let envelope = json("envelopes", &name);
        if envelope["direction"] != "push" {
            continue;
        }
        let expect = &envelope["expect"];
        let body_file = envelope["body_file"].as_str().unwrap();
        let query = CallbackQuery::parse(envelope["query"].as_str().unwrap());
        let body = file("envelopes", body_file);
        let result = parser(&envelope).parse(&query, &body);
        if expect["result"] != "ok" {
            let error = result.expect_err(&name);
            assert_eq!(expect["result"], reason(&error), "{name}");
            refused += 1;
        } else if name == "compatible-json" {
            // The fixture has no fields of its own: they are those of the plaintext.
            let callback = result.unwrap_or_else(|error| panic!("{name}: {error}"));
            let message = envelope["plaintext"]["msg"].as_str().unwrap();
            let message = parse_plain(message.as_bytes()).unwrap();
            assert_eq!(callback, message, "{name}");
            assert_eq!(callback.fields.text("List/SubscribeStatusString"), Some("reject"));
            read += 1;
        } else if expect["fields"].is_null() {
            // The message inside is a row of letters: it is opened, but it says nothing.
            let error = result.expect_err(&name);
            assert!(matches!(error.kind(), ParseErrorKind::Body(_)), "{name}: {error}");
            assert!(error.is_verified(), "{name}");
            opened += 1;
        } else {
            let callback = result.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(to_json(&callback.fields), expect["fields"], "{name}");
            if let Some(job) = expect.get("mass_job") {
                assert_eq!(mass_job(&callback), *job, "{name}");
            }
            read += 1;
        }
    }
    assert_eq!((read, refused, opened), (22, 13, 6));
}

#[test]
fn addresses_are_verified() {
    let mut count = 0;
    for name in names("envelopes") {
        let envelope = json("envelopes", &name);
        if envelope["direction"] != "verify" {
            continue;
        }
        let query = CallbackQuery::parse(envelope["query"].as_str().unwrap());
        let parser = parser(&envelope);
        let result = parser.verify_url(&query);
        let expect = &envelope["expect"];
        let got = result.as_ref().map_or_else(reason, |_| "ok");
        assert_eq!(expect["result"], got, "{name}");
        assert_eq!(expect["response_body"].as_str(), result.ok(), "{name}");
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn queries_are_decoded_and_signatures_recomputed() {
    let (mut count, mut encrypted) = (0, 0);
    for name in names("envelopes") {
        let envelope = json("envelopes", &name);
        let Some(raw) = envelope["query"].as_str() else { continue };
        let query = CallbackQuery::parse(raw);
        for (field, value) in [
            ("signature", &query.signature),
            ("timestamp", &query.timestamp),
            ("nonce", &query.nonce),
            ("echostr", &query.echostr),
            ("openid", &query.openid),
            ("encrypt_type", &query.encrypt_type),
            ("msg_signature", &query.msg_signature),
        ] {
            assert_eq!(envelope["query_fields"][field].as_str(), value.as_deref(), "{name}");
        }
        let token = token(envelope["config"]["token"].as_str().unwrap());
        let timestamp = query.timestamp.unwrap_or_default();
        let nonce = query.nonce.unwrap_or_default();
        let valid = query.signature == Some(signature::signature(&token, &timestamp, &nonce));
        assert_eq!(envelope["expect"]["signature_valid"], valid, "{name}");
        if let (Some(given), Some(encrypt)) = (query.msg_signature, encrypted_part(&envelope)) {
            let ours = signature::msg_signature(&token, &timestamp, &nonce, &encrypt);
            assert_eq!(envelope["expect"]["msg_signature_valid"], given == ours, "{name}");
            encrypted += 1;
        }
        count += 1;
    }
    assert_eq!((count, encrypted), (48, 36));
}

/// Replies and JSON bodies included: the cipher is the same.
#[test]
fn ciphertexts_open_and_are_made_again_byte_for_byte() {
    let mut count = 0;
    for name in names("envelopes") {
        let envelope = json("envelopes", &name);
        let Some(plain) = envelope.get("plaintext") else { continue };
        let Some(encrypt) = encrypted_part(&envelope) else { panic!("{name} has no Encrypt") };
        let config = &envelope["config"];
        let current = config["encoding_aes_key"].as_str().unwrap();
        let key = key(config["old_encoding_aes_key"].as_str().unwrap_or(current));
        let app_id = app_id(plain["app_id"].as_str().unwrap());
        let message = plain["msg"].as_str().unwrap().as_bytes();
        let random = plain["random"].as_str().unwrap().as_bytes().try_into().unwrap();
        assert_eq!(crypto::decrypt(&key, &encrypt, &app_id).unwrap(), message, "{name}");
        assert_eq!(crypto::encrypt(&key, random, message, &app_id), encrypt, "{name}");
        count += 1;
    }
    assert_eq!(count, 32);
}

fn parser(envelope: &Value) -> EventParser {
    let config = &envelope["config"];
    let text = |name: &str| config[name].as_str();
    let app = text("component_app_id").or(text("app_id")).unwrap();
    let mut builder = EventParser::builder(app_id(app), token(text("token").unwrap()))
        .aes_key(key(text("encoding_aes_key").unwrap()));
    if let Some(old) = text("old_encoding_aes_key") {
        builder = builder.previous_aes_key(key(old));
    }
    // The account's mode is a setting like the others: a plain account may have a key too.
    if envelope["mode"] == "plain" {
        builder = builder.allow_plain();
    }
    builder.build()
}

/// Found by hand, so that the check does not rest on the reader under test.
fn encrypted_part(envelope: &Value) -> Option<String> {
    let name = envelope["body_file"].as_str()?;
    let body = String::from_utf8(file("envelopes", name)).unwrap();
    if name.ends_with(".body.json") {
        let body: Value = serde_json::from_str(&body).unwrap();
        return body["Encrypt"].as_str().map(str::to_owned);
    }
    let (_, rest) = body.split_once("<Encrypt>")?;
    let (text, _) = rest.split_once("</Encrypt>")?;
    let text = text.trim();
    let text =
        text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>")).unwrap_or(text);
    Some(text.to_owned())
}

fn reason(error: &ParseError) -> &'static str {
    match error.kind() {
        ParseErrorKind::MissingParameter => "missing_parameter",
        ParseErrorKind::Signature => "bad_signature",
        ParseErrorKind::MsgSignature => "bad_msg_signature",
        ParseErrorKind::MissingEncrypt => "missing_encrypt",
        ParseErrorKind::Decrypt(kind) => match kind {
            DecryptErrorKind::Base64 => "bad_base64",
            DecryptErrorKind::BlockLength => "bad_block_length",
            DecryptErrorKind::Padding => "bad_padding",
            DecryptErrorKind::Length => "bad_length",
            DecryptErrorKind::AppId => "wrong_app_id",
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}
