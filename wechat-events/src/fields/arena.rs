//! How fields are stored: one text and one list of nodes, however many fields there are.

use std::ops::Range;

use super::Fields;

/// A piece of the text, in bytes. Bodies are at most 1 MiB, so 32 bits are plenty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    length: u32,
}

impl Span {
    fn new(start: usize, length: usize) -> Option<Self> {
        Some(Self { start: start.try_into().ok()?, length: length.try_into().ok()? })
    }

    pub(super) fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(super) name: Span,
    pub(super) text: Span,
    /// One past the last field inside.
    pub(super) end: u32,
}

/// Takes fields in the order of the wire.
pub(crate) struct Builder<'a> {
    body: &'a str,
    extra: String,
    nodes: Vec<Node>,
}

impl<'a> Builder<'a> {
    /// For the fields of this document.
    pub(crate) fn new(body: &'a str) -> Self {
        // A leaf of the platform takes about 50 bytes; a large body is one large text.
        let nodes = Vec::with_capacity((body.len() / 32).clamp(8, 256));
        Self { body, extra: String::new(), nodes }
    }

    /// Fields so far, the document included.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Begins a field. Those that follow stand inside it until it is closed.
    pub(crate) fn open(&mut self, name: &str) -> usize {
        let index = self.nodes.len();
        let name = self.keep(name);
        self.nodes.push(Node { name, text: Span::default(), end: 0 });
        index
    }

    /// Ends a field.
    pub(crate) fn close(&mut self, index: usize, text: &str) {
        let text = self.keep(text);
        let end = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(index) {
            (node.text, node.end) = (text, end);
        }
    }

    /// What is to be added to the document, and the fields as pieces of both.
    pub(crate) fn finish(self) -> Parts {
        Parts { extra: self.extra, nodes: self.nodes }
    }

    /// Most texts are pieces of the document, and are only pointed at.
    fn keep(&mut self, text: &str) -> Span {
        if text.is_empty() {
            return Span::default();
        }
        let start = text.as_ptr().addr().wrapping_sub(self.body.as_ptr().addr());
        let inside = start.checked_add(text.len()).is_some_and(|end| end <= self.body.len());
        let start = if inside {
            start
        } else {
            self.extra.push_str(text);
            self.body.len() + self.extra.len() - text.len()
        };
        Span::new(start, text.len()).unwrap_or_default()
    }
}

/// What a reader made of a document.
pub(crate) struct Parts {
    extra: String,
    nodes: Vec<Node>,
}

impl Parts {
    /// The fields of `body`, which must be the document they were read from.
    pub(crate) fn into_fields(self, mut body: String) -> Fields {
        body.push_str(&self.extra);
        Fields { text: body, nodes: self.nodes }
    }
}
