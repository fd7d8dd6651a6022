//! Remotes: mirrors over HTTP, their failures and their return.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::AtomicBool,
    thread,
    time::Duration,
};

use vortex_git::{Error, History, Location, Refusal, Repository};

use crate::{
    http::{Mood, Server, publish},
    work::{Work, contents},
};

/// Far more than any of this takes.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

struct Remote {
    work: Work,
    server: Server,
    root: PathBuf,
    mirror: PathBuf,
}

impl Remote {
    fn new(work: Work) -> Self {
        let root = publish(&work);
        let mirror = work.folder.path().join("data/mirror");
        Self {
            server: Server::start(&root),
            work,
            root,
            mirror,
        }
    }

    fn with_one_commit() -> Self {
        let work = Work::new();
        work.commit_file("a.yml", "1");
        Self::new(work)
    }

    fn open(&self) -> Repository {
        open(&self.server.url("config.git"), &self.mirror)
    }

    fn push(&self) {
        self.work.git(&["push", "-q", "--mirror", "served"]);
    }
}

fn open(url: &str, mirror: &Path) -> Repository {
    Repository::open(&url.parse::<Location>().unwrap(), mirror).unwrap()
}

fn refresh(repository: &Repository) -> Result<(), Error> {
    repository.refresh(LIMIT, &AtomicBool::new(false))
}

fn names(repository: &Repository) -> Vec<String> {
    let labels = repository.labels().unwrap();
    assert_eq!(labels.unreadable, []);
    labels
        .readable
        .into_iter()
        .map(|label| label.name)
        .collect()
}

#[test]
fn a_remote_is_mirrored_with_its_branches_and_tags() {
    let work = Work::with(&["init", "-q", "-b", "trunk"]);
    let first = work.commit_file("a.yml", "1");
    work.git(&["tag", "-a", "-m", "one", "v1"]);
    work.git(&["tag", "light"]);
    work.git(&["branch", "feature/x"]);
    let second = work.commit_file("b.yml", "2");
    let remote = Remote::new(work);
    let repository = remote.open();
    assert_eq!(names(&repository), [""; 0]);
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["feature/x", "light", "trunk", "v1"]);
    assert_eq!(
        repository.labels().unwrap().get("v1").unwrap().commit,
        first
    );
    assert_eq!(repository.default_label().unwrap().unwrap().name, "trunk");
    assert_eq!(contents(&repository, second), ["a.yml=1", "b.yml=2"]);
}

#[test]
fn what_is_pushed_forced_moved_and_deleted_arrives() {
    let remote = Remote::with_one_commit();
    let work = &remote.work;
    let repository = remote.open();
    refresh(&repository).unwrap();
    let first = work.head();
    work.git(&["branch", "feature"]);
    work.git(&["tag", "v1"]);
    let second = work.commit_file("a.yml", "2");
    remote.push();
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["feature", "main", "v1"]);
    assert!(
        matches!(repository.history(first, second, 9).unwrap(), History::Linear(commits) if commits.len() == 1)
    );

    // A folder where a branch was, a moved tag, a rewritten branch.
    work.git(&["branch", "-q", "-m", "feature", "feature/x"]);
    work.git(&["tag", "-f", "v1", &second.to_string()]);
    work.git(&["reset", "-q", "--hard", &first.to_string()]);
    let third = work.commit_file("a.yml", "3");
    remote.push();
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["feature/x", "main", "v1"]);
    let labels = repository.labels().unwrap();
    assert_eq!(
        (
            labels.get("main").unwrap().commit,
            labels.get("v1").unwrap().commit
        ),
        (third, second)
    );
    assert_eq!(
        repository.history(second, third, 9).unwrap(),
        History::Rewritten
    );

    work.git(&["branch", "-q", "-m", "feature/x", "feature"]);
    work.git(&["tag", "-d", "v1"]);
    remote.push();
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["feature", "main"]);
}

#[test]
fn a_remote_that_goes_away_and_returns_is_served_meanwhile() {
    let remote = Remote::with_one_commit();
    let repository = remote.open();
    refresh(&repository).unwrap();
    let first = remote.work.head();
    fs::rename(&remote.root, remote.root.with_extension("away")).unwrap();
    assert!(matches!(
        refresh(&repository),
        Err(Error::RepositoryMissing(_))
    ));
    assert_eq!(contents(&repository, first), ["a.yml=1"]);
    drop(repository);
    let repository = remote.open();
    assert_eq!(names(&repository), ["main"]);
    fs::rename(remote.root.with_extension("away"), &remote.root).unwrap();
    let second = remote.work.commit_file("a.yml", "2");
    remote.push();
    refresh(&repository).unwrap();
    assert_eq!(contents(&repository, second), ["a.yml=2"]);
}

#[test]
fn a_server_that_fails_or_is_no_git_server_is_unreachable() {
    let remote = Remote::with_one_commit();
    let repository = remote.open();
    let no_git = "what answers there is not a Git server; check the URL's path";
    for (mood, why) in [
        (Mood::Web, no_git),
        (Mood::Babbling, no_git),
        (Mood::Broken, "it answered with the HTTP status 503"),
    ] {
        remote.server.set(mood);
        let error = refresh(&repository).unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            format!("{} cannot be reached: {why}", repository.location())
        );
    }
    remote.server.set(Mood::Open);
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["main"]);
}

#[test]
fn nobody_listening_is_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let repository = open(
        &format!("http://{free}/x.git"),
        &folder.path().join("mirror"),
    );
    let error = refresh(&repository).unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn credentials_in_the_url_open_a_protected_remote() {
    let remote = Remote::with_one_commit();
    remote.server.set(Mood::Protected);
    let url = remote.server.url("config.git");
    let error = refresh(&remote.open()).unwrap_err();
    let why = Refusal::CredentialsMissing;
    assert!(
        matches!(error, Error::AccessRefused { why: said, .. } if said == why),
        "{error}"
    );
    let wrong = open(&url.replace("://", "://me:wr0ng@"), &remote.mirror);
    let error = refresh(&wrong).unwrap_err();
    let why = Refusal::CredentialsWrong;
    assert!(
        matches!(error, Error::AccessRefused { why: said, .. } if said == why),
        "{error}"
    );
    assert!(!error.to_string().contains("wr0ng"), "{error}");
    let right = open(&url.replace("://", "://me:s3cret@"), &remote.mirror);
    refresh(&right).unwrap();
    assert_eq!(names(&right), ["main"]);
    assert!(!holds(&remote.mirror, b"s3cret"));
    assert!(holds(&remote.mirror, b"127.0.0.1"));
}

/// Whether a file in the folder has `text` in it.
fn holds(folder: &Path, text: &[u8]) -> bool {
    let mut entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries.any(|path| match path.is_dir() {
        true => holds(&path, text),
        false => fs::read(&path)
            .unwrap()
            .windows(text.len())
            .any(|window| window == text),
    })
}

#[test]
fn a_silent_or_dripping_server_does_not_hold_a_refresh() {
    for mood in [Mood::Silent, Mood::Dripping] {
        let remote = Remote::with_one_commit();
        let repository = remote.open();
        remote.server.set(mood);
        let error = repository
            .refresh(Duration::from_millis(200), &AtomicBool::new(false))
            .unwrap_err();
        assert!(matches!(error, Error::TimedOut(_)), "{error}");
    }
}

#[test]
fn a_refresh_can_be_told_to_stop() {
    let remote = Remote::with_one_commit();
    let repository = remote.open();
    remote.server.set(Mood::Silent);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let refreshing = scope.spawn(|| repository.refresh(LIMIT, &stop));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let error = refreshing.join().unwrap().unwrap_err();
        assert!(matches!(error, Error::Interrupted(_)), "{error}");
    });
}

#[test]
fn the_mirror_of_another_remote_is_replaced() {
    let one = Remote::with_one_commit();
    refresh(&one.open()).unwrap();
    let two = Remote::with_one_commit();
    two.work.git(&["branch", "-m", "other"]);
    two.push();
    let repository = open(&two.server.url("config.git"), &one.mirror);
    assert_eq!(names(&repository), [""; 0]);
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["other"]);
}

#[test]
fn a_folder_with_other_things_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("precious"), "x").unwrap();
    let location: Location = "http://127.0.0.1:1/x.git".parse().unwrap();
    let error = Repository::open(&location, folder.path()).unwrap_err();
    assert!(matches!(error, Error::FolderForeign(_)), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_empty_remote_has_no_labels_until_something_is_pushed() {
    let remote = Remote::new(Work::new());
    let repository = remote.open();
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), [""; 0]);
    remote.work.commit_file("a.yml", "1");
    remote.push();
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["main"]);
}

#[test]
fn a_remote_whose_branches_are_all_deleted_has_none() {
    let remote = Remote::with_one_commit();
    let repository = remote.open();
    refresh(&repository).unwrap();
    crate::work::git(
        &remote.root.join("config.git"),
        &["update-ref", "-d", "refs/heads/main"],
    );
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), [""; 0]);
}

#[test]
fn a_refresh_works_again_once_a_dripping_server_is_well() {
    let remote = Remote::with_one_commit();
    let repository = remote.open();
    remote.server.set(Mood::Dripping);
    let short = Duration::from_millis(100);
    let error = repository
        .refresh(short, &AtomicBool::new(false))
        .unwrap_err();
    assert!(matches!(error, Error::TimedOut(_)), "{error}");
    remote.server.set(Mood::Open);
    while let Err(error) = refresh(&repository) {
        assert!(matches!(error, Error::Busy(_)), "{error}");
        thread::yield_now();
    }
    assert_eq!(names(&repository), ["main"]);
}

#[test]
fn a_mirror_of_many_packs_is_fetched_anew() {
    let remote = Remote::with_one_commit();
    let repository = remote.open();
    refresh(&repository).unwrap();
    let packs = remote.mirror.join("repository/objects/pack");
    for n in 0..101 {
        fs::write(packs.join(format!("pack-{n:040}.pack")), "").unwrap();
    }
    refresh(&repository).unwrap();
    let left = fs::read_dir(&packs).unwrap().count();
    assert!(left < 5, "{left} files");
    assert_eq!(contents(&repository, remote.work.head()), ["a.yml=1"]);
}

#[test]
fn a_damaged_mirror_is_fetched_anew() {
    let remote = Remote::with_one_commit();
    let head = remote.work.head();
    refresh(&remote.open()).unwrap();
    let packs = remote.mirror.join("repository/objects/pack");
    for entry in fs::read_dir(&packs).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let repository = remote.open();
    assert!(repository.files(head).is_err());
    refresh(&repository).unwrap();
    assert_eq!(contents(&repository, head), ["a.yml=1"]);

    fs::remove_dir_all(remote.mirror.join("repository")).unwrap();
    assert!(matches!(
        repository.labels(),
        Err(Error::RepositoryMissing(_))
    ));
    refresh(&repository).unwrap();
    assert_eq!(contents(&repository, head), ["a.yml=1"]);
}

#[test]
fn what_a_killed_fetch_left_does_not_stop_the_next() {
    let remote = Remote::with_one_commit();
    refresh(&remote.open()).unwrap();
    let folder = remote.mirror.join("repository");
    fs::create_dir_all(folder.join("refs/heads")).unwrap();
    let left = [
        "packed-refs.lock",
        "HEAD.lock",
        "refs/heads/main.lock",
        "objects/pack/.tmp123",
    ];
    left.iter()
        .for_each(|name| fs::write(folder.join(name), "").unwrap());
    let head = remote.work.commit_file("a.yml", "2");
    remote.push();
    let repository = remote.open();
    refresh(&repository).unwrap();
    assert_eq!(contents(&repository, head), ["a.yml=2"]);
    assert!(left.iter().all(|name| !folder.join(name).exists()));
}

#[test]
fn a_sha256_remote_is_mirrored() {
    let work = Work::with(&["init", "-q", "-b", "main", "--object-format=sha256"]);
    let head = work.commit_file("a.yml", "1");
    let remote = Remote::new(work);
    let repository = remote.open();
    refresh(&repository).unwrap();
    assert_eq!(contents(&repository, head), ["a.yml=1"]);
    drop(repository);
    let repository = remote.open();
    refresh(&repository).unwrap();
    assert_eq!(contents(&repository, head), ["a.yml=1"]);
}

/// Runs an ignored test in a process of its own, with `variables` set.
fn apart(test: &str, variables: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--quiet"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
fn without_certificates_http_works_and_https_says_what_is_missing() {
    apart(
        "remote::refreshes_without_certificates",
        &[
            ("SSL_CERT_FILE", "/nonexistent"),
            ("SSL_CERT_DIR", "/nonexistent"),
        ],
    );
}

#[test]
#[ignore = "run by another test, in a process without certificates"]
fn refreshes_without_certificates() {
    let remote = Remote::with_one_commit();
    let repository = remote.open();
    refresh(&repository).unwrap();
    assert_eq!(names(&repository), ["main"]);
    let folder = tempfile::tempdir().unwrap();
    let repository = open("https://127.0.0.1:1/x.git", &folder.path().join("mirror"));
    let error = refresh(&repository).unwrap_err();
    assert!(matches!(error, Error::CertificatesMissing(_)), "{error}");
}

#[test]
fn ssh_without_the_program_says_what_is_missing() {
    apart(
        "remote::refreshes_over_ssh_without_programs",
        &[("PATH", "/nonexistent")],
    );
}

#[test]
#[ignore = "run by another test, in a process without any program in PATH"]
fn refreshes_over_ssh_without_programs() {
    let folder = tempfile::tempdir().unwrap();
    for address in [
        "git@example.org:config.git",
        "ssh://git@example.org/config.git",
    ] {
        let repository = open(address, &folder.path().join("mirror"));
        let error = refresh(&repository).unwrap_err();
        assert!(
            matches!(error, Error::ProgramMissing { program: "ssh", .. }),
            "{error}"
        );
    }
}
