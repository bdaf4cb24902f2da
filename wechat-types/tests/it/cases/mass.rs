//! Mass sending.

use std::num::NonZeroU64;

use proptest::collection::vec;
use proptest::prelude::*;
use wechat_types::id::{CardId, ClientMsgId, MsgDataId, MsgId, TagId, WeChatName};
use wechat_types::mass::{
    CardExt, Comments, DeleteMass, DeleteTarget, Filter, GetMassStatus, GetMassStatusResponse,
    GetSpeed, GetSpeedResponse, JobStatus, MassContent, Pictures, Preview, PreviewContent,
    PreviewReceiver, PreviewResponse, Recipients, Send, SendAll, SendAllResponse, SendResponse,
    SetSpeed, Speed, Video,
};

use super::values::{
    a_follower, a_media_id, group, maybe, media_id, msg_id, number, open_id, tag, text,
    two_followers, words,
};
use super::{Case, Visitor};

pub(super) fn each(visitor: &mut impl Visitor) {
    visitor.visit::<SendAll>();
    visitor.visit::<Send>();
    visitor.visit::<Preview>();
    visitor.visit::<DeleteMass>();
    visitor.visit::<GetMassStatus>();
    visitor.visit::<GetSpeed>();
    visitor.visit::<SetSpeed>();
}

fn a_key() -> Option<ClientMsgId> {
    Some(ClientMsgId::new("spring-01").unwrap())
}

fn key() -> BoxedStrategy<Option<ClientMsgId>> {
    maybe("[!-~]{1,32}".prop_map(|key| ClientMsgId::new(key).unwrap()))
}

fn card_id() -> BoxedStrategy<CardId> {
    "[!-~]{1,32}".prop_map(|id| CardId::new(id).unwrap()).boxed()
}

fn full_pictures() -> Pictures {
    let mut pictures = Pictures::new(vec![a_media_id()]);
    pictures.title = Some("头采".to_owned());
    pictures.recommend = Some("今年的第一批".to_owned());
    pictures.comments = Some(Comments::Followers);
    pictures
}

fn pictures() -> BoxedStrategy<Pictures> {
    let comments = vec![Comments::Closed, Comments::Everyone, Comments::Followers];
    let comments = maybe(prop::sample::select(comments));
    (vec(media_id(), 1..5), maybe(text()), maybe(text()), comments)
        .prop_map(|(ids, title, recommend, comments)| {
            let mut pictures = Pictures::new(ids);
            (pictures.title, pictures.recommend) = (title, recommend);
            pictures.comments = comments;
            pictures
        })
        .boxed()
}

fn video() -> BoxedStrategy<Video> {
    (media_id(), maybe(text()), maybe(text()))
        .prop_map(|(id, title, description)| {
            let mut video = Video::new(id);
            (video.title, video.description) = (title, description);
            video
        })
        .boxed()
}

fn content() -> BoxedStrategy<MassContent> {
    prop_oneof![
        (media_id(), any::<bool>())
            .prop_map(|(draft, ignore_reprint)| MassContent::Articles { draft, ignore_reprint }),
        words(40).prop_map(MassContent::Text),
        media_id().prop_map(MassContent::Voice),
        media_id().prop_map(MassContent::Image),
        pictures().prop_map(MassContent::Pictures),
        video().prop_map(MassContent::Video),
        card_id().prop_map(MassContent::Card),
        media_id().prop_map(MassContent::Music),
    ]
    .boxed()
}

fn preview_content() -> BoxedStrategy<PreviewContent> {
    let ext = (text(), text()).prop_map(|(key, value)| {
        let mut map = serde_json::Map::new();
        map.insert(key, value.into());
        CardExt::new(serde_json::Value::Object(map).to_string()).unwrap()
    });
    let card = (card_id(), maybe(ext))
        .prop_map(|(card_id, card_ext)| PreviewContent::Card { card_id, card_ext });
    prop_oneof![content().prop_map(PreviewContent::from), card].boxed()
}

impl Case for SendAll {
    const FOLDER: &'static str = "mass/sendall";

    fn full() -> Self {
        let content = MassContent::Articles { draft: a_media_id(), ignore_reprint: true };
        let mut request = Self::new(Filter::Tag(TagId::new(134)), content);
        request.client_msg_id = a_key();
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        let filter = prop_oneof![
            Just(Filter::Everyone),
            tag().prop_map(Filter::Tag),
            group().prop_map(Filter::LegacyGroup),
        ];
        (filter, content(), key())
            .prop_map(|(filter, content, key)| {
                let mut request = Self::new(filter, content);
                request.client_msg_id = key;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<SendAllResponse> {
        (msg_id(), maybe(number()))
            .prop_map(|(id, data)| {
                let mut answer = SendAllResponse::new(id);
                answer.msg_data_id = data.map(MsgDataId::new);
                answer
            })
            .boxed()
    }
}

impl Case for Send {
    const FOLDER: &'static str = "mass/send";

    fn full() -> Self {
        let recipients = Recipients::new(two_followers()).unwrap();
        let mut request = Self::new(recipients, MassContent::Pictures(full_pictures()));
        request.client_msg_id = a_key();
        request
    }

    fn requests() -> BoxedStrategy<Self> {
        (vec(open_id(), 2..8), content(), key())
            .prop_map(|(ids, content, key)| {
                let mut request = Self::new(Recipients::new(ids).unwrap(), content);
                request.client_msg_id = key;
                request
            })
            .boxed()
    }

    fn responses() -> BoxedStrategy<SendResponse> {
        (msg_id(), maybe(number()))
            .prop_map(|(id, data)| {
                let mut answer = SendResponse::new(id);
                answer.msg_data_id = data.map(MsgDataId::new);
                answer
            })
            .boxed()
    }
}

impl Case for Preview {
    const FOLDER: &'static str = "mass/preview";

    fn full() -> Self {
        let card_id = CardId::new("card-1").unwrap();
        let card_ext = Some(CardExt::new(r#"{"code":"","timestamp":"1768525200"}"#).unwrap());
        let content = PreviewContent::Card { card_id, card_ext };
        Self::new(PreviewReceiver::OpenId(a_follower()), content)
    }

    fn requests() -> BoxedStrategy<Self> {
        let receiver = prop_oneof![
            open_id().prop_map(PreviewReceiver::OpenId),
            "[!-~茶春]{1,20}"
                .prop_map(|name| { PreviewReceiver::WeChatName(WeChatName::new(name).unwrap()) }),
        ];
        (receiver, preview_content())
            .prop_map(|(receiver, content)| Self::new(receiver, content))
            .boxed()
    }

    fn responses() -> BoxedStrategy<PreviewResponse> {
        maybe(msg_id())
            .prop_map(|id| {
                let mut answer = PreviewResponse::new();
                answer.msg_id = id;
                answer
            })
            .boxed()
    }
}

impl Case for DeleteMass {
    const FOLDER: &'static str = "mass/delete";

    fn full() -> Self {
        let (msg_id, article_index) = (MsgId::new(3_147_483_907), NonZeroU64::MIN);
        Self::new(DeleteTarget::Article { msg_id, article_index })
    }

    fn requests() -> BoxedStrategy<Self> {
        let article = (msg_id(), 1..=u64::MAX).prop_map(|(msg_id, index)| {
            let article_index = NonZeroU64::new(index).unwrap();
            DeleteTarget::Article { msg_id, article_index }
        });
        prop_oneof![
            msg_id().prop_map(DeleteTarget::Job),
            article,
            words(40).prop_map(DeleteTarget::Url),
        ]
        .prop_map(Self::new)
        .boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}

impl Case for GetMassStatus {
    const FOLDER: &'static str = "mass/get";

    fn full() -> Self {
        Self::new(MsgId::new(3_147_483_907))
    }

    fn requests() -> BoxedStrategy<Self> {
        msg_id().prop_map(Self::new).boxed()
    }

    /// This call has no word for the reason of a refusal, which only the event tells.
    fn responses() -> BoxedStrategy<GetMassStatusResponse> {
        let told = prop_oneof!["(SENDING|SEND_SUCCESS|SEND_FAIL|DELETE)", text()]
            .prop_map(|word| JobStatus::from_wire(&word))
            .prop_filter("a reason", |status| !matches!(status, JobStatus::Refused(_)));
        (msg_id(), told).prop_map(|(id, status)| GetMassStatusResponse::new(id, status)).boxed()
    }
}

impl Case for GetSpeed {
    const FOLDER: &'static str = "mass/speed-get";

    fn full() -> Self {
        Self::new()
    }

    fn requests() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn responses() -> BoxedStrategy<GetSpeedResponse> {
        (number(), number())
            .prop_map(|(level, real)| GetSpeedResponse::new(Speed::from_wire(level), real))
            .boxed()
    }
}

impl Case for SetSpeed {
    const FOLDER: &'static str = "mass/speed-set";

    fn full() -> Self {
        Self::new(Speed::Slow)
    }

    fn requests() -> BoxedStrategy<Self> {
        (0_u64..5).prop_map(|level| Self::new(Speed::from_wire(level))).boxed()
    }

    fn responses() -> BoxedStrategy<()> {
        Just(()).boxed()
    }
}
