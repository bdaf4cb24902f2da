//! Rules of the platform that are uncertain or differ between accounts, each with its default.

#[cfg(feature = "server")]
mod check;
mod choices;
mod defaults;
mod presets;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::forms::AnswerForms;

pub use choices::{
    AccountKind, ClosedCalls, DefaultKey, DraftConsumed, EscapedText, JobProgress, KeyCheck,
    ReportFrom, ReportResults, Verdict,
};

/// The rules in force. Each field names its source: `[official]`, `[users]` (developers' reports)
/// or `[guess]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// Kind of account. Default: verified service account.
    pub account_kind: AccountKind,
    /// The draft calls need a verified account (48001). Default: yes `[users]`; no `[sdk]`.
    pub verification_for_drafts: bool,
    /// Free publish needs a verified account (48001). Default: yes `[official]`, since July 2025.
    pub verification_for_publishing: bool,
    /// Uploads and the library need a verified account (48001). Default: yes `[official]`, old;
    /// partly opened later.
    pub verification_for_material: bool,
    /// Code of a test account's sendall. Default: 45028; the other is -1. `[users]`
    pub sandbox_send_all_code: i64,
    /// Every call that needs a token is answered so, as for an account whose calls are forbidden:
    /// 48004, 50002. Default: none. `[official]`
    pub blocked_code: Option<i64>,
    /// The account has accepted the agreement on mass sending (else 48003). Default: yes.
    /// `[official]`
    pub agreement_accepted: bool,
    /// How jobs proceed. Default: 2 s, then 800 000 followers a minute. `[guess]`
    pub progress: JobProgress,
    /// Followers a minute in units of 10 000, by level of speed/set. Default: 80, 60, 45, 30, 10
    /// `[official]`; its own sample has 15 for level 3.
    pub speeds: [u64; 5],
    /// How long before a job's end MASSSENDJOBFINISH is pushed. Default: 0. `[official]`: shortly
    /// before the end, no number.
    #[serde(with = "crate::seconds")]
    pub report_ahead: Duration,
    /// Of so many thousandths of the messages, and of one at least unless it is 0, the report does
    /// not know yet that they were sent. Default: 0, so that tests can count. `[official]`: "the
    /// numbers differ a little"
    pub report_shortfall: u32,
    /// Sender of a report. Default: the owner's OpenID `[users]`; `mphelper` `[official]`.
    pub report_from: ReportFrom,
    /// Originality and addresses in a report. Default: always `[users]`; for articles only
    /// `[official]`.
    pub report_results: ReportResults,
    /// CheckState in the report of what is no article. Default: 0; 1 occurs too. `[users]`
    pub check_state_of_others: u8,
    /// The report says `send success` and `send fail` with a blank. Default: yes `[official]`; no:
    /// the sample of 2014.
    pub blank_in_status: bool,
    /// A job that reached nobody ends as `DELETE`. Default: no; seen once `[users]`.
    pub unsent_job_is_deleted: bool,
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
    /// A repeat within this time gets 45066 instead of 45065. Default: none (45065 as soon as the
    /// first is recorded) `[sdk]`; the other reading of the official text is one minute.
    #[serde(with = "crate::seconds::option")]
    pub repeat_too_fast: Option<Duration>,
    /// A failed job frees its `clientmsgid`. Default: yes. `[guess]`
    pub failed_job_frees_key: bool,
    /// A send of the content of an earlier one is refused with 45065 and that one's number,
    /// **whatever its own key**. Default: no `[official]`; yes `[users]`, several.
    pub known_content_refused: bool,
    /// A send by OpenIDs sooner after the last one is refused (42010). Default: none; a few minutes
    /// `[users]`.
    #[serde(with = "crate::seconds::option")]
    pub batch_pause: Option<Duration>,
    /// A failed job gives its mass-send quota (45028) back, never a call (45009). Default: yes.
    /// `[official]`: one *successful* send a day.
    pub failed_job_frees_quota: bool,
    /// A text or an article with such a word fails the review with `err(N)`: 10001 advertising,
    /// 20001 politics and so on. Default: none. The numbers are `[official]`
    pub review_words: Vec<(String, u32)>,
    /// The check of originality does not work: `err(30001)` for articles that must not be sent as a
    /// reprint, the others are sent. Default: no. `[official]`
    pub originality_check_broken: bool,
    /// API群发保护: a send to everyone waits for the administrator. Default: no. `[official]`
    pub mass_protection: bool,
    /// How long the administrator has, then `err(40002)`. Default: 30 minutes. `[official]`
    #[serde(with = "crate::seconds")]
    pub confirmation_time: Duration,
    /// A send that would wait is refused with this code instead: 89504, 89505. Default: none, it is
    /// accepted `[official]`; newer lists name the codes.
    pub protection_code: Option<i64>,
    /// `\uXXXX` in bodies that carry texts. Default: kept literally. `[users]`
    pub escaped_text: EscapedText,
    /// Code for a wrong secret. Default: 40125; the other candidate is 40001. `[guess]`
    pub wrong_secret_code: i64,
    /// Code for a send without an audience. Default: 40152. `[guess]`
    pub missing_audience_code: i64,
    /// `filter.is_to_all` is known. Default: yes; no: as before it was, only a group could be sent
    /// to. `[official]`
    pub to_all_known: bool,
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
    /// Subscription accounts may send by API (else 48001). Default: yes `[official]`; no in 2014.
    pub subscription_sends: bool,
    /// Successful sends a day of a subscription account, those of the website among them (45028).
    /// Default: 1. `[official]`
    pub sends_per_day_of_subscription: u32,
    /// Calls a day, each of sendall and send (45009). Every call counts that is not stopped by its
    /// token, its rights or the minute. Default: 100. `[official]`
    pub mass_calls_per_day: u32,
    /// sendall and send have one limit a day together. Default: no, each its own; yes in 2014.
    /// `[official]`
    pub mass_calls_counted_together: bool,
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
    /// Fewest OpenIDs in one send (40130). Default: 2 `[official]`; the page of 2014 leaves it
    /// blank.
    pub fewest_openids_per_send: usize,
    /// Previews a day (45009). Every call counts whose token and rights are good. Default: 100.
    /// `[official]`, what counts is a `[guess]`
    pub previews_per_day: u32,
    /// Calls of mass/delete a day (45009). Default: 10. `[official]`
    pub deletes_per_day: u32,
    /// mass/delete takes what was sent on the website (else 40059). Default: no. `[users]`
    pub website_sends_deletable: bool,
    /// Calls a day by path, such as `/cgi-bin/draft/add` (45009), of those whose limit is no setting
    /// of its own. Default: none, the documented limits. `[official]`: larger accounts have more
    pub calls_per_day: BTreeMap<String, u32>,
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
    /// Longest title of an article, characters (45003). Default: 32 `[official]`; older text: 64, which
    /// the closed calls take always.
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
    /// Links out of an article to other than articles stay, as for accounts with WeChat Pay; else
    /// only their text does. Default: no. `[official]`
    pub links_outside: bool,
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
    /// How long what media/upload took in can be used (40007). Default: 3 days. `[official]`
    #[serde(with = "crate::seconds")]
    pub temporary_media_lifetime: Duration,
    /// In so many sends temporary media can be used (40007). Default: any number `[official]`; 10
    /// `[sdk]`, the code is a `[guess]`.
    pub temporary_media_uses: Option<u32>,
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
    /// Code for an address that is not in the list. Default: 40164; where addresses are confirmed
    /// by the administrator 89501, 89503, 89506, 89507. `[official]`
    pub unlisted_ip_code: i64,
    /// The caller's address for requests in process. Default: 127.0.0.1.
    pub in_process_ip: IpAddr,
    /// The AppSecret is frozen (40243). Default: no. `[official]`
    pub secret_frozen: bool,
    /// Code for an unknown path. Default: none, HTTP 404; newer gateways: 40066. `[guess]`
    pub unknown_path_code: Option<i64>,
    /// Forms of answers beside the usual ones. Default: none of them.
    pub forms: AnswerForms,
    /// `Content-Type` of answers. Default: `application/json; encoding=utf-8`. `[users]`
    pub content_type: Cow<'static, str>,
    /// Memory for the log of requests, and as much again for errors of the past: the oldest are
    /// forgotten first. Default: 24 MiB, some 50 000 small requests. `[guess]`
    pub request_log_bytes: usize,
    /// Tries of a callback. Default: 3. `[official]`
    pub push_tries: u32,
    /// Time the receiver of a callback has. Default: 5 s. `[official]`
    #[serde(with = "crate::seconds")]
    pub push_timeout: Duration,
    /// A callback with a wrong answer is tried again, as one without any. Default: yes. `[guess]`
    pub wrong_answers_tried_again: bool,
    /// Pause before the next try of a callback. Default: none. `[guess]`
    #[serde(with = "crate::seconds")]
    pub push_pause: Duration,
}
