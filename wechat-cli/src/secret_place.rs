//! A secret of the configuration: inline, in a file beside it, or in the environment.

use std::fs;
use std::path::{Path, PathBuf};

/// The three keys of one secret, as far as they are given.
pub(crate) struct SecretPlace {
    pub(crate) inline: Option<String>,
    pub(crate) file: Option<PathBuf>,
    pub(crate) env: Option<String>,
}

impl SecretPlace {
    /// The secret called `name`, whose file is named from `dir`; none when no key is given.
    pub(crate) fn read(self, name: &str, dir: &Path) -> Result<Option<String>, String> {
        match (self.inline, self.file, self.env) {
            (None, None, None) => Ok(None),
            (Some(secret), None, None) => Ok(Some(secret)),
            (None, Some(file), None) => {
                from_file(&format!("{name}_file"), &dir.join(file)).map(Some)
            }
            (None, None, Some(variable)) => std::env::var(&variable)
                .map(Some)
                .map_err(|_| format!("{name}_env: the variable {variable} is not set")),
            _ => Err(one_of(name)),
        }
    }
}

/// What is said when it is not exactly one.
pub(crate) fn one_of(name: &str) -> String {
    format!("names exactly one of {name}_file, {name}_env, {name}")
}

/// A file's text without blanks around it, or the mark that some editors begin a file with; `what` named the file.
pub(crate) fn from_file(what: &str, file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file);
    let text = text.map_err(|e| format!("{what}: {} cannot be read: {e}", file.display()))?;
    Ok(text.trim_start_matches('\u{feff}').trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_it_was_meant() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        for text in ["s3cret", " s3cret\r\n", "\u{feff}s3cret\n"] {
            fs::write(&file, text).unwrap();
            assert_eq!(from_file("app_secret_file", &file), Ok("s3cret".to_owned()));
        }
    }
}
