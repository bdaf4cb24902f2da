//! Drafts and the articles in them.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::draft::{
    AddDraft, AddDraftResponse, Article, ArticleKind, BatchGetDrafts, BatchGetDraftsResponse,
    CountDrafts, CountDraftsResponse, Crop, CropRatio, DeleteDraft, DraftItem, GetDraft,
    GetDraftResponse, StoredArticle, StoredArticles, SwitchDrafts, SwitchDraftsResponse,
    UpdateDraft,
};

use super::values::{a_media_id, maybe, media_id, number, text, words};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<AddDraft>();
    visitor.visit::<GetDraft>();
    visitor.visit::<UpdateDraft>();
    visitor.visit::<DeleteDraft>();
    visitor.visit::<CountDrafts>();
    visitor.visit::<BatchGetDrafts>();
    visitor.visit::<SwitchDrafts>();
}

/// An article with everything that articles can have.
pub(super) fn full_article() -> Article {
    let mut article = Article::new("春茶上新", "<p>头采。</p>", a_media_id());
    article.kind = Some(ArticleKind::News);
    article.author = Some("茶园小记".to_owned());
    article.digest = Some("今年的第一批".to_owned());
    article.content_source_url = Some("https://example.com/spring".to_owned());
    article.show_cover = Some(true);
    article.open_comments = Some(true);
    article.only_followers_comment = Some(false);
    article.banner_crop = Some("0_0.1945_1_0.5236".to_owned());
    article.square_crop = Some("0.1_0_0.9_1".to_owned());
    article.pictures = vec![a_media_id()];
    article.crops = vec![Crop::new(CropRatio::Wide, ["0", "0.1", "1", "0.9"])];
    article.product = Some("product-1".to_owned());
    article
}

fn kind() -> BoxedStrategy<ArticleKind> {
    prop_oneof!["(news|newspic)", text()].prop_map(|word| ArticleKind::from_wire(&word)).boxed()
}

fn crop(edge: impl Strategy<Value = [String; 4]> + 'static) -> BoxedStrategy<Crop> {
    let ratio = prop_oneof!["(1_1|16_9|2[.]35_1)", text()];
    (ratio, edge).prop_map(|(ratio, edges)| Crop::new(CropRatio::from_wire(&ratio), edges)).boxed()
}

/// Left and upper edge are smaller than right and lower one.
fn edges() -> BoxedStrategy<[String; 4]> {
    ("0[.][0-4][0-9]{0,5}", "0[.][0-4]", "(1|0[.][5-9][0-9]{0,5})", "(1|1[.]0|0[.]5)")
        .prop_map(|(x1, y1, x2, y2)| [x1, y1, x2, y2])
        .boxed()
}

pub(super) fn article() -> BoxedStrategy<Article> {
    let texts = (words(64), words(40), maybe(text_of(16)), maybe(text()), maybe(text()));
    let flags = (maybe(any::<bool>()), maybe(any::<bool>()), maybe(any::<bool>()));
    let joined = || maybe(edges().prop_map(|edges| edges.join("_")));
    let parts = (vec(media_id(), 1..4), vec(crop(edges()), 0..3), maybe(text()));
    (maybe(kind()), media_id(), texts, flags, (joined(), joined()), parts)
        .prop_map(|(kind, cover, texts, flags, crops, parts)| {
            let mut article = Article::new(texts.0, texts.1, cover);
            article.kind = kind;
            (article.author, article.digest, article.content_source_url) =
                (texts.2, texts.3, texts.4);
            (article.show_cover, article.open_comments, article.only_followers_comment) = flags;
            (article.banner_crop, article.square_crop) = crops;
            (article.pictures, article.crops, article.product) = parts;
            article
        })
        .boxed()
}

fn text_of(chars: usize) -> BoxedStrategy<String> {
    proptest::string::string_regex(&format!("(?s).{{0,{chars}}}")).unwrap().boxed()
}

pub(super) fn stored_articles() -> BoxedStrategy<StoredArticles> {
    let texts = (text(), text(), text(), maybe(text()), text(), text(), maybe(text()));
    let flag = || maybe(any::<bool>());
    let edges = [text(), text(), text(), text()];
    let parts = (vec(media_id(), 0..3), vec(crop(edges), 0..3), maybe(text()));
    let crops = (maybe(text()), maybe(text()));
    let article = (maybe(kind()), maybe(media_id()), texts, [flag(), flag(), flag(), flag()])
        .prop_flat_map(move |start| (Just(start), crops.clone(), parts.clone()))
        .prop_map(|((kind, cover, texts, flags), crops, parts)| {
            let mut article = StoredArticle::new(texts.0);
            (article.kind, article.cover) = (kind, cover);
            (article.author, article.digest, article.content) = (texts.1, texts.2, texts.3);
            (article.content_source_url, article.url, article.cover_url) =
                (texts.4, texts.5, texts.6);
            [
                article.show_cover,
                article.open_comments,
                article.only_followers_comment,
                article.is_deleted,
            ] = flags;
            (article.banner_crop, article.square_crop) = crops;
            (article.pictures, article.crops, article.product) = parts;
            article
        });
    (vec(article, 0..3), maybe(number()), maybe(number()))
        .prop_map(|(articles, created_at, updated_at)| {
            let mut stored = StoredArticles::new(articles);
            (stored.created_at, stored.updated_at) = (created_at, updated_at);
            stored
        })
        .boxed()
}

impl Case for AddDraft {
    const FOLDER: &'static str = "draft/add";

    fn full() -> Self {
        Self::new(vec![full_article(), Article::picture_post("图", "字", vec![a_media_id()])])
    }

    fn requests() -> BoxedStrategy<Self> {
        vec(article(), 1..3).prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<AddDraftResponse> {
        media_id().prop_map(AddDraftResponse::new).boxed()
    }
}

impl Case for GetDraft {
    const FOLDER: &'static str = "draft/get";

    fn full() -> Self {
        Self::new(a_media_id())
    }

    fn requests() -> BoxedStrategy<Self> {
        media_id().prop_map(Self::new).boxed()
    }

    fn responses() -> BoxedStrategy<GetDraftResponse> {
        stored_articles().prop_map(GetDraftResponse::new).boxed()
    }
}

impl Case for UpdateDraft {
    const FOLDER: &'static str = "draft/update";

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

impl Case for DeleteDraft {
    const FOLDER: &'static str = "draft/delete";

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

impl Case for CountDrafts {
    const FOLDER: &'static str = "draft/count";

    fn full() -> Self {
        Self::new()
    }

    fn requests() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn responses() -> BoxedStrategy<CountDraftsResponse> {
        number().prop_map(CountDraftsResponse::new).boxed()
    }
}

impl Case for BatchGetDrafts {
    const FOLDER: &'static str = "draft/batchget";

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

    fn responses() -> BoxedStrategy<BatchGetDraftsResponse> {
        let item = (media_id(), stored_articles(), number())
            .prop_map(|(id, content, time)| DraftItem::new(id, content, time));
        (number(), vec(item, 0..3))
            .prop_map(|(total, items)| BatchGetDraftsResponse::new(total, items))
            .boxed()
    }
}

impl Case for SwitchDrafts {
    const FOLDER: &'static str = "draft/switch";

    fn full() -> Self {
        let mut request = Self::new();
        request.check_only = true;
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        any::<bool>()
            .prop_map(|check_only| {
                let mut request = Self::new();
                request.check_only = check_only;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<SwitchDraftsResponse> {
        any::<bool>().prop_map(SwitchDraftsResponse::new).boxed()
    }
}
