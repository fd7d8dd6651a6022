//! Commits, histories and differences.

use vortex_git::{ChangeKind, CommitId, Error, History, Repository};

use crate::work::{Work, git, open};

fn messages(history: &History) -> Vec<&str> {
    match history {
        History::Linear(commits) => commits
            .iter()
            .map(|commit| commit.message.as_str())
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn changes(repository: &Repository, from: CommitId, to: CommitId) -> Vec<String> {
    let changes = repository.changes(from, to).unwrap().changes;
    let shown = changes.iter().map(|change| match &change.kind {
        ChangeKind::Added(file) => format!("+{} {}", change.path, file.size),
        ChangeKind::Modified(file) => format!("~{} {}", change.path, file.size),
        ChangeKind::Deleted => format!("-{}", change.path),
    });
    shown.collect()
}

#[test]
fn a_commit_says_who_when_and_why() {
    let work = Work::new();
    let first = work.commit_file("a", "1");
    work.write("a", "2");
    let author = [
        "--author=Zoë <zoe@example.org>",
        "--date=2024-02-03T04:05:06+02:00",
    ];
    work.git(
        &[
            &["commit", "-q", "-a", "-m", "Raise the limit\n\nIt was low."],
            &author[..],
        ]
        .concat(),
    );
    let commit = work.open().commit(work.head()).unwrap();
    assert_eq!(
        (commit.author.as_str(), commit.email.as_str()),
        ("Zoë", "zoe@example.org")
    );
    assert_eq!(commit.message, "Raise the limit\n\nIt was low.");
    assert_eq!(commit.time.to_string(), "2024-02-03T02:05:06Z");
    assert_eq!(commit.parents, [first]);
}

#[test]
fn a_history_is_the_commits_between_oldest_first() {
    let work = Work::new();
    let commits: Vec<_> = (0..5).map(|n| work.commit(&n.to_string())).collect();
    let repository = work.open();
    let between = |from: usize, to: usize, limit| {
        repository
            .history(commits[from], commits[to], limit)
            .unwrap()
    };
    assert_eq!(messages(&between(1, 4, 10)), ["2", "3", "4"]);
    assert_eq!(messages(&between(3, 3, 10)), [""; 0]);
    assert_eq!(messages(&between(1, 4, 3)), ["2", "3", "4"]);
    assert_eq!(between(1, 4, 2), History::TooLong);
    assert_eq!(between(4, 1, 10), History::Rewritten);
}

#[test]
fn a_merge_is_one_commit_of_its_branch() {
    let work = Work::new();
    let base = work.commit("base");
    work.git(&["checkout", "-q", "-b", "side"]);
    let side = work.commit("side");
    work.git(&["checkout", "-q", "main"]);
    work.commit("main");
    work.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let repository = work.open();
    assert_eq!(
        messages(&repository.history(base, work.head(), 10).unwrap()),
        ["main", "merge"]
    );
    assert_eq!(
        repository.history(side, work.head(), 10).unwrap(),
        History::Rewritten
    );
}

#[test]
fn a_force_push_rewrites_and_its_difference_is_still_known() {
    let work = Work::new();
    let base = work.commit_file("a", "1");
    let old = work.commit_file("b", "22");
    work.git(&["reset", "-q", "--hard", &base.to_string()]);
    let new = work.commit_file("c", "333");
    let repository = work.open();
    assert_eq!(
        repository.history(old, new, 10).unwrap(),
        History::Rewritten
    );
    assert_eq!(changes(&repository, old, new), ["-b", "+c 3"]);
    work.git(&["reflog", "expire", "--expire=now", "--all"]);
    work.git(&["gc", "-q", "--prune=now"]);
    repository
        .refresh(crate::remote::LIMIT, &Default::default())
        .unwrap();
    assert_eq!(
        repository.history(old, new, 10).unwrap(),
        History::Rewritten
    );
    assert!(matches!(repository.changes(old, new), Err(Error::CommitMissing(id)) if id == old));
}

#[test]
fn history_that_goes_back_is_the_reverse_difference() {
    let work = Work::new();
    let first = work.commit_file("dir/a", "1");
    work.write("dir/a", "22");
    work.write("dir.yml", "x");
    let second = work.commit("both");
    let repository = work.open();
    assert_eq!(
        changes(&repository, first, second),
        ["+dir.yml 1", "~dir/a 2"]
    );
    assert_eq!(
        changes(&repository, second, first),
        ["-dir.yml", "~dir/a 1"]
    );
    assert_eq!(
        repository.history(second, first, 10).unwrap(),
        History::Rewritten
    );
}

#[test]
fn a_link_changes_with_the_file_it_leads_to() {
    let work = Work::new();
    work.write("real/a.yml", "1");
    std::os::unix::fs::symlink("real/a.yml", work.path.join("link.yml")).unwrap();
    let first = work.commit("link");
    let second = work.commit_file("real/a.yml", "22");
    assert_eq!(
        changes(&work.open(), first, second),
        ["~link.yml 2", "~real/a.yml 2"]
    );
}

#[test]
fn a_change_of_mode_alone_is_no_change() {
    let work = Work::new();
    let first = work.commit_file("run", "1");
    work.git(&["update-index", "--chmod=+x", "run"]);
    work.git(&["commit", "-q", "-m", "mode"]);
    assert_eq!(changes(&work.open(), first, work.head()), [""; 0]);
}

#[test]
fn a_shallow_clone_ends_where_it_was_cut() {
    let work = Work::new();
    let first = work.commit("1");
    let second = work.commit("2");
    let third = work.commit("3");
    let url = format!("file://{}", work.path.display());
    git(
        work.folder.path(),
        &["clone", "-q", "--depth", "2", &url, "shallow"],
    );
    let shallow = open(&work.folder.path().join("shallow"));
    assert_eq!(shallow.commit(second).unwrap().parents, []);
    assert_eq!(
        messages(&shallow.history(second, third, 10).unwrap()),
        ["3"]
    );
    assert_eq!(
        shallow.history(first, third, 10).unwrap(),
        History::Rewritten
    );
    assert!(matches!(
        shallow.commit(first),
        Err(Error::CommitMissing(_))
    ));
}

#[test]
fn objects_borrowed_from_another_repository_are_read() {
    let work = Work::new();
    let first = work.commit_file("a", "1");
    git(
        work.folder.path(),
        &["clone", "-q", "--shared", "work", "borrower"],
    );
    let borrower = open(&work.folder.path().join("borrower"));
    assert_eq!(crate::work::contents(&borrower, first), ["a=1"]);
}

#[test]
fn a_sha256_repository_is_read_alike() {
    let work = Work::with(&["init", "-q", "-b", "main", "--object-format=sha256"]);
    let first = work.commit_file("a", "1");
    let second = work.commit_file("b", "22");
    let repository = work.open();
    assert_eq!(first.to_string().len(), 64);
    assert_eq!(crate::work::contents(&repository, second), ["a=1", "b=22"]);
    assert_eq!(changes(&repository, first, second), ["+b 2"]);
    assert_eq!(
        messages(&repository.history(first, second, 5).unwrap()),
        ["b"]
    );
}

#[test]
fn an_id_of_the_other_hash_is_a_missing_commit() {
    let work = Work::new();
    work.commit("1");
    let other: CommitId = "11".repeat(32).parse().unwrap();
    assert!(matches!(
        work.open().commit(other),
        Err(Error::CommitMissing(_))
    ));
}
