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
/// | any other event | all that it says: account, sender, `CreateTime`, event, `EventKey` and the rest |
///
/// The document names `MsgId` for messages, and sender and time for events. The latter alone would
/// lose one of two events that come in the same second: many come from the account and not from the user, so
/// that the first of two users who take back their authorisation would hide the second. The tries of one push
/// have the same message; only the query around it is made anew.
///
/// <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html>
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PushKey(String);

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
        // The spelling of messages is read there too.
        let job = job.or_else(|| present("MsgId").filter(|_| event == "masssendjobfinish"));
        match job {
            Some(job) => Self::join("job", &[account, &event, job]),
            None => Self::join("event", &texts(fields.root())),
        }
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
