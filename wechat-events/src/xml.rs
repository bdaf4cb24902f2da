//! One bounded pass over the XML of a push, which takes nothing that the platform does not send.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::error::{XmlError, XmlErrorKind};
use crate::fields::{Field, Fields};

/// Larger bodies are refused. The longest push known is a text of 2048 bytes, three times in
/// compatible mode.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// The deepest push known has five levels.
const MAX_DEPTH: usize = 32;
/// Tags, texts and comments together; a report on eight articles has about 500.
const MAX_NODES: usize = 10_000;
/// The platform sends none at all.
const MAX_ATTRIBUTES: usize = 8;

/// Reads a whole document whose root is `xml`.
pub(crate) fn read(body: &[u8]) -> Result<Fields, XmlError> {
    if body.len() > MAX_BYTES {
        return Err(XmlError::new(XmlErrorKind::TooLarge, 0));
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| XmlError::new(XmlErrorKind::NotUtf8, error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_blank(text) {
        return Err(XmlError::new(XmlErrorKind::Empty, 0));
    }

    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk::default();
    let mut nodes = 0;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event =
            reader.read_event().map_err(|_| XmlError::new(XmlErrorKind::NotWellFormed, at))?;
        if matches!(event, Event::Eof) {
            return walk.finish().map_err(|kind| XmlError::new(kind, at));
        }
        nodes += 1;
        let taken =
            if nodes > MAX_NODES { Err(XmlErrorKind::TooManyNodes) } else { walk.take(event, at) };
        taken.map_err(|kind| XmlError::new(kind, at))?;
    }
}

/// XML's own white space: others, such as the ideographic blank, belong to the text.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

fn is_blank(text: &str) -> bool {
    text.trim_matches(BLANKS).is_empty()
}

/// An element whose end has not come yet.
#[derive(Default)]
struct Open {
    field: Field,
    /// Text since the last tag or CDATA. It arrives in pieces, split by references and comments,
    /// and is trimmed as a whole.
    loose: String,
}

impl Open {
    fn settle(&mut self) {
        self.field.text.push_str(self.loose.trim_matches(BLANKS));
        self.loose.clear();
    }
}

/// The elements open at one moment, the root first, and the root once it is closed.
#[derive(Default)]
struct Walk {
    open: Vec<Open>,
    root: Option<Field>,
}

impl Walk {
    fn take(&mut self, event: Event<'_>, at: usize) -> Result<(), XmlErrorKind> {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text),
            Event::GeneralRef(reference) => {
                let mut buffer = [0; 4];
                let text = resolve(&reference, &mut buffer)?;
                self.inside()?.loose.push_str(text);
                Ok(())
            }
            Event::CData(text) => {
                let open = self.inside()?;
                open.settle();
                open.field.text.push_str(&text);
                Ok(())
            }
            Event::Decl(_) if at > 0 => Err(XmlErrorKind::NotWellFormed),
            Event::DocType(_) => Err(XmlErrorKind::Doctype),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => Ok(()),
            // Expanded into start and end, and the loop stops at the last.
            Event::Empty(_) | Event::Eof => Err(XmlErrorKind::NotWellFormed),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), XmlErrorKind> {
        let name = tag.name().into_inner();
        match self.open.last_mut() {
            Some(parent) => parent.settle(),
            None if self.root.is_some() => return Err(XmlErrorKind::Trailing),
            None if name != "xml" => return Err(XmlErrorKind::WrongRoot),
            None => {}
        }
        if self.open.len() == MAX_DEPTH {
            return Err(XmlErrorKind::TooDeep);
        }
        for (index, attribute) in tag.attributes().enumerate() {
            if index == MAX_ATTRIBUTES {
                return Err(XmlErrorKind::TooManyAttributes);
            }
            attribute.map_err(|_| XmlErrorKind::NotWellFormed)?;
        }
        let field = Field { name: name.to_owned(), ..Field::default() };
        self.open.push(Open { field, loose: String::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), XmlErrorKind> {
        let mut closed = self.open.pop().ok_or(XmlErrorKind::NotWellFormed)?;
        closed.settle();
        match self.open.last_mut() {
            Some(parent) => parent.field.fields.push(closed.field),
            None => self.root = Some(closed.field),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XmlErrorKind> {
        if self.open.is_empty() && is_blank(text) {
            return Ok(());
        }
        self.inside()?.loose.push_str(text);
        Ok(())
    }

    /// The innermost element; text outside the root is refused.
    fn inside(&mut self) -> Result<&mut Open, XmlErrorKind> {
        let outside =
            if self.root.is_some() { XmlErrorKind::Trailing } else { XmlErrorKind::NotWellFormed };
        self.open.last_mut().ok_or(outside)
    }

    /// The reader takes the end of input inside an element for a good end.
    fn finish(self) -> Result<Fields, XmlErrorKind> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root.fields),
            _ => Err(XmlErrorKind::NotWellFormed),
        }
    }
}

/// The five names of XML and numbers; any other name would need the DOCTYPE that is refused.
fn resolve<'a>(reference: &BytesRef<'_>, buffer: &'a mut [u8; 4]) -> Result<&'a str, XmlErrorKind> {
    let number = reference.resolve_char_ref().map_err(|_| XmlErrorKind::NotWellFormed)?;
    match number {
        Some(character) => Ok(character.encode_utf8(buffer)),
        None => resolve_xml_entity(reference).ok_or(XmlErrorKind::UnknownEntity),
    }
}
