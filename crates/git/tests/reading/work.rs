//! A repository to work in, by the `git` program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;
use vortex_git::{CommitId, Location, Repository};

pub(crate) struct Work {
    /// Removed with everything in it at the end of the test.
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Work {
    /// An empty repository with the branch `main`.
    pub(crate) fn new() -> Self {
        Self::with(&["init", "-q", "-b", "main"])
    }

    pub(crate) fn with(init: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("work");
        fs::create_dir(&path).unwrap();
        let work = Self { folder, path };
        work.git(init);
        work
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.path, arguments)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits everything in the working tree.
    pub(crate) fn commit(&self, message: &str) -> CommitId {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.head()
    }

    /// Writes one file and commits it.
    pub(crate) fn commit_file(&self, path: &str, content: impl AsRef<[u8]>) -> CommitId {
        self.write(path, content);
        self.commit(path)
    }

    pub(crate) fn head(&self) -> CommitId {
        self.git(&["rev-parse", "HEAD"]).parse().unwrap()
    }

    pub(crate) fn open(&self) -> Repository {
        open(&self.path)
    }
}

pub(crate) fn open(path: &Path) -> Repository {
    Repository::open(&Location::from(path.to_owned()), Path::new("/nonexistent")).unwrap()
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let identity = [
        "-c",
        "user.name=Ann Author",
        "-c",
        "user.email=ann@example.org",
    ];
    let local = ["-c", "protocol.file.allow=always", "-c", "gc.auto=0"];
    Command::new("git")
        .args(identity)
        .args(local)
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// `name=content` of every file, and `name:reason` of every skipped one.
pub(crate) fn contents(repository: &Repository, commit: CommitId) -> Vec<String> {
    let listed = repository.files(commit).unwrap();
    let files = listed.files.iter().map(|file| {
        let content = repository.read(file.blob, 1 << 20).unwrap();
        assert_eq!(content.len() as u64, file.size);
        format!(
            "{}={}",
            file.path,
            String::from_utf8_lossy(&content).trim_end()
        )
    });
    let skipped = listed
        .skipped
        .iter()
        .map(|skipped| format!("{}:{:?}", skipped.path, skipped.reason));
    files.chain(skipped).collect()
}
