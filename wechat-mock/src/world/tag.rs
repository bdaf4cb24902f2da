//! Tags of followers, and the older groups, whose ids they took over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wechat_types::id::TagId;

use crate::settings::Settings;

/// Nobody's tag: those without one are counted under it.
pub(crate) const UNGROUPED: TagId = TagId::new(0);
/// The blacklist.
pub(crate) const BLACKLIST: TagId = TagId::new(1);
/// The last of the platform's own: starred.
pub(crate) const STARRED: TagId = TagId::new(2);

/// Tags an account may make.
const MOST: usize = 100;
/// Characters, or bytes, of the longest name.
const LONGEST_NAME: usize = 30;

/// Tags by id, with their names.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Tags {
    names: BTreeMap<TagId, String>,
    /// The id of the next tag; an id is never given twice.
    next: u64,
}

impl Tags {
    /// The platform's own: 0 none, 1 blacklist, 2 starred.
    pub(crate) fn new() -> Self {
        let own = [(UNGROUPED, "未分组"), (BLACKLIST, "黑名单"), (STARRED, "星标组")];
        let names = own.into_iter().map(|(id, name)| (id, name.to_owned())).collect();
        Self { names, next: 100 }
    }

    pub(crate) fn add(&mut self, tag: TagId, name: String) {
        self.next = self.next.max(tag.get().saturating_add(1));
        self.names.insert(tag, name);
    }

    pub(crate) fn contains(&self, tag: TagId) -> bool {
        self.names.contains_key(&tag)
    }

    /// All of them by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = (TagId, &str)> {
        self.names.iter().map(|(id, name)| (*id, name.as_str()))
    }

    /// The platform's own cannot be changed.
    pub(crate) fn is_system(tag: TagId) -> bool {
        tag <= STARRED
    }

    /// A tag that can be put on somebody: 45159 otherwise.
    pub(crate) fn usable(&self, tag: TagId) -> Result<(), i64> {
        if tag >= STARRED && self.contains(tag) { Ok(()) } else { Err(45159) }
    }

    pub(crate) fn create(&mut self, name: &str, settings: &Settings) -> Result<TagId, i64> {
        self.check_name(name, None, settings)?;
        self.make(name, 45056)
    }

    pub(crate) fn rename(
        &mut self,
        tag: TagId,
        name: &str,
        settings: &Settings,
    ) -> Result<(), i64> {
        self.changeable(tag, 45058, 45159)?;
        self.check_name(name, Some(tag), settings)?;
        self.names.insert(tag, name.to_owned());
        Ok(())
    }

    pub(crate) fn create_group(&mut self, name: &str) -> Result<TagId, i64> {
        check_group_name(name)?;
        self.make(name, 45018)
    }

    pub(crate) fn rename_group(&mut self, group: TagId, name: &str) -> Result<(), i64> {
        self.changeable(group, 45016, 40050)?;
        check_group_name(name)?;
        self.names.insert(group, name.to_owned());
        Ok(())
    }

    /// May this tag be changed or deleted?
    pub(crate) fn changeable(&self, tag: TagId, system: i64, unknown: i64) -> Result<(), i64> {
        if Self::is_system(tag) {
            return Err(system);
        }
        if self.contains(tag) { Ok(()) } else { Err(unknown) }
    }

    pub(crate) fn remove(&mut self, tag: TagId) {
        self.names.remove(&tag);
    }

    fn make(&mut self, name: &str, too_many: i64) -> Result<TagId, i64> {
        let made = self.names.keys().filter(|tag| !Self::is_system(**tag)).count();
        if made >= MOST {
            return Err(too_many);
        }
        let tag = TagId::new(self.next);
        self.add(tag, name.to_owned());
        Ok(tag)
    }

    fn check_name(&self, name: &str, own: Option<TagId>, settings: &Settings) -> Result<(), i64> {
        if name.trim().is_empty() {
            return Err(45157);
        }
        let length = if settings.tag_name_in_bytes { name.len() } else { name.chars().count() };
        if length > LONGEST_NAME {
            return Err(45158);
        }
        let taken = self.all().any(|(id, other)| other == name && Some(id) != own);
        if taken { Err(45157) } else { Ok(()) }
    }
}

fn check_group_name(name: &str) -> Result<(), i64> {
    if name.trim().is_empty() {
        return Err(40051);
    }
    if name.chars().count() > LONGEST_NAME { Err(45017) } else { Ok(()) }
}
