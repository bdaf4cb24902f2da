//! The documents' rules, as the log and the report name them when a call breaks one.

mod articles;
mod general;
mod mass;
mod people;
mod uploads;

use std::fmt;

#[cfg(feature = "server")]
use crate::reply::quoted;

pub(crate) use general::UNKNOWN_PATH;
pub(crate) use general::WRONG_SECRET;
pub(crate) use mass::{
    MASS_QUOTA, NO_AUDIENCE, NO_FOLLOWER_IN_LIST, TOO_MANY_OPENIDS, UNKNOWN_TAG, WRONG_KIND,
};

/// A rule of the platform's documents, or of its practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Rule {
    /// Chapter and name, such as `mass/openids-from-2`. It stays the same from version to version.
    pub id: &'static str,
    /// The rule in a sentence. Its numbers are the documents', whatever the settings are.
    pub sentence: &'static str,
}

/// What a call did about a rule: broke it, or kept it in an odd way. It holds no secrets: of a
/// value only its kind or its size.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The field, such as `filter.tag_id`; none when the call as a whole is meant.
    pub field: Option<String>,
    /// What was given there, such as `1 OpenID` or `a number`.
    pub given: Option<String>,
}

/// `mass/openids-from-2: touser holds at least 2 OpenIDs; touser: 1 given`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.id, self.rule.sentence)?;
        match (&self.field, &self.given) {
            (Some(field), Some(given)) => write!(f, "; {field}: {given}"),
            (Some(text), None) | (None, Some(text)) => write!(f, "; {text}"),
            (None, None) => Ok(()),
        }
    }
}

impl Finding {
    /// One JSON object, for the control routes.
    #[cfg(feature = "server")]
    pub(crate) fn to_json(&self) -> String {
        let optional = |key: &str, value: &Option<String>| {
            let text = |value| format!(",\"{key}\":{}", quoted(value));
            value.as_deref().map_or_else(String::new, text)
        };
        format!(
            "{{\"rule\":{},\"sentence\":{}{}{}}}",
            quoted(self.rule.id),
            quoted(self.rule.sentence),
            optional("field", &self.field),
            optional("given", &self.given)
        )
    }
}

/// A rule with the code that the platform answers when it is broken.
struct Entry {
    code: i64,
    /// Calls after `/cgi-bin/`; one that ends in a slash means all below it, none at all every call.
    calls: &'static [&'static str],
    rule: Rule,
}

const fn entry(
    code: i64,
    calls: &'static [&'static str],
    id: &'static str,
    sentence: &'static str,
) -> Entry {
    Entry { code, calls, rule: Rule { id, sentence } }
}

impl Entry {
    fn is_about(&self, call: &str) -> bool {
        let is_this =
            |known: &&str| call == *known || (known.ends_with('/') && call.starts_with(*known));
        self.calls.is_empty() || self.calls.iter().any(is_this)
    }
}

/// All of them; of several for one code the first that is about a call is meant.
fn all() -> impl Iterator<Item = &'static Entry> {
    [mass::RULES, articles::RULES, uploads::RULES, people::RULES, general::RULES]
        .into_iter()
        .flatten()
}

/// The rule of this name; none: no call breaks it.
pub(crate) fn named(id: &str) -> Option<Rule> {
    all().map(|entry| entry.rule).chain([UNKNOWN_PATH]).find(|rule| rule.id == id)
}

/// The rule that a call broke when it is answered this code.
pub(crate) fn broken(code: i64, path: &str) -> Option<Rule> {
    let call = path.strip_prefix("/cgi-bin/").unwrap_or(path);
    all().find(|entry| entry.code == code && entry.is_about(call)).map(|entry| entry.rule)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Numbers in the source that are return codes by their size.
    fn codes(folder: &Path, found: &mut BTreeSet<i64>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                codes(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            for word in lines
                .flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')))
            {
                if word.len() == 5
                    && let Ok(number) = word.parse::<i64>()
                    && (40_000..100_000).contains(&number)
                {
                    found.insert(number);
                }
            }
        }
    }

    #[test]
    fn every_code_of_routes_and_world_has_a_rule() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = BTreeSet::new();
        codes(&source.join("routes"), &mut found);
        codes(&source.join("world"), &mut found);
        assert!(found.len() > 80, "only {found:?}");
        let without: Vec<_> =
            found.into_iter().filter(|code| !all().any(|entry| entry.code == *code)).collect();
        assert!(without.is_empty(), "write a rule in src/rule/ for {without:?}");
    }

    #[test]
    fn rules_are_one_sentence_each_under_one_name() {
        let mut named = std::collections::BTreeMap::new();
        for Entry { rule, .. } in all() {
            assert!(!rule.sentence.is_empty() && !rule.sentence.ends_with('.'), "{}", rule.id);
            assert_eq!(rule.id.split('/').count(), 2, "{}", rule.id);
            let before = named.insert(rule.id, rule.sentence);
            assert!(before.is_none_or(|sentence| sentence == rule.sentence), "{}", rule.id);
        }
    }

    #[test]
    fn the_rule_of_a_call_goes_before_the_general_one() {
        let id = |code, path| broken(code, path).map(|rule| rule.id);
        assert_eq!(id(40007, "/cgi-bin/draft/get"), Some("draft/media-id"));
        assert_eq!(id(40007, "/cgi-bin/media/get"), Some("media/temporary-id"));
        assert_eq!(id(47001, "/cgi-bin/draft/get"), Some("general/json"));
        assert_eq!(id(99999, "/cgi-bin/draft/get"), None);
    }

    #[test]
    fn a_finding_is_one_line() {
        let rule = Rule { id: "mass/openids-from-2", sentence: "touser holds 2 or more" };
        let finding = |field: Option<&str>, given: Option<&str>| Finding {
            rule,
            field: field.map(str::to_owned),
            given: given.map(str::to_owned),
        };
        let start = "mass/openids-from-2: touser holds 2 or more";
        assert_eq!(finding(None, None).to_string(), start);
        assert_eq!(finding(Some("touser"), None).to_string(), format!("{start}; touser"));
        let both = finding(Some("touser"), Some("1 given")).to_string();
        assert_eq!(both, format!("{start}; touser: 1 given"));
    }
}
