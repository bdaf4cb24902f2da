//! The blacklist.

use proptest::prelude::*;
use wechat_types::blacklist::{
    BatchBlacklist, BatchUnblacklist, GetBlacklist, GetBlacklistResponse,
};

use super::values::{a_follower, maybe, number, open_id, open_ids, some_open_ids, two_followers};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<BatchBlacklist>();
    visitor.visit::<BatchUnblacklist>();
    visitor.visit::<GetBlacklist>();
}

impl Case for BatchBlacklist {
    const FOLDER: &'static str = "blacklist/batchblacklist";

    fn full() -> Self {
        Self::new(two_followers())
    }

    fn requests() -> BoxedStrategy<Self> {
        open_ids(Self::MAX_OPEN_IDS).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for BatchUnblacklist {
    const FOLDER: &'static str = "blacklist/batchunblacklist";

    fn full() -> Self {
        Self::new(two_followers())
    }

    fn requests() -> BoxedStrategy<Self> {
        open_ids(Self::MAX_OPEN_IDS).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for GetBlacklist {
    const FOLDER: &'static str = "blacklist/getblacklist";

    fn full() -> Self {
        let mut request = Self::new();
        request.after = Some(a_follower());
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        maybe(open_id())
            .prop_map(|after| {
                let mut request = Self::new();
                request.after = after;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<GetBlacklistResponse> {
        (number(), some_open_ids(), maybe(open_id()))
            .prop_map(|(total, open_ids, next)| {
                let mut answer = GetBlacklistResponse::new(total, open_ids);
                answer.next_open_id = next;
                answer
            })
            .boxed()
    }
}
