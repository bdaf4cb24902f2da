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
    let mut walk = Walk {
        fields: Builder::new(body),
        open: Vec::with_capacity(8),
        loose: "".into(),
        fresh: true,
        closed: false,
    };
    let mut nodes = 0;
    loop {
        // The line feeds between fields are skipped by the reader.
        reader.config_mut().trim_text_start = walk.fresh;
        let at = reader.buffer_position();
        let taken = match reader.read_event() {
            Ok(Event::Eof) => return walk.finish().map_err(|kind| refuse(kind, at)),
            Ok(event) => walk.take(event, at),
            Err(_) => Err(BodyErrorKind::NotWellFormed),
        };
        nodes += 1;
        match taken {
            Ok(()) if nodes <= MAX_NODES => {}
            Ok(()) => return Err(refuse(BodyErrorKind::TooManyNodes, at)),
            Err(kind) => return Err(refuse(kind, at)),
        }
    }
}

fn refuse(kind: BodyErrorKind, at: u64) -> BodyError {
    BodyError::new(kind, at.try_into().unwrap_or(usize::MAX))
}

/// An element whose end has not come yet. Its text may arrive in pieces: references, comments and
/// the borders of CDATA split it. A single piece is not copied.
struct Open<'a> {
    index: usize,
    text: Cow<'a, str>,
}

#[inline]
fn append<'a>(text: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    if text.is_empty() {
        *text = piece;
    } else if !piece.is_empty() {
        text.to_mut().push_str(&piece);
    }
}

/// Most texts have no blanks around them, which two looks tell faster than a search.
fn trim(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| *byte > b' ');
    let bytes = text.as_bytes();
    if plain(bytes.first()) && plain(bytes.last()) { text } else { text.trim_matches(BLANKS) }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The fields so far, and the elements open at one moment, the root first.
struct Walk<'a> {
    fields: Builder<'a>,
    open: Vec<Open<'a>>,
    /// Text of the innermost element since the last tag or CDATA, which is trimmed as a whole.
    loose: Cow<'a, str>,
    /// Blanks that follow stand before a text, not inside one: what came last ends a text.
    fresh: bool,
    /// The root was there and has ended.
    closed: bool,
}

impl<'a> Walk<'a> {
    fn take(&mut self, event: Event<'a>, at: u64) -> Result<(), BodyErrorKind> {
        self.fresh = true;
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(_) => self.end(),
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end()
            }
            Event::Text(text) => self.text(text.into_inner()),
            Event::GeneralRef(reference) => {
                self.fresh = false;
                let mut buffer = [0; 4];
                let text = resolve(&reference, &mut buffer)?;
                self.inside()?;
                self.loose.to_mut().push_str(text);
                Ok(())
            }
            Event::CData(text) => {
                self.settle();
                append(&mut self.inside()?.text, text.into_inner());
                Ok(())
            }
            Event::Decl(_) if at > 0 => Err(BodyErrorKind::NotWellFormed),
            Event::DocType(_) => Err(BodyErrorKind::Doctype),
            Event::Decl(_) => Ok(()),
            Event::Comment(_) | Event::PI(_) => {
                self.fresh = false;
                Ok(())
            }
            // The loop stops before.
            Event::Eof => Err(BodyErrorKind::NotWellFormed),
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), BodyErrorKind> {
        let name = tag.name().into_inner();
        match self.open.last() {
            Some(_) => self.settle(),
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
        self.open.push(Open { index, text: "".into() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), BodyErrorKind> {
        self.settle();
        let open = self.open.pop().ok_or(BodyErrorKind::NotWellFormed)?;
        self.fields.close(open.index, &open.text);
        self.closed = self.open.is_empty();
        Ok(())
    }

    fn text(&mut self, text: Cow<'a, str>) -> Result<(), BodyErrorKind> {
        if !self.loose.is_empty() {
            self.loose.to_mut().push_str(&text);
        } else if !is_blank(&text) {
            self.inside()?;
            self.loose = text;
        }
        // Blanks alone stand behind a comment; they would be trimmed anyway.
        Ok(())
    }

    #[inline]
    fn settle(&mut self) {
        if !self.loose.is_empty() {
            self.settle_loose();
        }
    }

    fn settle_loose(&mut self) {
        let trimmed = match std::mem::take(&mut self.loose) {
            Cow::Borrowed(text) => trim(text).into(),
            Cow::Owned(text) => trim(&text).to_owned().into(),
        };
        if let Some(open) = self.open.last_mut() {
            append(&mut open.text, trimmed);
        }
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
