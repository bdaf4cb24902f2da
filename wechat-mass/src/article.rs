//! An article as its author has it: HTML beside its pictures, before the platform knows anything.

mod html;
mod picture;
mod pipeline;

use std::collections::BTreeMap;
use std::path::Path;

use wechat_http::Checks;
use wechat_types::draft;
use wechat_types::id::MediaId;

use crate::client_msg_id::ContentDigest;
use crate::problem::Problems;

pub use picture::Picture;
pub use pipeline::{
    PublishError, Uploads, add_cover, add_draft, publish, publish_all, upload_picture,
};

/// Characters of a picture's address, as the platform gives them today.
const ADDRESS_CHARS: usize = 130;

/// An article with its pictures, checked before anything is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArticleSource {
    /// Up to 32 characters by the newest document, 64 by older ones.
    pub title: String,
    /// Up to 16 characters.
    pub author: Option<String>,
    /// Up to 128 characters; the platform takes the beginning of the text when absent.
    pub digest: Option<String>,
    /// The article, pictures by their place relative to it, such as `pictures/tea.jpg`.
    pub html: String,
    /// Where "read original" leads.
    pub content_source_url: Option<String>,
    /// The cover: bmp, gif, jpeg or png of at most 10 MB.
    pub cover: Picture,
    /// The pictures inside, by their `src`: jpeg or png of at most 1 MB.
    pub pictures: BTreeMap<String, Picture>,
    /// Readers may comment.
    pub open_comments: Option<bool>,
    /// Only followers may comment.
    pub only_followers_comment: Option<bool>,
}

impl ArticleSource {
    /// An article without the optional parts; `pictures` as [`load_pictures`] gives them.
    pub fn new(
        title: impl Into<String>,
        html: impl Into<String>,
        cover: Picture,
        pictures: BTreeMap<String, Picture>,
    ) -> Self {
        Self {
            title: title.into(),
            author: None,
            digest: None,
            html: html.into(),
            content_source_url: None,
            cover,
            pictures,
            open_comments: None,
            only_followers_comment: None,
        }
    }

    /// Reads an article, the pictures it names and its cover from a folder.
    ///
    /// # Errors
    ///
    /// [`Problems`] with every file that cannot be read or used.
    pub fn from_dir(
        dir: &Path,
        title: impl Into<String>,
        html: &str,
        cover: &str,
    ) -> Result<Self, Problems> {
        let file = dir.join(html);
        let html = std::fs::read_to_string(&file)
            .map_err(|e| Problems::one(format!("{}: cannot be read: {e}", file.display())))?;
        let pictures = load_pictures(&html, file.parent().unwrap_or(dir));
        let cover = Picture::read(&dir.join(cover));
        let mut problems = Vec::new();
        let mut collect = |found: Option<Problems>| {
            problems.extend(found.into_iter().flat_map(|problems| problems.list));
        };
        let pictures = pictures.map_err(|found| Problems {
            list: found.list.iter().map(|p| format!("{}: {p}", file.display())).collect(),
        });
        collect(pictures.as_ref().err().cloned());
        collect(cover.as_ref().err().cloned());
        Problems::check(problems)?;
        Ok(Self::new(title, html, cover?, pictures?))
    }

    /// Holds every documented limit against the article, before anything is uploaded.
    ///
    /// The answer is what the platform will change without an error, in words.
    ///
    /// # Errors
    ///
    /// [`Problems`], all of them, each with the code the platform would answer.
    pub fn check(&self) -> Result<Vec<String>, Problems> {
        self.check_with(Checks::Refuse)
    }

    /// The same; [`Checks::Warn`] makes warnings of the platform's own limits (formats, sizes and
    /// lengths), for a client that warns likewise. What would be dropped silently stays a problem.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn check_with(&self, checks: Checks) -> Result<Vec<String>, Problems> {
        let (mut problems, mut limits, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        match html::scan(&self.html) {
            Err(found) => problems.extend(found.list),
            Ok(scan) => {
                warnings.extend(scan.warnings);
                let unnamed = self.pictures.keys().filter(|source| !scan.pictures.contains(source));
                problems.extend(
                    unnamed.map(|source| format!("the article does not name the picture {source}")),
                );
                for source in scan.pictures {
                    match self.pictures.get(&source) {
                        None => problems.push(format!("the picture {source} is missing")),
                        Some(picture) => limits.extend(picture.check_for_article().err()),
                    }
                }
            }
        }
        limits.extend(self.cover.check_for_cover().err());
        // The limits of title and text are those of the draft that this becomes.
        let draft = self.draft(self.html.clone(), MediaId::new("cover").ok());
        limits.extend(draft.and_then(|draft| draft.check().err()).map(|e| e.to_string()));
        match checks {
            Checks::Warn => warnings.extend(limits),
            _ => problems.extend(limits),
        }
        // An address is longer than the file's name whose place it takes.
        let grown = self.html.chars().count() + self.pictures.len() * ADDRESS_CHARS;
        if problems.is_empty() && grown >= draft::Article::CONTENT_CHARS {
            warnings.push(format!(
                "with the addresses of its pictures the article may reach {grown} characters, and \
                 the limit is {}",
                draft::Article::CONTENT_CHARS - 1
            ));
        }
        let title = self.title.chars().count();
        if title > draft::Article::NEW_MAX_TITLE_CHARS {
            warnings.push(format!(
                "the title has {title} characters: the newest document allows {}, older ones {}",
                draft::Article::NEW_MAX_TITLE_CHARS,
                draft::Article::MAX_TITLE_CHARS
            ));
        }
        Problems::check(problems)?;
        Ok(warnings)
    }

    fn draft(&self, content: String, cover: Option<MediaId>) -> Option<draft::Article> {
        let mut article = draft::Article::new(self.title.clone(), content, cover?);
        article.author.clone_from(&self.author);
        article.digest.clone_from(&self.digest);
        article.content_source_url.clone_from(&self.content_source_url);
        article.open_comments = self.open_comments;
        article.only_followers_comment = self.only_followers_comment;
        Some(article)
    }

    /// The hash of all that a reader would see: an edited article has another.
    pub fn content_digest(&self) -> ContentDigest {
        let flag = |flag: Option<bool>| match flag {
            None => b"-",
            Some(false) => b"0",
            Some(true) => b"1",
        };
        let text = |text: &Option<String>| match text {
            None => ContentDigest::of([]),
            Some(text) => ContentDigest::of([text.as_bytes()]),
        };
        let (author, digest, source) =
            (text(&self.author), text(&self.digest), text(&self.content_source_url));
        let cover = self.cover.content_digest();
        let pictures = ContentDigest::of(
            self.pictures
                .iter()
                .map(|(source, picture)| {
                    ContentDigest::of([
                        source.as_bytes(),
                        picture.content_digest().as_bytes().as_slice(),
                    ])
                })
                .collect::<Vec<_>>()
                .iter()
                .map(|digest| digest.as_bytes().as_slice()),
        );
        ContentDigest::of([
            b"article 1".as_slice(),
            self.title.as_bytes(),
            author.as_bytes(),
            digest.as_bytes(),
            self.html.as_bytes(),
            source.as_bytes(),
            cover.as_bytes(),
            pictures.as_bytes(),
            flag(self.open_comments),
            flag(self.only_followers_comment),
        ])
    }
}

/// The pictures that an article names, read from the folder it stands in.
///
/// # Errors
///
/// [`Problems`]: each file that is missing or no picture, and each picture that is named by an
/// address of another host, which the platform would drop silently. Sizes are the
/// [check](ArticleSource::check)'s.
pub fn load_pictures(html: &str, dir: &Path) -> Result<BTreeMap<String, Picture>, Problems> {
    let scan = html::scan(html)?;
    let (mut pictures, mut problems, mut usable) = (BTreeMap::new(), Vec::new(), true);
    for source in scan.pictures {
        match Picture::read(&dir.join(html::path_of(&source).as_ref())) {
            Err(found) => {
                usable = false;
                problems.extend(found.list);
            }
            Ok(picture) => {
                problems.extend(picture.check_for_article().err());
                pictures.insert(source, picture);
            }
        }
    }
    // Limits alone are for the check, which can warn of them; beside others they are named at once.
    if usable { Ok(pictures) } else { Err(Problems { list: problems }) }
}
