//! Limits of uploads and of the library, from both sides.

use wechat_types::codec::EncodeError;
use wechat_types::codec::multipart::File;
use wechat_types::draft::Article;
use wechat_types::endpoint::Endpoint as _;
use wechat_types::id::MediaId;
use wechat_types::material::{
    AddMaterial, AddNews, BatchGetMaterial, LibraryKind, MaterialKind, UpdateNews,
};
use wechat_types::media::{MediaKind, UploadImage, UploadMedia, UploadNews};

fn code(result: Result<impl Sized, EncodeError>) -> Option<i64> {
    result.err().map(|error| error.code().unwrap().get())
}

fn file(size: usize) -> File {
    File::new("a.bin", "application/octet-stream", vec![7; size])
}

fn article() -> Article {
    Article::new("t", "<p>c</p>", MediaId::new("cover").unwrap())
}

#[test]
fn sizes_of_files() {
    const KB: usize = 1024;
    const MB: usize = 1024 * KB;
    let temporary = |kind: MediaKind, size| code(UploadMedia::new(kind, file(size)).encode());
    for (kind, largest, refused) in [
        (MediaKind::Image, 10 * MB, 40009),
        (MediaKind::Voice, 2 * MB, 40010),
        (MediaKind::Video, 10 * MB, 40011),
        (MediaKind::Thumb, 64 * KB, 40012),
    ] {
        assert_eq!(temporary(kind.clone(), 0), Some(44001), "{kind:?}");
        assert_eq!(temporary(kind.clone(), largest), None, "{kind:?}");
        assert_eq!(temporary(kind.clone(), largest + 1), Some(refused), "{kind:?}");
    }
    for kind in [MediaKind::News, MediaKind::from_wire("gif")] {
        assert_eq!(temporary(kind, 1), Some(40004));
    }
    let permanent = |kind, size| code(AddMaterial::new(kind, file(size)).encode());
    for (kind, largest, refused) in [
        (MaterialKind::Image, 10 * MB, 40009),
        (MaterialKind::Voice, 2 * MB, 40010),
        (MaterialKind::Video, 10 * MB, 40011),
        (MaterialKind::Thumb, 64 * KB, 40012),
    ] {
        assert_eq!(permanent(kind, 0), Some(44001), "{kind:?}");
        assert_eq!(permanent(kind, largest), None, "{kind:?}");
        assert_eq!(permanent(kind, largest + 1), Some(refused), "{kind:?}");
    }
    let picture = |size| code(UploadImage::new(file(size)).encode());
    assert_eq!(picture(0), Some(44001));
    assert_eq!(picture(MB), None);
    assert_eq!(picture(MB + 1), Some(40009));
}

#[test]
fn a_file_needs_a_name() {
    let nameless = || File::new("", "image/png", vec![7]);
    assert_eq!(code(UploadImage::new(nameless()).encode()), Some(41005));
    assert_eq!(code(UploadMedia::new(MediaKind::Image, nameless()).encode()), Some(41005));
    assert_eq!(code(AddMaterial::new(MaterialKind::Image, nameless()).encode()), Some(41005));
}

#[test]
fn numbers_of_old_articles() {
    for (count, refused) in [(0, Some(44003)), (1, None), (8, None), (9, Some(45008))] {
        assert_eq!(code(UploadNews::new(vec![article(); count]).encode()), refused, "{count}");
        assert_eq!(code(AddNews::new(vec![article(); count]).encode()), refused, "{count}");
    }
    for (index, refused) in [(0, None), (7, None), (8, Some(40114))] {
        let update = UpdateNews::new(MediaId::new("m").unwrap(), index, article());
        assert_eq!(code(update.encode()), refused, "{index}");
    }
}

#[test]
fn pages_of_the_library() {
    for (count, refused) in [(0, Some(45165)), (1, None), (20, None), (21, Some(45165))] {
        let request = BatchGetMaterial::new(LibraryKind::Image, 0, count);
        assert_eq!(code(request.encode()), refused, "{count}");
    }
}
