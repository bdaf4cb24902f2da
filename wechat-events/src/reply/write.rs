//! Writing a reply's XML.

use super::{PassiveReply, Reply};

impl PassiveReply {
    /// The reply as XML on one line, texts in CDATA as the platform writes them.
    pub fn to_xml(&self) -> String {
        let mut xml = String::from("<xml>");
        text(&mut xml, "ToUserName", &self.to_user);
        text(&mut xml, "FromUserName", &self.from_user);
        xml.push_str(&format!("<CreateTime>{}</CreateTime>", self.create_time));
        text(&mut xml, "MsgType", self.reply.msg_type());
        body(&mut xml, &self.reply);
        xml.push_str("</xml>");
        xml
    }
}

impl Reply {
    /// The kind's name on the wire.
    pub fn msg_type(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image(_) => "image",
            Self::Voice(_) => "voice",
            Self::Video(_) => "video",
            Self::Music(_) => "music",
            Self::News(_) => "news",
            Self::TransferCustomerService(_) => "transfer_customer_service",
        }
    }
}

fn body(xml: &mut String, reply: &Reply) {
    match reply {
        Reply::Text(reply) => text(xml, "Content", reply.as_str()),
        Reply::Image(media_id) => {
            inside(xml, "Image", |xml| text(xml, "MediaId", media_id.as_str()));
        }
        Reply::Voice(media_id) => {
            inside(xml, "Voice", |xml| text(xml, "MediaId", media_id.as_str()));
        }
        Reply::Video(video) => inside(xml, "Video", |xml| {
            text(xml, "MediaId", video.media_id.as_str());
            optional(xml, "Title", &video.title);
            optional(xml, "Description", &video.description);
        }),
        Reply::Music(music) => inside(xml, "Music", |xml| {
            optional(xml, "Title", &music.title);
            optional(xml, "Description", &music.description);
            optional(xml, "MusicUrl", &music.music_url);
            optional(xml, "HQMusicUrl", &music.hq_music_url);
            text(xml, "ThumbMediaId", music.thumb_media_id.as_str());
        }),
        Reply::News(news) => {
            xml.push_str(&format!("<ArticleCount>{}</ArticleCount>", news.articles().len()));
            inside(xml, "Articles", |xml| {
                for article in news.articles() {
                    inside(xml, "item", |xml| {
                        text(xml, "Title", &article.title);
                        text(xml, "Description", &article.description);
                        text(xml, "PicUrl", &article.pic_url);
                        text(xml, "Url", &article.url);
                    });
                }
            });
        }
        Reply::TransferCustomerService(transfer) => {
            if let Some(account) = &transfer.kf_account {
                inside(xml, "TransInfo", |xml| text(xml, "KfAccount", account));
            }
        }
    }
}

fn inside(xml: &mut String, name: &str, write: impl FnOnce(&mut String)) {
    xml.push_str(&format!("<{name}>"));
    write(xml);
    xml.push_str(&format!("</{name}>"));
}

fn optional(xml: &mut String, name: &str, value: &Option<String>) {
    if let Some(value) = value {
        text(xml, name, value);
    }
}

pub(super) fn text(xml: &mut String, name: &str, value: &str) {
    inside(xml, name, |xml| {
        xml.push_str("<![CDATA[");
        let value: String = value.chars().filter(|c| is_xml(*c)).collect();
        // The end of CDATA is the only text that cannot stand in it: two pieces share it.
        xml.push_str(&value.replace("]]>", "]]]]><![CDATA[>"));
        xml.push_str("]]>");
    });
}

/// What a document of XML 1.0 may hold.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_cdata_is_split_and_what_xml_cannot_hold_is_left_out() {
        let written = |value| {
            let mut xml = String::new();
            text(&mut xml, "A", value);
            xml
        };
        assert_eq!(written("x]]>y"), "<A><![CDATA[x]]]]><![CDATA[>y]]></A>");
        assert_eq!(written("]]]>>"), "<A><![CDATA[]]]]]><![CDATA[>>]]></A>");
        assert_eq!(
            written("a\0\u{8}\u{b}\u{1f}\u{ffff}b\t\r\n😀"),
            "<A><![CDATA[ab\t\r\n😀]]></A>"
        );
        // What is left out must not put an end of CDATA together.
        assert_eq!(written("]\0]>"), "<A><![CDATA[]]]]><![CDATA[>]]></A>");
    }
}
