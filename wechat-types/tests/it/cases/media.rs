//! Temporary media, pictures inside articles, and the calls of old.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::media::{
    GetMedia, GetMediaResponse, MediaKind, UploadImage, UploadImageResponse, UploadMedia,
    UploadMediaResponse, UploadNews, UploadNewsResponse, UploadVideo, UploadVideoResponse,
};

use super::draft::{article, full_article};
use super::values::{a_media_id, a_picture, download, file, media_id, number, text};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<UploadMedia>();
    visitor.visit::<GetMedia>();
    visitor.visit::<UploadImage>();
    visitor.visit::<UploadNews>();
    visitor.visit::<UploadVideo>();
}

fn kind() -> BoxedStrategy<MediaKind> {
    prop_oneof!["(image|voice|video|thumb|news)", text()]
        .prop_map(|word| MediaKind::from_wire(&word))
        .boxed()
}

impl Case for UploadMedia {
    const FOLDER: &'static str = "media/upload";

    fn full() -> Self {
        Self::new(MediaKind::Image, a_picture())
    }

    fn requests() -> BoxedStrategy<Self> {
        let kind = kind().prop_filter("no kind of file", |kind| kind.max_bytes().is_some());
        (kind, file()).prop_map(|(kind, file)| Self::new(kind, file)).boxed()
    }

    fn responses() -> BoxedStrategy<UploadMediaResponse> {
        (kind(), media_id(), number())
            .prop_map(|(kind, id, time)| UploadMediaResponse::new(kind, id, time))
            .boxed()
    }
}

impl Case for GetMedia {
    const FOLDER: &'static str = "media/get";

    fn full() -> Self {
        Self::new(a_media_id())
    }

    fn requests() -> BoxedStrategy<Self> {
        media_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetMediaResponse> {
        prop_oneof![
            download().prop_map(GetMediaResponse::File),
            text().prop_map(GetMediaResponse::VideoUrl),
        ]
        .boxed()
    }
}

impl Case for UploadImage {
    const FOLDER: &'static str = "media/uploadimg";

    fn full() -> Self {
        Self::new(a_picture())
    }

    fn requests() -> BoxedStrategy<Self> {
        file().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<UploadImageResponse> {
        text().prop_map(UploadImageResponse::new).boxed()
    }
}

impl Case for UploadNews {
    const FOLDER: &'static str = "media/uploadnews";

    fn full() -> Self {
        Self::new(vec![full_article()])
    }

    fn requests() -> BoxedStrategy<Self> {
        vec(article(), 1..3).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<UploadNewsResponse> {
        (kind(), media_id(), number())
            .prop_map(|(kind, id, time)| {
                let mut answer = UploadNewsResponse::new(id, time);
                answer.kind = kind;
                answer
            })
            .boxed()
    }
}

impl Case for UploadVideo {
    const FOLDER: &'static str = "media/uploadvideo";

    fn full() -> Self {
        Self::new(a_media_id(), "采茶的一天", "四月的杭州")
    }

    fn requests() -> BoxedStrategy<Self> {
        (media_id(), text(), text())
            .prop_map(|(id, title, description)| Self::new(id, title, description))
            .boxed()
    }

    fn responses() -> BoxedStrategy<UploadVideoResponse> {
        (kind(), media_id(), number())
            .prop_map(|(kind, id, time)| {
                let mut answer = UploadVideoResponse::new(id, time);
                answer.kind = kind;
                answer
            })
            .boxed()
    }
}
