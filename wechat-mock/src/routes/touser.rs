//! The body of mass/send: its list may hold ten thousand OpenIDs, which are packed as they are
//! read, without a text for each.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::fields::{self, Object};
use super::id_list;
use crate::reply::Refusal;
use crate::rule::TOO_MANY_OPENIDS;
use crate::settings::{EscapedText, Settings};
use crate::world::send::{Audience, OpenIds};

/// What stands under `touser`.
#[derive(Default)]
enum ToUser {
    #[default]
    Nothing,
    List {
        openids: OpenIds,
        /// All elements.
        count: usize,
        /// The first that is no text: its place, and what it is.
        strange: Option<(usize, &'static str)>,
    },
}

/// A body, its list of OpenIDs apart.
pub(super) struct Body {
    pub(super) rest: Object,
    to_user: ToUser,
}

impl Body {
    /// 44002 when it is empty, 47001 when it is no JSON object.
    pub(super) fn read(body: &[u8], escaped: EscapedText) -> Result<Self, Refusal> {
        if let Some(split) = id_list::take_out(body, "touser") {
            let rest = fields::object(&split.rest)?;
            let openids = OpenIds { usual: split.openids, others: Vec::new() };
            let count = openids.usual.len();
            return Ok(Self { rest, to_user: ToUser::List { openids, count, strange: None } });
        }
        let text = fields::text_of(body, escaped)?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        let body = reader.deserialize_map(BodyVisitor).map_err(|_| 47001)?;
        reader.end().map_err(|_| 47001)?;
        Ok(body)
    }

    /// 40031 when it is no list of texts.
    pub(super) fn audience(&mut self, settings: &Settings) -> Result<Audience, Refusal> {
        let ToUser::List { openids, count, strange } = std::mem::take(&mut self.to_user) else {
            return Err(Refusal::from(40031).at("touser").given("no list"));
        };
        let given = || format!("{count} given");
        if count == 0 || count < settings.fewest_openids_per_send {
            return Err(Refusal::from(40130).at("touser").given(given()));
        }
        if count > settings.openids_per_send {
            let code = settings.too_many_openids_code;
            return Err(Refusal::by(&TOO_MANY_OPENIDS, code).at("touser").given(given()));
        }
        if let Some((place, kind)) = strange {
            return Err(Refusal::from(40031).at(format!("touser[{place}]")).given(kind));
        }
        Ok(Audience::OpenIds(openids))
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut body = Body { rest: Object::new(), to_user: ToUser::Nothing };
        while let Some(key) = map.next_key::<String>()? {
            if key == "touser" {
                body.to_user = map.next_value_seed(ToUserReader)?;
            } else {
                body.rest.insert(key, map.next_value::<Value>()?);
            }
        }
        Ok(body)
    }
}

/// Takes any value: that it is no list is said later, after the checks of token and rights.
struct ToUserReader;

impl<'de> DeserializeSeed<'de> for ToUserReader {
    type Value = ToUser;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<ToUser, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ToUserReader {
    type Value = ToUser;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ToUser, A::Error> {
        let (mut openids, mut count, mut strange) = (OpenIds::default(), 0, None);
        while let Some(kind) = list.next_element_seed(OneReader(&mut openids))? {
            strange = strange.or(kind.map(|kind| (count, kind)));
            count += 1;
        }
        Ok(ToUser::List { openids, count, strange })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ToUser, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(ToUser::Nothing)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<ToUser, E> {
        Ok(ToUser::Nothing)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<ToUser, E> {
        Ok(ToUser::Nothing)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<ToUser, E> {
        Ok(ToUser::Nothing)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<ToUser, E> {
        Ok(ToUser::Nothing)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<ToUser, E> {
        Ok(ToUser::Nothing)
    }

    fn visit_unit<E: Error>(self) -> Result<ToUser, E> {
        Ok(ToUser::Nothing)
    }
}

/// One element of the list; what it is when it is no text.
struct OneReader<'a>(&'a mut OpenIds);

impl<'de> DeserializeSeed<'de> for OneReader<'_> {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneReader<'_> {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.0.push(text);
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some("an object"))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Some("a boolean"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Some("a number"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Some("a number"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Some("a number"))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Some("null"))
    }
}
