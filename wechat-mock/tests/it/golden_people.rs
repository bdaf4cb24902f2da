//! The documentation's examples of tags, users, blacklist and groups: the world they happen in, the
//! answers they name, and how their errors come about.

use bytes::Bytes;
use serde_json::{Value, json};
use wechat_mock::{Hindrance, MockServer};
use wechat_types::id::{AppId, OpenId, TagId, UnionId};

use crate::golden_requests::{json as fixture, shape};
use crate::rig::{Rig, request};

/// Followers of the examples, in the order of their lists.
const BLACKLISTED: [&str; 3] = [
    "oTESTfanDj6hz-PXKgVhawGenN4Z",
    "oTESTfanMHNRFmJP1Db82j4rLW8m",
    "oTESTfanzNURoUt1Mb4VL1XeSm80",
];
const GONE: &str = "oTESTfan2nV1k6bNoo3xhzufYsiD";
const FIRST: &str = "oTESTfan48X1xf6krmgnKRPWerco";
const SECOND: &str = "oTESTfanlVeXzSz_Cb73gMFepk8l";
const OTHERS: [&str; 3] = [
    "oTESTfanKxtDCZFyZVd8vbq5HSWF",
    "oTESTfanjXine-9bMwALRSMmr8GP",
    "oTESTfanwqnGD4MeTbAeLX0_zw6z",
];
/// Looks like an OpenID, and nobody has it.
const STRANGER: &str = "oTESTfanNobodyNobodyNobody12";
const OLD_APP: &str = "wx075028f5dca2f419";
const MOVED: &str = "oTESToldAYgXAjtt-Z1VmY4yjcHQ";

fn openid(text: &str) -> OpenId {
    OpenId::new(text).unwrap()
}

/// Is this an endpoint of these chapters?
pub(crate) fn knows(endpoint: &str) -> bool {
    ["tags/", "users/", "blacklist/", "groups/"].iter().any(|start| endpoint.starts_with(start))
}

/// The world of the examples of this endpoint; `file` is one of them.
pub(crate) fn prepare(server: &MockServer, file: &str) {
    let of = |start: &str| file.starts_with(start);
    for text in BLACKLISTED {
        server.add_follower(openid(text));
        if of("blacklist/getblacklist") {
            server.set_hindrance(&openid(text), Some(Hindrance::Blacklisted));
        }
    }
    for text in [GONE, FIRST, SECOND].into_iter().chain(OTHERS) {
        server.add_follower(openid(text));
    }
    server.set_hindrance(&openid(GONE), Some(Hindrance::Unsubscribed));
    let bound = |text: &str| {
        let id = UnionId::new(format!("oUNIONid{}", &text[8..])).unwrap();
        server.change_profile(&openid(text), |profile| profile.union_id = Some(id));
    };
    bound(FIRST);
    bound(SECOND);
    // In the batch, the one who is gone has none.
    if of("users/info/") {
        bound(GONE);
    }
    let groups = [(102, "华东门店"), (107, "★老茶客★")];
    let tags = [(134, "杭州会员")];
    let made = if of("groups/") { &groups[..] } else { &tags[..] };
    for (tag, name) in made {
        server.add_tag(TagId::new(*tag), *name);
        server.tag_follower(&openid(FIRST), TagId::new(*tag));
    }
    if of("tags/user-tag-get") {
        server.tag_follower(&openid(SECOND), TagId::new(134));
    }
    if of("tags/getidlist") || of("users/info") {
        server.tag_follower(&openid(FIRST), TagId::new(2));
    }
    let old = AppId::new(OLD_APP).unwrap();
    server.add_moved_follower(old, openid(MOVED), openid(FIRST));
    server.configure(|s| {
        s.followers_per_page = 3;
        s.blacklist_per_page = 2;
        s.emptied_profiles = file == "users/info-batchget/request.json";
    });
}

/// The answer that the examples' list names for a request.
pub(crate) fn answered_by(file: &str) -> Option<&'static str> {
    Some(match file {
        "tags/user-tag-get/request-next.json" => "response-end",
        "users/get/request-next.txt" | "blacklist/getblacklist/request-next.json" => {
            "response-last"
        }
        "users/get/request-after-last.txt" => "response-after-last",
        "users/info/request-not-fan.txt" => "response-not-fan",
        "users/info-batchget/request-no-lang.json" => "response-one",
        _ if knows(file) => "response",
        _ => return None,
    })
}

/// A good request of the endpoint, in the world of its examples.
pub(crate) fn good(rig: &Rig, endpoint: &str) -> http::Request<Bytes> {
    prepare(&rig.server, &format!("{endpoint}/"));
    let (path, body) = match endpoint {
        "tags/create" => ("tags/create", json!({"tag": {"name": "新"}})),
        "tags/get" => ("tags/get", Value::Null),
        "tags/update" => ("tags/update", json!({"tag": {"id": 134, "name": "新"}})),
        "tags/delete" => ("tags/delete", json!({"tag": {"id": 134}})),
        "tags/user-tag-get" => ("user/tag/get", json!({"tagid": 134, "next_openid": ""})),
        "tags/batchtagging" => {
            ("tags/members/batchtagging", json!({"openid_list": [FIRST, SECOND], "tagid": 134}))
        }
        "tags/batchuntagging" => {
            ("tags/members/batchuntagging", json!({"openid_list": [FIRST, SECOND], "tagid": 134}))
        }
        "tags/getidlist" => ("tags/getidlist", json!({"openid": FIRST})),
        "users/get" => ("user/get", Value::Null),
        "users/info" => ("user/info", Value::Null),
        "users/info-batchget" => ("user/info/batchget", json!({"user_list": [{"openid": FIRST}]})),
        "users/info-updateremark" => {
            ("user/info/updateremark", json!({"openid": FIRST, "remark": "x"}))
        }
        "users/changeopenid" => {
            ("changeopenid", json!({"from_appid": OLD_APP, "openid_list": [MOVED]}))
        }
        "blacklist/getblacklist" => ("tags/members/getblacklist", json!({"begin_openid": ""})),
        "blacklist/batchblacklist" => {
            ("tags/members/batchblacklist", json!({"openid_list": [FIRST]}))
        }
        "blacklist/batchunblacklist" => {
            ("tags/members/batchunblacklist", json!({"openid_list": [FIRST]}))
        }
        "groups/create" => ("groups/create", json!({"group": {"name": "新"}})),
        "groups/get" => ("groups/get", Value::Null),
        "groups/getid" => ("groups/getid", json!({"openid": FIRST})),
        "groups/update" => ("groups/update", json!({"group": {"id": 107, "name": "新"}})),
        "groups/members-update" => {
            ("groups/members/update", json!({"openid": FIRST, "to_groupid": 107}))
        }
        "groups/members-batchupdate" => {
            ("groups/members/batchupdate", json!({"openid_list": [FIRST], "to_groupid": 107}))
        }
        "groups/delete" => ("groups/delete", json!({"group": {"id": 107}})),
        other => panic!("what is {other}?"),
    };
    let url = format!("/cgi-bin/{path}?access_token={}", rig.token());
    match body {
        Value::Null if endpoint == "users/info" => {
            request("GET", &format!("{url}&openid={FIRST}&lang=en"), Bytes::new())
        }
        Value::Null => request("GET", &url, Bytes::new()),
        body => request("POST", &url, Bytes::from(body.to_string())),
    }
}

/// Brings an error about that only these calls have; `None`: no rule gives it.
pub(crate) fn by_rule(
    rig: &Rig,
    request: &http::Request<Bytes>,
    endpoint: &str,
    code: i64,
) -> Option<Value> {
    let path = request.uri().path();
    let good: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    let in_list = |openid: &str| with("openid_list", json!([openid]));
    let too_many = |most: usize| with("openid_list", json!(vec![FIRST; most + 1]));
    let inner = |key: &str, value: Value| {
        let mut body = good.clone();
        let object = if endpoint.starts_with("tags/") { "tag" } else { "group" };
        body[object][key] = value;
        body
    };
    let body = match (endpoint, code) {
        ("users/get", 40003) => {
            return Some(rig.get(&format!("{}&next_openid=x", request.uri())));
        }
        ("users/info", 40003) => {
            return Some(rig.get(&format!("{path}?access_token={}&openid=x", rig.token())));
        }
        ("tags/create", 45056) => {
            (0..99).for_each(|n| rig.server.add_tag(TagId::new(200 + n), format!("{n}")));
            good
        }
        ("groups/create", 45018) => {
            (0..98).for_each(|n| rig.server.add_tag(TagId::new(200 + n), format!("{n}")));
            good
        }
        ("tags/create" | "tags/update", 45157) => inner("name", json!("星标组")),
        ("tags/create" | "tags/update", 45158) => inner("name", json!("标".repeat(31))),
        ("tags/update" | "tags/delete", 45058) => inner("id", json!(2)),
        ("tags/delete", 45159) => inner("id", json!(999)),
        ("tags/delete", 45057) => {
            let fans = rig.server.add_followers(100_000);
            fans.iter().for_each(|fan| rig.server.tag_follower(fan, TagId::new(134)));
            good
        }
        ("tags/user-tag-get", 40003) => with("next_openid", json!("x")),
        ("blacklist/getblacklist", 40003) => with("begin_openid", json!("x")),
        ("blacklist/getblacklist", 49003) => with("begin_openid", json!(STRANGER)),
        (_, 45159) => with("tagid", json!(999)),
        ("tags/batchtagging", 45059) => {
            for tag in 200..219 {
                rig.server.add_tag(TagId::new(tag), tag.to_string());
                rig.server.tag_follower(&openid(FIRST), TagId::new(tag));
            }
            // With the one he has: twenty. The starred would be the next.
            with("tagid", json!(2))
        }
        (_, 45171) => {
            rig.server.configure(|s| s.partial_tagging = true);
            with("openid_list", json!([FIRST, STRANGER]))
        }
        (
            "tags/getidlist" | "groups/getid" | "groups/members-update" | "users/info-updateremark",
            40003,
        ) => with("openid", json!("x")),
        ("tags/getidlist", 49003) => with("openid", json!(STRANGER)),
        ("groups/members-update" | "users/info-updateremark", 43004) => with("openid", json!(GONE)),
        ("users/info-batchget", 40003) => with("user_list", json!([{"openid": STRANGER}])),
        ("users/info-batchget", 40032) => {
            with("user_list", json!(vec![json!({"openid": FIRST}); 101]))
        }
        (_, 40092) => with("remark", json!("r".repeat(30))),
        ("users/changeopenid", 63178) => with("from_appid", json!("wx0")),
        ("users/changeopenid", 40003) => in_list("not an id"),
        (_, 40003) => in_list("x"),
        (_, 49003) => in_list(STRANGER),
        ("users/changeopenid", 40032) => too_many(100),
        ("blacklist/batchblacklist" | "blacklist/batchunblacklist", 40032) => too_many(20),
        (_, 40032) => too_many(50),
        (_, 40050) => inner("id", json!(999)),
        (_, 40051) => inner("name", json!("")),
        (_, 45016) => inner("id", json!(1)),
        (_, 45017) => inner("name", json!("组".repeat(31))),
        _ => return None,
    };
    let url = request.uri().to_string();
    Some(rig.post(&url, &body))
}

/// What no rule gives: inner failures, and an AppID in calls that name none.
pub(crate) const ONLY_BY_FAULT: &[(&str, &[i64])] = &[
    ("tags/create", &[-1]),
    ("users/get", &[40013, 268_487_002]),
    ("blacklist/getblacklist", &[-1, 40013]),
    ("blacklist/batchblacklist", &[-1]),
    ("blacklist/batchunblacklist", &[-1]),
];

/// Answers that no example request has, for they depend on the world or a setting.
#[test]
fn other_answers_have_their_shape() {
    let holds = |answer: Value, file: &str| {
        assert_eq!(shape(&answer), shape(&fixture(file)), "{file}: {answer}");
    };
    let rig = Rig::new();
    let url = |path: &str| format!("/cgi-bin/{path}?access_token={}", rig.token());
    holds(rig.get(&url("user/get")), "users/get/response-empty.json");
    let from_start = json!({"begin_openid": ""});
    let empty = rig.post(&url("tags/members/getblacklist"), &from_start);
    holds(empty, "blacklist/getblacklist/response-empty.json");
    prepare(&rig.server, "users/info/");
    let info = |openid: &str| rig.get(&format!("{}&openid={openid}", url("user/info")));
    rig.server.configure(|s| s.emptied_profiles = true);
    holds(info(FIRST), "users/info/response-emptied.json");
    holds(info(FIRST), "users/info/response-2021.json");
    rig.server.change_profile(&openid(GONE), |profile| profile.union_id = None);
    holds(info(GONE), "users/info/response-not-fan-no-unionid.json");
    let none = rig.post(&url("tags/getidlist"), &json!({"openid": SECOND}));
    holds(none, "tags/getidlist/response-empty.json");
    rig.server.configure(|s| s.tag_end_has_next = true);
    let none = rig.post(&url("user/tag/get"), &json!({"tagid": 1, "next_openid": ""}));
    holds(none, "tags/user-tag-get/response-end-next-empty.json");
    rig.server.configure(|s| s.group_deletion_answers_nothing = true);
    let none = rig.post(&url("groups/delete"), &json!({"group": {"id": 134}}));
    holds(none, "groups/delete/response-empty.json");
}
