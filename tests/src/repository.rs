//! Git repositories for tests, made by the real `git`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A repository with a working tree, in a folder that goes with it.
pub struct Repository {
    folder: TempDir,
}

/// A mirror clone of one of the bundles in tests/data, its HEAD on `main`.
pub fn bundle(name: &str) -> Repository {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    let target = folder.path().join("repository");
    git(
        folder.path(),
        &[
            "clone",
            "--quiet",
            "--mirror",
            &text(&bundle),
            &text(&target),
        ],
    );
    git(&target, &["symbolic-ref", "HEAD", "refs/heads/main"]);
    Repository { folder }
}

impl Repository {
    /// A repository without commits, on branch `main`.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("repository");
        git(
            folder.path(),
            &["init", "--quiet", "--initial-branch=main", &text(&target)],
        );
        Self { folder }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Writes files, commits them, and answers the commit. An empty content
    /// deletes.
    pub fn commit(&self, files: &[(&str, &str)]) -> String {
        for (path, content) in files {
            let target = self.path().join(path);
            std::fs::create_dir_all(target.parent().expect("it is below the folder"))
                .expect("a folder");
            if content.is_empty() {
                std::fs::remove_file(target).expect("it is there");
            } else {
                std::fs::write(target, content).expect("it is writable");
            }
        }
        self.git(&["add", "--all"]);
        self.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "a change",
        ]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Runs git in it.
    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Tester",
            "-c",
            "user.email=tester@example.org",
        ])
        .args([
            "-c",
            "protocol.file.allow=always",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git is installed");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn text(path: &Path) -> String {
    path.to_str().expect("test folders are UTF-8").to_owned()
}
