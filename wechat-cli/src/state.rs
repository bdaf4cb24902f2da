//! Where the record of what was sent lies: one folder per server.

use std::path::{Path, PathBuf};

use wechat_http::BaseUrl;

/// The journal's name in its folder.
pub(crate) const JOURNAL: &str = "journal.db";
/// The folder of the real platform.
pub(crate) const LIVE: &str = "live";

/// The folder of all servers: what the option says, else `.wechat-mass` beside this file.
pub(crate) fn folder(option: Option<&Path>, beside: &Path) -> PathBuf {
    let default = || beside.parent().unwrap_or(Path::new(".")).join(".wechat-mass");
    option.map_or_else(default, Path::to_path_buf)
}

/// What was sent to one mock is not sent to another, and not to real followers.
pub(crate) fn folder_of(base_url: &BaseUrl) -> String {
    let (_, place) = base_url.as_str().split_once("//").unwrap_or_default();
    place.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect()
}
