//! Followers.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::user::{
    BatchGetUserInfo, BatchGetUserInfoResponse, ChangeOpenIds, ChangeOpenIdsResponse,
    ChangedOpenId, GetFollowers, GetFollowersResponse, GetUserInfo, Language, Sex, SubscribeScene,
    UpdateRemark, UserInfo, UserQuery,
};

use super::values::{
    a_follower, an_account, app_id, group, maybe, number, open_id, open_ids, some_open_ids, tag,
    text, two_followers, union_id,
};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<GetFollowers>();
    visitor.visit::<GetUserInfo>();
    visitor.visit::<BatchGetUserInfo>();
    visitor.visit::<UpdateRemark>();
    visitor.visit::<ChangeOpenIds>();
}

fn language() -> BoxedStrategy<Language> {
    prop_oneof!["(zh_CN|zh_TW|en)", text()].prop_map(|word| Language::from_wire(&word)).boxed()
}

impl Case for GetFollowers {
    const FOLDER: &'static str = "users/get";

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

    fn responses() -> BoxedStrategy<GetFollowersResponse> {
        (number(), some_open_ids(), maybe(open_id()))
            .prop_map(|(total, open_ids, next)| {
                let mut answer = GetFollowersResponse::new(total, open_ids);
                answer.next_open_id = next;
                answer
            })
            .boxed()
    }
}

fn user() -> BoxedStrategy<UserInfo> {
    let scene = prop_oneof!["ADD_SCENE_[A-Z_]{2,20}", "ADD_SCENE_(SEARCH|QR_CODE)", text()]
        .prop_map(|word| SubscribeScene::from_wire(&word));
    let known = (any::<bool>(), open_id(), maybe(language()), maybe(number()), maybe(union_id()));
    let kept = (maybe(text()), maybe(group()), maybe(vec(tag(), 0..4)), maybe(scene));
    let told = (maybe(number()), maybe(text()), maybe(text()));
    let gone = (maybe(number()), maybe(text()), maybe(text()), maybe(text()), maybe(text()));
    (known, kept, told, gone)
        .prop_map(|(known, kept, told, gone)| {
            let mut user = UserInfo::new(known.1, known.0);
            (user.language, user.followed_at, user.union_id) = (known.2, known.3, known.4);
            (user.remark, user.group, user.tags, user.subscribe_scene) = kept;
            (user.qr_scene, user.qr_scene_text, user.nickname) = told;
            user.sex = gone.0.map(Sex::from_wire);
            (user.city, user.province, user.country) = (gone.1, gone.2, gone.3);
            user.portrait_url = gone.4;
            user
        })
        .boxed()
}

impl Case for GetUserInfo {
    const FOLDER: &'static str = "users/info";

    fn full() -> Self {
        let mut request = Self::new(a_follower());
        request.language = Some(Language::English);
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        (open_id(), maybe(language()))
            .prop_map(|(open_id, language)| {
                let mut request = Self::new(open_id);
                request.language = language;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<UserInfo> {
        user()
    }
}

impl Case for BatchGetUserInfo {
    const FOLDER: &'static str = "users/info-batchget";

    fn full() -> Self {
        let mut first = UserQuery::new(a_follower());
        first.language = Some(Language::TraditionalChinese);
        Self::new(vec![first, UserQuery::new(a_follower())])
    }

    fn requests() -> BoxedStrategy<Self> {
        let query = (open_id(), maybe(language())).prop_map(|(open_id, language)| {
            let mut query = UserQuery::new(open_id);
            query.language = language;
            query
        });
        vec(query, 1..8).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<BatchGetUserInfoResponse> {
        vec(user(), 0..4).prop_map(BatchGetUserInfoResponse::new).boxed()
    }
}

impl Case for UpdateRemark {
    const FOLDER: &'static str = "users/info-updateremark";

    fn full() -> Self {
        Self::new(a_follower(), "老顾客")
    }

    fn requests() -> BoxedStrategy<Self> {
        (open_id(), "(?s).{0,7}").prop_map(|(id, remark)| Self::new(id, remark)).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for ChangeOpenIds {
    const FOLDER: &'static str = "users/changeopenid";

    fn full() -> Self {
        Self::new(an_account(), two_followers())
    }

    fn requests() -> BoxedStrategy<Self> {
        (app_id(), open_ids(Self::MAX_OPEN_IDS))
            .prop_map(|(account, ids)| Self::new(account, ids))
            .boxed()
    }

    fn responses() -> BoxedStrategy<ChangeOpenIdsResponse> {
        let entry = (open_id(), maybe(open_id()), text()).prop_map(|(old, new, message)| {
            let mut entry = ChangedOpenId::new(old, new);
            entry.message = message;
            entry
        });
        vec(entry, 0..5).prop_map(ChangeOpenIdsResponse::new).boxed()
    }
}
