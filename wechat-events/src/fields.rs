//! The fields of a push: names, texts and containers in the order of the wire.

pub(crate) mod arena;
pub(crate) mod in_order;
mod typed;

use std::fmt;

use arena::{Node, Span};

/// All fields of a push.
///
/// Nothing is dropped, so fields that this crate does not know are found here by name. Of a
/// repeated field [`get`](Self::get) and [`text`](Self::text) take the first, [`all`](Self::all)
/// gives each.
///
/// ```
/// # fn show(callback: &wechat_events::Callback) {
/// let ticket = callback.fields.text("Ticket");
/// let scanned = callback.fields.text("ScanCodeInfo/ScanResult");
/// for list in callback.fields.all("List") {
///     println!("{:?}", list.text_of("TemplateId"));
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Fields {
    /// The document as it came, and after it the texts that do not stand there in one piece.
    text: String,
    /// Each field before those inside it; the document itself is the first.
    nodes: Vec<Node>,
}

/// One field: a text, or a container of further fields.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    owner: &'a Fields,
    index: usize,
}

impl Fields {
    /// All of them, in the order of the wire.
    pub fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        self.root().iter()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.root().is_empty()
    }

    /// All fields of this name; lists are repeated fields (`item`, `List`, `fail_idx`).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Field<'a>> {
        self.root().all(name)
    }

    /// The first field of a name, or of a path such as `ScanCodeInfo/ScanResult`.
    pub fn get(&self, path: &str) -> Option<Field<'_>> {
        self.root().get(path)
    }

    /// The text of the first field of a name or path; an empty field has an empty text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.root().text_of(path)
    }

    /// The document, seen as one container.
    pub(crate) fn root(&self) -> Field<'_> {
        Field { owner: self, index: 0 }
    }

    fn piece(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

impl<'a> Field<'a> {
    /// The name on the wire.
    pub fn name(self) -> &'a str {
        self.node().map_or("", |node| self.owner.piece(node.name))
    }

    /// The text; empty in a container, unless the platform mixes both.
    ///
    /// Text inside CDATA or a JSON string is kept as it is. White space outside CDATA is dropped.
    pub fn text(self) -> &'a str {
        self.node().map_or("", |node| self.owner.piece(node.text))
    }

    /// What a container holds, in the order of the wire.
    pub fn iter(self) -> impl Iterator<Item = Field<'a>> {
        let end = self.end();
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let field = (next < end).then_some(Self { owner: self.owner, index: next })?;
            next = field.end();
            Some(field)
        })
    }

    /// It holds no fields: a text, or an empty container.
    pub fn is_empty(self) -> bool {
        self.end() <= self.index + 1
    }

    /// All fields of this name inside this one.
    pub fn all(self, name: &'a str) -> impl Iterator<Item = Field<'a>> {
        self.iter().filter(move |field| field.is_named(name))
    }

    /// The first field of a name or path inside this one.
    pub fn get(self, path: &str) -> Option<Field<'a>> {
        self.child(path).or_else(|| {
            let (name, rest) = path.split_once('/')?;
            self.child(name)?.get(rest)
        })
    }

    /// The text of the first field of a name or path inside this one.
    pub fn text_of(self, path: &str) -> Option<&'a str> {
        self.get(path).map(Self::text)
    }

    fn child(self, name: &str) -> Option<Field<'a>> {
        self.iter().find(|field| field.is_named(name))
    }

    /// As bytes: that a name begins and ends between characters is known.
    fn is_named(self, name: &str) -> bool {
        self.node().is_some_and(|node| {
            let range = node.name.range();
            range.len() == name.len()
                && self.owner.text.as_bytes().get(range) == Some(name.as_bytes())
        })
    }

    fn node(self) -> Option<&'a Node> {
        self.owner.nodes.get(self.index)
    }

    /// One past the last field inside.
    fn end(self) -> usize {
        self.node().map_or(0, |node| node.end as usize)
    }
}

/// By names and texts: how a document was laid out does not count.
impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

impl Eq for Fields {}

impl PartialEq for Field<'_> {
    /// The fields inside are compared too, the own name is not.
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
            && self.iter().map(Self::name).eq(other.iter().map(Field::name))
            && self.iter().eq(other.iter())
    }
}

impl Eq for Field<'_> {}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return self.text().fmt(f);
        }
        let mut map = f.debug_map();
        if !self.text().is_empty() {
            map.entry(&"", &self.text());
        }
        map.entries(self.iter().map(|field| (field.name(), field))).finish()
    }
}
