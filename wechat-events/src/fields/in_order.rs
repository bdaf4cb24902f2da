//! Asking a container for its fields in the order in which the platform writes them.

use super::Field;

/// Finds each field with one look as long as they come in the order in which they are asked for, and
/// by a search from then on. No name may be asked for twice.
pub(crate) struct InOrder<'a> {
    container: Field<'a>,
    /// All before it were asked for, so that what stands there is the first of its name.
    next: Field<'a>,
}

impl<'a> Field<'a> {
    /// What stands in this container, to be asked for in the order of the wire.
    pub(crate) fn in_order(self) -> InOrder<'a> {
        InOrder { container: self, next: self.at(self.index + 1) }
    }

    fn at(self, index: usize) -> Self {
        Self { owner: self.owner, index }
    }
}

impl<'a> InOrder<'a> {
    /// The first field of a name.
    pub(crate) fn get(&mut self, name: &str) -> Option<Field<'a>> {
        let next = self.next;
        if next.index < self.container.end() && next.is_named(name) {
            self.next = next.at(next.end());
            return Some(next);
        }
        self.container.child(name)
    }

    /// A text that may be absent; an empty one is as good as absent.
    pub(crate) fn optional(&mut self, name: &str) -> Option<String> {
        self.get(name)?.non_empty()
    }

    /// A whole number beside the point: `None` where there is none that can be read.
    pub(crate) fn lenient_number(&mut self, name: &str) -> Option<u64> {
        self.get(name)?.lenient_whole()
    }
}
