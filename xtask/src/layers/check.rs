//! Table and graph in, violations out.

use super::graph::{Edge, Kind, Member, Tree, Trees};
use super::{Condition, Layer};

const MOVE_OR_CHANGE: &str = "move the code to a crate that may, or change the rule: a line in \
     ARCHITECTURE.md and one in the table of xtask/src/layers.rs, in the same change";

/// Crates without a line, lines without a crate, and edges that the table does not allow.
pub(super) fn edges(layers: &[Layer], members: &[Member]) -> Vec<String> {
    let mut found = Vec::new();
    for layer in layers {
        if !members.iter().any(|member| member.name == layer.name) {
            found.push(violation(
                layer.name,
                "the table has a line for it, the workspace no crate",
                "take the line out of xtask/src/layers.rs and ARCHITECTURE.md",
            ));
        }
    }
    for member in members {
        match layers.iter().find(|layer| layer.name == member.name) {
            Some(layer) => {
                found.extend(member.edges.iter().filter_map(|edge| check_edge(layer, edge)));
            }
            None => found.push(violation(
                &member.name,
                "the table has no line for this crate",
                "say in ARCHITECTURE.md and in the table of xtask/src/layers.rs what it may \
                 depend on",
            )),
        }
    }
    found
}

/// Crates that are in a tree and may not be, each with the way that leads to it.
pub(super) fn trees(layers: &[Layer], trees: &[Trees]) -> Vec<String> {
    let mut found = Vec::new();
    for layer in layers {
        if let Some(trees) = trees.iter().find(|trees| trees.name == layer.name) {
            forbid(layer.name, layer.never, &trees.full, "with all its features", &mut found);
            forbid(layer.name, layer.never_bare, &trees.bare, "without features", &mut found);
            check_list(layer, &trees.full, &mut found);
        }
    }
    found
}

fn check_edge(layer: &Layer, edge: &Edge) -> Option<String> {
    let kind = match edge.kind {
        Kind::Normal if edge.optional => "optional dependency",
        Kind::Normal => "dependency",
        Kind::Build => "build dependency",
        Kind::Dev => "dev-dependency",
    };
    let place = format!("{} -> {} ({kind})", layer.name, edge.to);
    if edge.kind == Kind::Dev && edge.versioned {
        return Some(violation(
            &place,
            "a dev-dependency inside the workspace has a path and no version, or publishing \
             needs a cycle",
            &format!("write `{0} = {{ path = \"../{0}\" }}`", edge.to),
        ));
    }
    if edge.kind == Kind::Dev && !layer.tests_too {
        return None;
    }
    let Some(may) = layer.may.iter().find(|may| may.to == edge.to) else {
        let allowed: Vec<&str> = layer.may.iter().map(|may| may.to).collect();
        let allowed = if allowed.is_empty() {
            "no crate of the workspace".into()
        } else {
            allowed.join(", ")
        };
        return Some(violation(
            &place,
            &format!("{} may depend on {allowed}", layer.name),
            MOVE_OR_CHANGE,
        ));
    };
    match may.condition {
        Condition::Optional if !edge.optional => Some(violation(
            &place,
            "this edge is allowed behind a feature only",
            "set `optional = true` and name it as `dep:` in a feature",
        )),
        Condition::NoDefaults if edge.default_features => Some(violation(
            &place,
            "this edge is allowed without default features only",
            "set `default-features = false`",
        )),
        _ => None,
    }
}

fn check_list(layer: &Layer, tree: &Tree, found: &mut Vec<String>) {
    let Some(only) = layer.only else { return };
    let known = |name: &str| {
        name == layer.name || only.contains(&name) || layer.may.iter().any(|may| may.to == name)
    };
    for way in tree.values() {
        let Some((name, before)) = way.split_last() else { continue };
        // What comes along with a stranger is not told again, nor what `never` has told.
        let told = before.iter().any(|name| !known(name)) || layer.never.contains(&name.as_str());
        if !known(name) && !told {
            found.push(violation(
                &way.join(" -> "),
                &format!("the whole tree of {} is on a list, `{name}` is not", layer.name),
                "do without it; if serde or serde_json began to bring it along, add it to the list \
                 in xtask/src/layers.rs",
            ));
        }
    }
}

fn forbid(crate_: &str, never: &[&str], tree: &Tree, when: &str, found: &mut Vec<String>) {
    for name in never {
        if let Some(way) = tree.get(*name) {
            found.push(violation(
                &way.join(" -> "),
                &format!("{crate_} must not have `{name}` in its tree {when}"),
                MOVE_OR_CHANGE,
            ));
        }
    }
}

fn violation(place: &str, rule: &str, remedy: &str) -> String {
    format!("{place}\n    rule: {rule}\n    do:   {remedy}")
}

#[cfg(test)]
mod tests {
    use super::super::{LAYERS, may, may_if};
    use super::*;

    const TEST_LAYERS: &[Layer] = &[
        Layer {
            name: "base",
            may: &[],
            never: &["tokio"],
            never_bare: &["tracing"],
            only: Some(&["serde"]),
            tests_too: false,
        },
        Layer {
            name: "top",
            may: &[may("base"), may_if("side", Condition::Optional)],
            never: &["reqwest"],
            never_bare: &[],
            only: None,
            tests_too: false,
        },
        Layer {
            name: "side",
            may: &[may_if("base", Condition::NoDefaults)],
            never: &[],
            never_bare: &[],
            only: None,
            tests_too: false,
        },
        Layer {
            name: "chores",
            may: &[],
            never: &[],
            never_bare: &[],
            only: None,
            tests_too: true,
        },
    ];

    fn edge(to: &str) -> Edge {
        Edge {
            to: to.to_owned(),
            kind: Kind::Normal,
            optional: false,
            default_features: true,
            versioned: false,
        }
    }

    const NAMES: [&str; 4] = ["base", "top", "side", "chores"];

    fn with_edges(from: &str, edges: &[Edge]) -> Vec<Member> {
        let edges = |name: &str| if name == from { edges.to_vec() } else { Vec::new() };
        NAMES.map(|name| Member { name: name.to_owned(), edges: edges(name) }).into()
    }

    fn with_edge(from: &str, edge: Edge) -> Vec<Member> {
        with_edges(from, &[edge])
    }

    fn one_edge(members: &[Member]) -> String {
        let found = edges(TEST_LAYERS, members);
        assert_eq!(found.len(), 1, "{found:#?}");
        found.into_iter().next().unwrap()
    }

    fn tree(ways: &[&str]) -> Tree {
        let ways = ways.iter().map(|way| way.split(' ').map(str::to_owned).collect::<Vec<_>>());
        ways.map(|way| (way.last().unwrap().clone(), way)).collect()
    }

    fn check_trees(name: &str, full: &[&str], bare: &[&str]) -> Vec<String> {
        let name = name.to_owned();
        trees(TEST_LAYERS, &[Trees { name, full: tree(full), bare: tree(bare) }])
    }

    fn one_in_trees(name: &str, full: &[&str], bare: &[&str]) -> String {
        let found = check_trees(name, full, bare);
        assert_eq!(found.len(), 1, "{found:#?}");
        found.into_iter().next().unwrap()
    }

    #[test]
    fn allowed_edges_are_fine() {
        for (from, allowed) in [
            ("base", vec![Edge { kind: Kind::Dev, ..edge("side") }]),
            ("top", vec![edge("base"), Edge { optional: true, ..edge("side") }]),
            ("side", vec![Edge { default_features: false, ..edge("base") }]),
        ] {
            assert_eq!(edges(TEST_LAYERS, &with_edges(from, &allowed)), [""; 0]);
        }
    }

    #[test]
    fn allowed_trees_are_fine() {
        assert_eq!(check_trees("base", &["base", "base serde"], &["base"]), [""; 0]);
        assert_eq!(check_trees("top", &["top", "top base", "top base serde"], &["top"]), [""; 0]);
    }

    #[test]
    fn an_edge_that_is_not_in_the_table() {
        let message = one_edge(&with_edge("side", edge("top")));
        assert!(message.starts_with("side -> top (dependency)\n"), "{message}");
        assert!(message.contains("side may depend on base\n"), "{message}");
        assert!(message.contains("xtask/src/layers.rs"), "{message}");
        assert!(message.contains("ARCHITECTURE.md"), "{message}");
    }

    #[test]
    fn an_edge_of_a_crate_that_may_depend_on_none() {
        let message = one_edge(&with_edge("base", edge("top")));
        assert!(message.contains("base may depend on no crate of the workspace"), "{message}");
    }

    #[test]
    fn optional_and_build_dependencies_count() {
        let message = one_edge(&with_edge("side", Edge { optional: true, ..edge("top") }));
        assert!(message.starts_with("side -> top (optional dependency)"), "{message}");
        let message = one_edge(&with_edge("side", Edge { kind: Kind::Build, ..edge("top") }));
        assert!(message.starts_with("side -> top (build dependency)"), "{message}");
    }

    #[test]
    fn an_edge_that_must_be_optional() {
        let message = one_edge(&with_edge("top", edge("side")));
        assert!(message.contains("behind a feature only"), "{message}");
    }

    #[test]
    fn an_edge_that_must_be_without_default_features() {
        let message = one_edge(&with_edge("side", edge("base")));
        assert!(message.contains("`default-features = false`"), "{message}");
    }

    #[test]
    fn a_dev_dependency_with_a_version() {
        let message =
            one_edge(&with_edge("base", Edge { kind: Kind::Dev, versioned: true, ..edge("top") }));
        assert!(message.starts_with("base -> top (dev-dependency)"), "{message}");
        assert!(message.contains("`top = { path = \"../top\" }`"), "{message}");
    }

    #[test]
    fn a_dev_dependency_where_even_tests_are_bound() {
        let message = one_edge(&with_edge("chores", Edge { kind: Kind::Dev, ..edge("base") }));
        assert!(message.starts_with("chores -> base (dev-dependency)"), "{message}");
    }

    #[test]
    fn a_crate_without_a_line_and_a_line_without_a_crate() {
        let mut members = with_edges("", &[]);
        members.last_mut().unwrap().name = "news".to_owned();
        let found = edges(TEST_LAYERS, &members);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(found[0].starts_with("chores\n"), "{}", found[0]);
        assert!(found[1].starts_with("news\n"), "{}", found[1]);
    }

    #[test]
    fn a_forbidden_crate_through_another_is_shown_with_the_way() {
        let message = one_in_trees("top", &["top", "top helper", "top helper reqwest"], &["top"]);
        assert!(message.starts_with("top -> helper -> reqwest\n"), "{message}");
        assert!(message.contains("with all its features"), "{message}");
    }

    #[test]
    fn a_crate_may_be_forbidden_without_features_only() {
        let message = one_in_trees("base", &["base"], &["base", "base tracing"]);
        assert!(message.contains("`tracing` in its tree without features"), "{message}");
    }

    #[test]
    fn a_crate_outside_the_list() {
        let full = ["base", "base serde", "base serde spy", "base serde spy friend"];
        let message = one_in_trees("base", &full, &["base"]);
        assert!(message.starts_with("base -> serde -> spy\n"), "{message}");
        assert!(message.contains("on a list, `spy` is not"), "{message}");
    }

    #[test]
    fn a_forbidden_crate_outside_the_list_is_told_once() {
        let message = one_in_trees("base", &["base", "base tokio"], &["base"]);
        assert!(message.contains("must not have `tokio`"), "{message}");
    }

    #[test]
    fn the_real_table_has_no_cycle() {
        // A crate stands below all that may depend on it.
        for (index, layer) in LAYERS.iter().enumerate() {
            for may in layer.may {
                assert!(
                    LAYERS.iter().take(index).any(|below| below.name == may.to),
                    "{} -> {}: sort the table from the bottom up",
                    layer.name,
                    may.to
                );
            }
        }
    }
}
