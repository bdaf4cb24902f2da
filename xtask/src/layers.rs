//! Who may depend on whom, and on what: the table of ARCHITECTURE.md, enforced.

mod check;
mod graph;

use crate::workspace::Workspace;

/// What one crate of the workspace may depend on. Normal and build dependencies count, optional
/// ones too; dev-dependencies are free unless `tests_too` is set.
struct Layer {
    name: &'static str,
    /// The crates of the workspace that it may depend on.
    may: &'static [May],
    /// Crates that must not be in its tree, directly or through others, whatever the features.
    never: &'static [&'static str],
    /// The same for the tree without features.
    never_bare: &'static [&'static str],
    /// If given, its tree outside the workspace holds nothing but these.
    only: Option<&'static [&'static str]>,
    /// Does the table bind its dev-dependencies as well?
    tests_too: bool,
}

/// An edge that is allowed, and on which condition.
struct May {
    to: &'static str,
    condition: Condition,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    None,
    /// Only behind a feature.
    Optional,
    /// Only with `default-features = false`.
    NoDefaults,
}

const fn may(to: &'static str) -> May {
    May { to, condition: Condition::None }
}

const fn may_if(to: &'static str, condition: Condition) -> May {
    May { to, condition }
}

/// What serde and serde_json bring along.
const SERDE: &[&str] = &[
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "itoa",
    "memchr",
    "proc-macro2",
    "quote",
    "ryu",
    "syn",
    "unicode-ident",
    "zmij",
];

const LAYERS: &[Layer] = &[
    Layer {
        name: "wechat-types",
        may: &[],
        never: &["chrono", "getrandom", "http", "quick-xml", "rand", "reqwest", "time", "tokio"],
        never_bare: &[],
        only: Some(SERDE),
        tests_too: false,
    },
    Layer {
        name: "wechat-events",
        may: &[may("wechat-types")],
        never: &["reqwest", "wechat-http", "wechat-mass", "wechat-mock"],
        never_bare: &["tokio"],
        only: None,
        tests_too: false,
    },
    Layer {
        name: "wechat-http",
        may: &[may("wechat-types")],
        never: &["quick-xml", "wechat-events", "wechat-mass", "wechat-mock"],
        never_bare: &["reqwest"],
        only: None,
        tests_too: false,
    },
    Layer {
        name: "wechat-mass",
        may: &[may("wechat-types"), may("wechat-http")],
        never: &["reqwest", "wechat-events", "wechat-mock"],
        never_bare: &[],
        only: None,
        tests_too: false,
    },
    Layer {
        name: "wechat-mock",
        may: &[
            may("wechat-types"),
            may_if("wechat-http", Condition::NoDefaults),
            may_if("wechat-events", Condition::Optional),
        ],
        never: &["reqwest", "wechat-mass"],
        never_bare: &[],
        only: None,
        tests_too: false,
    },
    Layer {
        name: "wechat-cli",
        may: &[
            may("wechat-types"),
            may("wechat-http"),
            may("wechat-mass"),
            may("wechat-events"),
            may("wechat-mock"),
        ],
        never: &[],
        never_bare: &[],
        only: None,
        tests_too: false,
    },
    Layer { name: "xtask", may: &[], never: &[], never_bare: &[], only: None, tests_too: true },
];

pub(crate) fn layers(workspace: &Workspace) -> Result<(), String> {
    let members = graph::members(workspace);
    report(&check::edges(LAYERS, &members))?;
    // A wrong edge shows again in the trees, and a circle of edges has none.
    let trees = graph::trees(workspace)?;
    report(&check::trees(LAYERS, &trees))?;
    println!("{} crates keep to the table", members.len());
    Ok(())
}

fn report(violations: &[String]) -> Result<(), String> {
    if violations.is_empty() {
        return Ok(());
    }
    for violation in violations {
        println!("{violation}");
    }
    Err(format!("layers: {} violation(s)", violations.len()))
}
