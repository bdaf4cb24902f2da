//! TOML files: what is wrong, with file, line and key, and never with a value, which may be a
//! secret.

use std::path::Path;

use serde::de::DeserializeOwned;

/// Reads a file's text.
pub(crate) fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let number = before.matches('\n').count();
        let line = text.lines().nth(number).unwrap_or_default();
        // The reader's own words quote the line. Only its key is repeated.
        let key = match line.split_once('=') {
            // What is missing stands on no line.
            Some((key, _)) if !error.message().starts_with("missing field") => {
                format!(", key `{}`", key.trim())
            }
            _ => String::new(),
        };
        let shown = file.display();
        format!("{shown}: line {}{key}: {}", number + 1, without_value(error.message()))
    })
}

/// The reader's message without the value it complains of.
fn without_value(message: &str) -> String {
    let quotes_value = ["invalid type: ", "invalid value: "].iter().any(|s| message.starts_with(s));
    match message.rsplit_once(", expected ") {
        Some((_, "u64")) if quotes_value => "expected a whole number".to_owned(),
        Some((_, expected)) if quotes_value => format!("expected {expected}"),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        #[allow(dead_code, reason = "only read")]
        name: String,
    }

    fn told(text: &str) -> String {
        parse::<Wire>(Path::new("x.toml"), text).unwrap_err()
    }

    #[test]
    fn line_and_key_are_told_and_no_value() {
        assert_eq!(told("\n\nname = 5"), "x.toml: line 3, key `name`: expected a string");
        assert_eq!(
            told("name = 'x'\nsecret = 's3cret'\n"),
            "x.toml: line 2, key `secret`: unknown field `secret`, expected `name`"
        );
        assert!(!told("name = \"s3cret\nx").contains("s3cret"));
    }
}
