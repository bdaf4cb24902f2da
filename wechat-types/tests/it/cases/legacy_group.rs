//! Groups, from before there were tags.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::id::GroupId;
use wechat_types::legacy_group::{
    BatchMoveUsers, CreateGroup, CreateGroupResponse, DeleteGroup, GetGroupId, GetGroupIdResponse,
    GetGroups, GetGroupsResponse, Group, MoveUser, UpdateGroup,
};

use super::values::{
    a_follower, group, number, open_id, open_ids, own_group, text, two_followers, words,
};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<CreateGroup>();
    visitor.visit::<GetGroups>();
    visitor.visit::<GetGroupId>();
    visitor.visit::<UpdateGroup>();
    visitor.visit::<MoveUser>();
    visitor.visit::<BatchMoveUsers>();
    visitor.visit::<DeleteGroup>();
}

impl Case for CreateGroup {
    const FOLDER: &'static str = "groups/create";

    fn full() -> Self {
        Self::new("茶友")
    }

    fn requests() -> BoxedStrategy<Self> {
        words(Self::MAX_NAME_CHARS).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<CreateGroupResponse> {
        (group(), text()).prop_map(|(id, name)| CreateGroupResponse::new(id, name)).boxed()
    }
}

impl Case for GetGroups {
    const FOLDER: &'static str = "groups/get";

    fn full() -> Self {
        Self::new()
    }

    fn requests() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn responses() -> BoxedStrategy<GetGroupsResponse> {
        let one =
            (group(), text(), number()).prop_map(|(id, name, count)| Group::new(id, name, count));
        vec(one, 0..5).prop_map(GetGroupsResponse::new).boxed()
    }
}

impl Case for GetGroupId {
    const FOLDER: &'static str = "groups/getid";

    fn full() -> Self {
        Self::new(a_follower())
    }

    fn requests() -> BoxedStrategy<Self> {
        open_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetGroupIdResponse> {
        group().prop_map(GetGroupIdResponse::new).boxed()
    }
}

impl Case for UpdateGroup {
    const FOLDER: &'static str = "groups/update";

    fn full() -> Self {
        Self::new(GroupId::new(107), "老茶友")
    }

    fn requests() -> BoxedStrategy<Self> {
        (own_group(), words(CreateGroup::MAX_NAME_CHARS))
            .prop_map(|(id, name)| Self::new(id, name))
            .boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for MoveUser {
    const FOLDER: &'static str = "groups/members-update";

    fn full() -> Self {
        Self::new(a_follower(), GroupId::new(107))
    }

    fn requests() -> BoxedStrategy<Self> {
        (open_id(), group()).prop_map(|(id, group)| Self::new(id, group)).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for BatchMoveUsers {
    const FOLDER: &'static str = "groups/members-batchupdate";

    fn full() -> Self {
        Self::new(two_followers(), GroupId::new(107))
    }

    fn requests() -> BoxedStrategy<Self> {
        (open_ids(Self::MAX_OPEN_IDS), group())
            .prop_map(|(ids, group)| Self::new(ids, group))
            .boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for DeleteGroup {
    const FOLDER: &'static str = "groups/delete";

    fn full() -> Self {
        Self::new(GroupId::new(107))
    }

    fn requests() -> BoxedStrategy<Self> {
        own_group().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}
