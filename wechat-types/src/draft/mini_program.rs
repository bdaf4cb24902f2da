//! Mini programs inside an article: cards and links, with the attributes the platform expects.
//!
//! <https://developers.weixin.qq.com/doc/service/guide/product/draft.html>

use crate::id::AppId;

/// A page of a mini program that an article leads to. The program must be bound to the account.
///
/// Code 45086 for a wrong attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MiniProgramPage {
    /// The mini program.
    #[doc(alias = "data-miniprogram-appid")]
    pub app_id: AppId,
    /// The page and its query.
    #[doc(alias = "data-miniprogram-path")]
    pub path: String,
}

impl MiniProgramPage {
    /// This page.
    pub fn new(app_id: AppId, path: impl Into<String>) -> Self {
        Self { app_id, path: path.into() }
    }

    /// A card with a title and a picture, whose address is one of `media/uploadimg`.
    ///
    /// The attribute of the picture is misspelt on the wire: `data-progarm-imageurl`.
    #[doc(alias = "mp-miniprogram")]
    #[doc(alias = "data-progarm-imageurl")]
    pub fn card(&self, title: &str, picture_url: &str) -> String {
        format!(
            "<mp-miniprogram {} data-miniprogram-title=\"{}\" data-progarm-imageurl=\"{}\"></mp-miniprogram>",
            self.attributes(),
            escape(title),
            escape(picture_url),
        )
    }

    /// A link around HTML of yours: text, or an `<img>`.
    pub fn link(&self, html: &str) -> String {
        format!("<a {} href=\"\">{html}</a>", self.attributes())
    }

    fn attributes(&self) -> String {
        format!(
            "data-miniprogram-appid=\"{}\" data-miniprogram-path=\"{}\"",
            escape(self.app_id.as_str()),
            escape(&self.path),
        )
    }
}

fn escape(value: &str) -> String {
    value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_and_links_are_the_documented_ones() {
        let article = include_str!("../../fixtures/draft/add/request.json");
        let article: serde_json::Value = serde_json::from_str(article).unwrap();
        let content = article["articles"][0]["content"].as_str().unwrap();
        let program = AppId::new("wx075028f5dca2f419").unwrap();
        let link = MiniProgramPage::new(program.clone(), "pages/shop/detail?id=318");
        assert!(content.contains(&link.link("到小程序下单")), "{}", link.link("到小程序下单"));
        let picture = content.split("data-progarm-imageurl=\"").nth(1).unwrap();
        let picture = picture.split('"').next().unwrap();
        let card = MiniProgramPage::new(program, "pages/index/index").card("春茶小铺", picture);
        assert!(content.contains(&card), "{card}");
    }

    #[test]
    fn values_cannot_end_their_attribute() {
        let page = MiniProgramPage::new(AppId::new("wx1").unwrap(), "p?a=1&b=\"><script>");
        assert_eq!(
            page.link("x"),
            "<a data-miniprogram-appid=\"wx1\" data-miniprogram-path=\"p?a=1&amp;b=&quot;&gt;&lt;script&gt;\" href=\"\">x</a>"
        );
    }
}
