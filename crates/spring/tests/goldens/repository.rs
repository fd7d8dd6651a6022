//! A clone of a test repository, read by `git` itself.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A mirror of a bundle, gone with the value.
pub(crate) struct Repository {
    folder: TempDir,
}

/// The files at the root of a commit, and below it.
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) files: HashMap<String, Vec<u8>>,
}

impl Repository {
    pub(crate) fn mirror(bundle: &Path) -> Self {
        let folder = TempDir::new().expect("a folder");
        let bundle = bundle.to_str().expect("a path in UTF-8");
        let clone = Self { folder };
        clone.git(&["clone", "--quiet", "--mirror", bundle, "."]);
        clone.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
        clone
    }

    /// The commit of a branch or tag; none when there is no such label.
    pub(crate) fn commit(&self, label: &str) -> Option<Commit> {
        let resolve =
            |reference: String| self.try_git(&["rev-parse", "--verify", "--quiet", &reference]);
        let branches = [
            format!("refs/heads/{label}^{{commit}}"),
            format!("refs/tags/{label}^{{commit}}"),
        ];
        let id = branches.into_iter().find_map(resolve)?;
        let id = String::from_utf8(id).expect("an id").trim().to_owned();
        let files = self.files(&id);
        Some(Commit { id, files })
    }

    fn files(&self, commit: &str) -> HashMap<String, Vec<u8>> {
        let names = self.git(&["ls-tree", "-r", "-z", "--name-only", commit]);
        let names = String::from_utf8(names).expect("names in UTF-8");
        let names = names.split('\0').filter(|name| !name.is_empty());
        names
            .map(|name| {
                (
                    name.to_owned(),
                    self.git(&["show", &format!("{commit}:{name}")]),
                )
            })
            .collect()
    }

    fn git(&self, arguments: &[&str]) -> Vec<u8> {
        self.try_git(arguments).expect("git succeeds")
    }

    fn try_git(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.folder.path()).args(arguments);
        let output = command.output().expect("git runs");
        output.status.success().then_some(output.stdout)
    }
}
