//! Splits Rust source into code and comments, so that a rule about one is not set off by the
//! other or by a string.

/// The source twice, line by line at the same places; what is missing from a part is blank.
#[derive(Debug, Default)]
pub(super) struct Masked {
    /// Without comments and without the contents of strings and characters.
    pub(super) code: String,
    /// Only the comments.
    pub(super) comments: String,
}

/// What a piece of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// One letter of code.
    Code,
    Comment,
    /// A string or a character with its quotes.
    Literal,
}

/// Reads Rust source; an unclosed string or comment goes to the end of the text.
pub(super) fn mask(source: &str) -> Masked {
    let letters: Vec<char> = source.chars().collect();
    let mut masked = Masked::default();
    for (part, letters) in parts(&letters) {
        masked.push(letters, part);
    }
    masked
}

/// The source in pieces; nothing is left out.
pub(crate) fn parts(letters: &[char]) -> Vec<(Part, &[char])> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        let (part, length) = match (letter, next) {
            ('/', Some('/')) => (Part::Comment, line_comment(letters, at)),
            ('/', Some('*')) => (Part::Comment, block_comment(letters, at)),
            ('"', _) => (Part::Literal, quoted(letters, at, '"')),
            ('r', Some('"' | '#')) if !continues_word(letters, at) => {
                raw_string(letters, at).map_or((Part::Code, 1), |length| (Part::Literal, length))
            }
            ('\'', Some('\\')) => (Part::Literal, quoted(letters, at, '\'')),
            ('\'', Some(_)) if letters.get(at + 2) == Some(&'\'') => (Part::Literal, 3),
            _ => (Part::Code, 1),
        };
        let end = (at + length.max(1)).min(letters.len());
        parts.push((part, letters.get(at..end).unwrap_or_default()));
        at = end;
    }
    parts
}

impl Masked {
    fn push(&mut self, letters: &[char], part: Part) {
        for (index, &letter) in letters.iter().enumerate() {
            let outer = index == 0 || index + 1 == letters.len();
            let (code, comment) = match part {
                _ if letter == '\n' => (letter, letter),
                Part::Code => (letter, ' '),
                Part::Comment => (' ', letter),
                // The quotes stay, so that a string is still seen to be there.
                Part::Literal if outer && matches!(letter, '"' | '\'') => (letter, ' '),
                Part::Literal => (' ', ' '),
            };
            self.code.push(code);
            self.comments.push(comment);
        }
    }
}

fn line_comment(letters: &[char], at: usize) -> usize {
    letters.iter().skip(at).take_while(|letter| **letter != '\n').count()
}

fn block_comment(letters: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut length = 0;
    while let Some(pair) = letters.get(at + length..at + length + 2) {
        match pair {
            ['/', '*'] => {
                depth += 1;
                length += 2;
            }
            ['*', '/'] => {
                depth -= 1;
                length += 2;
            }
            _ => length += 1,
        }
        if depth == 0 {
            return length;
        }
    }
    letters.len() - at
}

/// The length of a string or character whose opening quote stands at `at`.
fn quoted(letters: &[char], at: usize, quote: char) -> usize {
    let mut escaped = false;
    for (index, letter) in letters.iter().enumerate().skip(at + 1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if *letter == quote => return index + 1 - at,
            _ => {}
        }
    }
    letters.len() - at
}

/// The length of a raw string whose `r` stands at `at`; none if it is a raw name.
fn raw_string(letters: &[char], at: usize) -> Option<usize> {
    let hashes = letters.iter().skip(at + 1).take_while(|letter| **letter == '#').count();
    let opening = at + 1 + hashes;
    if letters.get(opening) != Some(&'"') {
        return None;
    }
    let mut index = opening + 1;
    while let Some(letter) = letters.get(index) {
        let closing = letters.iter().skip(index + 1).take(hashes);
        if *letter == '"' && closing.filter(|letter| **letter == '#').count() == hashes {
            return Some(index + 1 + hashes - at);
        }
        index += 1;
    }
    Some(letters.len() - at)
}

/// Is the letter the tail of a name, such as the last one of `var`? (`br"` and `cr"` are not.)
fn continues_word(letters: &[char], at: usize) -> bool {
    let is_part = |back: usize| {
        let letter = at.checked_sub(back).and_then(|index| letters.get(index));
        letter.is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
    };
    let prefix = at.checked_sub(1).and_then(|index| letters.get(index));
    match prefix {
        Some('b' | 'c') => is_part(2),
        _ => is_part(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, code: &str, comments: &str) {
        let masked = mask(source);
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeeze(&masked.code), code, "{source}");
        assert_eq!(squeeze(&masked.comments), comments, "{source}");
        assert_eq!(masked.code.lines().count(), source.lines().count());
        assert_eq!(masked.code.chars().count(), source.chars().count());
    }

    #[test]
    fn comments_are_apart() {
        check("a(); // b()\nc();", "a(); c();", "// b()");
        check("/// d\nfn a() {}", "fn a() {}", "/// d");
        check("a /* b /* c */ d */ e", "a e", "/* b /* c */ d */");
        check("a /* b", "a", "/* b");
    }

    #[test]
    fn strings_are_empty() {
        check(r#"a("b // c", d)"#, r#"a(" ", d)"#, "");
        check(r#"a("b \" c") // d"#, r#"a(" ")"#, "// d");
        check(r#"a("b") /* "c */ e"#, r#"a(" ") e"#, r#"/* "c */"#);
    }

    #[test]
    fn raw_strings_end_at_their_own_quote() {
        check(r#"a(r"b\") // d"#, r#"a( ")"#, "// d");
        check("a(r#\"b \" // c\"#, d)", "a( , d)", "");
        check("a(br##\"b \"# c\"##) // d", "a(b )", "// d");
        check("a(r#type) // d", "a(r#type)", "// d");
        check("var\"b\"", "var\" \"", "");
    }

    #[test]
    fn characters_and_lifetimes() {
        check("a('\"') // b", "a(' ')", "// b");
        check("a('\\'') // b", "a(' ')", "// b");
        check("fn a<'x>(b: &'x str) {} // c", "fn a<'x>(b: &'x str) {}", "// c");
        check("a('中', '/') // b", "a(' ', ' ')", "// b");
    }
}
