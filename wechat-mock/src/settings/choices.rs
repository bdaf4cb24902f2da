//! The choices that some rules are between.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What kind of account is imitated; decides who may call what (48001 otherwise).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountKind {
    /// 未认证订阅号: tokens only.
    UnverifiedSubscription,
    /// 认证订阅号: one mass send a day, to all or to one tag; none by OpenID.
    VerifiedSubscription,
    /// 未认证服务号: tokens only.
    UnverifiedService,
    /// 认证服务号: everything.
    #[default]
    VerifiedService,
    /// 测试号: everything but what cannot be tested there: a send to everyone or to a tag, and
    /// articles (48008). `[users]`
    Sandbox,
}

impl AccountKind {
    /// A service account (服务号), whose followers get so many messages a month. A test account
    /// counts as one.
    pub(crate) fn is_service(self) -> bool {
        matches!(self, Self::UnverifiedService | Self::VerifiedService | Self::Sandbox)
    }
}

/// How a job gets from `SENDING` to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobProgress {
    /// Delivered and finished at acceptance.
    Immediate,
    /// `SENDING` for so many status queries; the next query finds it finished.
    AfterQueries(u32),
    /// Finished when review and delivery have taken their time.
    ByTime {
        /// Time before the first message leaves.
        #[serde(with = "crate::seconds")]
        review: Duration,
        /// Followers served in a minute at speed 0; fewer at the speeds that speed/set chooses.
        followers_per_minute: u64,
    },
}

impl Default for JobProgress {
    fn default() -> Self {
        Self::ByTime { review: Duration::from_secs(2), followers_per_minute: 800_000 }
    }
}

/// What becomes of a job at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// `send success`; `SEND_SUCCESS`.
    #[default]
    Success,
    /// `send fail`; `SEND_FAIL`. Nobody receives anything, all counters are 0.
    Fail,
    /// `err(N)`: refused by review, originality check or administrator; `SEND_FAIL`, counters 0.
    Refused(u32),
}

/// When a draft's media_id dies by being sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DraftConsumed {
    /// When the send is accepted.
    #[default]
    AtAcceptance,
    /// When its job has succeeded; a failed job leaves the draft.
    WhenJobSucceeds,
}

/// Where the check of `clientmsgid` stands among the checks of a send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyCheck {
    /// Before media, audience and quota: a repeat is answered 45065 even when the draft is gone.
    #[default]
    BeforeMedia,
    /// After the media and before the audience's quota: a repeat of a consumed draft is answered
    /// 40007, one without quota 45065.
    AfterMedia,
    /// Last: a repeat of a consumed draft is answered 40007, one without quota 45028.
    AfterQuota,
}

/// The key of a send that names no `clientmsgid`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DefaultKey {
    /// A digest of audience and content, as documented.
    #[default]
    AudienceAndContent,
    /// A digest of the content alone: another audience gets 45065 too, as users reported.
    ContentOnly,
    /// No key: each such send is new.
    None,
}

/// What `\uXXXX` escapes in a JSON body become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EscapedText {
    /// The six characters are kept and shown to readers.
    #[default]
    KeptLiterally,
    /// The call is refused with 47002.
    Refused,
    /// Decoded, as JSON has it.
    Decoded,
}

/// What add_news, update_news and uploadnews answer, which the platform has closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClosedCalls {
    /// They work as they did, and the log says that they are closed.
    #[default]
    Accepted,
    /// 45103, as developers saw.
    Refused45103,
    /// 45106, as newer pages have it.
    Refused45106,
}

/// Who is named as the sender of a job's report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReportFrom {
    /// The OpenID of the account's owner.
    #[default]
    Owner,
    /// `mphelper`.
    MpHelper,
}

/// Whether a job's report carries CopyrightCheckResult and ArticleUrlResult.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReportResults {
    /// In every report, empty for what is no article.
    #[default]
    Always,
    /// In the reports of articles only.
    ForArticles,
    /// In none, as before 2016.
    Never,
}
