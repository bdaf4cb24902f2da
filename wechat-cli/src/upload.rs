//! `wechat-cli upload`: pictures for articles, permanent material, media for three days.

use std::fs;
use std::path::Path;

use serde_json::json;
use wechat_mass::article::{Picture, upload_picture};
use wechat_types::codec::multipart::File;
use wechat_types::material::{AddMaterial, MaterialKind, VideoDescription};
use wechat_types::media::{MediaKind, UploadMedia};

use crate::args::{FileKind, UploadCommand};
use crate::exit::Exit;
use crate::session::{self, Done, Failure};

/// Runs the command.
pub(crate) async fn run(command: &UploadCommand) -> Exit {
    match command {
        UploadCommand::Picture(args) => {
            session::run("upload picture", &args.server, None, async |session| {
                let picture = Picture::read(&args.file)
                    .map_err(|found| Failure::refused(found.to_string()))?;
                let url = upload_picture(&session.client, &picture).await?;
                Ok(Done::well(json!({ "url": url }), url))
            })
            .await
        }
        UploadCommand::Material(args) => {
            session::run("upload material", &args.server, None, async |session| {
                let kind = match args.kind {
                    FileKind::Image => MaterialKind::Image,
                    FileKind::Voice => MaterialKind::Voice,
                    FileKind::Video => MaterialKind::Video,
                    FileKind::Thumb => MaterialKind::Thumb,
                };
                let mut request = AddMaterial::new(kind, file(&args.file)?);
                if let (Some(title), Some(introduction)) = (&args.title, &args.introduction) {
                    let (title, introduction) = (title.as_str(), introduction.as_str());
                    request.description = Some(VideoDescription::new(title, introduction));
                }
                let answer = session.client.send(&request).await?;
                let id = answer.media_id.as_str();
                let fields = json!({ "media_id": id, "url": answer.url });
                let text = match &answer.url {
                    Some(url) => format!("media_id {id}\nurl {url}"),
                    None => format!("media_id {id}"),
                };
                Ok(Done::well(fields, text))
            })
            .await
        }
        UploadCommand::Media(args) => {
            session::run("upload media", &args.server, None, async |session| {
                let kind = match args.kind {
                    FileKind::Image => MediaKind::Image,
                    FileKind::Voice => MediaKind::Voice,
                    FileKind::Video => MediaKind::Video,
                    FileKind::Thumb => MediaKind::Thumb,
                };
                let request = UploadMedia::new(kind, file(&args.file)?);
                let answer = session.client.send(&request).await?;
                let id = answer.media_id.as_str();
                let fields = json!({ "media_id": id, "created_at": answer.created_at });
                Ok(Done::well(fields, format!("media_id {id}, for three days")))
            })
            .await
        }
    }
}

/// A file under its own name; the platform looks at its ending.
fn file(path: &Path) -> Result<File, Failure> {
    let shown = path.display();
    let bytes =
        fs::read(path).map_err(|e| Failure::refused(format!("{shown}: cannot be read: {e}")))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let content_type = match ending.as_deref() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("bmp") => "image/bmp",
        Some("mp3") => "audio/mpeg",
        Some("amr") => "audio/amr",
        Some("wav") => "audio/wav",
        Some("wma") => "audio/x-ms-wma",
        Some("mp4") => "video/mp4",
        _ => {
            return Err(Failure::refused(format!(
                "{shown}: the platform knows files by their ending, and this is none that it takes (40113)"
            )));
        }
    };
    Ok(File::new(name, content_type, bytes))
}
