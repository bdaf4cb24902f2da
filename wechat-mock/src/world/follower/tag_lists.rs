//! The lists of tags that followers have, each kept once, with the number of its followers.

use std::collections::BTreeMap;
use std::sync::Arc;

use wechat_types::id::TagId;

use crate::random::mix;

/// Which list.
pub(super) type ListId = u32;

/// The list without tags.
pub(super) const NO_TAGS: ListId = 0;

/// Kinds of followers that are counted apart: without a hindrance, and one for each hindrance.
pub(super) const KINDS: usize = 7;

#[derive(Clone, Debug)]
pub(super) struct TagList {
    /// The oldest first: the old groups want to know.
    pub(super) tags: Arc<[TagId]>,
    /// How many have it, by kind.
    pub(super) people: [u32; KINDS],
}

#[derive(Clone, Debug)]
pub(super) struct TagLists {
    lists: Vec<TagList>,
    ids: BTreeMap<Arc<[TagId]>, ListId>,
    /// Lists that nobody has any more.
    free: Vec<ListId>,
}

impl Default for TagLists {
    fn default() -> Self {
        let tags: Arc<[TagId]> = Arc::default();
        let ids = BTreeMap::from([(Arc::clone(&tags), NO_TAGS)]);
        Self { lists: vec![TagList { tags, people: [0; KINDS] }], ids, free: Vec::new() }
    }
}

impl TagLists {
    /// All that somebody has.
    pub(super) fn all(&self) -> impl Iterator<Item = &TagList> {
        self.lists.iter().filter(|list| list.people.iter().any(|people| *people > 0))
    }

    pub(super) fn tags(&self, id: ListId) -> &[TagId] {
        self.lists.get(id as usize).map(|list| &*list.tags).unwrap_or_default()
    }

    /// A digest of each list's tags, by its number.
    pub(super) fn digests(&self) -> Vec<u64> {
        let digest = |list: &TagList| list.tags.iter().fold(0, |all, tag| mix(all, tag.get()));
        self.lists.iter().map(digest).collect()
    }

    /// The list of these tags, made if need be. It must be joined at once.
    pub(super) fn id(&mut self, tags: &[TagId]) -> ListId {
        match self.ids.get(tags) {
            Some(id) => *id,
            None => self.make(tags),
        }
    }

    /// So many people of a kind get this list.
    pub(super) fn join(&mut self, id: ListId, kind: u8, people: u32) {
        if let Some(count) = self.count(id, kind) {
            *count += people;
        }
    }

    /// So many people of a kind have it no longer.
    pub(super) fn leave(&mut self, id: ListId, kind: u8, people: u32) {
        if let Some(count) = self.count(id, kind) {
            *count -= people;
        }
        let Some(list) = self.lists.get(id as usize) else { return };
        if id != NO_TAGS && list.people == [0; KINDS] {
            self.ids.remove(&list.tags);
            self.free.push(id);
        }
    }

    fn count(&mut self, id: ListId, kind: u8) -> Option<&mut u32> {
        self.lists.get_mut(id as usize)?.people.get_mut(usize::from(kind))
    }

    fn make(&mut self, tags: &[TagId]) -> ListId {
        let list = TagList { tags: tags.into(), people: [0; KINDS] };
        let tags = Arc::clone(&list.tags);
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(old) = self.lists.get_mut(id as usize) {
                    *old = list;
                }
                id
            }
            None => {
                self.lists.push(list);
                // Not more lists than followers.
                (self.lists.len() - 1) as ListId
            }
        };
        self.ids.insert(tags, id);
        id
    }
}
