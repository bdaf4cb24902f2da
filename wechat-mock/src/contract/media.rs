//! Temporary media, pictures for articles, and permanent material.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html>,
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial.html>

use std::time::Duration;

use wechat_http::Client;
use wechat_types::codec::multipart::File;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::MediaId;
use wechat_types::material::{
    AddMaterial, BatchGetMaterial, CountMaterial, DeleteMaterial, GetMaterial, GetMaterialResponse,
    LibraryKind, MaterialKind,
};
use wechat_types::media::{GetMedia, GetMediaResponse, MediaKind, UploadImage, UploadMedia};

use super::environment::Environment;
use super::outcome::{Unheld, failed, promised, refused, skipped};

/// A picture of 2 × 2 points, whole and valid: the real platform looks inside.
const PNG: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x02\x00\x00\x00\x02\
    \x08\x02\x00\x00\x00\xfd\xd4\x9a\x73\x00\x00\x00\x10IDAT\x78\xda\x63\x48\x58\x90\x00\x44\x0c\
    \x10\x0a\x00\x26\x8e\x05\x81\x6e\xa9\x23\x4e\x00\x00\x00\x00IEND\xae\x42\x60\x82";

/// More than the three days for which temporary media lives.
const MEDIA_LIFE: Duration = Duration::from_secs(3 * 24 * 3600 + 3600);

fn picture() -> File {
    File::new("contract.png", "image/png", PNG.to_vec())
}

/// No id of this account.
pub(super) fn unknown_id() -> Result<MediaId, Unheld> {
    MediaId::new("contract-unknown-media".repeat(2)).map_err(|e| skipped(e.to_string()))
}

/// A temporary picture that was uploaded can be downloaded as a file.
pub async fn temporary_media_comes_back(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let id = upload(client).await?;
    let answer = client.send(&GetMedia::new(id)).await.map_err(failed("the file"))?;
    match answer {
        GetMediaResponse::File(file) => {
            promised(!file.bytes.is_empty(), "the file", || "an empty one".to_owned())
        }
        _ => promised(false, "the file", || "the address of a video".to_owned()),
    }
}

/// Temporary media dies after three days: 40007.
pub async fn temporary_media_dies(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.can_pass(MEDIA_LIFE)?;
    let id = upload(client).await?;
    environment.pass(MEDIA_LIFE).await?;
    refused(client.send(&GetMedia::new(id)).await, &[ErrorCode::INVALID_MEDIA_ID])
}

/// An unknown `media_id` is refused with 40007.
pub async fn unknown_media_is_refused(client: &Client, _: &Environment) -> Result<(), Unheld> {
    refused(client.send(&GetMedia::new(unknown_id()?)).await, &[ErrorCode::INVALID_MEDIA_ID])
}

/// `uploadimg` answers the address of a picture for articles.
pub async fn article_pictures_have_an_address(
    client: &Client,
    _: &Environment,
) -> Result<(), Unheld> {
    let answer = client.send(&UploadImage::new(picture())).await;
    let url = answer.map_err(failed("an address"))?.url;
    let is_address = url.starts_with("http://") || url.starts_with("https://");
    promised(is_address, "an address", || "another text".to_owned())
}

/// Permanent material can be downloaded until it is deleted, and is unknown then (40007).
pub async fn material_lives_until_deleted(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let id = add_material(client).await?;
    let answer = client.send(&GetMaterial::new(id.clone())).await;
    let deleted = client.send(&DeleteMaterial::new(id.clone())).await;
    let answer = answer.map_err(failed("the file"))?;
    promised(matches!(answer, GetMaterialResponse::File(_)), "the file", || {
        "articles, or a video".to_owned()
    })?;
    deleted.map_err(failed("the material to be deleted"))?;
    refused(client.send(&GetMaterial::new(id)).await, &[ErrorCode::INVALID_MEDIA_ID])
}

/// New material is counted in the library, and stands in its list.
pub async fn material_is_counted(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let count = || async { client.send(&CountMaterial::new()).await.map_err(failed("a count")) };
    let before = count().await?;
    let id = add_material(client).await?;
    let after = count().await;
    let page = client.send(&BatchGetMaterial::new(LibraryKind::Image, 0, 1)).await;
    let deleted = client.send(&DeleteMaterial::new(id)).await;
    let (after, page) = (after?, page.map_err(failed("a page of pictures"))?);
    deleted.map_err(failed("the material to be deleted"))?;
    promised(after.images == before.images + 1, "one picture more", || {
        format!("{} more", i128::from(after.images) - i128::from(before.images))
    })?;
    promised(
        page.total == after.images && page.items.len() == 1,
        "a list as long as the count",
        || format!("{} in the list, {} counted", page.total, after.images),
    )
}

async fn upload(client: &Client) -> Result<MediaId, Unheld> {
    let answer = client.send(&UploadMedia::new(MediaKind::Image, picture())).await;
    Ok(answer.map_err(failed("a temporary picture"))?.media_id)
}

/// A permanent picture, also the cover of drafts.
pub(super) async fn add_material(client: &Client) -> Result<MediaId, Unheld> {
    let answer = client.send(&AddMaterial::new(MaterialKind::Image, picture())).await;
    Ok(answer.map_err(failed("a permanent picture"))?.media_id)
}
