//! Documented examples that come back in today's form.

/// A place where a documented example is not what we write: a legacy shape, read and written as
/// today's.
pub(super) struct Legacy {
    pub(super) file: &'static str,
    /// What we write for it instead: a body or a query; nothing where the call has no body today.
    pub(super) written: &'static str,
    pub(super) why: &'static str,
}

/// Legacy shapes. Everything else comes back equal.
pub(super) const LEGACY: &[Legacy] = &[
    Legacy {
        file: "mass/sendall/request-mpnews-group.json",
        written: r#"{"filter":{"is_to_all":false,"group_id":102},"msgtype":"mpnews",
            "mpnews":{"media_id":"g5BGppcX6UbfEkWqqg4gjxtlZY2UqYaM9Jd4S8RnWFR"},
            "send_ignore_reprint":0}"#,
        why: "an absent send_ignore_reprint is 0",
    },
    Legacy {
        file: "mass/sendall/request-mpnews-group-2014.json",
        written: r#"{"filter":{"is_to_all":false,"group_id":102},"msgtype":"mpnews",
            "mpnews":{"media_id":"rmOZjHO6pt61L2DeJfIxLEaIZM1XXlvJFtC07o6up9hsET3rpDW9eWlnI-ccWXsd"},
            "send_ignore_reprint":0}"#,
        why: "the id as text, no is_to_all, no send_ignore_reprint",
    },
    Legacy {
        file: "mass/sendall/request-text-everyone-empty-tag.json",
        written: r#"{"filter":{"is_to_all":true},"msgtype":"text",
            "text":{"content":"全体粉丝：周六上午十点直播开场"}}"#,
        why: "an empty tag beside everyone",
    },
    Legacy {
        file: "mass/sendall/request-text-everyone-null-tag.json",
        written: r#"{"filter":{"is_to_all":true},"msgtype":"text",
            "text":{"content":"全体粉丝：周六上午十点直播开场"}}"#,
        why: "a null tag beside everyone",
    },
    Legacy {
        file: "mass/sendall/request-text-tag-string.json",
        written: r#"{"filter":{"is_to_all":false,"tag_id":134},"msgtype":"text",
            "text":{"content":"标签号写成字符串也要能读"}}"#,
        why: "the tag as text",
    },
    Legacy {
        file: "mass/send/request-video.json",
        written: r#"{"touser":["oTESTfan48X1xf6krmgnKRPWerco","oTESTfanlVeXzSz_Cb73gMFepk8l"],
            "msgtype":"mpvideo","mpvideo":{
            "media_id":"gUxCO4oNPEbktq7xQ0utw2LuvVctDl2gYNhIvRQGAJz6_le3Qyq1tHLOXhPg6_be",
            "title":"采茶的一天","description":"四月的杭州"}}"#,
        why: "msgtype video for an object mpvideo: all samples say mpvideo",
    },
    Legacy {
        file: "mass/preview/request-text-both.json",
        written: r#"{"towxname":"chunfeng-tea","msgtype":"text",
            "text":{"content":"两个收件人都写时以微信号为准"}}"#,
        why: "two receivers, of whom the WeChat name wins",
    },
    Legacy {
        file: "mass/preview/request-wxcard-object.json",
        written: r#"{"touser":"oTESTfan48X1xf6krmgnKRPWerco","msgtype":"wxcard","wxcard":{
            "card_id":"pTESTcarduXJCHfDA2qM6eQy2OPY",
            "card_ext":"{\"code\":\"\",\"openid\":\"oTESTfan48X1xf6krmgnKRPWerco\",\"signature\":\"9749daf5ab62d1ea978851fe3008c0c859d3637d\",\"timestamp\":\"1768525200\"}"}}"#,
        why: "the extension as an object: samples and clients write a text",
    },
    Legacy {
        file: "mass/delete/request-article-idx-0.json",
        written: r#"{"msg_id":3147483907}"#,
        why: "article 0 is the whole message",
    },
    Legacy {
        file: "mass/delete/request-string-id.json",
        written: r#"{"msg_id":3147483907,"article_idx":2}"#,
        why: "the job as text",
    },
    Legacy {
        file: "mass/delete/request-2014.json",
        written: r#"{"msg_id":1000001731}"#,
        why: "msgid for msg_id",
    },
    Legacy {
        file: "mass/get/request.json",
        written: r#"{"msg_id":3147483907}"#,
        why: "the job as text",
    },
    Legacy {
        file: "mass/speed-get/request-empty-object.json",
        written: "",
        why: "a body for a call that has none",
    },
    Legacy {
        file: "mass/speed-get/request-speed.json",
        written: "",
        why: "a body for a call that has none: the official sample contradicts its table",
    },
    Legacy {
        file: "token/stable-token/request-minimal.json",
        written: r#"{"grant_type":"client_credential","appid":"wx0dbf5ed6fc6fa18a",
            "secret":"bd2b1aaf7ef4f09be9f52ce2d8d59967","force_refresh":false}"#,
        why: "an absent force_refresh is false",
    },
    Legacy {
        file: "tags/delete/request-name.json",
        written: r#"{"tag":{"id":134}}"#,
        why: "an old sample repeats the name, which deleting does not look at",
    },
    Legacy {
        file: "tags/user-tag-get/response-end-next-empty.json",
        written: r#"{"count":0}"#,
        why: "an empty key and an absent one both say that no page follows",
    },
    Legacy {
        file: "users/get/request-empty-next.txt",
        written: "",
        why: "some SDKs ask for the first page with an empty key",
    },
    Legacy {
        file: "blacklist/batchblacklist/request-2016.json",
        written: r#"{"openid_list":["oTESTfanDj6hz-PXKgVhawGenN4Z","oTESTfanMHNRFmJP1Db82j4rLW8m"]}"#,
        why: "the sample of 2016 misspells openid_list",
    },
    Legacy {
        file: "blacklist/batchunblacklist/request-2016.json",
        written: r#"{"openid_list":["oTESTfanDj6hz-PXKgVhawGenN4Z","oTESTfanMHNRFmJP1Db82j4rLW8m"]}"#,
        why: "the sample of 2016 misspells openid_list",
    },
    Legacy {
        file: "media/upload/response-item.json",
        written: r#"{"type":"image","created_at":1768525205,
            "media_id":"szX3Lc2u3-MMWC7oEtWJN36ONhPKmsa8GUijvWakAgXZsesgF-fUlNSTTHvjTAAS"}"#,
        why: "an empty list that says nothing",
    },
    Legacy {
        file: "draft/add/response-item.json",
        written: r#"{"media_id":"g5BGppcX6UbfEkWqqg4gjxtlZY2UqYaM9Jd4S8RnWFR"}"#,
        why: "an empty list that says nothing",
    },
    Legacy {
        file: "draft/batchget/request-past-end.json",
        written: r#"{"offset":40,"count":20,"no_content":0}"#,
        why: "an absent no_content is 0",
    },
    Legacy {
        file: "freepublish/batchget/request-past-end.json",
        written: r#"{"offset":40,"count":20,"no_content":0}"#,
        why: "an absent no_content is 0",
    },
    Legacy {
        file: "freepublish/delete/request-index-0.json",
        written: r#"{"article_id":"mab6cDkyjZKrwxHPBso0xycvLpmTyvdQGoRMsmbCSfV"}"#,
        why: "article 0 is all of them",
    },
    Legacy {
        file: "freepublish/submit/response-mixed.json",
        written: r#"{"publish_id":"2247483721","msg_data_id":"2247483722"}"#,
        why: "one id as number: the official sample has texts",
    },
    Legacy {
        file: "freepublish/submit/response-number.json",
        written: r#"{"publish_id":"2650177901"}"#,
        why: "the job as number: the official sample has a text",
    },
    Legacy {
        file: "freepublish/get/request-number.json",
        written: r#"{"publish_id":"2650177901"}"#,
        why: "the job as number: the official sample has a text",
    },
    Legacy {
        file: "freepublish/get/response-number.json",
        written: r#"{"publish_id":"2650177901","publish_status":0,
            "article_id":"mab6cDkyjZKrwxHPBso0xycvLpmTyvdQGoRMsmbCSfV",
            "article_detail":{"count":1,"item":[{"idx":1,
            "article_url":"http://mp.weixin.qq.com/s?__biz=MzEXAMPLE0MTY1OA==&mid=2247483721&idx=1&sn=bac3db8773f4fc2d6e7e8c1cc434c922"}]},
            "fail_idx":[]}"#,
        why: "the job as number: the official sample has a text",
    },
];
