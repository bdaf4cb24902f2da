//! Setting up material and publications in a test.

use bytes::Bytes;
use wechat_types::id::ArticleId;

use crate::file_format::Format;
use crate::server::MockServer;
use crate::world::account::Account;
use crate::world::article::StoredArticle;
use crate::world::media::{Item, MaterialKind, Place, StoredFile, picture_url};
use crate::world::publish::{Publication, PublishStatus};

/// Free publish.
impl MockServer {
    /// What becomes of the next publication without one; call it again for the one after it.
    pub fn next_publish_status(&self, status: PublishStatus) {
        self.account().publications.next_statuses.push_back(status);
    }

    /// The platform bans all articles of a publication; `false`: there are none of this id.
    pub fn ban_publication(&self, article_id: &ArticleId) -> bool {
        self.account().publications.ban(article_id)
    }

    /// All publications, by number.
    pub fn publications(&self) -> Vec<Publication> {
        self.account().publications.all().cloned().collect()
    }

    /// Permanent material with a small file of its kind, or with a small article.
    pub(super) fn seeded_item(&self, kind: MaterialKind, account: &mut Account) -> Item {
        let mut item = Item::new(kind, Place::Library, self.clock().now());
        let (format, content): (_, &'static [u8]) = match kind {
            MaterialKind::Image | MaterialKind::Thumb => (Format::Jpeg, b"\xff\xd8\xff\xe0"),
            MaterialKind::Voice | MaterialKind::Music => (Format::Mp3, b"ID3"),
            MaterialKind::Video => (Format::Mp4, b"\0\0\0\x08ftyp"),
            MaterialKind::News => {
                item.articles.push(small_article());
                return item;
            }
        };
        if format.is_picture() {
            item.url = picture_url(format, &mut account.random);
        }
        let name = format!("seeded.{}", format.short_name());
        item.file = Some(StoredFile { name, format, content: Bytes::from_static(content) });
        item
    }
}

pub(super) fn small_article() -> StoredArticle {
    StoredArticle {
        title: "标题".to_owned(),
        content: "<p>正文</p>".to_owned(),
        ..StoredArticle::default()
    }
}
