//! Tags.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::id::TagId;
use wechat_types::tag::{
    BatchTag, BatchUntag, CreateTag, CreateTagResponse, DeleteTag, GetTagFollowers,
    GetTagFollowersResponse, GetTagIds, GetTagIdsResponse, GetTags, GetTagsResponse, Tag,
    UpdateTag,
};

use super::values::{
    a_follower, maybe, number, open_id, open_ids, own_tag, some_open_ids, tag, text, two_followers,
    words,
};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<CreateTag>();
    visitor.visit::<GetTags>();
    visitor.visit::<UpdateTag>();
    visitor.visit::<DeleteTag>();
    visitor.visit::<GetTagFollowers>();
    visitor.visit::<BatchTag>();
    visitor.visit::<BatchUntag>();
    visitor.visit::<GetTagIds>();
}

impl Case for CreateTag {
    const FOLDER: &'static str = "tags/create";

    fn full() -> Self {
        Self::new("春茶客户")
    }

    fn requests() -> BoxedStrategy<Self> {
        words(Self::MAX_NAME_CHARS).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<CreateTagResponse> {
        (tag(), text()).prop_map(|(id, name)| CreateTagResponse::new(id, name)).boxed()
    }
}

impl Case for GetTags {
    const FOLDER: &'static str = "tags/get";

    fn full() -> Self {
        Self::new()
    }

    fn requests() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn responses() -> BoxedStrategy<GetTagsResponse> {
        let one = (tag(), text(), number()).prop_map(|(id, name, count)| Tag::new(id, name, count));
        vec(one, 0..5).prop_map(GetTagsResponse::new).boxed()
    }
}

impl Case for UpdateTag {
    const FOLDER: &'static str = "tags/update";

    fn full() -> Self {
        Self::new(TagId::new(134), "春茶老客户")
    }

    fn requests() -> BoxedStrategy<Self> {
        (own_tag(), words(CreateTag::MAX_NAME_CHARS))
            .prop_map(|(id, name)| Self::new(id, name))
            .boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for DeleteTag {
    const FOLDER: &'static str = "tags/delete";

    fn full() -> Self {
        Self::new(TagId::new(134))
    }

    fn requests() -> BoxedStrategy<Self> {
        own_tag().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for GetTagFollowers {
    const FOLDER: &'static str = "tags/user-tag-get";

    fn full() -> Self {
        let mut request = Self::new(TagId::new(134));
        request.after = Some(a_follower());
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        (tag(), maybe(open_id()))
            .prop_map(|(tag, after)| {
                let mut request = Self::new(tag);
                request.after = after;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<GetTagFollowersResponse> {
        (some_open_ids(), maybe(open_id()))
            .prop_map(|(open_ids, next)| {
                let mut answer = GetTagFollowersResponse::new(open_ids);
                answer.next_open_id = next;
                answer
            })
            .boxed()
    }
}

impl Case for BatchTag {
    const FOLDER: &'static str = "tags/batchtagging";

    fn full() -> Self {
        Self::new(two_followers(), TagId::new(134))
    }

    fn requests() -> BoxedStrategy<Self> {
        (open_ids(Self::MAX_OPEN_IDS), tag()).prop_map(|(ids, tag)| Self::new(ids, tag)).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for BatchUntag {
    const FOLDER: &'static str = "tags/batchuntagging";

    fn full() -> Self {
        Self::new(two_followers(), TagId::new(134))
    }

    fn requests() -> BoxedStrategy<Self> {
        (open_ids(Self::MAX_OPEN_IDS), tag()).prop_map(|(ids, tag)| Self::new(ids, tag)).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for GetTagIds {
    const FOLDER: &'static str = "tags/getidlist";

    fn full() -> Self {
        Self::new(a_follower())
    }

    fn requests() -> BoxedStrategy<Self> {
        open_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetTagIdsResponse> {
        vec(tag(), 0..20).prop_map(GetTagIdsResponse::new).boxed()
    }
}
