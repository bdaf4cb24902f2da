//! The article's HTML: which pictures it names, and the same with their addresses put in.

use std::borrow::Cow;

use lol_html::html_content::Element;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use percent_encoding::percent_decode_str;

use crate::problem::Problems;

/// Attributes that name a picture, on the elements where the platform or its editor uses them.
const PICTURE_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("img", &["src", "data-src"]),
    ("image", &["href", "xlink:href"]),
    ("mp-miniprogram", &["data-progarm-imageurl"]),
    ("table", &["background"]),
    ("td", &["background"]),
    ("video", &["poster"]),
];

/// What an article's HTML holds.
pub(super) struct Scan {
    /// The files it names, each once, in order.
    pub(super) pictures: Vec<String>,
    /// What the platform will change without an error.
    pub(super) warnings: Vec<String>,
}

/// Finds the pictures. Refuses what the platform would drop silently.
pub(super) fn scan(html: &str) -> Result<Scan, Problems> {
    let (mut pictures, mut problems) = (Vec::new(), Vec::new());
    let (mut scripts, mut links) = (0_usize, 0_usize);
    walk(html, |place| {
        match place {
            Place::Script => scripts += 1,
            Place::Link(target) if leaves_wechat(target) => links += 1,
            Place::Link(_) => {}
            Place::SourceSet { line } => problems.push(format!(
                "line {line}: `srcset` names pictures that the platform drops silently: name one in `src`"
            )),
            Place::Picture { line, source } => match kind_of(source) {
                SourceKind::Hosted => {}
                SourceKind::File => {
                    if !pictures.iter().any(|known| known == source) {
                        pictures.push(source.to_owned());
                    }
                }
                SourceKind::Foreign => problems.push(format!(
                    "line {line}: the picture {source:?} lies on another host, and the platform drops such pictures silently: save it beside the article and name the file"
                )),
                SourceKind::Unusable(why) => {
                    let shown: String = source.chars().take(60).collect();
                    problems.push(format!("line {line}: the picture {shown:?} {why}"));
                }
            },
        }
        None
    })?;
    Problems::check(problems)?;
    let mut warnings = Vec::new();
    if scripts > 0 {
        warnings.push(format!("{scripts} scripts or event handlers: the platform removes them"));
    }
    if links > 0 {
        warnings.push(format!(
            "{links} links to other sites: the platform removes them for accounts without WeChat Pay"
        ));
    }
    Ok(Scan { pictures, warnings })
}

/// Puts the addresses of uploaded pictures in the place of the files.
pub(super) fn rewrite(
    html: &str,
    address_of: impl Fn(&str) -> Option<String>,
) -> Result<String, Problems> {
    walk(html, |place| match place {
        Place::Picture { source, .. } => address_of(source),
        _ => None,
    })
}

/// The file that a source names: percent-encoding undone.
pub(super) fn path_of(source: &str) -> Cow<'_, str> {
    percent_decode_str(source).decode_utf8_lossy()
}

/// A place in the HTML that matters to the platform.
enum Place<'a> {
    Picture { line: usize, source: &'a str },
    SourceSet { line: usize },
    Link(&'a str),
    Script,
}

/// Shows each place to `visit`, and puts what it answers in the place of a picture's source.
///
/// One walk serves finding and replacing, so the two cannot disagree.
fn walk(
    html: &str,
    mut visit: impl FnMut(Place<'_>) -> Option<String>,
) -> Result<String, Problems> {
    let handler = element!("*", |element: &mut Element<'_, '_>| {
        let tag = element.tag_name();
        let start = element.source_location().bytes().start;
        let line = html.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        let mut changes = Vec::new();
        let mut has_handler = tag == "script";
        for attribute in element.attributes() {
            let name = attribute.name();
            let raw = attribute.value();
            let value = unescape(&raw);
            has_handler |= name.starts_with("on");
            let is_picture = PICTURE_ATTRIBUTES
                .iter()
                .any(|(element, names)| *element == tag && names.contains(&name.as_str()));
            if is_picture {
                if let Some(new) = visit(Place::Picture { line, source: value.trim() }) {
                    changes.push((name, new));
                }
            } else if name == "style" {
                changes.extend(restyle(&value, line, &mut visit).map(|new| (name, new)));
            } else if name == "srcset" {
                visit(Place::SourceSet { line });
            } else if name == "href" && tag == "a" {
                visit(Place::Link(value.trim()));
            }
        }
        if has_handler {
            visit(Place::Script);
        }
        for (name, value) in changes {
            // Quotation marks are escaped by the rewriter.
            element.set_attribute(&name, &value.replace('&', "&amp;"))?;
        }
        Ok(())
    });
    rewrite_str(html, RewriteStrSettings::new().append_element_content_handler(handler))
        .map_err(|error| Problems::one(format!("the HTML cannot be read: {error}")))
}

/// Shows each `url(…)` of a style to `visit`; the new style if one was replaced.
fn restyle(
    style: &str,
    line: usize,
    visit: &mut impl FnMut(Place<'_>) -> Option<String>,
) -> Option<String> {
    let lower = style.to_ascii_lowercase();
    let (mut new, mut copied, mut from) = (String::new(), 0, 0);
    while let Some(open) = lower.get(from..)?.find("url(").map(|at| from + at + "url(".len()) {
        let inside = style.get(open..)?;
        let close = open + inside.find(')').unwrap_or(inside.len());
        let raw = style.get(open..close)?;
        let source = raw.trim().trim_matches(['"', '\'']);
        // A reference to a part of this very document, as SVG filters are.
        let is_fragment = source.starts_with('#');
        if !is_fragment && let Some(address) = visit(Place::Picture { line, source }) {
            new.push_str(style.get(copied..open)?);
            new.push_str(&address);
            copied = close;
        }
        from = close;
    }
    if copied == 0 {
        return None;
    }
    new.push_str(style.get(copied..)?);
    Some(new)
}

enum SourceKind {
    /// Uploaded to the platform already.
    Hosted,
    /// A file beside the article.
    File,
    /// A picture on another host.
    Foreign,
    Unusable(&'static str),
}

fn kind_of(source: &str) -> SourceKind {
    let lower = source.to_ascii_lowercase();
    let address = ["https://", "http://", "//"].iter().find_map(|start| lower.strip_prefix(start));
    if let Some(address) = address {
        let host = address.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let hosted = ["qpic.cn", "qlogo.cn"].iter().any(|domain| {
            host.strip_suffix(domain).is_some_and(|h| h.is_empty() || h.ends_with('.'))
        });
        return if hosted { SourceKind::Hosted } else { SourceKind::Foreign };
    }
    let scheme = lower.split_once(':').map(|(scheme, _)| scheme);
    if source.is_empty() {
        SourceKind::Unusable("has no source")
    } else if lower.starts_with("data:") {
        SourceKind::Unusable("is embedded in the HTML: save it as a file beside the article")
    } else if scheme.is_some_and(|s| s.bytes().all(|b| b.is_ascii_alphanumeric())) {
        SourceKind::Unusable("is neither a file nor an address: name a file beside the article")
    } else if source.starts_with(['/', '\\']) {
        SourceKind::Unusable("has an absolute path: name it relative to the article")
    } else {
        SourceKind::File
    }
}

fn leaves_wechat(target: &str) -> bool {
    let lower = target.to_ascii_lowercase();
    let Some(address) = ["https://", "http://", "//"].iter().find_map(|s| lower.strip_prefix(s))
    else {
        return false;
    };
    let host = address.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host != "mp.weixin.qq.com"
}

/// Undoes the character references that occur in addresses; the rewriter hands out raw values.
fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let (reference, tail) = after.split_once(';').unwrap_or((after, ""));
        match character(reference) {
            Some(c) if after.contains(';') => {
                text.push(c);
                rest = tail;
            }
            _ => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

fn character(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = reference.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            char::from_u32(number.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn files_are_found_once_and_replaced_everywhere() {
        let html = "<p style='color:red'>茶</p>\n<img src=\"a b.jpg\" alt=\"x\">\n\
            <section style=\"background: url(&quot;bg.png&quot;) no-repeat; color: #333\">\n\
            <img data-src='a b.jpg'><svg><image xlink:href=\"i.png\"/></svg>\n\
            <img src=\"https://mmbiz.qpic.cn/x/0?wx_fmt=png&amp;tp=1\"></section>\n";
        let scan = scan(html).unwrap();
        assert_eq!(scan.pictures, ["a b.jpg", "bg.png", "i.png"]);
        let new = rewrite(html, |source| {
            scan.pictures
                .iter()
                .any(|p| p == source)
                .then(|| format!("http://mmbiz.qpic.cn/{}?a=1&b=2", source.len()))
        });
        insta::assert_snapshot!(new.unwrap());
    }

    #[test]
    fn nothing_else_is_touched() {
        let html =
            "<P>a&nbsp;b<br>&#39;<img  src='http://mmbiz.qpic.cn/0' ><!-- x --><custom-tag x=1>";
        assert_eq!(rewrite(html, |_| Some("y".to_owned())).unwrap().matches("y").count(), 1);
        assert_eq!(rewrite(html, |_| None).unwrap(), html);
    }

    #[test]
    fn what_the_platform_drops_is_refused_with_its_line() {
        let html = "<p>\n<img src=\"https://example.com/a.jpg\">\n<img src=\"//cdn.example.com/b.png\">\n\
            <img src=\"data:image/png;base64,AAAA\">\n<img src=''>\n<img src='C:\\\\a.jpg'>\n<img src='/a.jpg'>\n\
            <img srcset='a.jpg 2x'>\n<i style='background:url(http://qpic.cn.example.com/c.png)'></i>\n";
        insta::assert_snapshot!(scan(html).err().unwrap());
    }

    #[test]
    fn what_the_platform_removes_is_told() {
        let html = "<script>x()</script><p onclick='x()'><a href='https://example.com'>x</a>\
            <a href='https://mp.weixin.qq.com/s/x'>y</a><a href=''>z</a>";
        insta::assert_debug_snapshot!(scan(html).unwrap().warnings, @r#"
        [
            "2 scripts or event handlers: the platform removes them",
            "1 links to other sites: the platform removes them for accounts without WeChat Pay",
        ]
        "#);
    }

    proptest! {
        #[test]
        fn any_text_survives_the_walk(html in "\\PC{0,80}|(<(img|p|i) (src|style)=['\"]?(url\\()?[a-z:&;#()'\" ]{0,12}>?){0,6}") {
            if let Ok(new) = rewrite(&html, |_| None) {
                prop_assert_eq!(new, html);
            }
        }
    }
}
