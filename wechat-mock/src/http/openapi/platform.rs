//! What the platform's calls take, for their description: the fields that every documented request of
//! a call has, and those that some have.

/// What a call takes besides its access token.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input {
    Query(&'static [&'static str]),
    /// The file in part `media`.
    Upload {
        query: &'static [&'static str],
    },
    Json {
        required: &'static [&'static str],
        optional: &'static [&'static str],
    },
}

use Input::{Json, Query, Upload};

/// Path after `/cgi-bin/`, what it is for, what it takes.
pub(super) const CALLS: &[(&str, &str, Input)] = &[
    ("token", "an access token", Query(&["grant_type", "appid", "secret"])),
    (
        "stable_token",
        "the running access token",
        Json { required: &["appid", "grant_type", "secret"], optional: &["force_refresh"] },
    ),
    ("getcallbackip", "addresses that callbacks come from", Query(&[])),
    ("get_api_domain_ip", "addresses of the API", Query(&[])),
    (
        "callback/check",
        "checks the callback address",
        Json { required: &["action", "check_operator"], optional: &[] },
    ),
    ("clear_quota", "all calls a day start anew", Json { required: &["appid"], optional: &[] }),
    (
        "clear_quota/v2",
        "the same, by AppSecret",
        Json { required: &["appid", "appsecret"], optional: &[] },
    ),
    (
        "openapi/quota/get",
        "what is left of a call",
        Json { required: &["cgi_path"], optional: &[] },
    ),
    (
        "openapi/quota/clear",
        "the calls a day of one call start anew",
        Json { required: &["cgi_path"], optional: &[] },
    ),
    (
        "openapi/rid/get",
        "an error of the past by its rid",
        Json { required: &["rid"], optional: &[] },
    ),
    ("media/uploadimg", "a picture for an article", Upload { query: &[] }),
    ("material/add_material", "permanent material", Upload { query: &["type"] }),
    ("media/upload", "temporary material", Upload { query: &["type"] }),
    (
        "media/uploadnews",
        "articles for a mass send",
        Json { required: &["articles"], optional: &[] },
    ),
    (
        "media/uploadvideo",
        "a video for a mass send",
        Json { required: &["description", "media_id", "title"], optional: &[] },
    ),
    ("material/add_news", "permanent articles", Json { required: &["articles"], optional: &[] }),
    (
        "material/update_news",
        "changes a permanent article",
        Json { required: &["articles", "index", "media_id"], optional: &[] },
    ),
    (
        "material/del_material",
        "deletes permanent material",
        Json { required: &["media_id"], optional: &[] },
    ),
    ("material/get_materialcount", "counts permanent material", Query(&[])),
    (
        "material/batchget_material",
        "lists permanent material",
        Json { required: &["count", "offset", "type"], optional: &[] },
    ),
    ("draft/add", "a new draft", Json { required: &["articles"], optional: &[] }),
    ("draft/get", "a draft", Json { required: &["media_id"], optional: &[] }),
    (
        "draft/update",
        "changes an article of a draft",
        Json { required: &["articles", "index", "media_id"], optional: &[] },
    ),
    ("draft/delete", "deletes a draft", Json { required: &["media_id"], optional: &[] }),
    ("draft/count", "counts drafts", Query(&[])),
    (
        "draft/batchget",
        "lists drafts",
        Json { required: &["count", "offset"], optional: &["no_content"] },
    ),
    ("draft/switch", "the switch of the draft box", Query(&["checkonly"])),
    ("freepublish/submit", "publishes a draft", Json { required: &["media_id"], optional: &[] }),
    (
        "freepublish/get",
        "what became of a publication",
        Json { required: &["publish_id"], optional: &[] },
    ),
    (
        "freepublish/delete",
        "deletes a publication",
        Json { required: &["article_id"], optional: &["index"] },
    ),
    (
        "freepublish/getarticle",
        "a published article",
        Json { required: &["article_id"], optional: &[] },
    ),
    (
        "freepublish/batchget",
        "lists publications",
        Json { required: &["count", "offset"], optional: &["no_content"] },
    ),
    (
        "message/mass/sendall",
        "sends to everyone or to a tag",
        Json {
            required: &["filter", "msgtype"],
            optional: &[
                "clientmsgid",
                "image",
                "images",
                "mpnews",
                "mpvideo",
                "music",
                "send_ignore_reprint",
                "text",
                "voice",
                "wxcard",
            ],
        },
    ),
    (
        "message/mass/send",
        "sends to a list of OpenIDs",
        Json {
            required: &["msgtype", "touser"],
            optional: &[
                "clientmsgid",
                "image",
                "images",
                "mpnews",
                "mpvideo",
                "music",
                "send_ignore_reprint",
                "text",
                "voice",
                "wxcard",
            ],
        },
    ),
    (
        "message/mass/preview",
        "shows a message to one person",
        Json {
            required: &["msgtype"],
            optional: &[
                "image", "images", "mpnews", "mpvideo", "music", "text", "touser", "towxname",
                "voice", "wxcard",
            ],
        },
    ),
    ("message/mass/get", "where a job stands", Json { required: &["msg_id"], optional: &[] }),
    (
        "message/mass/delete",
        "deletes what was sent",
        Json { required: &[], optional: &["article_idx", "msg_id", "msgid", "url"] },
    ),
    (
        "message/mass/speed/get",
        "the speed of sending",
        Json { required: &[], optional: &["speed"] },
    ),
    (
        "message/mass/speed/set",
        "sets the speed of sending",
        Json { required: &["speed"], optional: &[] },
    ),
    ("tags/create", "a new tag", Json { required: &["tag"], optional: &[] }),
    ("tags/get", "the tags", Query(&[])),
    ("tags/update", "renames a tag", Json { required: &["tag"], optional: &[] }),
    ("tags/delete", "deletes a tag", Json { required: &["tag"], optional: &[] }),
    (
        "user/tag/get",
        "followers who have a tag",
        Json { required: &["next_openid", "tagid"], optional: &[] },
    ),
    (
        "tags/members/batchtagging",
        "puts a tag on followers",
        Json { required: &["openid_list", "tagid"], optional: &[] },
    ),
    (
        "tags/members/batchuntagging",
        "takes a tag off followers",
        Json { required: &["openid_list", "tagid"], optional: &[] },
    ),
    ("tags/getidlist", "the tags of a follower", Json { required: &["openid"], optional: &[] }),
    ("user/get", "the followers, page by page", Query(&["next_openid"])),
    ("user/info", "what is known of a follower", Query(&["openid", "lang"])),
    ("user/info/batchget", "the same of many", Json { required: &["user_list"], optional: &[] }),
    (
        "user/info/updateremark",
        "a note on a follower",
        Json { required: &["openid", "remark"], optional: &[] },
    ),
    (
        "changeopenid",
        "OpenIDs after a move of the account",
        Json { required: &["from_appid", "openid_list"], optional: &[] },
    ),
    (
        "tags/members/getblacklist",
        "the blacklist",
        Json { required: &["begin_openid"], optional: &[] },
    ),
    (
        "tags/members/batchblacklist",
        "puts followers on the blacklist",
        Json { required: &[], optional: &["opened_list", "openid_list"] },
    ),
    (
        "tags/members/batchunblacklist",
        "takes them off it",
        Json { required: &[], optional: &["opened_list", "openid_list"] },
    ),
    ("groups/create", "a new group", Json { required: &["group"], optional: &[] }),
    ("groups/get", "the groups", Query(&[])),
    ("groups/getid", "the group of a follower", Json { required: &["openid"], optional: &[] }),
    ("groups/update", "renames a group", Json { required: &["group"], optional: &[] }),
    (
        "groups/members/update",
        "moves a follower to a group",
        Json { required: &["openid", "to_groupid"], optional: &[] },
    ),
    (
        "groups/members/batchupdate",
        "moves followers to a group",
        Json { required: &["openid_list", "to_groupid"], optional: &[] },
    ),
    ("groups/delete", "deletes a group", Json { required: &["group"], optional: &[] }),
    ("media/get", "a temporary file", Query(&["media_id"])),
    (
        "material/get_material",
        "permanent material",
        Json { required: &["media_id"], optional: &[] },
    ),
];
