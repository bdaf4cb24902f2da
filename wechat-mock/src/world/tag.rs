//! Tags of followers.

use std::collections::BTreeMap;

use wechat_types::id::TagId;

/// Tags by id, with their names.
#[derive(Debug)]
pub(crate) struct Tags(BTreeMap<TagId, String>);

impl Tags {
    /// The platform's own: 0 none, 1 blacklist, 2 starred.
    pub(crate) fn new() -> Self {
        let own = [(0, "未分组"), (1, "黑名单"), (2, "星标组")];
        Self(own.into_iter().map(|(id, name)| (TagId::new(id), name.to_owned())).collect())
    }

    pub(crate) fn add(&mut self, tag: TagId, name: String) {
        self.0.insert(tag, name);
    }

    pub(crate) fn contains(&self, tag: TagId) -> bool {
        self.0.contains_key(&tag)
    }
}
