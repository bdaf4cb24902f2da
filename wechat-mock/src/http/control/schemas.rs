//! What the bodies of control calls hold, for their description.

use serde_json::{Value, json};

fn object(required: &[&str], properties: &Value) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn number() -> Value {
    json!({"type": "integer", "minimum": 0})
}

pub(super) fn clock() -> Value {
    let span = number();
    object(&[], &json!({"advance_seconds": span, "to": span, "to_next_due": {"type": "boolean"}}))
}

pub(super) fn lines() -> Value {
    json!({
        "type": "string",
        "description": "A follower a line, of any number: the OpenID, and after a tab each, where need \
            be, tags (numbers with commas between), a state (unsubscribed, refuses, blacklisted, \
            unreachable), and when the person followed (seconds since 1970).",
    })
}

pub(super) fn state() -> Value {
    json!({"type": "string", "description": "What save answered. It holds secrets."})
}

pub(super) fn follower() -> Value {
    let hindrance = json!(["unsubscribed", "refuses", "blacklisted", "unreachable", null]);
    object(
        &[],
        &json!({
            "hindrance": {"enum": hindrance},
            "add_tags": {"type": "array", "items": {"type": "integer", "minimum": 2}},
            "received_this_month": number(),
            "remark": {"type": "string"},
        }),
    )
}

pub(super) fn tag() -> Value {
    let name = json!({"type": "string"});
    object(
        &["id", "name"],
        &json!({"id": {"type": "integer", "minimum": 3}, "name": name, "first_followers": number()}),
    )
}

pub(super) fn verdict() -> Value {
    let refused = object(&["refused"], &json!({"refused": number()}));
    object(&["verdict"], &json!({"verdict": {"oneOf": [{"enum": ["success", "fail"]}, refused]}}))
}

pub(super) fn quota() -> Value {
    let left = json!({"type": ["integer", "null"], "minimum": 0});
    object(&["mass_sends_left"], &json!({"mass_sends_left": left}))
}

pub(super) fn fault() -> Value {
    let after = json!({"type": "boolean", "description": "the request took effect all the same"});
    let one = |name: &str, required: &[&str], fields: Value| {
        object(&[name], &json!({name: object(required, &fields)}))
    };
    let effects = json!([
        {"enum": ["refused", "reset", "answer_lost", "garbled", "stale_node"]},
        one("errcode", &["code"], json!({"code": {"type": "integer"}, "after_effect": after})),
        one("html", &["status"], json!({
            "status": {"type": "integer", "minimum": 200, "maximum": 599},
            "after_effect": after,
        })),
        one("cut", &["bytes"], json!({"bytes": number()})),
        one("delayed", &["seconds"], json!({
            "seconds": {"type": "number", "minimum": 0, "maximum": 86400},
        })),
    ]);
    let count = json!({"type": "integer", "minimum": 1});
    object(
        &["effect"],
        &json!({
            "path": {"type": "string", "description": "the calls of this path; without it, any"},
            "containing": {"type": "string", "description": "only bodies with this text"},
            "token_younger_than_seconds": {
                "type": "number",
                "exclusiveMinimum": 0,
                "description": "only calls with a token that works and is younger; 60 for stale_node",
            },
            "nth": count,
            "times": count,
            "always": {"type": "boolean"},
            "probability": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "seed": number(),
            "effect": {"oneOf": effects},
        }),
    )
}

pub(super) fn settings() -> Value {
    json!({"type": "object", "description": "rules by their names, as GET shows them"})
}

#[cfg(feature = "callbacks")]
pub(super) fn callback() -> Value {
    let text = json!({"type": "string"});
    object(
        &["url", "token"],
        &json!({
            "url": text,
            "token": text,
            "encoding_aes_key": text,
            "mode": {"enum": ["plain", "safe", "compatible"]},
            "verify": {"type": "boolean", "description": "taken when it echoes, as on the website"},
        }),
    )
}

#[cfg(feature = "callbacks")]
pub(super) fn callback_fault() -> Value {
    let delayed = object(&["seconds"], &json!({"seconds": number()}));
    let delayed = object(&["delayed"], &json!({"delayed": delayed}));
    object(
        &["effect"],
        &json!({"effect": {"oneOf": [{"enum": ["lost", "doubled", "swapped"]}, delayed]}}),
    )
}

#[cfg(feature = "callbacks")]
pub(super) fn trigger() -> Value {
    let (text, decimal) = (json!({"type": "string"}), json!({"type": "number"}));
    let kind = |name: &str, optional: &[&str], fields: &[(&str, &Value)]| {
        let is_needed = |field: &&str| !optional.contains(field);
        let needed: Vec<&str> = fields.iter().map(|(field, _)| *field).filter(is_needed).collect();
        let fields = fields.iter().map(|(field, schema)| ((*field).to_owned(), (*schema).clone()));
        let fields = Value::Object(fields.collect());
        object(&[name], &json!({name: object(&needed, &fields)}))
    };
    let code = object(&["scene", "ticket"], &json!({"scene": text, "ticket": text}));
    let fields = json!({
        "type": "object",
        "description": "elements in this order: texts, numbers, objects of elements, lists of these",
    });
    let (t, d, n) = (&text, &decimal, &number());
    let who = ("openid", t);
    json!({"oneOf": [
        kind("text", &[], &[who, ("content", t)]),
        kind("image", &[], &[who, ("pic_url", t), ("media_id", t)]),
        kind("voice", &[], &[who, ("media_id", t), ("format", t)]),
        kind("video", &[], &[who, ("media_id", t), ("thumb_media_id", t)]),
        kind("short_video", &[], &[who, ("media_id", t), ("thumb_media_id", t)]),
        kind("location", &[], &[
            who, ("latitude", d), ("longitude", d), ("scale", n), ("label", t),
        ]),
        kind("link", &[], &[who, ("title", t), ("description", t), ("url", t)]),
        kind("subscribe", &["qr"], &[who, ("qr", &code)]),
        kind("unsubscribe", &[], &[who]),
        kind("scan", &[], &[who, ("scene", t), ("ticket", t)]),
        kind("reports_location", &[], &[
            who, ("latitude", d), ("longitude", d), ("precision", d),
        ]),
        kind("click", &[], &[who, ("key", t)]),
        kind("view", &[], &[who, ("url", t), ("menu_id", n)]),
        kind("message", &["fields"], &[who, ("msg_type", t), ("fields", &fields)]),
        kind("event", &["openid", "fields"], &[who, ("name", t), ("fields", &fields)]),
        kind("document", &[], &[("xml", t)]),
    ]})
}

pub(super) fn confirmation() -> Value {
    object(&["msg_id", "approved"], &json!({"msg_id": number(), "approved": {"type": "boolean"}}))
}

pub(super) fn website_send() -> Value {
    let text = json!({"type": "string"});
    object(
        &[],
        &json!({
            "text": text,
            "draft": text,
            "tag_id": number(),
            "everyone": {"type": "boolean", "description": "without tag_id it must be true"},
        }),
    )
}

pub(super) fn original() -> Value {
    let (text, flag) = (json!({"type": "string"}), json!({"type": "boolean"}));
    object(
        &["title"],
        &json!({
            "title": text,
            "url": text,
            "kind": number(),
            "can_reprint": flag,
            "need_replace_content": flag,
            "need_show_reprint_source": flag,
            "user_declare_state": number(),
            "audit_state": number(),
        }),
    )
}

pub(super) fn publish_status() -> Value {
    let articles = json!({"type": "array", "items": {"type": "integer", "minimum": 1}});
    let failed = |name: &str| object(&[name], &json!({name: articles}));
    let statuses = json!([{"enum": ["success", "failed"]}, failed("originality_failed"), failed("audit_failed")]);
    object(&["status"], &json!({"status": {"oneOf": statuses}}))
}
