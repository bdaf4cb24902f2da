//! Permanent material.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::material::{
    AddMaterial, AddMaterialResponse, AddNews, AddNewsResponse, BatchGetMaterial,
    BatchGetMaterialResponse, CountMaterial, CountMaterialResponse, DeleteMaterial, GetMaterial,
    GetMaterialResponse, LibraryKind, MaterialItem, MaterialKind, UpdateNews, VideoDescription,
    VideoMaterial,
};

use super::draft::{article, full_article, stored_articles};
use super::values::{a_media_id, a_picture, download, file, maybe, media_id, number, text};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<AddMaterial>();
    visitor.visit::<AddNews>();
    visitor.visit::<UpdateNews>();
    visitor.visit::<GetMaterial>();
    visitor.visit::<DeleteMaterial>();
    visitor.visit::<CountMaterial>();
    visitor.visit::<BatchGetMaterial>();
}

impl Case for AddMaterial {
    const FOLDER: &'static str = "material/add-material";

    fn full() -> Self {
        Self::video(a_picture(), VideoDescription::new("采茶的一天", "四月的杭州"))
    }

    fn requests() -> BoxedStrategy<Self> {
        let kinds = vec![
            MaterialKind::Image,
            MaterialKind::Voice,
            MaterialKind::Video,
            MaterialKind::Thumb,
        ];
        let description =
            (text(), text()).prop_map(|(title, intro)| VideoDescription::new(title, intro));
        (prop::sample::select(kinds), file(), maybe(description))
            .prop_map(|(kind, file, description)| {
                let mut request = Self::new(kind, file);
                request.description = description;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<AddMaterialResponse> {
        (media_id(), maybe(text()))
            .prop_map(|(id, url)| {
                let mut answer = AddMaterialResponse::new(id);
                answer.url = url;
                answer
            })
            .boxed()
    }
}

impl Case for AddNews {
    const FOLDER: &'static str = "material/add-news";

    fn full() -> Self {
        Self::new(vec![full_article()])
    }

    fn requests() -> BoxedStrategy<Self> {
        vec(article(), 1..3).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<AddNewsResponse> {
        media_id().prop_map(AddNewsResponse::new).boxed()
    }
}

impl Case for UpdateNews {
    const FOLDER: &'static str = "material/update-news";

    fn full() -> Self {
        Self::new(a_media_id(), 1, full_article())
    }

    fn requests() -> BoxedStrategy<Self> {
        (media_id(), 0_u64..8, article())
            .prop_map(|(id, index, article)| Self::new(id, index, article))
            .boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for GetMaterial {
    const FOLDER: &'static str = "material/get-material";

    fn full() -> Self {
        Self::new(a_media_id())
    }

    fn requests() -> BoxedStrategy<Self> {
        media_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetMaterialResponse> {
        let video = (text(), text(), text())
            .prop_map(|(title, description, url)| VideoMaterial::new(title, description, url));
        prop_oneof![
            stored_articles().prop_map(GetMaterialResponse::News),
            video.prop_map(GetMaterialResponse::Video),
            download().prop_map(GetMaterialResponse::File),
        ]
        .boxed()
    }
}

impl Case for DeleteMaterial {
    const FOLDER: &'static str = "material/del-material";

    fn full() -> Self {
        Self::new(a_media_id())
    }

    fn requests() -> BoxedStrategy<Self> {
        media_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for CountMaterial {
    const FOLDER: &'static str = "material/get-materialcount";

    fn full() -> Self {
        Self::new()
    }

    fn requests() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn responses() -> BoxedStrategy<CountMaterialResponse> {
        (number(), number(), number(), number())
            .prop_map(|(voices, videos, images, news)| {
                CountMaterialResponse::new(voices, videos, images, news)
            })
            .boxed()
    }
}

impl Case for BatchGetMaterial {
    const FOLDER: &'static str = "material/batchget-material";

    fn full() -> Self {
        Self::new(LibraryKind::News, 20, 5)
    }

    fn requests() -> BoxedStrategy<Self> {
        let kinds =
            vec![LibraryKind::Image, LibraryKind::Video, LibraryKind::Voice, LibraryKind::News];
        (prop::sample::select(kinds), number(), 1..=Self::MAX_COUNT)
            .prop_map(|(kind, offset, count)| Self::new(kind, offset, count))
            .boxed()
    }

    fn responses() -> BoxedStrategy<BatchGetMaterialResponse> {
        let item = (media_id(), number(), maybe(stored_articles()), maybe(text()), maybe(text()));
        let item = item.prop_map(|(id, time, content, name, url)| {
            let mut item = MaterialItem::new(id, time);
            (item.content, item.name, item.url) = (content, name, url);
            item
        });
        (number(), vec(item, 0..3))
            .prop_map(|(total, items)| BatchGetMaterialResponse::new(total, items))
            .boxed()
    }
}
