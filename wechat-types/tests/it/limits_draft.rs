//! Limits of drafts and publications, from both sides. Those of texts: `replies.rs`.

use wechat_types::codec::EncodeError;
use wechat_types::draft::{
    AddDraft, Article, ArticleKind, BatchGetDrafts, Crop, CropRatio, UpdateDraft,
};
use wechat_types::endpoint::{Endpoint as _, Replay};
use wechat_types::id::{ArticleId, MediaId};
use wechat_types::publish::{BatchGetPublished, DeletePublished, PublishedPart};

fn code(result: Result<impl Sized, EncodeError>) -> Option<i64> {
    result.err().map(|error| error.code().unwrap().get())
}

fn id(text: &str) -> MediaId {
    MediaId::new(text).unwrap()
}

fn article() -> Article {
    Article::new("t", "<p>c</p>", id("cover"))
}

#[test]
fn places_and_pages() {
    for (index, refused) in [(0, None), (7, None), (8, Some(40114))] {
        let update = UpdateDraft::new(id("d"), index, article());
        assert_eq!(code(update.encode()), refused, "{index}");
    }
    for (count, refused) in [(0, Some(45165)), (1, None), (20, None), (21, Some(45165))] {
        assert_eq!(code(BatchGetDrafts::new(0, count).encode()), refused, "{count}");
        assert_eq!(code(BatchGetPublished::new(0, count).encode()), refused, "{count}");
    }
}

#[test]
fn pictures() {
    let post = |count| Article::picture_post("t", "c", vec![id("p"); count]);
    for (count, refused) in [(0, Some(40007)), (1, None), (20, None), (21, Some(45008))] {
        assert_eq!(code(AddDraft::new(vec![post(count)]).encode()), refused, "{count}");
    }
    let mut bare = article();
    bare.cover = None;
    assert_eq!(code(bare.check()), Some(40007));
    bare.kind = Some(ArticleKind::News);
    bare.pictures = vec![id("p")];
    assert_eq!(code(bare.check()), Some(40007), "a cover is asked for, not pictures");
    bare.kind = Some(ArticleKind::from_wire("newvideo"));
    assert_eq!(code(bare.check()), None, "nothing is known about new kinds");
}

#[test]
fn crops() {
    for (crop, good) in [
        ("0_0_1_1", true),
        ("0_0.1945_1_0.5236", true),
        ("0.123456_0_1_1", true),
        ("0.1234567_0_1_1", false),
        ("0_0_1.1_1", false),
        ("-0.1_0_1_1", false),
        ("1_0_0_1", false),
        ("0_1_1_0", false),
        ("0_0_0_1", false),
        ("0_0_1", false),
        ("0_0_1_1_1", false),
        ("0_0_1e-1_1", false),
        ("0,0,1,1", false),
        ("___", false),
        ("", false),
    ] {
        let refused = if good { None } else { Some(40097) };
        let mut banner = article();
        banner.banner_crop = Some(crop.to_owned());
        assert_eq!(code(banner.check()), refused, "{crop}");
        let mut square = article();
        square.square_crop = Some(crop.to_owned());
        assert_eq!(code(square.check()), refused, "{crop}");
        if let [x1, y1, x2, y2] = crop.split('_').collect::<Vec<_>>()[..] {
            let mut listed = article();
            listed.crops = vec![Crop::new(CropRatio::Square, [x1, y1, x2, y2])];
            assert_eq!(code(listed.check()), refused, "{crop}");
        }
    }
}

#[test]
fn deleting_all_is_said_and_deleting_one_is_never_all() {
    let body = |part| {
        let request = DeletePublished::new(ArticleId::new("a").unwrap(), part);
        assert_eq!(request.replay(), Replay::Never);
        String::from_utf8(request.encode().unwrap().into_bytes()).unwrap()
    };
    assert_eq!(body(PublishedPart::All), r#"{"article_id":"a"}"#);
    let two = 2.try_into().unwrap();
    assert_eq!(body(PublishedPart::One(two)), r#"{"article_id":"a","index":2}"#);
}
