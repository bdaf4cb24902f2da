//! The blacklist: limits from both sides, the end of the list, and readers that never panic.

use proptest::prelude::*;
use wechat_types::blacklist::{BatchBlacklist, BatchUnblacklist, GetBlacklist};
use wechat_types::codec::Reply;
use wechat_types::endpoint::Endpoint;
use wechat_types::served::{Incoming, Served};

use crate::hostile;
use crate::limits_tags::{open_ids, refusal};

#[test]
fn limits_are_hit_from_both_sides() {
    for (n, code) in [(0, 40032), (1, 0), (20, 0), (21, 40032)] {
        assert_eq!(refusal(&BatchBlacklist::new(open_ids(n))), code, "{n}");
        assert_eq!(refusal(&BatchUnblacklist::new(open_ids(n))), code, "{n}");
    }
}

#[test]
fn the_first_page_is_asked_for_in_three_ways() {
    for body in [r#"{}"#, r#"{"begin_openid":""}"#, r#"{"begin_openid":null}"#] {
        let request = GetBlacklist::decode_request(Incoming::new(&[], body.as_bytes())).unwrap();
        assert_eq!(request, GetBlacklist::new(), "{body}");
    }
}

#[test]
fn a_list_ends_with_an_empty_page() {
    let page = |body: &str| GetBlacklist::decode(Reply::new(200, body.as_bytes()));
    assert!(
        page(r#"{"total":3,"count":0,"data":{},"next_openid":"o1"}"#).unwrap().next().is_none()
    );
    assert!(page(r#"{"total":3,"count":3,"next_openid":"o1"}"#).is_err());
}

const KEYS: &[&str] = &[
    "errcode",
    "errmsg",
    "total",
    "count",
    "data",
    "openid",
    "next_openid",
    "begin_openid",
    "openid_list",
    "opened_list",
];

proptest! {
    #[test]
    fn reading_never_panics(status in 100_u16..600, body in hostile::body(KEYS)) {
        hostile::read::<GetBlacklist>(status, &body);
        hostile::read::<BatchBlacklist>(status, &body);
        hostile::read::<BatchUnblacklist>(status, &body);
    }
}
