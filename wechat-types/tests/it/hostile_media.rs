//! Nothing that comes in for media, material, drafts and publications makes the reading panic.

use proptest::prelude::*;
use wechat_types::codec::Reply;
use wechat_types::served::{Incoming, Served};
use wechat_types::{draft, material, media, publish};

use crate::hostile;

/// Reads a body as answer and as request, and an upload.
fn read<E: Served>(status: u16, body: &[u8]) {
    let reply = Reply::new(status, body).with_content_type("x").with_content_disposition(body);
    if let Ok(answer) = E::decode(reply) {
        E::encode_response(&answer).unwrap();
        E::response_headers(&answer);
    }
    for query in [&[][..], &[("type", "image"), ("media_id", "m")]] {
        let incoming = Incoming::new(query, body);
        let form = incoming.with_content_type("multipart/form-data; boundary=b");
        for request in [incoming, form].map(E::decode_request).into_iter().flatten() {
            let _ = request.encode();
        }
    }
}

fn media(status: u16, body: &[u8]) {
    read::<media::UploadMedia>(status, body);
    read::<media::GetMedia>(status, body);
    read::<media::UploadImage>(status, body);
    read::<media::UploadNews>(status, body);
    read::<media::UploadVideo>(status, body);
}

fn material(status: u16, body: &[u8]) {
    read::<material::AddMaterial>(status, body);
    read::<material::AddNews>(status, body);
    read::<material::UpdateNews>(status, body);
    read::<material::GetMaterial>(status, body);
    read::<material::DeleteMaterial>(status, body);
    read::<material::CountMaterial>(status, body);
    read::<material::BatchGetMaterial>(status, body);
}

fn drafts(status: u16, body: &[u8]) {
    read::<draft::AddDraft>(status, body);
    read::<draft::GetDraft>(status, body);
    read::<draft::UpdateDraft>(status, body);
    read::<draft::DeleteDraft>(status, body);
    read::<draft::CountDrafts>(status, body);
    read::<draft::BatchGetDrafts>(status, body);
    read::<draft::SwitchDrafts>(status, body);
}

fn publications(status: u16, body: &[u8]) {
    read::<publish::SubmitPublish>(status, body);
    read::<publish::GetPublishStatus>(status, body);
    read::<publish::DeletePublished>(status, body);
    read::<publish::GetPublishedArticle>(status, body);
    read::<publish::BatchGetPublished>(status, body);
}

/// The syntax of forms in any order.
fn form() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "--b",
        "--",
        "\r\n",
        "Content-Disposition: form-data",
        "; name=\"media\"",
        "; filename=\"a.png\"",
        "Content-Type: image/png",
        "; name=description",
        "{}",
    ]);
    prop::collection::vec(words, 0..24).prop_map(|words| words.concat().into_bytes())
}

const KEYS: &[&str] = &[
    "errcode",
    "media_id",
    "thumb_media_id",
    "type",
    "created_at",
    "video_url",
    "articles",
    "news_item",
    "title",
    "content",
    "image_info",
    "image_list",
    "cover_info",
    "crop_percent_list",
    "product_info",
    "item",
    "total_count",
    "update_time",
    "publish_id",
    "publish_status",
    "article_detail",
    "article_id",
    "index",
    "offset",
    "count",
    "is_open",
    "down_url",
    "fail_idx",
];

proptest! {
    #[test]
    fn reading_media_never_panics(status in 100_u16..600, body in hostile::body(KEYS), form in form()) {
        media(status, &body);
        media(200, &form);
    }

    #[test]
    fn reading_material_never_panics(status in 100_u16..600, body in hostile::body(KEYS), form in form()) {
        material(status, &body);
        material(200, &form);
    }

    #[test]
    fn reading_drafts_never_panics(status in 100_u16..600, body in hostile::body(KEYS), form in form()) {
        drafts(status, &body);
        drafts(200, &form);
    }

    #[test]
    fn reading_publications_never_panics(status in 100_u16..600, body in hostile::body(KEYS), form in form()) {
        publications(status, &body);
        publications(200, &form);
    }
}
