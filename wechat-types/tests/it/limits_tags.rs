//! Tags: limits from both sides, the end of a list, and readers that never panic.

use proptest::prelude::*;
use wechat_types::codec::{EncodeError, Reply, ReplyError};
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{OpenId, TagId};
use wechat_types::tag::{
    BatchTag, BatchUntag, CreateTag, DeleteTag, GetTagFollowers, GetTagIds, GetTags, UpdateTag,
};

use crate::{fixtures, hostile};

/// So many OpenIDs.
pub(crate) fn open_ids(count: usize) -> Vec<OpenId> {
    (0..count).map(|n| OpenId::new(format!("oTESTfan{n:020}")).unwrap()).collect()
}

/// Tells the code with which a request is refused; 0 for one that is written.
pub(crate) fn refusal<E: Endpoint>(request: &E) -> i64 {
    match request.encode() {
        Ok(_) => 0,
        Err(error) => EncodeError::code(&error).unwrap().get(),
    }
}

#[test]
fn limits_are_hit_from_both_sides() {
    let own = TagId::new(134);
    let create = |n| refusal(&CreateTag::new("标".repeat(n)));
    let rename = |n| refusal(&UpdateTag::new(own, "标".repeat(n)));
    let rename_id = |n| refusal(&UpdateTag::new(TagId::new(n as u64), "vip"));
    let delete = |n| refusal(&DeleteTag::new(TagId::new(n as u64)));
    let tag = |n| refusal(&BatchTag::new(open_ids(n), own));
    let untag = |n| refusal(&BatchUntag::new(open_ids(n), own));
    type Case<'a> = (&'a dyn Fn(usize) -> i64, &'a [(usize, i64)]);
    let cases: [Case<'_>; 6] = [
        (&create, &[(0, 45157), (1, 0), (30, 0), (31, 45158)]),
        (&rename, &[(0, 45157), (1, 0), (30, 0), (31, 45158)]),
        (&rename_id, &[(0, 45058), (2, 45058), (3, 0)]),
        (&delete, &[(0, 45058), (2, 45058), (3, 0)]),
        (&tag, &[(0, 40032), (1, 0), (50, 0), (51, 40032)]),
        (&untag, &[(0, 40032), (1, 0), (50, 0), (51, 40032)]),
    ];
    for (at, (refused_with, table)) in cases.into_iter().enumerate() {
        for (n, code) in table {
            assert_eq!(refused_with(*n), *code, "case {at} with {n}");
        }
    }
}

#[test]
fn a_list_ends_with_an_empty_page() {
    let page = |body: &str| GetTagFollowers::decode(Reply::new(200, body.as_bytes()));
    let last = OpenId::new("o2").unwrap();
    let full = page(r#"{"count":"2","data":{"openid":["o1","o2"]},"next_openid":"o2","x":1}"#);
    assert_eq!(full.unwrap().next(), Some(&last));
    for end in [
        r#"{"count":0}"#,
        r#"{"count":0,"next_openid":""}"#,
        r#"{"count":0,"data":null,"next_openid":null}"#,
        r#"{"count":0,"data":{},"next_openid":"o2"}"#,
        r#"{"count":0,"data":{"openid":[]},"next_openid":"o2"}"#,
        r#"{"count":0,"data":{"openid":null}}"#,
    ] {
        let end = page(end).unwrap();
        assert!(end.open_ids.is_empty() && end.next().is_none());
    }
    // Taken for the end, these would hide followers.
    for cut in [r#"{"count":2,"next_openid":"o2"}"#, r#"{}"#, r#"{"errcode":0,"errmsg":"ok"}"#] {
        assert!(page(cut).is_err(), "{cut}");
    }
}

#[test]
fn a_partial_failure_names_the_followers() {
    for folder in ["batchtagging", "batchuntagging"] {
        let bytes = fixtures::bytes(&format!("tags/{folder}/error-45171.json"));
        let Err(ReplyError::Api(error)) = BatchTag::decode(Reply::new(200, &bytes)) else {
            panic!("45171 is an API error");
        };
        let failed = error.failed_open_ids().unwrap();
        assert_eq!(failed, [OpenId::new("oTESTfanlVeXzSz_Cb73gMFepk8l").unwrap()]);
    }
}

const KEYS: &[&str] = &[
    "errcode",
    "errmsg",
    "tag",
    "tags",
    "id",
    "name",
    "count",
    "data",
    "openid",
    "next_openid",
    "tagid",
    "tagid_list",
    "openid_list",
];

proptest! {
    #[test]
    fn reading_never_panics(status in 100_u16..600, body in hostile::body(KEYS)) {
        hostile::read::<CreateTag>(status, &body);
        hostile::read::<GetTags>(status, &body);
        hostile::read::<UpdateTag>(status, &body);
        hostile::read::<DeleteTag>(status, &body);
        hostile::read::<GetTagFollowers>(status, &body);
        hostile::read::<BatchTag>(status, &body);
        hostile::read::<BatchUntag>(status, &body);
        hostile::read::<GetTagIds>(status, &body);
    }
}
