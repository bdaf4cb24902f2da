//! What the sources say, found by the order of their words. Each pattern is how rustfmt writes it.

use super::File;
use super::tokens::{Tokens, string};

/// An `impl Endpoint for …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Type {
    /// From `wechat-types/src` on.
    pub(super) file: String,
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: String,
    /// Is it a `pub struct` of the same file?
    pub(super) public: bool,
    /// The addresses in the file's head.
    pub(super) links: Vec<String>,
}

impl Type {
    /// The public module, which is the chapter's.
    pub(super) fn module(&self) -> &str {
        let first = self.file.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The name as `endpoint::ALL` has it.
    pub(super) fn full_name(&self) -> String {
        format!("{}::{}", self.module(), self.name)
    }
}

/// A `golden::<Type>("folder")`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Golden {
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) line: usize,
}

/// A `Method::…, "path"` of the mock.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) place: String,
}

/// An `effect("path", …)` of the mock's tests.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) path: String,
    pub(super) line: usize,
}

pub(super) fn types(files: &[File]) -> Result<Vec<Type>, String> {
    let mut types = Vec::new();
    for file in files {
        let tokens = Tokens::product(&file.text);
        let impls = tokens.windows::<3>().filter_map(|(window, line)| match window {
            ["Endpoint", "for", name] => Some((name, line)),
            _ => None,
        });
        let specs: Vec<(&str, &str)> = tokens
            .windows::<14>()
            .filter_map(|(window, _)| match window {
                [
                    "const",
                    "SPEC",
                    ":",
                    "Spec",
                    "=",
                    "Spec",
                    "::",
                    "new",
                    "(",
                    "Method",
                    "::",
                    method,
                    ",",
                    path,
                ] => Some((method, string(path)?)),
                _ => None,
            })
            .collect();
        let impls: Vec<(&str, usize)> = impls.collect();
        if let (Some((name, line)), true) = (impls.first(), impls.len() != specs.len()) {
            return Err(format!(
                "{}/{}:{line}: the SPEC of `{name}` cannot be read: write `const SPEC: Spec = \
                 Spec::new(Method::…, \"/…\", …)`",
                super::TYPES,
                file.path
            ));
        }
        for ((name, _), (method, path)) in impls.into_iter().zip(specs) {
            types.push(Type {
                file: file.path.clone(),
                name: name.to_owned(),
                method: method.to_uppercase(),
                path: path.to_owned(),
                public: tokens.windows::<3>().any(|(window, _)| window == ["pub", "struct", name]),
                links: links(&file.text),
            });
        }
    }
    Ok(types)
}

/// The addresses in the lines `//!` of a file's beginning.
fn links(source: &str) -> Vec<String> {
    let head = source.lines().map_while(|line| line.strip_prefix("//!"));
    head.flat_map(|line| line.split(['<', '>', '(', ')', ' ']))
        .filter(|word| word.starts_with("https://"))
        .map(str::to_owned)
        .collect()
}

/// The names listed in `endpoint::ALL`, as they stand there.
pub(super) fn all(source: &str) -> Vec<String> {
    let tokens = Tokens::product(source);
    let list = tokens.texts().skip_while(|text| *text != "ALL").skip_while(|text| *text != "=");
    let list: Vec<&str> = list.take_while(|text| *text != ";").collect();
    list.windows(5)
        .filter_map(|window| match window {
            [module, "::", name, "::", "SPEC"] => Some(format!("{module}::{name}")),
            _ => None,
        })
        .collect()
}

pub(super) fn golden(source: &str) -> Vec<Golden> {
    let tokens = Tokens::new(source);
    tokens
        .windows::<9>()
        .filter_map(|(window, line)| match window {
            ["golden", "::", "<", module, "::", name, ">", "(", folder] => Some(Golden {
                name: format!("{module}::{name}"),
                folder: string(folder)?.to_owned(),
                line,
            }),
            _ => None,
        })
        .collect()
}

pub(super) fn effects(source: &str) -> Vec<Effect> {
    let tokens = Tokens::new(source);
    tokens
        .windows::<3>()
        .filter_map(|(window, line)| match window {
            ["effect", "(", path] => Some(Effect { path: string(path)?.to_owned(), line }),
            _ => None,
        })
        .collect()
}

/// A path alone, as in a list of quotas, is no route.
pub(super) fn routes(files: &[File]) -> Vec<Route> {
    let mut routes = Vec::new();
    for file in files {
        let tokens = Tokens::product(&file.text);
        routes.extend(tokens.windows::<5>().filter_map(|(window, line)| match window {
            ["Method", "::", method, ",", path] => Some(Route {
                method: method.to_owned(),
                path: string(path)?.to_owned(),
                place: format!("{}:{line}", file.path),
            }),
            _ => None,
        }));
    }
    routes
}

/// The variants of the enum, in order.
pub(super) fn variants(source: &str, name: &str) -> Vec<String> {
    let tokens = Tokens::product(source);
    let texts: Vec<&str> = tokens.texts().collect();
    let start = texts.windows(3).position(|window| window == ["enum", name, "{"]);
    let mut variants = Vec::new();
    let mut depth = 0_usize;
    let mut last = "";
    for text in texts.into_iter().skip(start.map_or(usize::MAX, |start| start + 2)) {
        match text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            // A variant stands behind the opening brace, a comma or an attribute.
            _ if depth == 1 && matches!(last, "{" | "," | "]") && text != "#" => {
                variants.push(text.to_owned());
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        last = text;
    }
    variants
}

/// The numbers of the table `codes!`.
pub(super) fn codes(source: &str) -> Vec<String> {
    let tokens = Tokens::product(source);
    let lines = tokens.texts().skip_while(|text| *text != "codes").skip(3);
    let lines: Vec<&str> = lines.collect();
    let is_number = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    let number = |line: &[&str]| {
        let at = line.iter().position(|text| is_number(text))?;
        let sign = if at > 0 && line.get(at - 1) == Some(&"-") { "-" } else { "" };
        let number = line.get(at).filter(|_| line.len() >= at + 6)?;
        Some(format!("{sign}{}", number.replace('_', "")))
    };
    lines.split(|text| *text == ";").filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    const SOURCE: &str = "//! `GET /a/b`: x.\n//!\n//! <https://example.com/b.html> (2015)\n\n\
        use x; // https://no\n/// impl Endpoint for Not\npub struct B;\n\
        impl Endpoint for B {\n    const SPEC: Spec =\n        \
        Spec::new(Method::Get, \"/a/b\", Replay::Safe).without_token();\n}\n";

    #[test]
    fn a_type_has_method_path_and_link() {
        let types = types(&[file("a/b.rs", SOURCE), file("a.rs", "mod b;")]).unwrap();
        let expected = Type {
            file: "a/b.rs".to_owned(),
            name: "B".to_owned(),
            method: "GET".to_owned(),
            path: "/a/b".to_owned(),
            public: true,
            links: vec!["https://example.com/b.html".to_owned()],
        };
        assert_eq!(types, [expected]);
        assert_eq!(types[0].full_name(), "a::B");
    }

    #[test]
    fn a_spec_that_cannot_be_read_is_an_error() {
        let text = "impl Endpoint for B { const SPEC: Spec = OTHER; }";
        let message = types(&[file("a/b.rs", text)]).unwrap_err();
        assert!(message.starts_with("wechat-types/src/a/b.rs:1: the SPEC of `B`"), "{message}");
        let hidden = SOURCE.replace("pub struct", "struct");
        assert!(!types(&[file("a/b.rs", &hidden)]).unwrap()[0].public);
    }

    #[test]
    fn the_list_of_all() {
        let source = "trait T { const SPEC: Spec; }\npub const ALL: &[Spec] = &[\n    a::B::SPEC,\n\
                      // c::D::SPEC,\n    e::F::SPEC,\n];\nconst X: Spec = g::H::SPEC;";
        assert_eq!(all(source), ["a::B", "e::F"]);
        assert_eq!(all(""), [""; 0]);
    }

    #[test]
    fn golden_calls() {
        let found = golden("fn a() {\n golden::<a::B>(\"a/b\");\n // golden::<a::C>(\"a/c\");\n}");
        let expected = Golden { name: "a::B".to_owned(), folder: "a/b".to_owned(), line: 2 };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn effects_of_a_list() {
        let found = effects("fn effect(path: &str) {}\n&[\n    effect(\"/a/b\", x),\n]");
        assert_eq!(found, [Effect { path: "/a/b".to_owned(), line: 3 }]);
    }

    #[test]
    fn a_route_has_a_method_before_its_path() {
        let text = "[\n (Method::GET, \"/a/b\", a::b),\n]\nconst QUOTA: &str = \"/a/c\";\n\
                    #[cfg(test)]\nmod tests { x(Method::GET, \"/a/d\") }";
        let found = routes(&[file("routes.rs", text)]);
        let expected = Route {
            method: "GET".to_owned(),
            path: "/a/b".to_owned(),
            place: "routes.rs:2".to_owned(),
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn variants_of_all_shapes() {
        let source = "enum Other { X }\npub enum E {\n /// A, or `B`.\n #[doc(alias = \"a, b\")]\n \
                      A { x: Y, z: Vec<W> },\n B(String, u8),\n #[a]\n #[b]\n C,\n D = 4,\n}\n\
                      enum Last { Z }";
        assert_eq!(variants(source, "E"), ["A", "B", "C", "D"]);
        assert_eq!(variants(source, "Missing"), [""; 0]);
    }

    #[test]
    fn codes_are_counted_and_comments_are_not() {
        let source = "use x;\n// -2 X;\ncodes! {\n    -1 A Later Official \"a\" \"甲\";\n    \
                      /// 3 codes.\n    0 B Ok Official \"b; c\" (\"d\") \"乙\";\n}\n";
        assert_eq!(codes(source), ["-1", "0"]);
        assert_eq!(codes("use x;"), [""; 0]);
    }
}
