//! A text read line by line in bounded memory, whatever it turns out to be.

use std::io::{self, BufRead};

/// Bytes of the longest line that is kept.
pub(super) const LONGEST: usize = 4096;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// It has more than [`LONGEST`] bytes.
    TooLong,
}

#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new() }
    }

    /// The next line. A text's last line feed ends its last line and begins no other.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut any, mut too_long) = (false, false);
        loop {
            let bytes = match self.reader.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            any |= !bytes.is_empty();
            too_long |= self.line.len() + part.len() > LONGEST;
            if !too_long {
                self.line.extend_from_slice(part);
            }
            let (used, is_last) = (part.len() + usize::from(end.is_some()), bytes.is_empty());
            self.reader.consume(used);
            match (end, is_last) {
                (None, true) if !any => return Ok(None),
                (None, false) => {}
                _ if too_long => return Ok(Some(Line::TooLong)),
                _ => return Ok(Some(Line::Whole(&self.line))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    fn all(text: &[u8], buffer: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, text));
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push(match line {
                Line::Whole(line) => Some(line.to_vec()),
                Line::TooLong => None,
            });
        }
        found
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let text = [b"a\n".to_vec(), vec![b'x'; LONGEST + 1], b"\nb".to_vec()].concat();
        assert_eq!(all(&text, 100), [Some(b"a".to_vec()), None, Some(b"b".to_vec())]);
        let text = vec![b'x'; LONGEST];
        assert_eq!(all(&text, 100), [Some(text.clone())]);
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_text(text in "[ab\n]{0,40}", buffer in 1_usize..20) {
            let mut expected: Vec<_> = text.split('\n').map(|line| Some(line.as_bytes().to_vec())).collect();
            if text.is_empty() || text.ends_with('\n') {
                expected.pop();
            }
            prop_assert_eq!(all(text.as_bytes(), buffer), expected);
        }
    }
}
