//! Branches and tags.

use vortex_git::{LabelKind, Repository};

use crate::work::{Work, git, open};

/// `name kind commit` of every label.
fn labels(repository: &Repository) -> Vec<String> {
    let labels = repository.labels().unwrap();
    labels
        .readable
        .iter()
        .map(|label| format!("{} {:?} {}", label.name, label.kind, label.commit))
        .collect()
}

#[test]
fn branches_and_tags_of_every_sort_are_labels() {
    let work = Work::new();
    let first = work.commit_file("a", "1");
    work.git(&["tag", "light"]);
    work.git(&["tag", "-a", "-m", "one", "annotated"]);
    work.git(&["tag", "-a", "-m", "two", "of-a-tag", "annotated"]);
    work.git(&["branch", "feature/x"]);
    let second = work.commit_file("a", "2");
    assert_eq!(
        labels(&work.open()),
        [
            format!("annotated Tag {first}"),
            format!("feature/x Branch {first}"),
            format!("light Tag {first}"),
            format!("main Branch {second}"),
            format!("of-a-tag Tag {first}"),
        ]
    );
}

#[test]
fn packed_references_are_labels_too() {
    let work = Work::new();
    work.commit_file("a", "1");
    work.git(&["tag", "-a", "-m", "one", "v1"]);
    work.git(&["branch", "feature/x"]);
    let before = labels(&work.open());
    work.git(&["pack-refs", "--all"]);
    assert_eq!(labels(&work.open()), before);
    assert_eq!(before.len(), 3);
}

#[test]
fn a_branch_wins_over_a_tag_of_its_name() {
    let work = Work::new();
    work.commit_file("a", "1");
    work.git(&["tag", "v1"]);
    let second = work.commit_file("a", "2");
    work.git(&["branch", "v1"]);
    let labels = work.open().labels().unwrap();
    let label = labels.get("v1").unwrap();
    assert_eq!((label.kind, label.commit), (LabelKind::Branch, second));
}

#[test]
fn a_fresh_clone_has_the_branches_of_its_origin() {
    let work = Work::with(&["init", "-q", "-b", "master"]);
    let master = work.commit_file("a", "1");
    work.git(&["checkout", "-q", "-b", "main"]);
    let main = work.commit_file("a", "2");
    work.git(&["checkout", "-q", "master"]);
    git(work.folder.path(), &["clone", "-q", "work", "clone"]);
    let clone = open(&work.folder.path().join("clone"));
    assert_eq!(
        labels(&clone),
        [
            format!("main RemoteBranch {main}"),
            format!("master Branch {master}")
        ]
    );
    assert_eq!(clone.default_label().unwrap().unwrap().name, "main");
}

#[test]
fn the_default_is_main_then_master_then_what_head_names() {
    let work = Work::with(&["init", "-q", "-b", "trunk"]);
    work.commit_file("a", "1");
    let repository = work.open();
    let default = || repository.default_label().unwrap().unwrap().name;
    assert_eq!(default(), "trunk");
    work.git(&["branch", "master"]);
    assert_eq!(default(), "master");
    work.git(&["branch", "main"]);
    assert_eq!(default(), "main");
}

#[test]
fn a_repository_without_commits_has_no_labels() {
    let work = Work::new();
    let repository = work.open();
    assert_eq!(repository.labels().unwrap(), Default::default());
    assert_eq!(repository.default_label().unwrap(), None);
}

#[test]
fn a_linked_worktree_and_a_bare_clone_read_alike() {
    let work = Work::new();
    work.commit_file("a", "1");
    work.git(&["worktree", "add", "-q", "../linked", "-b", "side"]);
    git(
        work.folder.path(),
        &["clone", "-q", "--bare", "work", "bare.git"],
    );
    let expected = labels(&work.open());
    assert_eq!(labels(&open(&work.folder.path().join("linked"))), expected);
    assert_eq!(
        labels(&open(&work.folder.path().join("bare.git"))),
        expected
    );
}

#[test]
fn a_change_of_references_is_seen_without_opening_again() {
    let work = Work::new();
    work.commit_file("a", "1");
    work.git(&["pack-refs", "--all"]);
    let repository = work.open();
    let before = labels(&repository);
    let second = work.commit_file("a", "2");
    work.git(&["pack-refs", "--all"]);
    repository
        .refresh(crate::remote::LIMIT, &Default::default())
        .unwrap();
    assert_eq!(labels(&repository), [format!("main Branch {second}")]);
    assert_ne!(before, labels(&repository));
}
