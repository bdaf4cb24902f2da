//! `wechat-cli callback read`: one callback, and why it is refused.

use std::io::{Read as _, Write as _, stdin, stdout};
use std::process::ExitCode;

use serde_json::{Value, json};
use wechat_events::crypto::DecryptErrorKind;
use wechat_events::{BodyErrorKind, CallbackQuery, EventParser, ParseError, ParseErrorKind};

use super::json;
use crate::args::ReadArgs;

/// Runs the command.
pub(crate) fn run(args: ReadArgs) -> ExitCode {
    match read(&args) {
        Ok(report) => {
            let ok = report.error.is_none();
            let shown = writeln!(stdout(), "{:#}", report.into_json());
            if ok && shown.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn read(args: &ReadArgs) -> Result<Report, String> {
    let parser = super::settings(&args.account)?.parser;
    let mut body = Vec::new();
    // One byte more than is allowed, so that the reader refuses it and the memory stays small.
    let limit = EventParser::MAX_BODY_BYTES as u64 + 1;
    stdin()
        .take(limit)
        .read_to_end(&mut body)
        .map_err(|e| format!("the body cannot be read from standard input: {e}"))?;
    let query = CallbackQuery::parse(args.query.trim().trim_start_matches('?'));
    if query.echostr.is_some() && body.iter().all(u8::is_ascii_whitespace) {
        let error = parser.verify_url(&query).err();
        return Ok(Report { kind: Some("url_verification"), error, ..Report::default() });
    }
    let mut report = Report::default();
    match parser.open(&query, &body) {
        Ok(opened) => {
            report.decrypted = Some(String::from_utf8_lossy(&opened.message).into_owned());
            match opened.read() {
                Ok(callback) => {
                    report.kind = Some(json::kind(&callback));
                    report.name = Some(json::name(&callback).to_owned());
                    report.fields = json::fields(&callback.fields);
                    report.event = json::event(&callback);
                }
                Err(error) => report.error = Some(error),
            }
        }
        Err(error) => report.error = Some(error),
    }
    Ok(report)
}

#[derive(Default)]
struct Report {
    error: Option<ParseError>,
    kind: Option<&'static str>,
    name: Option<String>,
    decrypted: Option<String>,
    fields: Value,
    event: Value,
}

impl Report {
    fn into_json(self) -> Value {
        let (outcome, detail) = self.error.as_ref().map_or(("ok", None), outcome);
        json!({
            "outcome": outcome,
            "detail": detail,
            "reason": self.error.as_ref().map(reason),
            "kind": self.kind,
            "name": self.name,
            "decrypted": self.decrypted,
            "fields": self.fields,
            "event": self.event,
        })
    }
}

/// The kind of refusal in this program's words, which stay the same, and what it is about.
fn outcome(error: &ParseError) -> (&'static str, Option<&str>) {
    match error.kind() {
        ParseErrorKind::MissingParameter => ("parameter", error.path()),
        ParseErrorKind::Signature => ("signature", Some("signature")),
        ParseErrorKind::MsgSignature => ("signature", Some("msg_signature")),
        ParseErrorKind::EncryptType => ("encrypt_type", None),
        ParseErrorKind::PlainRefused => ("plain_refused", None),
        ParseErrorKind::MissingKey => ("no_key", None),
        ParseErrorKind::MissingEncrypt => ("no_encrypt", None),
        ParseErrorKind::Decrypt(DecryptErrorKind::AppId) => ("appid", None),
        ParseErrorKind::Decrypt(step) => ("decrypt", Some(decrypt_step(step))),
        ParseErrorKind::Body(problem) => ("xml", Some(body_problem(problem))),
        ParseErrorKind::MissingField => ("field", error.path()),
        ParseErrorKind::BadNumber => ("number", error.path()),
        // A kind that this program does not know yet must not look like a success.
        _ => ("refused", None),
    }
}

/// What is wrong and what to do, in the words of this program's options where they are the remedy.
fn reason(error: &ParseError) -> String {
    let text = match error.kind() {
        ParseErrorKind::PlainRefused => {
            "a plain push, though there is an EncodingAESKey: choose safe or compatible mode on the \
             platform, or add --allow-plain"
        }
        ParseErrorKind::MissingKey => {
            "the push is encrypted, but there is no EncodingAESKey: give the one of the platform's \
             settings with --aes-key, WECHAT_AES_KEY or the account's encoding_aes_key"
        }
        ParseErrorKind::Decrypt(DecryptErrorKind::AppId) => {
            "token and EncodingAESKey are right, but the push is another account's: compare the AppID \
             with the platform's settings; a third-party platform uses its component AppID"
        }
        ParseErrorKind::Decrypt(DecryptErrorKind::Base64 | DecryptErrorKind::BlockLength) => {
            "the signature is right, but what it covers is no encrypted message: report the push if \
             the platform really sent it"
        }
        ParseErrorKind::Decrypt(_) => {
            "the token is right, but the EncodingAESKey is another one: compare it with the platform's \
             settings; after a change of the key add --previous-aes-key"
        }
        _ => return error.to_string(),
    };
    text.to_owned()
}

fn decrypt_step(step: DecryptErrorKind) -> &'static str {
    match step {
        DecryptErrorKind::Base64 => "base64",
        DecryptErrorKind::BlockLength => "block_length",
        DecryptErrorKind::Padding => "padding",
        DecryptErrorKind::Length => "length",
        _ => "other",
    }
}

fn body_problem(problem: BodyErrorKind) -> &'static str {
    match problem {
        BodyErrorKind::Empty => "empty",
        BodyErrorKind::NotUtf8 => "not_utf8",
        BodyErrorKind::NotWellFormed => "not_well_formed",
        BodyErrorKind::WrongRoot => "wrong_root",
        BodyErrorKind::Trailing => "trailing",
        BodyErrorKind::Doctype => "doctype",
        BodyErrorKind::UnknownEntity => "unknown_entity",
        BodyErrorKind::TooLarge => "too_large",
        BodyErrorKind::TooDeep => "too_deep",
        BodyErrorKind::TooManyNodes => "too_many_nodes",
        BodyErrorKind::TooManyAttributes => "too_many_attributes",
        _ => "other",
    }
}
