//! Values for requests and answers: ids, texts, files.

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::codec::download::Download;
use wechat_types::codec::multipart::File;
use wechat_types::id::{
    AccessToken, AppId, AppSecret, ArticleId, GroupId, MediaId, MsgId, OpenId, TagId, UnionId,
};

/// What the example requests carry.
pub(super) fn a_follower() -> OpenId {
    OpenId::new("oTESTfan48X1xf6krmgnKRPWerco").unwrap()
}

pub(super) fn two_followers() -> Vec<OpenId> {
    vec![a_follower(), OpenId::new("oTESTfanlVeXzSz_Cb73gMFepk8l").unwrap()]
}

pub(super) fn a_media_id() -> MediaId {
    MediaId::new("media-1").unwrap()
}

pub(super) fn an_article_id() -> ArticleId {
    ArticleId::new("article-1").unwrap()
}

pub(super) fn an_account() -> AppId {
    AppId::new("wx0123456789abcdef").unwrap()
}

pub(super) fn a_secret() -> AppSecret {
    AppSecret::new("made-up-for-tests").unwrap()
}

pub(super) fn a_picture() -> File {
    File::new("价目表.png", "image/png", b"bytes of the picture".to_vec())
}

/// Any text: control characters, quotes, all planes.
pub(super) fn text() -> BoxedStrategy<String> {
    "(?s).{0,24}".boxed()
}

/// A text that is not blank, of so many characters at most.
pub(super) fn words(chars: usize) -> BoxedStrategy<String> {
    let some = format!("(?s)[a-z茶春🍵\"\\\\]{{1}}.{{0,{}}}", chars.min(40) - 1);
    proptest::string::string_regex(&some).unwrap().boxed()
}

pub(super) fn maybe<T: Clone + std::fmt::Debug + 'static>(
    strategy: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop::option::of(strategy).boxed()
}

/// Any number, the largest among them.
pub(super) fn number() -> BoxedStrategy<u64> {
    prop_oneof![any::<u64>(), 0_u64..10, Just(u64::MAX)].boxed()
}

pub(super) fn open_id() -> BoxedStrategy<OpenId> {
    "[A-Za-z0-9_-]{1,40}".prop_map(|id| OpenId::new(id).unwrap()).boxed()
}

pub(super) fn open_ids(most: usize) -> BoxedStrategy<Vec<OpenId>> {
    vec(open_id(), 1..=most.min(8)).boxed()
}

pub(super) fn some_open_ids() -> BoxedStrategy<Vec<OpenId>> {
    vec(open_id(), 0..8).boxed()
}

pub(super) fn union_id() -> BoxedStrategy<UnionId> {
    "[!-~]{1,28}".prop_map(|id| UnionId::new(id).unwrap()).boxed()
}

pub(super) fn media_id() -> BoxedStrategy<MediaId> {
    "[!-~]{1,64}".prop_map(|id| MediaId::new(id).unwrap()).boxed()
}

pub(super) fn article_id() -> BoxedStrategy<ArticleId> {
    "[!-~]{1,43}".prop_map(|id| ArticleId::new(id).unwrap()).boxed()
}

pub(super) fn app_id() -> BoxedStrategy<AppId> {
    "[!-~]{1,20}".prop_map(|id| AppId::new(id).unwrap()).boxed()
}

pub(super) fn secret() -> BoxedStrategy<AppSecret> {
    "[!-~]{1,32}".prop_map(|secret| AppSecret::new(secret).unwrap()).boxed()
}

pub(super) fn token() -> BoxedStrategy<AccessToken> {
    "[!-~]{1,512}".prop_map(|token| AccessToken::new(token).unwrap()).boxed()
}

pub(super) fn tag() -> BoxedStrategy<TagId> {
    number().prop_map(TagId::new).boxed()
}

/// None of the platform's own.
pub(super) fn own_tag() -> BoxedStrategy<TagId> {
    (3..=u64::MAX).prop_map(TagId::new).boxed()
}

pub(super) fn group() -> BoxedStrategy<GroupId> {
    number().prop_map(GroupId::new).boxed()
}

pub(super) fn own_group() -> BoxedStrategy<GroupId> {
    (3..=u64::MAX).prop_map(GroupId::new).boxed()
}

pub(super) fn msg_id() -> BoxedStrategy<MsgId> {
    number().prop_map(MsgId::new).boxed()
}

/// A file to upload. A `%` in its name is left out: browsers do not escape theirs, so that `%22`
/// could be a quote.
pub(super) fn file() -> BoxedStrategy<File> {
    let bytes = vec(prop_oneof![any::<u8>(), prop::sample::select(b"\r\n-".to_vec())], 1..200);
    ("(?s)[^%]{1,20}", content_type(), bytes)
        .prop_map(|(name, kind, bytes)| File::new(name, kind, bytes))
        .boxed()
}

/// A file that comes down. Its type is always told, and a name cannot hold what ends it.
pub(super) fn download() -> BoxedStrategy<Download> {
    let name = "[^\"\r\n%]{1,20}".prop_filter("a blank end is cut", |name| !name.is_empty());
    let bytes = vec(any::<u8>(), 0..200);
    (maybe(name), content_type(), "[\u{1}-\u{8}0-9A-Z]", bytes)
        .prop_map(|(name, kind, first, rest)| {
            // What begins like JSON or HTML is an error, not a file.
            let mut file = Download::new([first.into_bytes(), rest].concat());
            file.name = name;
            file.content_type = Some(kind);
            file
        })
        .boxed()
}

fn content_type() -> BoxedStrategy<String> {
    "[a-z]{1,8}/[a-z0-9.+-]{1,12}".boxed()
}
