//! What followers and the platform tell the account without a request: messages and events.

#[cfg(feature = "server")]
mod spec;

use std::fmt::Write as _;
use std::time::SystemTime;

use wechat_types::id::OpenId;

use super::{Outbox, Sender};
use crate::beijing::unix_seconds;
use crate::server::{MockServer, sender};
use crate::turn::catch_up;
use crate::world::account::Account;
use crate::world::follower::Hindrance;

#[cfg(feature = "server")]
pub(crate) use spec::TriggerSpec;

/// A follower's message or an event, to be posted to the callback address by
/// [`MockServer::trigger`]. What has no function of its own is made by [`message`](Self::message)
/// or [`event`](Self::event) and its fields, or given as a whole [`document`](Self::document).
///
/// ```
/// use wechat_mock::{MockServer, Trigger};
///
/// let server = MockServer::builder().followers(1).build();
/// let fan = &server.followers()[0];
/// server.trigger(Trigger::text(fan, "你好"));
/// server.trigger(Trigger::event(fan, "view_miniprogram").field("EventKey", "pages/a").number("MenuId", 7));
/// ```
#[derive(Clone, Debug)]
pub struct Trigger {
    kind: Kind,
    /// None: the account's owner.
    from: Option<OpenId>,
    fields: String,
    effect: Effect,
}

#[derive(Clone, Debug)]
enum Kind {
    Message(String),
    Event(String),
    Document(String),
}

/// What it changes in the world.
#[derive(Clone, Debug)]
enum Effect {
    Nothing,
    Follows { scene: Option<String> },
    Leaves,
}

/// Messages: each gets a `MsgId` of its own.
impl Trigger {
    /// A message of any kind (MsgType).
    pub fn message(from: &OpenId, msg_type: impl Into<String>) -> Self {
        Self::new(Kind::Message(msg_type.into()), Some(from))
    }

    /// `text`.
    pub fn text(from: &OpenId, content: &str) -> Self {
        Self::message(from, "text").field("Content", content)
    }

    /// `image`.
    pub fn image(from: &OpenId, pic_url: &str, media_id: &str) -> Self {
        Self::message(from, "image").field("PicUrl", pic_url).field("MediaId", media_id)
    }

    /// `voice`; the format is `amr` or `speex`.
    pub fn voice(from: &OpenId, media_id: &str, format: &str) -> Self {
        Self::message(from, "voice").field("MediaId", media_id).field("Format", format)
    }

    /// `video`.
    pub fn video(from: &OpenId, media_id: &str, thumb_media_id: &str) -> Self {
        let message = Self::message(from, "video").field("MediaId", media_id);
        message.field("ThumbMediaId", thumb_media_id)
    }

    /// `shortvideo`.
    pub fn short_video(from: &OpenId, media_id: &str, thumb_media_id: &str) -> Self {
        let message = Self::message(from, "shortvideo").field("MediaId", media_id);
        message.field("ThumbMediaId", thumb_media_id)
    }

    /// `location`: a place that somebody sends. Latitude and longitude in degrees.
    pub fn location(from: &OpenId, latitude: f64, longitude: f64, scale: u32, label: &str) -> Self {
        let message = Self::message(from, "location").number("Location_X", latitude);
        message.number("Location_Y", longitude).number("Scale", scale).field("Label", label)
    }

    /// `link`.
    pub fn link(from: &OpenId, title: &str, description: &str, url: &str) -> Self {
        let message = Self::message(from, "link").field("Title", title);
        message.field("Description", description).field("Url", url)
    }
}

/// Events.
impl Trigger {
    /// An event of any name that comes from a follower. One that is called `subscribe` or
    /// `unsubscribe` makes somebody follow or leave, as the functions of these names do.
    pub fn event(from: &OpenId, name: impl Into<String>) -> Self {
        let name = name.into();
        let effect = match name.as_str() {
            "subscribe" => Effect::Follows { scene: None },
            "unsubscribe" => Effect::Leaves,
            _ => Effect::Nothing,
        };
        Self { effect, ..Self::new(Kind::Event(name), Some(from)) }
    }

    /// An event of any name that comes from the platform: FromUserName is the account's owner.
    pub fn platform_event(name: impl Into<String>) -> Self {
        Self::new(Kind::Event(name.into()), None)
    }

    /// `subscribe`: somebody **follows** the account from now on.
    pub fn subscribe(from: &OpenId) -> Self {
        Self::event(from, "subscribe")
    }

    /// `subscribe` by a QR code with this scene: somebody **follows** the account from now on.
    pub fn subscribe_by_qr(from: &OpenId, scene: &str, ticket: &str) -> Self {
        let key = format!("qrscene_{scene}");
        let event = Self::event(from, "subscribe").field("EventKey", &key).field("Ticket", ticket);
        Self { effect: Effect::Follows { scene: Some(scene.to_owned()) }, ..event }
    }

    /// `unsubscribe`: somebody **leaves**.
    pub fn unsubscribe(from: &OpenId) -> Self {
        Self::event(from, "unsubscribe")
    }

    /// `SCAN`: a follower scans a QR code with this scene.
    pub fn scan(from: &OpenId, scene: &str, ticket: &str) -> Self {
        Self::event(from, "SCAN").field("EventKey", scene).field("Ticket", ticket)
    }

    /// `LOCATION`: where a follower is who opens the conversation. Degrees, and metres.
    pub fn reports_location(from: &OpenId, latitude: f64, longitude: f64, precision: f64) -> Self {
        let event = Self::event(from, "LOCATION").number("Latitude", format!("{latitude:.6}"));
        let event = event.number("Longitude", format!("{longitude:.6}"));
        event.number("Precision", format!("{precision:.6}"))
    }

    /// `CLICK`: a button of the menu.
    pub fn click(from: &OpenId, key: &str) -> Self {
        Self::event(from, "CLICK").field("EventKey", key)
    }

    /// `VIEW`: a button of the menu that opens a page.
    pub fn view(from: &OpenId, url: &str, menu_id: u64) -> Self {
        Self::event(from, "VIEW").field("EventKey", url).number("MenuId", menu_id)
    }
}

/// Whatever else.
impl Trigger {
    /// A whole document, posted as it stands. It changes nothing in the world.
    pub fn document(xml: impl Into<String>) -> Self {
        Self::new(Kind::Document(xml.into()), None)
    }

    /// One more element with a text. No effect on a [`document`](Self::document).
    pub fn field(mut self, name: &str, text: &str) -> Self {
        cdata(&mut self.fields, name, text);
        self
    }

    /// One more element with a number.
    pub fn number(mut self, name: &str, number: impl std::fmt::Display) -> Self {
        // Writing to a String does not fail.
        let _ = write!(self.fields, "<{name}>{number}</{name}>");
        self
    }

    /// Elements inside of one more, made in the same way.
    ///
    /// ```
    /// # use wechat_mock::{MockServer, Trigger};
    /// # let server = MockServer::builder().followers(1).build();
    /// # let fan = &server.followers()[0];
    /// server.trigger(Trigger::event(fan, "scancode_push").field("EventKey", "k").inside(
    ///     "ScanCodeInfo",
    ///     |info| info.field("ScanType", "qrcode").field("ScanResult", "1"),
    /// ));
    /// ```
    pub fn inside(mut self, name: &str, fill: impl FnOnce(Self) -> Self) -> Self {
        let inner = fill(Self::platform_event("")).fields;
        let _ = write!(self.fields, "<{name}>{inner}</{name}>");
        self
    }

    fn new(kind: Kind, from: Option<&OpenId>) -> Self {
        Self { kind, from: from.cloned(), fields: String::new(), effect: Effect::Nothing }
    }

    fn take_effect(&self, account: &mut Account, now: SystemTime) {
        let Some(from) = &self.from else { return };
        match &self.effect {
            Effect::Nothing => {}
            Effect::Leaves => {
                if let Some(place) = account.followers.find(from) {
                    account.followers.set_hindrance(place, Some(Hindrance::Unsubscribed));
                }
            }
            Effect::Follows { scene } => {
                let place = account.followers.add(from.clone());
                if !account.followers.is_subscribed(place) {
                    account.followers.set_hindrance(place, None);
                }
                account.followers.set_followed_at(place, now);
                let Some(scene) = scene else { return };
                account.followers.change_profile(place, |profile| {
                    // The column of times keeps whole seconds.
                    profile.followed_at = now;
                    profile.scene = "ADD_SCENE_QR_CODE".to_owned();
                    match scene.parse() {
                        Ok(number) => profile.qr_scene = number,
                        Err(_) => profile.qr_scene_str.clone_from(scene),
                    }
                });
            }
        }
    }

    fn xml(self, sender: &Sender, message: u64, now: SystemTime) -> String {
        let (msg_type, event) = match self.kind {
            Kind::Document(xml) => return xml,
            Kind::Message(kind) => (kind, None),
            Kind::Event(name) => ("event".to_owned(), Some(name)),
        };
        let mut xml = String::from("<xml>");
        cdata(&mut xml, "ToUserName", &sender.original_id);
        cdata(&mut xml, "FromUserName", self.from.as_ref().unwrap_or(&sender.owner).as_str());
        let _ = write!(xml, "<CreateTime>{}</CreateTime>", unix_seconds(now));
        cdata(&mut xml, "MsgType", &msg_type);
        if let Some(event) = &event {
            cdata(&mut xml, "Event", event);
        }
        xml.push_str(&self.fields);
        if event.is_none() {
            let _ = write!(xml, "<MsgId>{message}</MsgId>");
        }
        xml.push_str("</xml>");
        xml
    }
}

/// An element with a text; `]]>` would end it.
fn cdata(xml: &mut String, name: &str, text: &str) {
    let text = text.replace("]]>", "]]]]><![CDATA[>");
    let _ = write!(xml, "<{name}><![CDATA[{text}]]></{name}>");
}

impl Outbox {
    /// The numbers of the callbacks that come of it.
    fn tell(&mut self, trigger: Trigger, sender: &Sender, now: SystemTime) -> Vec<u64> {
        let last = self.last_id;
        let from = trigger.from.clone().unwrap_or_else(|| sender.owner.clone());
        let message = match trigger.kind {
            Kind::Message(_) => self.next_message(),
            Kind::Event(_) | Kind::Document(_) => 0,
        };
        self.post(trigger.xml(sender, message, now), from.as_str(), now);
        (last + 1..=self.last_id).collect()
    }
}

impl MockServer {
    /// Lets a follower's message or an event happen now: it changes the world as it says, and is
    /// posted to the callback address, if there is one, when [`due`](Self::due) is asked next.
    pub fn trigger(&self, trigger: Trigger) {
        self.triggered(trigger);
    }

    /// The same; the numbers of the callbacks that come of it.
    pub(crate) fn triggered(&self, trigger: Trigger) -> Vec<u64> {
        let (settings, now) = (self.settings(), self.clock().now());
        let sender = {
            // What was due earlier comes first.
            catch_up(self.account_lock(), &settings, now);
            let mut account = self.account();
            trigger.take_effect(&mut account, now);
            sender(&account)
        };
        let callbacks = self.outbox().tell(trigger, &sender, now);
        self.changed();
        callbacks
    }
}
