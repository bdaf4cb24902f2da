//! Triggers as they are written down in the control API.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use wechat_types::id::OpenId;

use super::{Trigger, cdata};

/// What the mock writes into every message and event.
const OWN: [&str; 4] = ["ToUserName", "FromUserName", "CreateTime", "MsgType"];

/// A trigger by its name. Those with fields of their own are the functions of [`Trigger`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum TriggerSpec {
    Text { openid: OpenId, content: Text },
    Image { openid: OpenId, pic_url: Text, media_id: Text },
    Voice { openid: OpenId, media_id: Text, format: Text },
    Video { openid: OpenId, media_id: Text, thumb_media_id: Text },
    ShortVideo { openid: OpenId, media_id: Text, thumb_media_id: Text },
    Location { openid: OpenId, latitude: f64, longitude: f64, scale: u32, label: Text },
    Link { openid: OpenId, title: Text, description: Text, url: Text },
    Subscribe { openid: OpenId, qr: Option<Code> },
    Unsubscribe { openid: OpenId },
    Scan { openid: OpenId, scene: Text, ticket: Text },
    ReportsLocation { openid: OpenId, latitude: f64, longitude: f64, precision: f64 },
    Click { openid: OpenId, key: Text },
    View { openid: OpenId, url: Text, menu_id: u64 },
    Message { openid: OpenId, msg_type: Text, fields: Option<Fields> },
    Event { openid: Option<OpenId>, name: Text, fields: Option<Fields> },
    Document { xml: String },
}

/// The QR code by which somebody follows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    scene: Text,
    ticket: Text,
}

impl TriggerSpec {
    /// The trigger; otherwise the field that is wrong, and what is wrong with it.
    pub(crate) fn into_trigger(self) -> Result<Trigger, (String, String)> {
        Ok(match self {
            Self::Text { openid, content } => Trigger::text(&openid, &content.0),
            Self::Image { openid, pic_url, media_id } => {
                Trigger::image(&openid, &pic_url.0, &media_id.0)
            }
            Self::Voice { openid, media_id, format } => {
                Trigger::voice(&openid, &media_id.0, &format.0)
            }
            Self::Video { openid, media_id, thumb_media_id } => {
                Trigger::video(&openid, &media_id.0, &thumb_media_id.0)
            }
            Self::ShortVideo { openid, media_id, thumb_media_id } => {
                Trigger::short_video(&openid, &media_id.0, &thumb_media_id.0)
            }
            Self::Location { openid, latitude, longitude, scale, label } => {
                Trigger::location(&openid, latitude, longitude, scale, &label.0)
            }
            Self::Link { openid, title, description, url } => {
                Trigger::link(&openid, &title.0, &description.0, &url.0)
            }
            Self::Subscribe { openid, qr: None } => Trigger::subscribe(&openid),
            Self::Subscribe { openid, qr: Some(Code { scene, ticket }) } => {
                Trigger::subscribe_by_qr(&openid, &scene.0, &ticket.0)
            }
            Self::Unsubscribe { openid } => Trigger::unsubscribe(&openid),
            Self::Scan { openid, scene, ticket } => Trigger::scan(&openid, &scene.0, &ticket.0),
            Self::ReportsLocation { openid, latitude, longitude, precision } => {
                Trigger::reports_location(&openid, latitude, longitude, precision)
            }
            Self::Click { openid, key } => Trigger::click(&openid, &key.0),
            Self::View { openid, url, menu_id } => Trigger::view(&openid, &url.0, menu_id),
            Self::Message { openid, msg_type, fields } => {
                if msg_type.0.is_empty() || msg_type.0 == "event" {
                    return Err(wrong("message.msg_type", "the kind of a message is expected"));
                }
                let message = Trigger::message(&openid, msg_type.0);
                filled(message, fields, "message", "MsgId")?
            }
            Self::Event { openid, name, fields } => {
                if name.0.is_empty() {
                    return Err(wrong("event.name", "an event has a name"));
                }
                let event = match &openid {
                    Some(openid) => Trigger::event(openid, name.0),
                    None => Trigger::platform_event(name.0),
                };
                filled(event, fields, "event", "Event")?
            }
            Self::Document { xml } if xml.trim().is_empty() => {
                return Err(wrong("document.xml", "a document is expected"));
            }
            Self::Document { xml } => Trigger::document(xml),
        })
    }
}

fn wrong(field: &str, problem: &str) -> (String, String) {
    (field.to_owned(), problem.to_owned())
}

/// With these fields, none of which may be one that the mock writes; `last` is one more of those.
fn filled(
    mut trigger: Trigger,
    fields: Option<Fields>,
    place: &str,
    last: &str,
) -> Result<Trigger, (String, String)> {
    let Some(fields) = fields else { return Ok(trigger) };
    let is_own = |name: &str| OWN.contains(&name) || name == last;
    if let Some((name, _)) = fields.0.iter().find(|(name, _)| is_own(&name.0)) {
        let problem = "the mock writes it; give a document to choose it";
        return Err(wrong(&format!("{place}.fields.{}", name.0), problem));
    }
    fields.write(&mut trigger.fields);
    Ok(trigger)
}

/// A text that can stand in XML.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Text(String);

impl TryFrom<String> for Text {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_good = |c: char| {
            matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}')
        };
        match text.chars().find(|c| !is_good(*c)) {
            Some(bad) => Err(format!("the character {bad:?} cannot stand in XML")),
            None => Ok(Self(text)),
        }
    }
}

/// The name of an element.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if begins && name.chars().all(is_good) {
            return Ok(Self(name));
        }
        Err(format!("{name:?} is no name of an element: letters, digits, _, - and . make one"))
    }
}

/// Elements in the order in which they were written down.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(Name, Field)>);

#[derive(Debug)]
enum Field {
    Text(Text),
    Number(String),
    Inside(Fields),
    /// The same element several times.
    List(Vec<Self>),
}

impl Fields {
    fn write(&self, xml: &mut String) {
        self.0.iter().for_each(|(name, field)| field.write(&name.0, xml));
    }
}

impl Field {
    fn write(&self, name: &str, xml: &mut String) {
        match self {
            Self::Text(text) => cdata(xml, name, &text.0),
            Self::Number(number) => xml.push_str(&format!("<{name}>{number}</{name}>")),
            Self::Inside(fields) => {
                xml.push_str(&format!("<{name}>"));
                fields.write(xml);
                xml.push_str(&format!("</{name}>"));
            }
            Self::List(list) => list.iter().for_each(|field| field.write(name, xml)),
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Elements;

        impl<'de> Visitor<'de> for Elements {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of elements")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fields, A::Error> {
                elements(map)
            }
        }

        from.deserialize_map(Elements)
    }
}

fn elements<'de, A: MapAccess<'de>>(mut map: A) -> Result<Fields, A::Error> {
    let mut fields: Vec<(Name, Field)> = Vec::new();
    while let Some((name, field)) = map.next_entry::<Name, Field>()? {
        if fields.iter().any(|(known, _)| known.0 == name.0) {
            let problem = format!("{} stands here twice; a list repeats an element", name.0);
            return Err(A::Error::custom(problem));
        }
        fields.push((name, field));
    }
    Ok(Fields(fields))
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Value)
    }
}

struct Value;

impl<'de> Visitor<'de> for Value {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, an object of elements, or a list of these")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Field, E> {
        Text::try_from(text.to_owned()).map(Field::Text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Field, E> {
        Ok(Field::Number(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Field, E> {
        Ok(Field::Number(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Field, E> {
        Ok(Field::Number(number.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Field, A::Error> {
        elements(map).map(Field::Inside)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Field, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = list.next_element()? {
            if matches!(field, Field::List(_)) {
                return Err(A::Error::custom("a list in a list has no name for its elements"));
            }
            fields.push(field);
        }
        Ok(Field::List(fields))
    }
}
