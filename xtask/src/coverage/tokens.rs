//! Words, signs and strings of Rust source or JSON, without comments and blanks.

use crate::tidy::mask::{self, Part};

/// A text cut into words, signs and strings; strings keep their quotes.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    list: Vec<Token>,
}

#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

impl Tokens {
    pub(super) fn new(source: &str) -> Self {
        let letters: Vec<char> = source.chars().collect();
        let mut tokens = Self::default();
        let mut line = 1;
        let mut in_word = false;
        for (part, letters) in mask::parts(&letters) {
            let text: String = letters.iter().collect();
            let word = text.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            match part {
                Part::Code if text.trim().is_empty() => {}
                Part::Code if word && in_word => tokens.extend_last(&text),
                Part::Code if text == ":" && tokens.ends_with(":") => tokens.extend_last(&text),
                Part::Code | Part::Literal => tokens.list.push(Token { text: text.clone(), line }),
                Part::Comment => {}
            }
            in_word = part == Part::Code && word;
            line += letters.iter().filter(|letter| **letter == '\n').count();
        }
        tokens
    }

    /// The tokens before the tests, which stand at a file's end.
    pub(super) fn product(source: &str) -> Self {
        let mut tokens = Self::new(source);
        let tests = tokens.windows::<8>().position(|(window, _)| {
            matches!(window, ["#", "[", "cfg", "(", "test", ")", "]", "mod"])
        });
        if let Some(tests) = tests {
            tokens.list.truncate(tests);
        }
        tokens
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|token| token.text.as_str())
    }

    /// Every `N` tokens in a row, with the line of the first.
    pub(super) fn windows<const N: usize>(&self) -> impl Iterator<Item = ([&str; N], usize)> {
        self.list.windows(N).filter_map(|window| {
            let texts: Vec<&str> = window.iter().map(|token| token.text.as_str()).collect();
            Some((texts.try_into().ok()?, window.first()?.line))
        })
    }

    fn ends_with(&self, text: &str) -> bool {
        self.list.last().is_some_and(|token| token.text == text)
    }

    fn extend_last(&mut self, text: &str) {
        if let Some(token) = self.list.last_mut() {
            token.text.push_str(text);
        }
    }
}

/// What stands between the quotes, if the token is a string.
pub(super) fn string(token: &str) -> Option<&str> {
    token.strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_signs_and_strings() {
        let tokens = Tokens::new("a::b(\"c // d\", 12) // e\n  /* f */ 'g' h_1");
        let texts: Vec<&str> = tokens.texts().collect();
        assert_eq!(texts, ["a", "::", "b", "(", "\"c // d\"", ",", "12", ")", "'g'", "h_1"]);
        assert_eq!(string("\"c // d\""), Some("c // d"));
        assert_eq!(string("c"), None);
    }

    #[test]
    fn windows_know_their_line() {
        let tokens = Tokens::new("a /* \n */ b\n\"c\nd\" e");
        let lines: Vec<_> = tokens.windows::<2>().collect();
        assert_eq!(lines, [(["a", "b"], 1), (["b", "\"c\nd\""], 2), (["\"c\nd\"", "e"], 3)]);
    }

    #[test]
    fn a_comment_or_a_blank_parts_words() {
        assert_eq!(Tokens::new("a/**/b c").texts().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn tests_are_no_product() {
        let tokens = Tokens::product("a\n#[cfg(test)]\nmod tests { b }");
        assert_eq!(tokens.texts().collect::<Vec<_>>(), ["a"]);
    }
}
