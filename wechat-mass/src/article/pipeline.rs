//! From an article's files to a draft on the platform: pictures, addresses, cover, draft.

use std::collections::BTreeMap;
use std::fmt;

use wechat_http::{Client, Error};
use wechat_types::draft::AddDraft;
use wechat_types::id::MediaId;
use wechat_types::material::{AddMaterial, MaterialKind};
use wechat_types::media::UploadImage;

use super::{ArticleSource, Picture, html};
use crate::problem::Problems;

/// An article did not become a draft. Nothing is sent by making drafts.
#[derive(Debug)]
#[non_exhaustive]
pub enum PublishError {
    /// The article breaks a limit or names pictures that are not there; nothing was uploaded.
    Article(Problems),
    /// A call failed. What was uploaded before stays on the platform.
    Call(Error),
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Article(_) => f.write_str("the article cannot be used"),
            Self::Call(_) => f.write_str("the article did not become a draft"),
        }
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Article(problems) => Some(problems),
            Self::Call(error) => Some(error),
        }
    }
}

/// Uploads a picture for use inside an article; the answer is its address.
///
/// # Errors
///
/// [`Error`], see [`UploadImage`].
pub async fn upload_picture(client: &Client, picture: &Picture) -> Result<String, Error> {
    Ok(client.send(&UploadImage::new(picture.to_file())).await?.url)
}

/// Adds a cover to the account's permanent material.
///
/// # Errors
///
/// [`Error`], see [`AddMaterial`].
pub async fn add_cover(client: &Client, picture: &Picture) -> Result<MediaId, Error> {
    let request = AddMaterial::new(MaterialKind::Image, picture.to_file());
    Ok(client.send(&request).await?.media_id)
}

/// What one article's uploads came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Uploads {
    /// The addresses of the pictures inside, by their `src`.
    pub addresses: BTreeMap<String, String>,
    /// The cover.
    pub cover: Option<MediaId>,
}

/// Makes a draft of articles whose pictures and covers are uploaded.
///
/// # Errors
///
/// [`PublishError`]; a picture or cover without its upload is a problem of the article.
pub async fn add_draft(
    client: &Client,
    articles: &[(&ArticleSource, &Uploads)],
) -> Result<MediaId, PublishError> {
    let mut drafts = Vec::with_capacity(articles.len());
    for (article, uploads) in articles {
        let content = html::rewrite(&article.html, |source| uploads.addresses.get(source).cloned())
            .map_err(PublishError::Article)?;
        // Whatever is still named by file would be dropped silently.
        let left = html::scan(&content).map_err(PublishError::Article)?.pictures;
        Problems::check(left.iter().map(|file| format!("{file} is not uploaded")).collect())
            .map_err(PublishError::Article)?;
        let draft = article.draft(content, uploads.cover.clone());
        drafts.push(draft.ok_or_else(|| {
            PublishError::Article(Problems::one(format!(
                "the cover of {:?} is not uploaded",
                article.title
            )))
        })?);
    }
    let answer = client.send(&AddDraft::new(drafts)).await.map_err(PublishError::Call)?;
    Ok(answer.media_id)
}

/// Uploads an article's pictures and cover and makes a draft of it: the whole way in one call.
///
/// # Errors
///
/// [`PublishError`]; the article is checked before anything is uploaded.
pub async fn publish(client: &Client, article: &ArticleSource) -> Result<MediaId, PublishError> {
    publish_all(client, std::slice::from_ref(article)).await
}

/// The same for the articles of one message.
///
/// # Errors
///
/// As [`publish`].
pub async fn publish_all(
    client: &Client,
    articles: &[ArticleSource],
) -> Result<MediaId, PublishError> {
    for article in articles {
        article.check_with(client.checks()).map_err(PublishError::Article)?;
    }
    let mut uploaded = Vec::with_capacity(articles.len());
    for article in articles {
        let mut uploads = Uploads::default();
        for source in html::scan(&article.html).map_err(PublishError::Article)?.pictures {
            if let Some(picture) = article.pictures.get(&source) {
                let address = upload_picture(client, picture).await.map_err(PublishError::Call)?;
                uploads.addresses.insert(source, address);
            }
        }
        uploads.cover = Some(add_cover(client, &article.cover).await.map_err(PublishError::Call)?);
        uploaded.push(uploads);
    }
    let articles: Vec<_> = articles.iter().zip(&uploaded).collect();
    add_draft(client, &articles).await
}
