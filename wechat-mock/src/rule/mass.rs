//! Rules of mass sends, previews, jobs and their speed.

use super::{Entry, Rule, entry};

pub(crate) const NO_AUDIENCE: Rule = Rule {
    id: "mass/audience",
    sentence: "filter says is_to_all true or names a tag_id; nothing else means everyone",
};
pub(crate) const UNKNOWN_TAG: Rule =
    Rule { id: "mass/tag", sentence: "filter.tag_id is a tag of this account" };
pub(crate) const TOO_MANY_OPENIDS: Rule =
    Rule { id: "mass/openids-to-10000", sentence: "touser holds at most 10 000 OpenIDs" };
pub(crate) const NO_FOLLOWER_IN_LIST: Rule =
    Rule { id: "mass/openids-follow", sentence: "somebody of touser follows this account" };
pub(crate) const WRONG_KIND: Rule =
    Rule { id: "mass/media-kind", sentence: "the media_id is of the kind that msgtype names" };
pub(crate) const MASS_QUOTA: Rule = Rule {
    id: "mass/quota",
    sentence: "a subscription account sends once a day, a service account to everyone four times a month",
};

const PROTECTION: Rule = Rule {
    id: "mass/protection",
    sentence: "a send to everyone is confirmed by the administrator, where mass protection is on",
};

const SEND: &str = "message/mass/send";
const SENDALL: &str = "message/mass/sendall";
const PREVIEW: &str = "message/mass/preview";
const DELETE: &str = "message/mass/delete";
const MASS: &[&str] = &["message/mass/"];

pub(super) const RULES: &[Entry] = &[
    entry(
        40130,
        MASS,
        "mass/openids-from-2",
        "touser holds 2 to 10 000 OpenIDs; one alone can be reached by preview",
    ),
    entry(40031, MASS, "mass/openids-list", "touser is a list of OpenIDs, each a text"),
    entry(
        42010,
        MASS,
        "mass/one-after-the-other",
        "a send leaves the one before it time to be taken in; some minutes apart work",
    ),
    entry(
        48003,
        MASS,
        "mass/agreement",
        "the account has accepted the agreement on mass sending, once, on mp.weixin.qq.com",
    ),
    entry(89504, &[SENDALL], PROTECTION.id, PROTECTION.sentence),
    entry(89505, &[SENDALL], PROTECTION.id, PROTECTION.sentence),
    entry(48008, MASS, "mass/test-account-kind", "a test account sends text only"),
    entry(40032, MASS, TOO_MANY_OPENIDS.id, TOO_MANY_OPENIDS.sentence),
    entry(
        40003,
        &[PREVIEW],
        "mass/preview-openid",
        "touser is the OpenID of a follower of this account, unless towxname is given",
    ),
    entry(40003, MASS, NO_FOLLOWER_IN_LIST.id, NO_FOLLOWER_IN_LIST.sentence),
    entry(
        40007,
        MASS,
        "mass/media-id",
        "the media_id exists: a draft is used up by its send, temporary media lives 3 days, a \
         video comes from media/uploadvideo",
    ),
    entry(
        40008,
        &[DELETE],
        "mass/delete-kind",
        "only articles and videos can be deleted after they were sent",
    ),
    entry(
        40008,
        MASS,
        "mass/msgtype",
        "msgtype is mpnews, text, voice, music, image, mpvideo or wxcard",
    ),
    entry(40132, MASS, "mass/preview-name", "towxname is the WeChat name of a follower"),
    entry(40152, MASS, UNKNOWN_TAG.id, UNKNOWN_TAG.sentence),
    entry(40193, MASS, "mass/recommend-length", "images.recommend is short enough"),
    entry(40194, MASS, "mass/recommend-words", "images.recommend holds no forbidden words"),
    entry(40215, MASS, "mass/images-count", "images.media_ids holds 1 to 20 pictures"),
    entry(43004, &[PREVIEW], "mass/preview-follows", "who sees a preview follows the account"),
    entry(43019, MASS, "mass/preview-blacklist", "who sees a preview is not on the blacklist"),
    entry(44004, MASS, "mass/text-empty", "text.content is not empty"),
    entry(45002, MASS, "mass/text-length", "text.content has at most 2048 bytes"),
    entry(45028, MASS, MASS_QUOTA.id, MASS_QUOTA.sentence),
    entry(
        45065,
        MASS,
        "mass/key-once",
        "a clientmsgid sends once in 24 hours; a send without one has its content for a key",
    ),
    entry(
        45066,
        MASS,
        "mass/key-pause",
        "a clientmsgid is not repeated while its first send is taken in",
    ),
    entry(45067, MASS, "mass/key-length", "clientmsgid has at most 32 bytes"),
    entry(45113, MASS, "mass/cards", "wxcard can no longer be sent"),
    entry(45009, &[SENDALL, SEND], "mass/calls-a-day", "100 calls a day, each of sendall and send"),
    entry(45009, &[PREVIEW], "mass/previews-a-day", "100 previews a day"),
    entry(45009, &[DELETE], "mass/deletes-a-day", "10 deletions a day"),
    entry(45011, MASS, "mass/calls-a-minute", "60 mass requests a minute"),
    entry(
        48001,
        &[SEND],
        "mass/by-openid-rights",
        "only a verified service account sends to a list of OpenIDs",
    ),
    entry(
        40059,
        &[DELETE],
        "mass/delete-target",
        "msg_id is the number of an accepted send, or url the address of one of its articles",
    ),
    entry(40059, MASS, "mass/msg-id", "msg_id is the number of an accepted send"),
    entry(40060, MASS, "mass/delete-article", "article_idx counts the send's articles from 1"),
    entry(
        40065,
        MASS,
        "mass/delete-state",
        "what is deleted was sent successfully and is not deleted yet",
    ),
    entry(45083, MASS, "mass/speed-level", "speed is 0 to 4"),
    entry(45084, MASS, "mass/speed-missing", "speed is given"),
];
