//! The key of a push: the same for each try of it, another for every other push.

use std::fmt;

use sha1::{Digest as _, Sha1};

use crate::callback::Callback;
use crate::fields::Field;
use crate::signature::hex;

/// What tells one push from others, whatever was pushed: a short text without personal data.
///
/// | push | made of |
/// |---|---|
/// | message | account, `MsgId` |
/// | end of a job (mass send, template message, publish) | account, event, the job's number |
/// | any other event | account, sender, `CreateTime`, event, `EventKey`, and what else tells two events of one second apart (card, code, session, template message) |
///
/// The document names `MsgId` for messages, and sender and time for events. The latter alone would
/// lose one of two events that come in the same second, and two jobs may end in one.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PushKey(String);

/// Where an event names what it is about. Only those are taken that are the same in each try.
const ABOUT: &[&str] = &[
    "EventKey",
    "MenuId",
    "CardId",
    "UserCardCode",
    "TransId",
    "OrderId",
    "KfAccount",
    "ToKfAccount",
    "trace_id",
    "SubscribeMsgPopupEvent/List/TemplateId",
    "SubscribeMsgChangeEvent/List/TemplateId",
    "SubscribeMsgSentEvent/List/MsgID",
];

impl PushKey {
    /// The key of a push that was read.
    pub fn of(callback: &Callback) -> Self {
        let (header, fields) = (&callback.header, &callback.fields);
        let present = |path| fields.text(path).filter(|text| !text.is_empty() && *text != "0");
        let account = header.to_user.as_str();
        let Some(event) = &header.event_name else {
            return match present("MsgId") {
                Some(id) => Self::join("message", &[account, id]),
                // Every message has one. One without is told apart by all that it says.
                None => Self::join("message", &texts(fields.root())),
            };
        };
        // Its case varies, though not from try to try.
        let event = event.to_ascii_lowercase();
        let job = present("MsgID").or_else(|| present("PublishEventInfo/publish_id"));
        if let Some(job) = job {
            return Self::join("job", &[account, &event, job]);
        }
        let time = header.create_time.to_string();
        let mut parts = vec![account, &header.from_user, &time, &event];
        parts.extend(ABOUT.iter().map(|path| fields.text(path).unwrap_or_default()));
        Self::join("event", &parts)
    }

    /// The key as text: `message-`, `job-` or `event-` and 40 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Each part with its length, so that no text of a follower's can pass for another's parts.
    fn join(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha1::new();
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(format!("{kind}-{}", hex(&hash.finalize())))
    }
}

impl fmt::Display for PushKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn texts(fields: Field<'_>) -> Vec<&str> {
    let mut found = Vec::new();
    for field in fields.iter() {
        found.extend([field.name(), field.text()]);
        found.extend(texts(field));
    }
    found
}
