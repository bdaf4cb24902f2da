//! Users: limits from both sides, what varies on the wire, and readers that never panic.

use proptest::prelude::*;
use wechat_types::codec::Reply;
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{AppId, GroupId, TagId};
use wechat_types::served::{Incoming, Served};
use wechat_types::user::{
    BatchGetUserInfo, ChangeOpenIds, GetFollowers, GetUserInfo, Language, Sex, SubscribeScene,
    UpdateRemark, UserQuery,
};

use crate::hostile;
use crate::limits_tags::{open_ids, refusal};

#[test]
fn limits_are_hit_from_both_sides() {
    let fan = || open_ids(1).remove(0);
    let old = || AppId::new("wx075028f5dca2f419").unwrap();
    let remark = |n| refusal(&UpdateRemark::new(fan(), "r".repeat(n)));
    let chinese = |n| refusal(&UpdateRemark::new(fan(), "注".repeat(n)));
    let change = |n| refusal(&ChangeOpenIds::new(old(), open_ids(n)));
    let info =
        |n| refusal(&BatchGetUserInfo::new(open_ids(n).into_iter().map(UserQuery::new).collect()));
    type Case<'a> = (&'a dyn Fn(usize) -> i64, &'a [(usize, i64)]);
    let cases: [Case<'_>; 4] = [
        (&remark, &[(0, 0), (30, 0), (31, 40092)]),
        (&chinese, &[(10, 0), (11, 40092)]),
        (&change, &[(0, 40032), (1, 0), (100, 0), (101, 40032)]),
        (&info, &[(0, 40032), (1, 0), (100, 0), (101, 40032)]),
    ];
    for (at, (refused_with, table)) in cases.into_iter().enumerate() {
        for (n, code) in table {
            assert_eq!(refused_with(*n), *code, "case {at} with {n}");
        }
    }
}

#[test]
fn a_list_ends_with_an_empty_page() {
    let page = |body: &str| GetFollowers::decode(Reply::new(200, body.as_bytes()));
    let full = r#"{"total":"5","count":1,"data":{"openid":["o1"]},"next_openid":"o1"}"#;
    let full = page(full).unwrap();
    assert_eq!((full.total, full.next().unwrap().as_str()), (5, "o1"));
    assert_eq!(page(r#"{"total":5,"count":0,"next_openid":"o1"}"#).unwrap().next(), None);
    for cut in [r#"{"total":5,"count":1}"#, r#"{"count":0}"#, r#"{"total":5}"#, "{}"] {
        assert!(page(cut).is_err(), "{cut}");
    }
}

#[test]
fn what_varies_on_the_wire_is_read() {
    let user = GetUserInfo::decode(Reply::new(
        200,
        r#"{"subscribe":"1","openid":"o1","subscribe_time":"1709625600","unionid":"","remark":null,
            "groupid":"134","tagid_list":["134",2],"subscribe_scene":"ADD_SCENE_MOON","sex":"7",
            "language":"fr","qr_scene":null,"privilege":[]}"#
            .as_bytes(),
    ));
    let user = user.unwrap();
    assert!(user.is_follower && user.union_id.is_none() && user.remark.is_none());
    assert_eq!((user.followed_at, user.group), (Some(1_709_625_600), Some(GroupId::new(134))));
    assert_eq!(user.tags, Some(vec![TagId::new(134), TagId::new(2)]));
    assert_eq!(user.subscribe_scene, Some(SubscribeScene::Unknown("ADD_SCENE_MOON".to_owned())));
    assert_eq!((user.sex, user.qr_scene), (Some(Sex::Other(7)), None));
    assert_eq!(user.language, Some(Language::Other("fr".to_owned())));
}

#[test]
fn every_scene_comes_back_as_it_was() {
    for name in [
        "SEARCH",
        "ACCOUNT_MIGRATION",
        "PROFILE_CARD",
        "QR_CODE",
        "PROFILE_LINK",
        "PROFILE_ITEM",
        "PAID",
        "WECHAT_ADVERTISEMENT",
        "REPRINT",
        "LIVESTREAM",
        "CHANNELS",
        "WXA",
        "OTHERS",
    ] {
        let name = format!("ADD_SCENE_{name}");
        let scene = SubscribeScene::from_wire(&name);
        assert!(!matches!(scene, SubscribeScene::Unknown(_)), "{name}");
        assert_eq!(scene.as_str(), name);
    }
}

#[test]
fn a_query_without_a_good_openid_is_an_error() {
    for query in [&[][..], &[("openid", "")], &[("openid", "中")]] {
        assert!(GetUserInfo::decode_request(Incoming::new(query, b"")).is_err(), "{query:?}");
    }
    let bad = [("next_openid", "a b")];
    assert!(GetFollowers::decode_request(Incoming::new(&bad, b"")).is_err());
}

const KEYS: &[&str] = &[
    "errcode",
    "errmsg",
    "total",
    "count",
    "data",
    "openid",
    "next_openid",
    "subscribe",
    "subscribe_time",
    "unionid",
    "groupid",
    "tagid_list",
    "subscribe_scene",
    "qr_scene",
    "sex",
    "language",
    "lang",
    "user_list",
    "user_info_list",
    "remark",
    "from_appid",
    "openid_list",
    "result_list",
    "ori_openid",
    "new_openid",
    "err_msg",
];

proptest! {
    #[test]
    fn reading_never_panics(status in 100_u16..600, body in hostile::body(KEYS)) {
        hostile::read::<GetFollowers>(status, &body);
        hostile::read::<GetUserInfo>(status, &body);
        hostile::read::<BatchGetUserInfo>(status, &body);
        hostile::read::<UpdateRemark>(status, &body);
        hostile::read::<ChangeOpenIds>(status, &body);
    }
}
