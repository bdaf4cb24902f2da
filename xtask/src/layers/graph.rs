//! The dependency graph: direct edges from `cargo metadata`, whole trees from `cargo tree`.
//!
//! Metadata resolves the features of the workspace as one, so its graph shows wechat-mass with
//! reqwest because wechat-cli asks for it. `cargo tree -p` resolves each crate alone, as a user
//! gets it.

use std::collections::BTreeMap;

use cargo_metadata::{Dependency, DependencyKind};

use crate::run;
use crate::workspace::Workspace;

/// A crate of the workspace and its direct dependencies inside of it.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) edges: Vec<Edge>,
}

/// The normal and build dependencies of a crate, direct or not, resolved for it alone.
pub(super) struct Trees {
    pub(super) name: String,
    /// With all its features.
    pub(super) full: Tree,
    /// Without features.
    pub(super) bare: Tree,
}

/// A direct dependency on a member of the workspace.
#[derive(Clone)]
pub(super) struct Edge {
    pub(super) to: String,
    pub(super) kind: Kind,
    pub(super) optional: bool,
    pub(super) default_features: bool,
    pub(super) versioned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Build,
    Dev,
}

/// For each package of a tree the way that leads to it, from the member on.
pub(super) type Tree = BTreeMap<String, Vec<String>>;

pub(super) fn members(workspace: &Workspace) -> Vec<Member> {
    let names = workspace.names();
    let inside = |dependency: &&Dependency| names.contains(&dependency.name.as_str());
    workspace
        .members
        .iter()
        .map(|package| Member {
            name: package.name.to_string(),
            edges: package.dependencies.iter().filter(inside).map(edge).collect(),
        })
        .collect()
}

pub(super) fn trees(workspace: &Workspace) -> Result<Vec<Trees>, String> {
    workspace
        .names()
        .into_iter()
        .map(|name| {
            Ok(Trees {
                name: name.to_owned(),
                full: tree(workspace, name, "--all-features")?,
                bare: tree(workspace, name, "--no-default-features")?,
            })
        })
        .collect()
}

fn edge(dependency: &Dependency) -> Edge {
    Edge {
        to: dependency.name.clone(),
        kind: match dependency.kind {
            DependencyKind::Development => Kind::Dev,
            DependencyKind::Build => Kind::Build,
            _ => Kind::Normal,
        },
        optional: dependency.optional,
        default_features: dependency.uses_default_features,
        // Without a version, cargo reports that any will do.
        versioned: dependency.req.to_string() != "*",
    }
}

fn tree(workspace: &Workspace, name: &str, features: &str) -> Result<Tree, String> {
    parse_tree(&run::output(&mut run::cargo(workspace.root(), &tree_arguments(name, features)))?)
}

fn tree_arguments<'a>(name: &'a str, features: &'a str) -> [&'a str; 10] {
    // Build dependencies too: their code runs where the crate is built. All targets: what a crate
    // must not know it must not know on Windows either.
    let edges = "normal,build";
    ["tree", "-p", name, features, "--edges", edges, "--target", "all", "--prefix", "depth"]
}

/// Reads `cargo tree --prefix depth`: each line is a depth and directly after it a package.
fn parse_tree(text: &str) -> Result<Tree, String> {
    let mut tree = Tree::new();
    let mut way: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let unreadable = || format!("`cargo tree` printed a line that xtask cannot read: {line}");
        let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let digits = line.strip_suffix(rest).unwrap_or_default();
        let depth: usize = digits.parse().map_err(|_| unreadable())?;
        let name = rest.split_whitespace().next().ok_or_else(unreadable)?;
        way.truncate(depth);
        way.push(name.to_owned());
        tree.entry(name.to_owned()).or_insert_with(|| way.clone());
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_knows_the_first_way_to_each_package() {
        let text = "0wechat-http v0.1.0 (/x/wechat-http)\n\
                    1http v1.3.1\n\
                    2bytes v1.10.0\n\
                    1bytes v1.10.0\n\
                    1async-trait v0.1.92 (proc-macro)\n\
                    1wechat-types v0.1.0 (/x/wechat-types) (*)\n";
        let tree = parse_tree(text).unwrap();
        assert_eq!(tree["bytes"], ["wechat-http", "http", "bytes"]);
        assert_eq!(tree["wechat-types"], ["wechat-http", "wechat-types"]);
        assert_eq!(tree.len(), 5);
    }

    #[test]
    fn a_tree_holds_build_dependencies_too() {
        let workspace = Workspace::load().unwrap();
        let tree = tree(&workspace, "wechat-http", "--all-features").unwrap();
        // The compiler that ring's build script calls.
        assert!(tree.contains_key("cc"), "{:?}", tree.keys());
    }

    #[test]
    fn an_unreadable_tree_is_an_error() {
        assert!(parse_tree("wechat-http v0.1.0\n").is_err());
        assert!(parse_tree("3\n").is_err());
    }
}
