//! A campaign's files: five calls of a text, or of an article with two pictures.

use std::fs;
use std::path::{Path, PathBuf};

/// Four full calls and a rest.
pub(super) const FOLLOWERS: usize = 45_003;

const HTML: &str = "<img src=\"tea.jpg\"><p>谷雨之前，茶山最忙。</p><img src=\"bg.png\">\n";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\
\xff\xc0\x00\x0b\x08\x00\x02\x00\x02\x01\x01\x11\x00\xff\xd9";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x02\
\x08\x06\x00\x00\x00\x72\xb6\x0d\x24";

const TEXT: &str = "\
text = \"三款明前茶今日到店\"
[audience]
open_ids = \"followers.txt\"
";
const ARTICLE: &str = "\
[audience]
open_ids = \"followers.txt\"
[[article]]
title = \"春茶上新\"
html = \"article.html\"
cover = \"cover.jpg\"
";

/// A campaign in a folder of its own.
pub(super) struct Campaign {
    folder: PathBuf,
    name: String,
}

impl Campaign {
    /// Writes the `number`-th one: texts and articles in turn.
    pub(super) fn write(root: &Path, number: u32) -> Result<Self, String> {
        let is_article = number.is_multiple_of(2);
        let kind = if is_article { "article" } else { "text" };
        let name = format!("{kind} {}", number + 1);
        let campaign = Self { folder: root.join(name.replace(' ', "-")), name };
        let list: String = (0..FOLLOWERS).map(|n| format!("oCRASHfan{n:019}\n")).collect();
        let mut file = format!("name = \"{}\"\n", campaign.name);
        if is_article {
            campaign.file("article.html", HTML.as_bytes())?;
            campaign.file("tea.jpg", JPEG)?;
            campaign.file("bg.png", PNG)?;
            campaign.file("cover.jpg", JPEG)?;
            file.push_str(ARTICLE);
        } else {
            file.push_str(TEXT);
        }
        campaign.file("followers.txt", list.as_bytes())?;
        campaign.file("campaign.toml", file.as_bytes())?;
        Ok(campaign)
    }

    fn file(&self, name: &str, content: &[u8]) -> Result<(), String> {
        let path = self.folder.join(name);
        fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&path, content))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn followers_file(&self) -> String {
        self.folder.join("followers.txt").to_string_lossy().into_owned()
    }
}
