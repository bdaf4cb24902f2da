//! The workspace as cargo describes it: its root and its members.

use std::path::{Path, PathBuf};

use cargo_metadata::{MetadataCommand, Package};

/// Where we are, and which packages are ours.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    /// The members in the order of their names.
    pub(crate) members: Vec<Package>,
}

impl Workspace {
    /// Asks cargo about the workspace that holds the current directory.
    pub(crate) fn load() -> Result<Self, String> {
        let metadata = MetadataCommand::new()
            .no_deps()
            .exec()
            .map_err(|error| format!("`cargo metadata` failed: {error}"))?;
        let mut members = metadata.packages;
        members.sort_by(|left, right| left.name.as_ref().cmp(right.name.as_ref()));
        Ok(Self {
            root: metadata.workspace_root.into_std_path_buf(),
            target: metadata.target_directory.into_std_path_buf(),
            members,
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The members' names, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.members.iter().map(|package| package.name.as_str()).collect()
    }

    /// The member's folder, relative to the root, with `/` between the parts.
    pub(crate) fn folder(&self, package: &Package) -> String {
        let folder = package.manifest_path.parent().map(|path| path.as_std_path());
        folder
            .and_then(|path| path.strip_prefix(&self.root).ok())
            .map(|path| path.to_string_lossy().replace('\\', "/"))
            .unwrap_or_default()
    }
}
