//! Rules of tags, followers, the blacklist and the old groups.

use super::{Entry, entry};

const TAGGING: &[&str] = &["tags/members/batchtagging", "tags/members/batchuntagging"];
const BLACKLIST: &[&str] =
    &["tags/members/getblacklist", "tags/members/batchblacklist", "tags/members/batchunblacklist"];
const GROUPS: &[&str] = &["groups/"];
const PAGES: &[&str] = &["user/get", "user/tag/get"];

pub(super) const RULES: &[Entry] = &[
    entry(
        40003,
        PAGES,
        "users/next-openid",
        "next_openid is the last OpenID of the page before, or empty",
    ),
    entry(40003, &[], "users/openid", "each OpenID is of this account and follows it"),
    entry(40032, TAGGING, "tags/openids-to-50", "openid_list holds 1 to 50 OpenIDs"),
    entry(40032, BLACKLIST, "blacklist/openids-to-20", "openid_list holds 1 to 20 OpenIDs"),
    entry(40032, GROUPS, "groups/openids-to-50", "openid_list holds 1 to 50 OpenIDs"),
    entry(
        40032,
        &["user/", "changeopenid"],
        "users/openids-to-100",
        "the list holds 1 to 100 OpenIDs",
    ),
    entry(40050, &[], "groups/id", "the group exists"),
    entry(40051, &[], "groups/name", "a group's name is not empty"),
    entry(45016, &[], "groups/system", "groups 0, 1 and 2 cannot be changed"),
    entry(45017, &[], "groups/name-length", "a group's name has at most 30 characters"),
    entry(45018, &[], "groups/count", "an account has at most 100 groups"),
    entry(40092, &[], "users/remark", "remark is given and has fewer than 30 bytes"),
    entry(43004, &[], "users/follows", "the person follows this account"),
    entry(50005, &[], "tags/follows", "who is tagged follows this account"),
    entry(49003, &[], "users/other-account", "the OpenID is one of this account, not of another"),
    entry(45056, &[], "tags/count", "an account has at most 100 tags"),
    entry(45057, &[], "tags/delete-size", "a tag with more than 100 000 followers stays"),
    entry(45058, &[], "tags/system", "tags 0, 1 and 2 cannot be changed"),
    entry(45059, &[], "tags/a-follower", "a follower has at most 20 tags"),
    entry(45157, &[], "tags/name", "a tag's name is not empty and no other tag's"),
    entry(45158, &[], "tags/name-length", "a tag's name has at most 30 characters"),
    entry(45159, &[], "tags/id", "the tag exists and is none of the system's"),
    entry(45171, &[], "tags/partial", "each OpenID of the list can have the tag"),
    entry(45009, &["user/get"], "users/lists-a-day", "500 calls a day"),
    entry(
        45009,
        &["user/info", "user/info/batchget"],
        "users/infos-a-day",
        "5 000 000 followers a day can be asked about",
    ),
    entry(63178, &[], "users/from-appid", "from_appid is the account that followers moved from"),
];
