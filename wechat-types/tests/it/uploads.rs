//! Uploads: the documented parts read from any client's form and written as ours.

use wechat_types::codec::ReplyError;
use wechat_types::codec::multipart::File;
use wechat_types::endpoint::Endpoint as _;
use wechat_types::material::{AddMaterial, MaterialKind, VideoDescription};
use wechat_types::media::{MediaKind, UploadImage, UploadMedia};
use wechat_types::served::{Incoming, Served};

use crate::fixtures::{self, Facts};

/// A part's headers and its bytes.
type Part = (Vec<String>, Vec<u8>);

fn parts(facts: &Facts) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (name, value) in facts.iter() {
        match name {
            "part" => parts.push(Part::default()),
            "part-header" => parts.last_mut().unwrap().0.push(value.to_owned()),
            "part-body-base64" => parts.last_mut().unwrap().1 = fixtures::base64(value),
            "part-body-text" => parts.last_mut().unwrap().1 = value.as_bytes().to_vec(),
            _ => {}
        }
    }
    parts
}

fn form(boundary: &str, parts: &[Part]) -> Vec<u8> {
    let mut body = Vec::new();
    for (headers, content) in parts {
        let head = headers.join("\r\n");
        body.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

/// Holds one endpoint against all documented uploads; the requests come back for a closer look.
fn golden<E: Served>(folder: &str) -> Vec<(String, E)> {
    let index = fixtures::json("index.json");
    let entry = index.as_array().unwrap().iter().find(|entry| entry["endpoint"] == folder).unwrap();
    let files = entry["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap());
    let files = files.filter(|file| file.contains("/request"));
    let read = files.map(|file| {
        let facts = Facts::of(file);
        let parts = parts(&facts);
        assert!(!parts.is_empty(), "{file}");
        let body = form("x-Y'z", &parts);
        let incoming = Incoming::new(&facts.query(), &body).decoded::<E>();
        let request = incoming.unwrap_or_else(|e| panic!("{file}: {e}"));
        let query: Vec<_> = request.query().into_iter().map(|(k, v)| (k, v.into_owned())).collect();
        let query: Vec<_> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert_eq!(query, facts.query(), "{file}");
        let body = request.encode().unwrap();
        let boundary = body.content_type().unwrap().split_once("boundary=").unwrap().1;
        assert_eq!(body.as_bytes(), form(boundary, &parts), "{file}");
        (file.to_owned(), request)
    });
    read.collect()
}

trait Decoded {
    fn decoded<E: Served>(self) -> Result<E, ReplyError>;
}

impl Decoded for Incoming<'_> {
    fn decoded<E: Served>(self) -> Result<E, ReplyError> {
        E::decode_request(self.with_content_type("multipart/form-data; boundary=\"x-Y'z\""))
    }
}

#[test]
fn temporary_media() {
    let uploads = golden::<UploadMedia>("media/upload");
    assert_eq!(uploads.len(), 6);
    for (file, upload) in uploads {
        let (kind, name, content_type) = match file.rsplit('/').next().unwrap() {
            "request.txt" => (MediaKind::Image, "spring.jpg", "image/jpeg"),
            "request-voice.txt" => (MediaKind::Voice, "hello.amr", "audio/amr"),
            "request-video.txt" => (MediaKind::Video, "tea-day.mp4", "video/mp4"),
            "request-thumb.txt" => (MediaKind::Thumb, "thumb.jpg", "image/jpeg"),
            "request-image-utf8-name.txt" => (MediaKind::Image, "春茶上新.png", "image/png"),
            "request-image-octet-stream.txt" => {
                (MediaKind::Image, "spring.png", "application/octet-stream")
            }
            other => panic!("{other}"),
        };
        assert_eq!(upload.kind, kind, "{file}");
        assert_eq!(upload.file.name, name, "{file}");
        assert_eq!(upload.file.content_type, content_type, "{file}");
    }
}

#[test]
fn pictures_for_articles() {
    assert_eq!(golden::<UploadImage>("media/uploadimg").len(), 2);
}

#[test]
fn permanent_material() {
    let uploads = golden::<AddMaterial>("material/add-material");
    assert_eq!(uploads.len(), 5);
    for (file, upload) in uploads {
        let described = file.contains("video") || file.contains("description");
        assert_eq!(upload.description.is_some(), described, "{file}");
        if let Some(description) = upload.description {
            assert_eq!(description.title, "采茶的一天", "{file}");
            assert_eq!(description.introduction, "四月的杭州，从清晨第一筐鲜叶说起。", "{file}");
        }
    }
}

#[test]
fn forms_of_other_clients_are_read() {
    let media: Part = (
        vec![
            "content-type:image/png".to_owned(),
            "content-disposition: form-data; filename=a.png; name=media; x=y".to_owned(),
        ],
        b"\r\n--not the boundary\r\n\r\n".to_vec(),
    );
    let description: Part = (
        vec!["Content-Disposition: form-data; name=\"description\"".to_owned()],
        br#"{"title":"t","introduction":"i","more":1}"#.to_vec(),
    );
    let other: Part =
        (vec!["Content-Disposition: form-data; name=\"filelength\"".to_owned()], b"9".to_vec());
    // The text before the file, parts of no meaning, something before the first boundary.
    let mut body = b"preamble\r\n".to_vec();
    body.extend(form("x-Y'z", &[description, other, media.clone()]));
    let read: AddMaterial = Incoming::new(&[("type", "video")], &body).decoded().unwrap();
    let file = File::new("a.png", "image/png", media.1);
    assert_eq!(read, AddMaterial::video(file, VideoDescription::new("t", "i")));
}

#[test]
fn what_is_no_upload_is_told_apart() {
    let media = |head: &str| form("x-Y'z", &[(vec![head.to_owned()], b"bytes".to_vec())]);
    let whole = media("Content-Disposition: form-data; name=\"media\"; filename=\"a.png\"");
    let nameless = media("Content-Disposition: form-data; name=\"media\"");
    let misnamed = media("Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"");
    for (body, told) in [
        (&b""[..], "open with its boundary"),
        (b"{}", "open with its boundary"),
        (b"--x-Y'z--\r\n", "no part `media`"),
        (b"--x-Y'z", "line does not end"),
        (b"--x-Y'z\r\nno end", "cut short"),
        (b"--x-Y'z\r\nno headers\r\n--x-Y'z--", "headers do not end"),
        (&nameless, "`media` has no file name"),
        (&misnamed, "no part `media`"),
        (&whole[..whole.len() - 20], "cut short"),
    ] {
        let error = Incoming::new(&[], body).decoded::<UploadImage>().unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let error = UploadImage::decode_request(Incoming::new(&[], &whole)).unwrap_err().to_string();
    assert!(error.contains("not multipart/form-data"), "{error}");
    let error = Incoming::new(&[], &whole).decoded::<UploadMedia>().unwrap_err().to_string();
    assert!(error.contains("no query parameter type"), "{error}");
    let news = Incoming::new(&[("type", "news")], &whole);
    assert!(news.decoded::<AddMaterial>().is_err());
    assert!(Incoming::new(&[], &whole).decoded::<UploadImage>().is_ok());
}

#[test]
fn names_and_bytes_come_back() {
    for name in ["a.png", "价目 \"新\"; x=\\.png", "two\r\nlines.png", "=;'"] {
        let bytes = b"--\r\n----wechat-form-0000000000000000--\r\n".to_vec();
        let file = File::new(name, "image/png", bytes);
        let upload = AddMaterial::new(MaterialKind::Image, file);
        let body = upload.encode().unwrap();
        let incoming = Incoming::new(&[("type", "image")], body.as_bytes())
            .with_content_type(body.content_type().unwrap());
        assert_eq!(AddMaterial::decode_request(incoming).unwrap(), upload, "{name:?}");
    }
}
