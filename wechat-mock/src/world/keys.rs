//! Keys of sends: which send was accepted under which key, and with which content.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use wechat_types::id::MsgId;

use super::send::{Audience, Content, Send};
use crate::random::digest;
use crate::reply::Refusal;
use crate::settings::{DefaultKey, Settings};

/// Under what a send is remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SendKey {
    /// Given by the sender, or made by the platform; none when neither is the case.
    key: Option<String>,
    content: String,
}

/// When which job was accepted.
type Known = BTreeMap<String, (MsgId, SystemTime)>;

/// Keys of the last 24 hours.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Keys {
    by_key: Known,
    by_content: Known,
}

impl SendKey {
    /// 45067 for a key that is too long.
    pub(crate) fn of(send: &Send, settings: &Settings) -> Result<Self, Refusal> {
        let content = hashed(&send.content.words());
        let key = match &send.client_msg_id {
            Some(key) if key.len() > settings.key_limit => return Err(45067.into()),
            Some(key) => Some(format!("key:{key}")),
            None => default_key(&send.audience, &send.content, settings),
        };
        Ok(Self { key, content })
    }
}

fn default_key(audience: &Audience, content: &Content, settings: &Settings) -> Option<String> {
    let audience = match settings.default_key {
        DefaultKey::None => return None,
        DefaultKey::ContentOnly => 0,
        DefaultKey::AudienceAndContent => audience.digest(),
    };
    Some(format!("digest:{audience:016x}{}", hashed(&content.words())))
}

fn hashed(words: &[String]) -> String {
    let parts: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
    format!("{:016x}", digest(&parts))
}

impl Keys {
    /// 45065 with the number of the job that is known under this key, 45066 when that is too young.
    pub(crate) fn check(
        &self,
        key: &SendKey,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        if let Some((msg_id, at)) = key.key.as_ref().and_then(|key| self.by_key.get(key))
            && now < *at + settings.key_memory
        {
            if settings.repeat_too_fast.is_some_and(|pause| now < *at + pause) {
                return Err(45066.into());
            }
            return Err(Refusal { msg_id: Some(*msg_id), ..45065.into() });
        }
        if settings.known_content_refused
            && let Some((msg_id, at)) = self.by_content.get(&key.content)
            && now < *at + settings.key_memory
        {
            return Err(Refusal { msg_id: Some(*msg_id), ..45065.into() });
        }
        Ok(())
    }

    pub(crate) fn remember(&mut self, key: &SendKey, msg_id: MsgId, now: SystemTime) {
        if let Some(key) = &key.key {
            self.by_key.insert(key.clone(), (msg_id, now));
        }
        self.by_content.insert(key.content.clone(), (msg_id, now));
    }

    /// The key is free again, unless another job has it by now.
    pub(crate) fn forget(&mut self, key: &SendKey, msg_id: MsgId) {
        let is_its = |known: &Known, key: &str| known.get(key).is_some_and(|(id, _)| *id == msg_id);
        if let Some(key) = &key.key
            && is_its(&self.by_key, key)
        {
            self.by_key.remove(key);
        }
        if is_its(&self.by_content, &key.content) {
            self.by_content.remove(&key.content);
        }
    }
}
