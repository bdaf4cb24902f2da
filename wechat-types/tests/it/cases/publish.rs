//! Publications.

use std::num::NonZeroU64;

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::id::{MsgDataId, PublishId};
use wechat_types::publish::{
    BatchGetPublished, BatchGetPublishedResponse, DeletePublished, GetPublishStatus,
    GetPublishStatusResponse, GetPublishedArticle, GetPublishedArticleResponse, PublishStatus,
    PublishedItem, PublishedPart, PublishedUrl, SubmitPublish, SubmitPublishResponse,
};

use super::draft::stored_articles;
use super::values::{a_media_id, an_article_id, article_id, maybe, media_id, number, text};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<SubmitPublish>();
    visitor.visit::<GetPublishStatus>();
    visitor.visit::<DeletePublished>();
    visitor.visit::<GetPublishedArticle>();
    visitor.visit::<BatchGetPublished>();
}

fn publish_id() -> BoxedStrategy<PublishId> {
    number().prop_map(PublishId::new).boxed()
}

impl Case for SubmitPublish {
    const FOLDER: &'static str = "freepublish/submit";

    fn full() -> Self {
        Self::new(a_media_id())
    }

    fn requests() -> BoxedStrategy<Self> {
        media_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<SubmitPublishResponse> {
        (publish_id(), maybe(number()))
            .prop_map(|(id, data)| {
                let mut answer = SubmitPublishResponse::new(id);
                answer.msg_data_id = data.map(MsgDataId::new);
                answer
            })
            .boxed()
    }
}

impl Case for GetPublishStatus {
    const FOLDER: &'static str = "freepublish/get";

    fn full() -> Self {
        Self::new(PublishId::new(2_247_483_721))
    }

    fn requests() -> BoxedStrategy<Self> {
        publish_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetPublishStatusResponse> {
        let url = (number(), text()).prop_map(|(index, url)| PublishedUrl::new(index, url));
        (publish_id(), number(), maybe(article_id()), vec(url, 0..4), vec(number(), 0..4))
            .prop_map(|(id, status, article, urls, failed)| {
                let mut answer =
                    GetPublishStatusResponse::new(id, PublishStatus::from_wire(status));
                (answer.article_id, answer.article_urls, answer.failed) = (article, urls, failed);
                answer
            })
            .boxed()
    }
}

impl Case for DeletePublished {
    const FOLDER: &'static str = "freepublish/delete";

    fn full() -> Self {
        Self::new(an_article_id(), PublishedPart::One(NonZeroU64::MIN))
    }

    fn requests() -> BoxedStrategy<Self> {
        (article_id(), number())
            .prop_map(|(id, index)| {
                let one = NonZeroU64::new(index).map(PublishedPart::One);
                Self::new(id, one.unwrap_or(PublishedPart::All))
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for GetPublishedArticle {
    const FOLDER: &'static str = "freepublish/getarticle";

    fn full() -> Self {
        Self::new(an_article_id())
    }

    fn requests() -> BoxedStrategy<Self> {
        article_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetPublishedArticleResponse> {
        stored_articles().prop_map(GetPublishedArticleResponse::new).boxed()
    }
}

impl Case for BatchGetPublished {
    const FOLDER: &'static str = "freepublish/batchget";

    fn full() -> Self {
        let mut request = Self::new(20, 5);
        request.without_content = true;
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        (number(), 1..=Self::MAX_COUNT, any::<bool>())
            .prop_map(|(offset, count, without_content)| {
                let mut request = Self::new(offset, count);
                request.without_content = without_content;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<BatchGetPublishedResponse> {
        let item = (article_id(), stored_articles(), number())
            .prop_map(|(id, content, time)| PublishedItem::new(id, content, time));
        (number(), vec(item, 0..3))
            .prop_map(|(total, items)| BatchGetPublishedResponse::new(total, items))
            .boxed()
    }
}
