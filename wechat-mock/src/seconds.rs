//! Spans of time as they are written down: a number of seconds.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
    if span.subsec_nanos() == 0 {
        to.serialize_u64(span.as_secs())
    } else {
        to.serialize_f64(span.as_secs_f64())
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    read(Seconds::deserialize(from)?)
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a number of seconds is expected")]
enum Seconds {
    Whole(u64),
    Part(f64),
}

fn read<E: serde::de::Error>(seconds: Seconds) -> Result<Duration, E> {
    // A hundred years: more would sooner or later be no time any more.
    const MOST: f64 = 3_155_760_000.0;
    match seconds {
        Seconds::Whole(whole) if whole as f64 <= MOST => Ok(Duration::from_secs(whole)),
        Seconds::Part(part) if (0.0..=MOST).contains(&part) => Ok(Duration::from_secs_f64(part)),
        _ => Err(E::custom("a number of seconds from 0 to a hundred years is expected")),
    }
}

/// The same for a span that may be missing.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Duration, Seconds, Serializer, read};

    #[expect(clippy::ref_option, reason = "the shape that serde asks for")]
    pub(crate) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => super::serialize(span, to),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Option::<Seconds>::deserialize(from)?.map(read).transpose()
    }
}
