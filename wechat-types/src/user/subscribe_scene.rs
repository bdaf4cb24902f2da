//! How somebody came to follow the account.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a person pressed "follow". Unknown scenes are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "subscribe_scene")]
#[non_exhaustive]
pub enum SubscribeScene {
    /// `ADD_SCENE_SEARCH`: found the account by searching.
    Search,
    /// `ADD_SCENE_ACCOUNT_MIGRATION`: moved here with an account's migration.
    AccountMigration,
    /// `ADD_SCENE_PROFILE_CARD`: a name card shared by somebody.
    ProfileCard,
    /// `ADD_SCENE_QR_CODE`: a QR code.
    QrCode,
    /// `ADD_SCENE_PROFILE_LINK`: the account's name inside an article.
    ProfileLink,
    /// `ADD_SCENE_PROFILE_ITEM`: the menu at the upper right of an article.
    ProfileItem,
    /// `ADD_SCENE_PAID`: after a payment.
    Paid,
    /// `ADD_SCENE_WECHAT_ADVERTISEMENT`: an advertisement.
    Advertisement,
    /// `ADD_SCENE_REPRINT`: a reprint in another account.
    Reprint,
    /// `ADD_SCENE_LIVESTREAM`: a live stream.
    LiveStream,
    /// `ADD_SCENE_CHANNELS`: WeChat Channels.
    Channels,
    /// `ADD_SCENE_WXA`: a mini program.
    MiniProgram,
    /// `ADD_SCENE_OTHERS`: anything else, says the platform.
    Others,
    /// A scene that no document names.
    Unknown(String),
}

impl SubscribeScene {
    /// Names the documented scenes.
    pub fn from_wire(text: &str) -> Self {
        match text {
            "ADD_SCENE_SEARCH" => Self::Search,
            "ADD_SCENE_ACCOUNT_MIGRATION" => Self::AccountMigration,
            "ADD_SCENE_PROFILE_CARD" => Self::ProfileCard,
            "ADD_SCENE_QR_CODE" => Self::QrCode,
            "ADD_SCENE_PROFILE_LINK" => Self::ProfileLink,
            "ADD_SCENE_PROFILE_ITEM" => Self::ProfileItem,
            "ADD_SCENE_PAID" => Self::Paid,
            "ADD_SCENE_WECHAT_ADVERTISEMENT" => Self::Advertisement,
            "ADD_SCENE_REPRINT" => Self::Reprint,
            "ADD_SCENE_LIVESTREAM" => Self::LiveStream,
            "ADD_SCENE_CHANNELS" => Self::Channels,
            "ADD_SCENE_WXA" => Self::MiniProgram,
            "ADD_SCENE_OTHERS" => Self::Others,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Search => "ADD_SCENE_SEARCH",
            Self::AccountMigration => "ADD_SCENE_ACCOUNT_MIGRATION",
            Self::ProfileCard => "ADD_SCENE_PROFILE_CARD",
            Self::QrCode => "ADD_SCENE_QR_CODE",
            Self::ProfileLink => "ADD_SCENE_PROFILE_LINK",
            Self::ProfileItem => "ADD_SCENE_PROFILE_ITEM",
            Self::Paid => "ADD_SCENE_PAID",
            Self::Advertisement => "ADD_SCENE_WECHAT_ADVERTISEMENT",
            Self::Reprint => "ADD_SCENE_REPRINT",
            Self::LiveStream => "ADD_SCENE_LIVESTREAM",
            Self::Channels => "ADD_SCENE_CHANNELS",
            Self::MiniProgram => "ADD_SCENE_WXA",
            Self::Others => "ADD_SCENE_OTHERS",
            Self::Unknown(other) => other,
        }
    }
}

impl Serialize for SubscribeScene {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SubscribeScene {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from_wire(&text))
    }
}
