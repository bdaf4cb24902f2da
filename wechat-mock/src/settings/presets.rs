//! Sets of rules that belong together.

use super::{AccountKind, ClosedCalls, DefaultKey, ReportResults, Settings};

impl Settings {
    /// The page of April 2014: verified service accounts only, 10 calls a day for the whole family,
    /// groups instead of everyone, articles by uploadnews with up to 10 in one, no keys, a report
    /// without results that says `sendsuccess`.
    ///
    /// ```
    /// use wechat_mock::{MockServer, Settings};
    ///
    /// let server = MockServer::builder().settings(|s| *s = Settings::year_2014()).build();
    /// assert_eq!(server.settings().mass_calls_per_day, 10);
    /// ```
    pub fn year_2014() -> Self {
        Self {
            subscription_sends: false,
            mass_calls_per_day: 10,
            mass_calls_counted_together: true,
            to_all_known: false,
            fewest_openids_per_send: 1,
            default_key: DefaultKey::None,
            key_memory: std::time::Duration::ZERO,
            key_limit: usize::MAX,
            articles_limit: 10,
            title_limit: 64,
            blank_in_status: false,
            uploadnews_takes_permanent_covers: false,
            report_results: ReportResults::Never,
            ..Self::default()
        }
    }

    /// The older wording of the pages, about 2016 to 2021: `clientmsgid` up to 64 bytes, titles of
    /// 64 characters, 500 000 followers asked about a day, 10 000 on a page of the blacklist.
    pub fn older_pages() -> Self {
        Self {
            key_limit: 64,
            title_limit: 64,
            follower_infos_per_day: 500_000,
            blacklist_per_page: 10_000,
            ..Self::default()
        }
    }

    /// The newest wording of the pages: what was closed is refused, cards too, the report is
    /// `mphelper`'s and carries results for articles only.
    pub fn newest_pages() -> Self {
        Self {
            closed_calls: ClosedCalls::Refused45106,
            cards_accepted: false,
            report_from: super::ReportFrom::MpHelper,
            report_results: ReportResults::ForArticles,
            ..Self::default()
        }
    }

    /// A test account (测试号): no sendall, no articles, and the documented lower limits a day.
    pub fn sandbox() -> Self {
        let limits = [
            ("/cgi-bin/media/upload", 500),
            ("/cgi-bin/media/get", 1000),
            ("/cgi-bin/groups/create", 100),
            ("/cgi-bin/groups/get", 100),
            ("/cgi-bin/groups/update", 100),
            ("/cgi-bin/groups/members/update", 1000),
            ("/cgi-bin/groups/members/batchupdate", 1000),
        ];
        Self {
            account_kind: AccountKind::Sandbox,
            tokens_per_day: 200,
            follower_lists_per_day: 100,
            follower_infos_per_day: 500_000,
            calls_per_day: limits.map(|(path, limit)| (path.to_owned(), limit)).into(),
            ..Self::default()
        }
    }
}
