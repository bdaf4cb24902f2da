//! Legacy groups: limits from both sides, and readers that never panic.

use proptest::prelude::*;
use wechat_types::id::GroupId;
use wechat_types::legacy_group::{
    BatchMoveUsers, CreateGroup, DeleteGroup, GetGroupId, GetGroups, MoveUser, UpdateGroup,
};

use crate::hostile;
use crate::limits_tags::{open_ids, refusal};

#[test]
fn limits_are_hit_from_both_sides() {
    let own = GroupId::new(107);
    for (n, code) in [(0, 40051), (1, 0), (30, 0), (31, 45017)] {
        assert_eq!(refusal(&CreateGroup::new("组".repeat(n))), code, "{n}");
        assert_eq!(refusal(&UpdateGroup::new(own, "组".repeat(n))), code, "{n}");
    }
    for (n, code) in [(0, 45016), (2, 45016), (3, 0)] {
        assert_eq!(refusal(&UpdateGroup::new(GroupId::new(n), "x")), code, "{n}");
        assert_eq!(refusal(&DeleteGroup::new(GroupId::new(n))), code, "{n}");
    }
    for (n, code) in [(0, 40032), (1, 0), (50, 0), (51, 40032)] {
        assert_eq!(refusal(&BatchMoveUsers::new(open_ids(n), own)), code, "{n}");
    }
    // Into one of the platform's own groups is fine: 0 takes a follower out of any.
    assert_eq!(refusal(&MoveUser::new(open_ids(1).remove(0), GroupId::new(0))), 0);
}

const KEYS: &[&str] = &[
    "errcode",
    "errmsg",
    "group",
    "groups",
    "id",
    "name",
    "count",
    "openid",
    "groupid",
    "to_groupid",
    "openid_list",
];

proptest! {
    #[test]
    fn reading_never_panics(status in 100_u16..600, body in hostile::body(KEYS)) {
        hostile::read::<CreateGroup>(status, &body);
        hostile::read::<GetGroups>(status, &body);
        hostile::read::<GetGroupId>(status, &body);
        hostile::read::<UpdateGroup>(status, &body);
        hostile::read::<MoveUser>(status, &body);
        hostile::read::<BatchMoveUsers>(status, &body);
        hostile::read::<DeleteGroup>(status, &body);
    }
}
