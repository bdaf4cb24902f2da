//! The options of the commands about the account: `check`, `speed`, `quota`, `followers`, `tags`,
//! `upload`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::ServerArgs;

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Checked are, in this order: the token; the white list of IPs (40164 names yours); the permission to send (48001);
the day's quota; and the callback: what the platform finds of its address, and whether a push that is signed and
encrypted with the account's settings arrives. That push is made by this program: to --callback-url, so that it
takes the platform's way through your proxy, or else straight to the listener.

Exit status: 0 all is well, 1 something is not, 2 refused.

Examples:
  wechat-cli check --account shop --live
  wechat-cli check --account shop --live --callback-url https://shop.example.com/wechat
")]
pub(crate) struct CheckArgs {
    /// The callback address as it stands on mp.weixin.qq.com
    #[arg(long, value_name = "URL")]
    pub(crate) callback_url: Option<String>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SpeedCommand {
    /// Ask how fast jobs are delivered
    #[command(after_help = "Example:\n  wechat-cli speed get --account shop --live\n")]
    Get(SpeedGetArgs),
    /// Set how fast jobs are delivered
    #[command(
        after_help = "Example:\n  wechat-cli speed set 3 --account shop --live     # 300,000 a minute\n"
    )]
    Set(SpeedSetArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SpeedGetArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SpeedSetArgs {
    /// 0: 800,000 messages a minute, 1: 600,000, 2: 450,000, 3: 300,000, 4: 100,000
    #[arg(value_parser = clap::value_parser!(u64).range(0..=4))]
    pub(crate) level: u64,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The platform's count of the day stands beside the record's own: a difference is what other programs and people
have used. Days and months are Beijing's. The record is that of one folder, or of the account's `journal`; where
there is none, the platform's count stands alone.

Example:
  wechat-cli quota --account shop --live
")]
pub(crate) struct QuotaArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FollowersCommand {
    /// Count them
    #[command(after_help = "Example:\n  wechat-cli followers count --account shop --live\n")]
    Count(FollowersCountArgs),
    /// Write their OpenIDs to a file, one a line
    Export(FollowersExportArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FollowersCountArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Pages of 10,000 are written one by one to FILE.part, and how far it is to FILE.cursor. After a crash, Ctrl+C or
45009 (500 pages a day for a small account) the same command goes on from there. At the end FILE is complete.

Exit status: 0 complete, 1 stopped on the way, 2 refused, 130 interrupted.

Examples:
  wechat-cli followers export all.txt --account shop --live
  wechat-cli followers export tea.txt --tag 134 --account shop --live
")]
pub(crate) struct FollowersExportArgs {
    /// The file; it must not be there yet
    pub(crate) file: PathBuf,

    /// Only those with this tag
    #[arg(long, value_name = "N")]
    pub(crate) tag: Option<u64>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagsCommand {
    /// Show all tags with the number of their followers
    #[command(after_help = "Example:\n  wechat-cli tags list --account shop --live\n")]
    List(TagsListArgs),
    /// Create a tag
    #[command(after_help = "Example:\n  wechat-cli tags create 熟客 --account shop --live\n")]
    Create(TagsCreateArgs),
    /// Give a tag another name
    #[command(after_help = "Example:\n  wechat-cli tags rename 134 老友 --account shop --live\n")]
    Rename(TagsRenameArgs),
    /// Delete a tag; its followers stay
    #[command(after_help = "\
A tag of more than 100,000 followers is not deleted (45057): take it off them first.

Example:
  wechat-cli tags delete 134 --account shop --live
")]
    Delete(TagsDeleteArgs),
    /// Write the OpenIDs of its followers to a file, as `followers export --tag`
    #[command(
        after_help = "Example:\n  wechat-cli tags members 134 tea.txt --account shop --live\n"
    )]
    Members(TagsMembersArgs),
    /// Give the followers in a file a tag
    #[command(after_help = "\
One OpenID a line; fifty go in one call. The same again is safe.

Exit status: 0 done, 1 not for all, 2 refused.

Example:
  wechat-cli tags tag 134 tea.txt --account shop --live
")]
    Tag(TagsChangeArgs),
    /// Take a tag off the followers in a file
    #[command(after_help = "Example:\n  wechat-cli tags untag 134 tea.txt --account shop --live\n")]
    Untag(TagsChangeArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TagsListArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TagsCreateArgs {
    /// Up to 30 characters
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TagsRenameArgs {
    /// The tag
    pub(crate) tag: u64,

    /// Up to 30 characters
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TagsDeleteArgs {
    /// The tag
    pub(crate) tag: u64,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TagsMembersArgs {
    /// The tag
    pub(crate) tag: u64,

    /// The file; it must not be there yet
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TagsChangeArgs {
    /// The tag
    pub(crate) tag: u64,

    /// One OpenID a line
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UploadCommand {
    /// A picture for use inside an article (jpeg or png, 1 MB); says its address
    #[command(after_help = "Example:\n  wechat-cli upload picture tea.jpg --account shop --live\n")]
    Picture(UploadPictureArgs),
    /// Permanent material, such as a cover; says its media_id
    #[command(after_help = "\
Examples:
  wechat-cli upload material cover.jpg --account shop --live
  wechat-cli upload material tea.mp4 --kind video --title 春茶 --introduction 茶山 --account shop --live
")]
    Material(UploadMaterialArgs),
    /// Media that the platform keeps for three days; says its media_id
    #[command(
        after_help = "Example:\n  wechat-cli upload media voice.mp3 --kind voice --account shop --live\n"
    )]
    Media(UploadMediaArgs),
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileKind {
    /// 10 MB: png, jpeg, gif; bmp as material
    Image,
    /// 2 MB and 60 seconds: mp3, amr; wma and wav as material
    Voice,
    /// 10 MB: mp4
    Video,
    /// 64 KB: jpeg
    Thumb,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UploadPictureArgs {
    /// The file
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UploadMaterialArgs {
    /// The file
    pub(crate) file: PathBuf,

    /// What it is
    #[arg(long, value_enum, default_value_t = FileKind::Image)]
    pub(crate) kind: FileKind,

    /// A video's title
    #[arg(long, requires = "introduction", required_if_eq("kind", "video"))]
    pub(crate) title: Option<String>,

    /// A video's introduction
    #[arg(long, requires = "title", required_if_eq("kind", "video"))]
    pub(crate) introduction: Option<String>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UploadMediaArgs {
    /// The file
    pub(crate) file: PathBuf,

    /// What it is
    #[arg(long, value_enum, default_value_t = FileKind::Image)]
    pub(crate) kind: FileKind,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}
