//! What the account sees of a follower besides the OpenID.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use wechat_types::id::UnionId;

/// What user/info tells of a follower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FollowerProfile {
    /// Only for accounts bound to an open-platform account. Default: none.
    pub union_id: Option<UnionId>,
    /// The last time the person followed. Default: 2024-03-05 16:00 in Beijing.
    pub followed_at: SystemTime,
    /// How the person found the account. Default: `ADD_SCENE_SEARCH`.
    pub scene: String,
    /// The number in the QR code. Default: 0.
    pub qr_scene: u64,
    /// The text in the QR code. Default: empty.
    pub qr_scene_str: String,
    /// The person's language. Default: `zh_CN`.
    pub language: String,
    /// The account's own note. Default: empty.
    pub remark: String,
    /// What was told of a person until 2021-12-27. Default: none; it is told whenever it is there.
    pub details: Option<PersonalDetails>,
}

/// What user/info told of a person until 2021-12-27; empty and 0 since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersonalDetails {
    /// The person's name in WeChat.
    pub nickname: String,
    /// 1 male, 2 female, 0 unknown.
    pub sex: u8,
    /// The city.
    pub city: String,
    /// The province.
    pub province: String,
    /// The country.
    pub country: String,
    /// The portrait's address.
    pub portrait: String,
}

impl Default for FollowerProfile {
    fn default() -> Self {
        Self {
            union_id: None,
            followed_at: UNIX_EPOCH + Duration::from_secs(1_709_625_600),
            scene: "ADD_SCENE_SEARCH".to_owned(),
            qr_scene: 0,
            qr_scene_str: String::new(),
            language: "zh_CN".to_owned(),
            remark: String::new(),
            details: None,
        }
    }
}
