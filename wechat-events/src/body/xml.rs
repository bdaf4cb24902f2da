//! One bounded pass over the XML of a push, which takes nothing that the platform does not send.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{BLANKS, MAX_ATTRIBUTES, MAX_DEPTH, MAX_NODES};
use crate::error::{BodyError, BodyErrorKind};
use crate::fields::arena::{Builder, Parts};

/// Reads a whole document whose root is `xml`.
pub(super) fn read(body: &str) -> Result<Parts, BodyError> {
    // Taken off here, so that every text of the reader is a piece of the body.
    let text = body.strip_prefix('\u{feff}').unwrap_or(body);
    let mut reader = Reader::from_str(text);
    let mut walk = Walk { fields: Builder::new(body), open: Vec::new(), closed: false };
    let mut nodes = 0;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event =
            reader.read_event().map_err(|_| BodyError::new(BodyErrorKind::NotWellFormed, at))?;
        if matches!(event, Event::Eof) {
            return walk.finish().map_err(|kind| BodyError::new(kind, at));
        }
        nodes += 1;
        let taken =
            if nodes > MAX_NODES { Err(BodyErrorKind::TooManyNodes) } else { walk.take(event, at) };
        taken.map_err(|kind| BodyError::new(kind, at))?;
    }
}

/// A text, which may arrive in pieces: references, comments and the borders of CDATA split it.
#[derive(Default)]
struct Text<'a> {
    piece: &'a str,
    joined: String,
}

impl<'a> Text<'a> {
    /// A single piece is not copied.
    fn push(&mut self, text: Cow<'a, str>) {
        match text {
            text if text.is_empty() => {}
            Cow::Borrowed(text) if self.as_str().is_empty() => self.piece = text,
            text => self.join(&text),
        }
    }

    fn join(&mut self, text: &str) {
        if self.joined.is_empty() {
            self.joined.push_str(self.piece);
        }
        self.joined.push_str(text);
    }

    fn as_str(&self) -> &str {
        if self.joined.is_empty() { self.piece } else { &self.joined }
    }

    /// Without the blanks around it.
    fn trimmed(self) -> Cow<'a, str> {
        if self.joined.is_empty() {
            Cow::Borrowed(self.piece.trim_matches(BLANKS))
        } else {
            Cow::Owned(self.joined.trim_matches(BLANKS).to_owned())
        }
    }
}

/// An element whose end has not come yet.
struct Open<'a> {
    index: usize,
    text: Text<'a>,
    /// Text since the last tag or CDATA, which is trimmed as a whole.
    loose: Text<'a>,
}

impl Open<'_> {
    fn settle(&mut self) {
        if !self.loose.as_str().is_empty() {
            self.text.push(std::mem::take(&mut self.loose).trimmed());
        }
    }
}

/// The fields so far, and the elements open at one moment, the root first.
struct Walk<'a> {
    fields: Builder<'a>,
    open: Vec<Open<'a>>,
    /// The root was there and has ended.
    closed: bool,
}

impl<'a> Walk<'a> {
    fn take(&mut self, event: Event<'a>, at: usize) -> Result<(), BodyErrorKind> {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(_) => self.end(),
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end()
            }
            Event::Text(text) => self.text(text.into_inner()),
            Event::GeneralRef(reference) => {
                let mut buffer = [0; 4];
                let text = resolve(&reference, &mut buffer)?;
                self.inside()?.loose.join(text);
                Ok(())
            }
            Event::CData(text) => {
                let open = self.inside()?;
                open.settle();
                open.text.push(text.into_inner());
                Ok(())
            }
            Event::Decl(_) if at > 0 => Err(BodyErrorKind::NotWellFormed),
            Event::DocType(_) => Err(BodyErrorKind::Doctype),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => Ok(()),
            // The loop stops before.
            Event::Eof => Err(BodyErrorKind::NotWellFormed),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), BodyErrorKind> {
        let name = tag.name().into_inner();
        match self.open.last_mut() {
            Some(parent) => parent.settle(),
            None if self.closed => return Err(BodyErrorKind::Trailing),
            None if name != "xml" => return Err(BodyErrorKind::WrongRoot),
            None => {}
        }
        if self.open.len() == MAX_DEPTH {
            return Err(BodyErrorKind::TooDeep);
        }
        if name.len() < tag.len() {
            check_attributes(tag)?;
        }
        let index = self.fields.open(name);
        self.open.push(Open { index, text: Text::default(), loose: Text::default() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), BodyErrorKind> {
        let mut open = self.open.pop().ok_or(BodyErrorKind::NotWellFormed)?;
        open.settle();
        self.fields.close(open.index, open.text.as_str());
        self.closed = self.open.is_empty();
        Ok(())
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<(), BodyErrorKind> {
        if self.open.is_empty() && text.trim_matches(BLANKS).is_empty() {
            return Ok(());
        }
        self.inside()?.loose.push(text);
        Ok(())
    }

    /// The innermost element; text outside the root is refused.
    fn inside(&mut self) -> Result<&mut Open<'a>, BodyErrorKind> {
        let outside =
            if self.closed { BodyErrorKind::Trailing } else { BodyErrorKind::NotWellFormed };
        self.open.last_mut().ok_or(outside)
    }

    /// The reader takes the end of input inside an element for a good end.
    fn finish(self) -> Result<Parts, BodyErrorKind> {
        if self.closed { Ok(self.fields.finish()) } else { Err(BodyErrorKind::NotWellFormed) }
    }
}

/// They say nothing here, but they must be well-formed and few.
fn check_attributes(tag: &BytesStart<'_>) -> Result<(), BodyErrorKind> {
    for (index, attribute) in tag.attributes().enumerate() {
        if index == MAX_ATTRIBUTES {
            return Err(BodyErrorKind::TooManyAttributes);
        }
        attribute.map_err(|_| BodyErrorKind::NotWellFormed)?;
    }
    Ok(())
}

/// The five names of XML and numbers; any other name would need the DOCTYPE that is refused.
fn resolve<'a>(
    reference: &BytesRef<'_>,
    buffer: &'a mut [u8; 4],
) -> Result<&'a str, BodyErrorKind> {
    let number = reference.resolve_char_ref().map_err(|_| BodyErrorKind::NotWellFormed)?;
    match number {
        Some(character) => Ok(character.encode_utf8(buffer)),
        None => resolve_xml_entity(reference).ok_or(BodyErrorKind::UnknownEntity),
    }
}
