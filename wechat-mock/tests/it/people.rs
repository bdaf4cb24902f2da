//! Tags, followers, blacklist and groups: what the calls change, their pages and limits.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use wechat_mock::{AccountKind, Hindrance, JobProgress};
use wechat_types::id::{AppId, OpenId, TagId};

use crate::rig::{PREVIEW, Rig, SENDALL, code, msg_id};

const TAGGING: &str = "/cgi-bin/tags/members/batchtagging";
const UNTAGGING: &str = "/cgi-bin/tags/members/batchuntagging";
const TAG_CREATE: &str = "/cgi-bin/tags/create";
const TAG_UPDATE: &str = "/cgi-bin/tags/update";
const TAG_DELETE: &str = "/cgi-bin/tags/delete";
const TAG_FOLLOWERS: &str = "/cgi-bin/user/tag/get";
const BLACKLIST: &str = "/cgi-bin/tags/members/batchblacklist";
const UNBLACKLIST: &str = "/cgi-bin/tags/members/batchunblacklist";
const BLACKLISTED: &str = "/cgi-bin/tags/members/getblacklist";
const REMARK: &str = "/cgi-bin/user/info/updateremark";
const INFO_BATCH: &str = "/cgi-bin/user/info/batchget";
const MOVE: &str = "/cgi-bin/groups/members/update";
/// Looks like an OpenID, and nobody has it.
const STRANGER: &str = "oTESTfanNobodyNobodyNobody12";

fn rig(followers: usize) -> Rig {
    Rig::with(|b| b.followers(followers).settings(|s| s.progress = JobProgress::Immediate))
}

fn get(rig: &Rig, path: &str, rest: &str) -> Value {
    rig.get(&format!("/cgi-bin/{path}?access_token={}{rest}", rig.token()))
}

fn info(rig: &Rig, openid: &OpenId) -> Value {
    get(rig, "user/info", &format!("&openid={openid}"))
}

fn create(rig: &Rig, name: &str) -> Value {
    rig.call(TAG_CREATE, &json!({"tag": {"name": name}}))
}

fn members(openids: &[OpenId], tag: u64) -> Value {
    json!({"openid_list": texts(openids), "tagid": tag})
}

fn texts(openids: &[OpenId]) -> Vec<&str> {
    openids.iter().map(OpenId::as_str).collect()
}

/// Count of a tag or group in its list.
fn count(list: &Value, id: u64) -> Option<u64> {
    let all = list.as_array().unwrap();
    all.iter().find(|one| one["id"] == id).map(|one| one["count"].as_u64().unwrap())
}

/// All OpenIDs by pages, and how often was asked.
fn all_pages(mut ask: impl FnMut(&str) -> Value) -> (Vec<String>, usize) {
    let (mut all, mut next) = (Vec::new(), String::new());
    for asked in 1.. {
        let page = ask(&next);
        let openids = page["data"]["openid"].as_array().cloned().unwrap_or_default();
        assert_eq!(page["count"], openids.len());
        if openids.is_empty() {
            assert_eq!(page.get("data"), None, "{page}");
            return (all, asked);
        }
        all.extend(openids.iter().map(|openid| openid.as_str().unwrap().to_owned()));
        next = page["next_openid"].as_str().unwrap().to_owned();
        assert_eq!(Some(&next), all.last());
    }
    unreachable!("the loop ends by its return");
}

#[test]
fn a_tag_is_made_put_on_sent_to_and_deleted() {
    let rig = rig(4);
    let fans = rig.server.followers();
    let tag = create(&rig, "会员")["tag"]["id"].as_u64().unwrap();
    let tags = || get(&rig, "tags/get", "")["tags"].clone();
    assert_eq!((count(&tags(), 0), count(&tags(), tag)), (Some(4), Some(0)));
    // Twice is as good as once.
    for _ in 0..2 {
        assert_eq!(rig.code(TAGGING, &members(&fans[..2], tag)), 0);
    }
    assert_eq!((count(&tags(), 0), count(&tags(), tag)), (Some(2), Some(2)));
    assert_eq!(rig.server.tags_of(&fans[0]), [TagId::new(tag)]);
    let list = rig.call("/cgi-bin/tags/getidlist", &json!({"openid": fans[0].as_str()}));
    assert_eq!(list, json!({"tagid_list": [tag]}));
    assert_eq!(info(&rig, &fans[0])["groupid"], tag);

    let text = |n: u64| json!({"filter": {"tag_id": tag}, "msgtype": "text", "text": {"content": n.to_string()}});
    let sent = rig.call(SENDALL, &text(1));
    assert_eq!(rig.server.deliveries(msg_id(&sent)), fans[..2]);
    assert_eq!(rig.code(UNTAGGING, &members(&fans[1..3], tag)), 0);
    let sent = rig.call(SENDALL, &text(2));
    assert_eq!(rig.server.deliveries(msg_id(&sent)), fans[..1]);

    assert_eq!(rig.code(TAG_UPDATE, &json!({"tag": {"id": tag, "name": "老会员"}})), 0);
    assert_eq!(rig.server.tags().last().unwrap().1, "老会员");
    assert_eq!(rig.code(TAG_DELETE, &json!({"tag": {"id": tag}})), 0);
    assert_eq!(rig.server.tags_of(&fans[0]), []);
    assert_eq!(rig.code(SENDALL, &text(3)), 40152);
    assert_eq!(rig.code(TAG_DELETE, &json!({"tag": {"id": tag}})), 45159);
    // Its number is not used again.
    assert_ne!(create(&rig, "会员")["tag"]["id"], tag);
}

#[test]
fn tags_have_limits() {
    let rig = rig(2);
    let fans = rig.server.followers();
    assert_eq!(code(&create(&rig, &"标".repeat(30))), 0);
    assert_eq!(code(&create(&rig, &"标".repeat(31))), 45158);
    assert_eq!(code(&create(&rig, &"标".repeat(30))), 45157);
    assert_eq!(code(&create(&rig, " ")), 45157);
    rig.server.configure(|s| s.tag_name_in_bytes = true);
    assert_eq!(code(&create(&rig, &"签".repeat(10))), 0);
    assert_eq!(code(&create(&rig, &"签".repeat(11))), 45158);
    for number in 2..100 {
        assert_eq!(code(&create(&rig, &number.to_string())), 0);
    }
    assert_eq!(code(&create(&rig, "100")), 45056);

    let tags: Vec<u64> = rig.server.tags().iter().map(|(tag, _)| tag.get()).collect();
    for tag in &tags[3..23] {
        assert_eq!(rig.code(TAGGING, &members(&fans[..1], *tag)), 0);
    }
    assert_eq!(rig.code(TAGGING, &members(&fans, tags[23])), 45059);
    assert_eq!(rig.server.tags_of(&fans[1]), [], "all or none");
    assert_eq!(rig.code(TAGGING, &members(&fans[..1], tags[3])), 0, "has it already");
    for tag in [0, 1, 999] {
        assert_eq!(rig.code(TAGGING, &members(&fans[1..], tag)), 45159);
        assert_eq!(rig.code(TAG_UPDATE, &json!({"tag": {"id": tag, "name": "x"}})), {
            if tag < 3 { 45058 } else { 45159 }
        });
    }
    assert_eq!(rig.code(TAGGING, &members(&fans[1..], 2)), 0, "starred");
    let many = |count| vec![fans[1].clone(); count];
    assert_eq!(rig.code(TAGGING, &members(&many(50), tags[5])), 0);
    assert_eq!(rig.code(TAGGING, &members(&many(51), tags[5])), 40032);
    assert_eq!(rig.code(TAGGING, &members(&[], tags[5])), 40032);
    assert_eq!(rig.code(TAGGING, &json!({"openid_list": "o1", "tagid": 2})), 47001);
}

#[test]
fn tagging_fails_as_a_whole_or_in_part() {
    let rig = rig(3);
    let mut fans = rig.server.followers();
    rig.server.set_hindrance(&fans[1], Some(Hindrance::Unsubscribed));
    rig.server.add_tag(TagId::new(101), "会员");
    assert_eq!(rig.code(TAGGING, &members(&fans, 101)), 50005);
    assert_eq!(rig.server.tags_of(&fans[0]), []);
    fans.push(OpenId::new(STRANGER).unwrap());
    rig.server.configure(|s| s.partial_tagging = true);
    let answer = rig.call(TAGGING, &members(&fans, 101));
    assert_eq!(code(&answer), 45171);
    assert_eq!(answer["fail_openid_list"], json!([fans[1].as_str(), STRANGER]));
    assert_eq!(rig.server.tags_of(&fans[2]), [TagId::new(101)]);
    // Nobody is left: no partial failure.
    assert_eq!(rig.code(TAGGING, &members(&fans[3..], 101)), 49003);
}

#[test]
fn followers_come_in_pages_of_ten_thousand() {
    let rig = rig(10_001);
    let fans = rig.server.followers();
    rig.server.set_hindrance(&fans[5], Some(Hindrance::Unsubscribed));
    let mut firsts = Vec::new();
    let (all, asked) = all_pages(|next| {
        let page = get(&rig, "user/get", &format!("&next_openid={next}"));
        assert_eq!(page["total"], 10_000);
        firsts.push(page["count"].as_u64().unwrap());
        page
    });
    assert_eq!((asked, all.len(), firsts), (2, 10_000, vec![10_000, 0]));
    let end = get(&rig, "user/get", &format!("&next_openid={}", all.last().unwrap()));
    assert_eq!(end, json!({"total": 10_000, "count": 0, "next_openid": ""}));
    rig.server.configure(|s| s.followers_per_page = 7);
    assert_eq!(get(&rig, "user/get", "")["count"], 7);
    rig.server.configure(|s| s.followers_per_page = 10_000);
    // One more, and two pages are full of followers.
    rig.server.set_hindrance(&fans[5], None);
    let page = get(&rig, "user/get", "");
    assert_eq!((page["count"].as_u64(), page["total"].as_u64()), (Some(10_000), Some(10_001)));
    let last = get(&rig, "user/get", &format!("&next_openid={}", fans[9999]));
    assert_eq!(last["data"]["openid"], json!([fans[10_000].as_str()]));
    // Who has left in between is a place to go on from, a stranger is not.
    rig.server.set_hindrance(&fans[9999], Some(Hindrance::Unsubscribed));
    assert_eq!(get(&rig, "user/get", &format!("&next_openid={}", fans[9999]))["count"], 1);
    assert_eq!(code(&get(&rig, "user/get", &format!("&next_openid={STRANGER}"))), 40003);
}

#[test]
fn a_tags_followers_come_in_pages() {
    let rig = rig(5);
    let fans = rig.server.followers();
    rig.server.configure(|s| s.followers_per_page = 2);
    let ask =
        |tag: u64, next: &str| rig.call(TAG_FOLLOWERS, &json!({"tagid": tag, "next_openid": next}));
    rig.server.add_tag(TagId::new(101), "会员");
    for fan in &fans[1..4] {
        rig.server.tag_follower(fan, TagId::new(101));
    }
    let (all, asked) = all_pages(|next| ask(101, next));
    assert_eq!((all, asked), (texts(&fans[1..4]).iter().map(|s| (*s).to_owned()).collect(), 3));
    assert_eq!(ask(0, "")["data"]["openid"], json!([fans[0].as_str(), fans[4].as_str()]));
    assert_eq!(ask(2, ""), json!({"count": 0}));
    rig.server.configure(|s| s.tag_end_has_next = true);
    assert_eq!(ask(2, ""), json!({"count": 0, "next_openid": ""}));
    assert_eq!((code(&ask(7, "")), code(&ask(101, "x"))), (45159, 40003));
}

#[test]
fn what_is_known_of_a_follower() {
    let rig = rig(2);
    let fans = rig.server.followers();
    let remark = |openid: &OpenId, text: &str| {
        rig.code(REMARK, &json!({"openid": openid.as_str(), "remark": text}))
    };
    assert_eq!(remark(&fans[0], &"r".repeat(29)), 0);
    assert_eq!(remark(&fans[0], &"r".repeat(30)), 40092);
    rig.server.configure(|s| s.remark_limit = 30);
    assert_eq!(remark(&fans[0], "十个汉字恰好三十字节"), 0);
    assert_eq!(rig.code(REMARK, &json!({"openid": fans[0].as_str()})), 40092);
    assert_eq!(rig.server.profile(&fans[0]).unwrap().remark, "十个汉字恰好三十字节");
    rig.server.change_profile(&fans[0], |profile| {
        profile.followed_at = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        profile.scene = "ADD_SCENE_QR_CODE".to_owned();
        profile.qr_scene = 7;
    });
    let known = info(&rig, &fans[0]);
    assert_eq!(
        known,
        json!({
            "subscribe": 1, "openid": fans[0].as_str(), "language": "zh_CN",
            "subscribe_time": 1_700_000_000, "remark": "十个汉字恰好三十字节", "groupid": 0,
            "tagid_list": [], "subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 7,
            "qr_scene_str": ""
        })
    );
    assert_eq!(remark(&fans[0], ""), 0);
    assert_eq!(info(&rig, &fans[0])["remark"], "");

    rig.server.set_hindrance(&fans[1], Some(Hindrance::Unsubscribed));
    assert_eq!(info(&rig, &fans[1]), json!({"subscribe": 0, "openid": fans[1].as_str()}));
    assert_eq!(remark(&fans[1], "x"), 43004);
    let batch = |count: usize| {
        let users = vec![json!({"openid": fans[1].as_str(), "lang": "en"}); count];
        rig.call(INFO_BATCH, &json!({"user_list": users}))
    };
    assert_eq!(batch(100)["user_info_list"].as_array().unwrap().len(), 100);
    assert_eq!((code(&batch(101)), code(&batch(0))), (40032, 40032));
    assert_eq!(rig.code(INFO_BATCH, &json!({"user_list": [{"openid": STRANGER}]})), 40003);
}

#[test]
fn the_blacklisted_get_nothing() {
    let rig = rig(4);
    let fans = rig.server.followers();
    let list = |openids: &[OpenId]| json!({"openid_list": texts(openids)});
    assert_eq!(rig.code(BLACKLIST, &list(&fans[1..])), 0);
    let to_all =
        json!({"filter": {"is_to_all": true}, "msgtype": "text", "text": {"content": "x"}});
    let sent = rig.call(SENDALL, &to_all);
    assert_eq!(rig.server.deliveries(msg_id(&sent)), fans[..1]);
    let shown = json!({"touser": fans[1].as_str(), "msgtype": "text", "text": {"content": "x"}});
    assert_eq!(rig.code(PREVIEW, &shown), 43019);
    assert_eq!(count(&get(&rig, "tags/get", "")["tags"], 1), Some(3));

    let ask = |next: &str| {
        let page = rig.call(BLACKLISTED, &json!({"begin_openid": next}));
        assert_eq!(page["total"], 3);
        page
    };
    rig.server.configure(|s| s.blacklist_per_page = 2);
    let (all, asked) = all_pages(ask);
    assert_eq!((all.len(), asked), (3, 3));

    assert_eq!(rig.code(UNBLACKLIST, &list(&fans[..2])), 0);
    assert_eq!(rig.code(PREVIEW, &shown), 0);
    assert_eq!(rig.code(BLACKLIST, &list(&vec![fans[0].clone(); 20])), 0);
    assert_eq!(rig.code(BLACKLIST, &list(&vec![fans[0].clone(); 21])), 40032);
    // Who would get nothing without the blacklist gets nothing after it.
    for hindrance in [Hindrance::Refuses, Hindrance::Unreachable] {
        rig.server.set_hindrance(&fans[1], Some(hindrance));
        for _ in 0..2 {
            assert_eq!(rig.code(BLACKLIST, &list(&fans[1..2])), 0);
        }
        assert_eq!(rig.server.hindrance(&fans[1]), Some(Hindrance::Blacklisted));
        assert_eq!(count(&get(&rig, "tags/get", "")["tags"], 1), Some(4));
        assert_eq!(rig.code(UNBLACKLIST, &list(&fans[1..2])), 0);
        assert_eq!(rig.server.hindrance(&fans[1]), Some(hindrance));
    }
    // All or none.
    let half = json!({"openid_list": [fans[0].as_str(), STRANGER]});
    assert_eq!(rig.code(UNBLACKLIST, &half), 49003);
    assert_eq!(rig.call(BLACKLISTED, &json!({"begin_openid": ""}))["total"], 3);
}

#[test]
fn a_follower_is_in_one_group() {
    let rig = rig(3);
    let fans = rig.server.followers();
    let created = rig.call("/cgi-bin/groups/create", &json!({"group": {"name": "老茶客"}}));
    let group = created["group"]["id"].as_u64().unwrap();
    let to = |openid: &OpenId, group: u64| {
        rig.code(MOVE, &json!({"openid": openid.as_str(), "to_groupid": group}))
    };
    let of = |openid: &OpenId| {
        rig.call("/cgi-bin/groups/getid", &json!({"openid": openid.as_str()}))["groupid"].clone()
    };
    let groups = || get(&rig, "groups/get", "")["groups"].clone();
    for target in [2, group, 1, group] {
        assert_eq!((to(&fans[0], target), of(&fans[0])), (0, json!(target)));
        assert_eq!((count(&groups(), 0), count(&groups(), target)), (Some(2), Some(1)));
    }
    assert_eq!((to(&fans[0], 999), to(&OpenId::new(STRANGER).unwrap(), 2)), (40050, 40003));
    let all = json!({"openid_list": texts(&fans), "to_groupid": group});
    assert_eq!(rig.code("/cgi-bin/groups/members/batchupdate", &all), 0);
    // Tags took over the numbers of groups.
    let filter =
        json!({"filter": {"group_id": group}, "msgtype": "text", "text": {"content": "x"}});
    assert_eq!(rig.server.deliveries(msg_id(&rig.call(SENDALL, &filter))), fans);
    let group = json!({"group": {"id": group}});
    assert_eq!(rig.code("/cgi-bin/groups/delete", &group), 0);
    assert_eq!((of(&fans[0]), count(&groups(), 0)), (json!(0), Some(3)));
    rig.server.configure(|s| s.group_deletion_answers_nothing = true);
    rig.server.add_tag(TagId::new(300), "group");
    let group = json!({"group": {"id": 300}});
    assert_eq!(rig.call("/cgi-bin/groups/delete", &group), json!({}));
}

#[test]
fn openids_of_a_moved_account_are_translated() {
    let rig = rig(0);
    let old = AppId::new("wx075028f5dca2f419").unwrap();
    let ids = ["oTESToldAYgXAjtt-Z1VmY4yjcHQ", "oTESTfan48X1xf6krmgnKRPWerco"];
    let [before, after] = ids.map(|id| OpenId::new(id).unwrap());
    rig.server.add_moved_follower(old.clone(), before.clone(), after.clone());
    let ask = |app: &str| {
        let list = json!({"from_appid": app, "openid_list": [before.as_str(), STRANGER]});
        rig.call("/cgi-bin/changeopenid", &list)
    };
    let results = ask(old.as_str())["result_list"].clone();
    assert_eq!(results[0]["new_openid"], after.as_str());
    assert_eq!(results[1], json!({"ori_openid": STRANGER, "err_msg": "ori_openid error"}));
    assert_eq!(code(&ask("wx0000000000000000")), 63178);
    // Only who follows the new account has an OpenID there.
    rig.server.set_hindrance(&after, Some(Hindrance::Unsubscribed));
    assert_eq!(ask(old.as_str())["result_list"][0].get("new_openid"), None);
}

#[test]
fn calls_a_day_and_rights_are_limited() {
    let rig = rig(1);
    let fan = rig.server.followers()[0].clone();
    for _ in 0..500 {
        assert_eq!(code(&get(&rig, "user/get", "")), 0);
    }
    assert_eq!(code(&get(&rig, "user/get", "")), 45009);
    let left = rig.call("/cgi-bin/openapi/quota/get", &json!({"cgi_path": "/cgi-bin/user/get"}));
    assert_eq!(left["quota"], json!({"daily_limit": 500, "used": 500, "remain": 0}));
    rig.server.configure(|s| s.follower_infos_per_day = 3);
    let two = json!({"user_list": vec![json!({"openid": fan.as_str()}); 2]});
    assert_eq!(rig.code(INFO_BATCH, &two), 0);
    assert_eq!(code(&info(&rig, &fan)), 0);
    assert_eq!(code(&info(&rig, &fan)), 45009);
    for _ in 0..1000 {
        assert_eq!(code(&get(&rig, "groups/get", "")), 0);
    }
    assert_eq!(code(&get(&rig, "groups/get", "")), 45009);
    rig.advance(86_400);
    assert_eq!((code(&get(&rig, "user/get", "")), code(&info(&rig, &fan))), (0, 0));

    rig.server.configure(|s| s.account_kind = AccountKind::VerifiedSubscription);
    assert_eq!(code(&get(&rig, "user/get", "")), 0);
    for kind in [AccountKind::UnverifiedService, AccountKind::UnverifiedSubscription] {
        rig.server.configure(|s| s.account_kind = kind);
        for path in ["user/get", "user/info", "tags/get", "groups/get"] {
            assert_eq!(code(&get(&rig, path, "")), 48001, "{path}");
        }
        for path in [TAGGING, TAG_CREATE, BLACKLIST, BLACKLISTED, REMARK, MOVE, INFO_BATCH] {
            assert_eq!(rig.code(path, &json!({})), 48001, "{path}");
        }
    }
}
