//! What to do about a return code, and how well it is documented.

/// What a client should do about a return code.
///
/// The platform publishes no such classes: they are this project's own judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Nothing: the call succeeded.
    Ok,
    /// Send the same request again after a pause that grows. A mass send keeps its `clientmsgid`.
    RetryLater,
    /// Drop the cached token, fetch a new one once, and retry once.
    RefreshToken,
    /// Fix the request; the same one will fail again.
    Caller,
    /// Compare the AppID and the AppSecret with those of the account; another token will not help.
    Credentials,
    /// Leave out this recipient: the request is fine, but this user cannot be reached.
    Recipient,
    /// Take it as accepted before, if the id it carries is not that of another request.
    Duplicate,
    /// Wait for the next minute, day or month, or free what is used up.
    Quota,
    /// Let a person look at the account, its IP list or its authorizations.
    Permission,
    /// Let the account's administrator confirm: that is pending, or was refused.
    Admin,
    /// Change the text, link, picture or video: it was rejected.
    Content,
}

impl ErrorClass {
    /// What an operator should do, in English.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Ok => "nothing to do",
            Self::RetryLater => "wait a while, then send the same request again",
            Self::RefreshToken => "fetch a new access_token, then try once more",
            Self::Caller => "fix the request; sending it again unchanged will not help",
            Self::Credentials => {
                "compare the AppID and the AppSecret with those of the account on mp.weixin.qq.com"
            }
            Self::Recipient => "this user cannot be reached; leave them out",
            Self::Duplicate => "it was accepted before; do not send it again",
            Self::Quota => "a limit is used up; wait until it is renewed, or free some of it",
            Self::Permission => {
                "check the account's permissions, authorizations and IP whitelist on mp.weixin.qq.com"
            }
            Self::Admin => "ask the account's administrator to confirm, then try again",
            Self::Content => "the content was rejected; change it before you send again",
        }
    }

    /// What an operator should do, in Chinese.
    pub const fn advice_zh(self) -> &'static str {
        match self {
            Self::Ok => "无需处理",
            Self::RetryLater => "请稍后重试同一请求",
            Self::RefreshToken => "请重新获取access_token后再试一次",
            Self::Caller => "请修正请求，原样重试无效",
            Self::Credentials => "请在公众平台核对AppID和AppSecret",
            Self::Recipient => "无法发送给该用户，请将其移除",
            Self::Duplicate => "此前已受理，请勿重复发送",
            Self::Quota => "额度已用完，请等待恢复或清理后再试",
            Self::Permission => "请在公众平台检查账号权限、授权和IP白名单",
            Self::Admin => "请管理员确认后再试",
            Self::Content => "内容未通过审核，请修改后再发",
        }
    }
}

/// How well a return code is documented, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// The platform's table of return codes or an older page names it.
    Official,
    /// Only pages since 2025 name it.
    OfficialNew,
    /// Only another client library names it.
    Sdk,
    /// Inferred: no document shows it with this meaning.
    Guess,
}
