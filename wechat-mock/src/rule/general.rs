//! Rules of tokens, of every call's form, and of the platform calls.

use super::{Entry, Rule, entry};

pub(crate) const WRONG_SECRET: Rule =
    Rule { id: "token/secret", sentence: "secret is the AppSecret of this AppID" };
pub(crate) const UNKNOWN_PATH: Rule =
    Rule { id: "general/path", sentence: "the path is that of a documented call" };

const WHITE_LIST: Rule = Rule {
    id: "token/white-list",
    sentence: "the caller's address stands in the account's white list",
};
const BLOCKED: Rule =
    Rule { id: "general/blocked", sentence: "the platform has not forbidden the account's calls" };

const TOKENS: &[&str] = &["token", "stable_token"];

pub(super) const RULES: &[Entry] = &[
    entry(41001, &[], "token/missing", "access_token stands in the query, and is not empty"),
    entry(
        40014,
        &[],
        "token/characters",
        "an access_token is of letters, digits, underscore and hyphen",
    ),
    entry(
        40001,
        &[],
        "token/latest",
        "an access_token is the latest of its kind; the one before it works 5 minutes longer",
    ),
    entry(42001, &[], "token/lifetime", "an access_token works for 7200 seconds"),
    entry(40002, &[], "token/grant-type", "grant_type is client_credential"),
    entry(40013, &[], "token/app-id", "the AppID is that of this account"),
    entry(41002, &[], "token/app-id-missing", "appid is given and not empty"),
    entry(41004, &[], "token/secret-missing", "the AppSecret is given and not empty"),
    entry(40125, &[], WRONG_SECRET.id, WRONG_SECRET.sentence),
    entry(40164, &[], WHITE_LIST.id, WHITE_LIST.sentence),
    entry(89501, &[], WHITE_LIST.id, WHITE_LIST.sentence),
    entry(89503, &[], WHITE_LIST.id, WHITE_LIST.sentence),
    entry(89506, &[], WHITE_LIST.id, WHITE_LIST.sentence),
    entry(89507, &[], WHITE_LIST.id, WHITE_LIST.sentence),
    entry(48004, &[], BLOCKED.id, BLOCKED.sentence),
    entry(50002, &[], BLOCKED.id, BLOCKED.sentence),
    entry(40243, &[], "token/secret-frozen", "a frozen AppSecret issues no tokens"),
    entry(
        45009,
        &["token"],
        "token/a-day",
        "2000 tokens a day are issued by this call; keep one for its 7200 seconds",
    ),
    entry(
        45009,
        &["stable_token"],
        "token/stable-a-day",
        "500 000 calls a day, 20 of them with force_refresh",
    ),
    entry(45011, &["stable_token"], "token/stable-a-minute", "10 000 calls a minute"),
    entry(43002, TOKENS, "token/method", "token is a GET, stable_token a POST"),
    entry(43001, &[], "general/get", "this call is a GET"),
    entry(43002, &[], "general/method", "the method is the documented one"),
    entry(44002, &[], "general/body", "this call has a JSON body"),
    entry(
        47001,
        &[],
        "general/json",
        "the body is one JSON object in UTF-8, its fields of the documented types",
    ),
    entry(
        47002,
        &[],
        "general/raw-text",
        "texts are raw UTF-8, not the escapes \\uXXXX of a JSON encoder",
    ),
    entry(48001, &[], "general/rights", "the kind of account may make this call"),
    entry(
        45009,
        &["openapi/quota/clear"],
        "platform/clears-a-month",
        "openapi/quota/clear may be called 50 times a month",
    ),
    entry(
        48006,
        &[],
        "platform/all-clears-a-month",
        "clear_quota may be called 10 times a month, both forms together",
    ),
    entry(
        45009,
        &[],
        "general/a-day",
        "each call has a limit a day, which starts anew at midnight",
    ),
    entry(
        40201,
        &[],
        "platform/callback-address",
        "the account has a callback address before it can be checked",
    ),
    entry(40202, &[], "platform/check-action", "action is dns, ping or all"),
    entry(
        40203,
        &[],
        "platform/check-operator",
        "check_operator is CHINANET, UNICOM, CAP or DEFAULT",
    ),
    entry(76001, &[], "platform/rid-known", "rid is that of an error of this account"),
    entry(76002, &[], "platform/rid-form", "rid is three groups of 8 hexadecimal digits"),
    entry(76003, &[], "platform/cgi-path-slash", "cgi_path begins with a slash, without a host"),
    entry(76004, &[], "platform/rid-age", "an error can be looked up for seven days"),
    entry(76021, &[], "platform/cgi-path", "cgi_path is the path of a call, without its query"),
    entry(76022, &[], "platform/cgi-path-rights", "cgi_path is a call for this kind of token"),
];
