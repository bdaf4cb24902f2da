//! Rules of the platform that are uncertain or differ between accounts, each with its default.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::forms::AnswerForms;

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

/// The rules in force. Each field names its source: `[official]`, `[users]` (developers' reports)
/// or `[guess]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// Kind of account. Default: verified service account.
    pub account_kind: AccountKind,
    /// How jobs proceed. Default: 2 s, then 800 000 followers a minute. `[guess]`
    pub progress: JobProgress,
    /// How long before a job's end MASSSENDJOBFINISH is pushed. Default: 0. `[official]`: shortly
    /// before the end, no number.
    #[serde(with = "crate::seconds")]
    pub report_ahead: Duration,
    /// When a sent draft dies. Default: at acceptance. `[guess]`
    pub draft_consumed: DraftConsumed,
    /// Where `clientmsgid` is checked. Default: before media. `[guess]`
    pub key_check: KeyCheck,
    /// The key of a send without `clientmsgid`. Default: audience and content. `[official]`
    pub default_key: DefaultKey,
    /// How long a `clientmsgid` is remembered. Default: 24 h. `[official]`
    #[serde(with = "crate::seconds")]
    pub key_memory: Duration,
    /// Longest `clientmsgid`, bytes (45067). Default: 32 `[official]`, newest text; older text: 64.
    pub key_limit: usize,
    /// A repeat within this time gets 45066 instead of 45065. Default: none (45065 at once);
    /// the other reading of the official text is one minute. `[guess]`
    #[serde(with = "crate::seconds::option")]
    pub repeat_too_fast: Option<Duration>,
    /// A failed job frees its `clientmsgid`. Default: yes. `[guess]`
    pub failed_job_frees_key: bool,
    /// A failed job gives its mass-send quota (45028) back, never a call (45009). Default: yes.
    /// `[official]`: one *successful* send a day.
    pub failed_job_frees_quota: bool,
    /// `\uXXXX` in bodies that carry texts. Default: kept literally. `[users]`
    pub escaped_text: EscapedText,
    /// Code for a wrong secret. Default: 40125; the other candidate is 40001. `[guess]`
    pub wrong_secret_code: i64,
    /// Code for a send without an audience. Default: 40152. `[guess]`
    pub missing_audience_code: i64,
    /// Code for an unknown tag. Default: 40152 `[official]`; -1 `[users]`.
    pub unknown_tag_code: i64,
    /// Code for more than 10 000 OpenIDs. Default: 40032; the other candidate is 45019. `[guess]`
    pub too_many_openids_code: i64,
    /// Code when no OpenID of the list is a follower. Default: 40003; other: 40031. `[guess]`
    pub no_valid_openid_code: i64,
    /// Code for a media_id of another kind than the message. Default: 40007; -1 `[users]`.
    pub wrong_kind_code: i64,
    /// Code when the mass-send quota is used up. Default: 45028. `[official]`
    pub mass_quota_code: i64,
    /// Calls a day, each of sendall and send (45009). Every call counts that is not stopped by its
    /// token, its rights or the minute. Default: 100. `[official]`
    pub mass_calls_per_day: u32,
    /// Sends to everyone a month for a service account. Default: 4. `[official]`
    pub to_all_per_month: u32,
    /// Sends to everyone a day for a service account. Default: 1. `[official]`, newest page
    pub to_all_per_day: u32,
    /// Mass requests a minute (45011). Default: 60. `[official]`, the code is a `[guess]`
    pub mass_calls_per_minute: u32,
    /// Messages a follower of a service account receives in a calendar month. Default: 4.
    /// `[official]`
    pub messages_per_follower_and_month: u32,
    /// Most OpenIDs in one send. Default: 10 000. `[official]`
    pub openids_per_send: usize,
    /// Previews a day (45009). Default: 100. `[official]`
    pub previews_per_day: u32,
    /// Calls of mass/delete a day (45009). Default: 10. `[official]`
    pub deletes_per_day: u32,
    /// Calls of clear_quota a month, both forms together (48006). Default: 10. `[official]`
    pub quota_clears_per_month: u32,
    /// Calls of openapi/quota/clear a month (45009). Default: 50. `[official]`, the code is a
    /// `[guess]`
    pub single_quota_clears_per_month: u32,
    /// preview answers a `msg_id`. Default: no. `[users]`
    pub preview_answers_msg_id: bool,
    /// Cards are still accepted; otherwise 45113. Default: yes. `[official]` both
    pub cards_accepted: bool,
    /// Longest `recommend` line of a picture post, characters (40193). Default: 140. `[guess]`
    pub recommend_limit: usize,
    /// Words that make a `recommend` line illegal (40194). Default: none. `[guess]`
    pub illegal_recommend_words: Vec<String>,
    /// Longest text message, bytes (45002). Default: 2048. `[guess]`
    pub text_limit: usize,
    /// Longest title of an article, characters (45003). Default: 32 `[official]`; older text: 64.
    pub title_limit: usize,
    /// Longest author, characters (45110). Default: 16. `[official]`
    pub author_limit: usize,
    /// Longest digest, characters (45004). Default: 128. `[official]`
    pub digest_limit: usize,
    /// An article's content must have fewer characters than this (45008). Default: 20 000.
    /// `[official]`
    pub content_limit: usize,
    /// An article's content must have fewer bytes than this (45008). Default: 1 MiB. `[official]`
    pub content_bytes_limit: usize,
    /// Most articles in one draft (45008). Default: 8. `[official]`, old
    pub articles_limit: usize,
    /// The 30 of a tag's name (45158) are bytes. Default: no, characters `[official]`; its error
    /// text says bytes.
    pub tag_name_in_bytes: bool,
    /// Tagging with some bad OpenIDs tags the others and answers 45171. Default: no, the call fails
    /// with the first one's code. `[official]` both
    pub partial_tagging: bool,
    /// OpenIDs on a page of user/get and user/tag/get. Default: 10 000. `[official]` for the first,
    /// `[users]` for the other
    pub followers_per_page: usize,
    /// OpenIDs on a page of getblacklist. Default: 1000 `[official]`; older text: 10 000.
    pub blacklist_per_page: usize,
    /// The empty page that ends user/tag/get carries `"next_openid":""`. Default: no `[users]`;
    /// yes: `[guess]`, as in user/get.
    pub tag_end_has_next: bool,
    /// user/info and its batch carry nickname, portrait and the like, emptied, and the language too.
    /// Default: no `[official]`, newest page; yes: `[users]`.
    pub emptied_profiles: bool,
    /// Longest remark, bytes (40092). Default: 29 `[official]`, "less than 30"; 30: `[users]`. The
    /// client's own limit is 30, so that it keeps nobody from a remark that an account may have.
    pub remark_limit: usize,
    /// Calls of user/get a day (45009). Default: 500. `[official]`
    pub follower_lists_per_day: u32,
    /// Followers asked about a day (45009), each in a batch too. Default: 5 000 000 `[official]`;
    /// older text: 500 000. That each in a batch counts is a `[guess]`.
    pub follower_infos_per_day: u32,
    /// groups/delete answers `{}`. Default: no. `[official]` both
    pub group_deletion_answers_nothing: bool,
    /// A file's extension must match its content (40005). Default: yes. `[users]`
    pub extension_must_match: bool,
    /// Part `media` must stand first in an upload (41005). Default: yes. `[users]`
    pub media_part_first: bool,
    /// Uploads in chunked transfer encoding are refused (41005). Default: yes. `[guess]`
    pub chunked_uploads_refused: bool,
    /// The calls closed on 2022-02-28. Default: accepted, to serve older clients. `[users]` 45103,
    /// `[official]` 45106
    pub closed_calls: ClosedCalls,
    /// media/get hands out a video itself instead of its address. Default: no. `[official]`; yes
    /// `[users]`
    pub video_as_file: bool,
    /// Calls of uploadnews a day (45009). Default: 10 `[official]`; 100 `[users]`.
    pub upload_news_per_day: u32,
    /// uploadnews takes permanent covers too. Default: yes `[official]`; no in 2014, and later for
    /// some: 40007 for a cover that add_news takes. `[users]`
    pub uploadnews_takes_permanent_covers: bool,
    /// freepublish writes `publish_id` as a number, and submit no `msg_data_id`. Default: no
    /// `[official]`; yes `[sdk]`.
    pub publish_id_as_number: bool,
    /// Lifetime of a token. Default: 7200 s. `[official]`
    #[serde(with = "crate::seconds")]
    pub token_lifetime: Duration,
    /// How long old and new token work side by side. Default: 5 minutes. `[official]`
    #[serde(with = "crate::seconds")]
    pub token_overlap: Duration,
    /// Calls of `/cgi-bin/token` a day (45009). Default: 2000. `[official]`
    pub tokens_per_day: u32,
    /// Calls of `/cgi-bin/stable_token` a day (45009). Default: 500 000. `[official]`
    pub stable_tokens_per_day: u32,
    /// Calls of `/cgi-bin/stable_token` a minute (45011). Default: 10 000. `[official]`
    pub stable_tokens_per_minute: u32,
    /// Forced refreshes a day (45009). Default: 20. `[official]`, the code is a `[guess]`
    pub forced_refreshes_per_day: u32,
    /// A forced refresh sooner after the last one refreshes nothing. Default: 30 s. `[official]`
    #[serde(with = "crate::seconds")]
    pub forced_refresh_pause: Duration,
    /// Addresses that may fetch a token (40164); none: all. Default: none. `[official]`
    pub ip_white_list: Option<Vec<IpAddr>>,
    /// The caller's address for requests in process. Default: 127.0.0.1.
    pub in_process_ip: IpAddr,
    /// The AppSecret is frozen (40243). Default: no. `[official]`
    pub secret_frozen: bool,
    /// Code for an unknown path. Default: none, HTTP 404; newer gateways: 40066. `[guess]`
    pub unknown_path_code: Option<i64>,
    /// Followers a minute in units of 10 000, by level of speed/set. Default: 80, 60, 45, 30, 10
    /// `[official]`; its own sample has 15 for level 3.
    pub speeds: [u64; 5],
    /// Forms of answers beside the usual ones. Default: none of them.
    pub forms: AnswerForms,
    /// `Content-Type` of answers. Default: `application/json; encoding=utf-8`. `[users]`
    pub content_type: Cow<'static, str>,
    /// Tries of a callback. Default: 3. `[official]`
    pub push_tries: u32,
    /// Time the receiver of a callback has. Default: 5 s. `[official]`
    #[serde(with = "crate::seconds")]
    pub push_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            account_kind: AccountKind::default(),
            progress: JobProgress::default(),
            report_ahead: Duration::ZERO,
            draft_consumed: DraftConsumed::default(),
            key_check: KeyCheck::default(),
            default_key: DefaultKey::default(),
            key_memory: Duration::from_secs(24 * 3600),
            key_limit: 32,
            repeat_too_fast: None,
            failed_job_frees_key: true,
            failed_job_frees_quota: true,
            escaped_text: EscapedText::default(),
            wrong_secret_code: 40125,
            missing_audience_code: 40152,
            unknown_tag_code: 40152,
            too_many_openids_code: 40032,
            no_valid_openid_code: 40003,
            wrong_kind_code: 40007,
            mass_quota_code: 45028,
            mass_calls_per_day: 100,
            to_all_per_month: 4,
            to_all_per_day: 1,
            mass_calls_per_minute: 60,
            messages_per_follower_and_month: 4,
            openids_per_send: 10_000,
            previews_per_day: 100,
            deletes_per_day: 10,
            quota_clears_per_month: 10,
            single_quota_clears_per_month: 50,
            preview_answers_msg_id: false,
            cards_accepted: true,
            recommend_limit: 140,
            illegal_recommend_words: Vec::new(),
            text_limit: 2048,
            title_limit: 32,
            author_limit: 16,
            digest_limit: 128,
            content_limit: 20_000,
            content_bytes_limit: 1 << 20,
            articles_limit: 8,
            tag_name_in_bytes: false,
            partial_tagging: false,
            followers_per_page: 10_000,
            blacklist_per_page: 1000,
            tag_end_has_next: false,
            emptied_profiles: false,
            remark_limit: 29,
            follower_lists_per_day: 500,
            follower_infos_per_day: 5_000_000,
            group_deletion_answers_nothing: false,
            extension_must_match: true,
            media_part_first: true,
            chunked_uploads_refused: true,
            closed_calls: ClosedCalls::default(),
            video_as_file: false,
            uploadnews_takes_permanent_covers: true,
            upload_news_per_day: 10,
            publish_id_as_number: false,
            token_lifetime: Duration::from_secs(7200),
            token_overlap: Duration::from_secs(300),
            tokens_per_day: 2000,
            stable_tokens_per_day: 500_000,
            stable_tokens_per_minute: 10_000,
            forced_refreshes_per_day: 20,
            forced_refresh_pause: Duration::from_secs(30),
            ip_white_list: None,
            in_process_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            secret_frozen: false,
            unknown_path_code: None,
            speeds: [80, 60, 45, 30, 10],
            forms: AnswerForms::default(),
            content_type: Cow::Borrowed("application/json; encoding=utf-8"),
            push_tries: 3,
            push_timeout: Duration::from_secs(5),
        }
    }
}
