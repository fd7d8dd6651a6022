//! References that are there and can't be read: what a power cut leaves, and worse.

use std::{fs, os::unix::fs::symlink};

use vortex_git::{Doubt, Error, LabelKind, Labels, Repository, UnreadableReason};

use crate::work::Work;

const MISSING: &str = "1111111111111111111111111111111111111111";

fn names(labels: &Labels) -> Vec<&str> {
    labels.readable.iter().map(|label| &*label.name).collect()
}

/// `name: what is wrong` of every reference that can't be read.
fn broken(labels: &Labels) -> Vec<String> {
    let broken = labels.unreadable.iter();
    broken
        .map(|label| format!("{}: {label}", label.name))
        .collect()
}

/// A repository of `main` and of `side`, which is what `content` says.
fn with_side(content: impl AsRef<[u8]>) -> Work {
    let work = Work::new();
    work.commit_file("a", "1");
    work.write(".git/refs/heads/side", content);
    work
}

fn reason(work: &Work) -> UnreadableReason {
    let labels = work.open().labels().unwrap();
    assert_eq!(names(&labels), ["main"]);
    let [unreadable] = &labels.unreadable[..] else {
        panic!("one is broken: {:?}", labels.unreadable)
    };
    assert_eq!(unreadable.name, "side");
    assert_eq!(unreadable.reference, "refs/heads/side");
    assert_eq!(unreadable.kind, LabelKind::Branch);
    unreadable.reason.clone()
}

#[test]
fn a_branch_whose_file_is_empty_or_garbled_is_named_and_not_deleted() {
    assert_eq!(reason(&with_side("")), UnreadableReason::Empty);
    for garbled in [
        &b"\0\0\0\0\0\0\0\0"[..],
        b"not an id",
        b"\n",
        b"1234",
        b"ref: \xff\xfe",
        b"ref: ../../etc/passwd",
    ] {
        let reason = reason(&with_side(garbled));
        assert_eq!(reason, UnreadableReason::Garbled, "{garbled:?}");
    }
}

#[test]
fn a_branch_that_leads_to_no_commit_is_named_with_what_it_leads_to() {
    let missing = reason(&with_side(format!("{MISSING}\n")));
    assert_eq!(missing, UnreadableReason::ObjectMissing(MISSING.to_owned()));
    let dangling = reason(&with_side("ref: refs/heads/nowhere\n"));
    let nowhere = UnreadableReason::Dangling("refs/heads/nowhere".to_owned());
    assert_eq!(dangling, nowhere);
    assert_eq!(
        reason(&with_side("ref: refs/heads/side\n")),
        UnreadableReason::Loop
    );
    let work = with_side("");
    for (object, kind) in [("HEAD:a", "blob"), ("HEAD^{tree}", "tree")] {
        let id = work.git(&["rev-parse", object]);
        work.write(".git/refs/heads/side", format!("{id}\n"));
        let reason = reason(&work);
        assert!(
            matches!(&reason, UnreadableReason::NotACommit(found) if found.to_string() == kind),
            "{reason}"
        );
    }
}

#[test]
fn a_branch_whose_commit_is_damaged_is_named() {
    let work = Work::new();
    work.commit_file("a", "1");
    work.git(&["checkout", "-q", "-b", "side"]);
    let id = work.commit_file("a", "2").to_string();
    let object = work.path.join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&object).unwrap();
    fs::write(&object, b"not zlib").unwrap();
    assert_eq!(reason(&work), UnreadableReason::ObjectDamaged(id));
}

#[test]
fn two_branches_that_point_to_each_other_are_both_named() {
    let work = with_side("ref: refs/heads/other\n");
    work.write(".git/refs/heads/other", "ref: refs/heads/side\n");
    let labels = work.open().labels().unwrap();
    assert_eq!(
        broken(&labels),
        [
            "other: refs/heads/other points back to itself, or through too many other references",
            "side: refs/heads/side points back to itself, or through too many other references"
        ]
    );
}

#[test]
fn a_tag_of_a_file_is_named_as_a_tag() {
    let work = Work::new();
    work.commit_file("a", "1");
    let blob = work.git(&["rev-parse", "HEAD:a"]);
    work.git(&["tag", "a-file", &blob]);
    work.git(&["tag", "-a", "-m", "x", "noted", &blob]);
    let labels = work.open().labels().unwrap();
    let tags = labels
        .unreadable
        .iter()
        .all(|label| label.kind == LabelKind::Tag);
    assert!(tags, "{:?}", labels.unreadable);
    assert_eq!(
        broken(&labels),
        [
            "a-file: refs/tags/a-file points to a blob and not to a commit",
            "noted: refs/tags/noted points to a blob and not to a commit"
        ]
    );
}

/// What readers of the branch would get else is another commit than they had.
#[test]
fn a_broken_branch_is_not_replaced_by_what_has_its_name() {
    let work = Work::new();
    work.commit_file("a", "1");
    work.git(&["tag", "side"]);
    work.git(&["branch", "side"]);
    work.git(&["update-ref", "refs/remotes/origin/side", "HEAD"]);
    work.write(".git/refs/heads/side", "");
    assert_eq!(reason(&work), UnreadableReason::Empty);
    // nor by what it was when it was packed
    work.write(".git/refs/heads/side", format!("{}\n", work.head()));
    work.git(&["pack-refs", "--all"]);
    work.write(".git/refs/heads/side", "");
    assert_eq!(reason(&work), UnreadableReason::Empty);
}

fn fault(repository: &Repository) -> String {
    let _ = repository.refresh(crate::remote::LIMIT, &Default::default());
    let error = repository.labels().unwrap_err();
    assert!(
        matches!(error, Error::RepositoryUnreadable { .. }),
        "{error}"
    );
    error.to_string()
}

#[test]
fn damaged_packed_references_say_nothing_of_any_branch() {
    let work = Work::new();
    work.commit_file("a", "1");
    for n in 0..50 {
        work.git(&["branch", &format!("b{n}")]);
    }
    work.git(&["pack-refs", "--all"]);
    let repository = work.open();
    let path = work.path.join(".git/packed-refs");
    let good = fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(97) {
        let mut zeroed = good.clone();
        zeroed[at..].fill(0);
        fs::write(&path, zeroed).unwrap();
        assert!(fault(&repository).contains("packed-refs"), "zero from {at}");
    }
    for line in 1..good.split(|byte| *byte == b'\n').count() - 1 {
        let mut lines: Vec<&[u8]> = good.split(|byte| *byte == b'\n').collect();
        lines[line] = b"garbage";
        fs::write(&path, lines.join(&b'\n')).unwrap();
        let said = fault(&repository);
        let line = format!("line {} of its file packed-refs is damaged", line + 1);
        assert!(said.contains(&line), "{said}");
    }
    fs::write(&path, &good[..good.len() - 3]).unwrap();
    assert!(fault(&repository).contains("packed-refs is cut off"));
    fs::write(&path, &good).unwrap();
    repository
        .refresh(crate::remote::LIMIT, &Default::default())
        .unwrap();
    assert_eq!(repository.labels().unwrap().readable.len(), 51);
}

#[test]
fn packed_references_that_are_empty_put_what_is_missing_in_doubt() {
    let work = Work::new();
    work.commit_file("a", "1");
    work.git(&["branch", "packed"]);
    work.git(&["pack-refs", "--all"]);
    work.git(&["branch", "loose"]);
    work.write(".git/packed-refs", "");
    let labels = work.open().labels().unwrap();
    assert_eq!(names(&labels), ["loose"]);
    assert_eq!(labels.doubt, Some(Doubt::EmptyPackedRefs));
    work.git(&["pack-refs", "--all"]);
    assert_eq!(work.open().labels().unwrap().doubt, None);
}

#[test]
fn only_a_branch_without_any_reference_is_deleted() {
    let work = with_side("");
    let repository = work.open();
    let is_deleted = |name: &str| repository.is_deleted(name).unwrap();
    assert!(!is_deleted("main"));
    assert!(!is_deleted("side"), "it is broken");
    assert!(is_deleted("other"));
    work.git(&["tag", "other"]);
    assert!(!is_deleted("other"));
    work.git(&["pack-refs", "--all"]);
    assert!(!is_deleted("other"), "it was packed since it was listed");
    fs::write(work.path.join(".git/refs/heads/target"), "").unwrap();
    symlink("target", work.path.join(".git/refs/heads/link")).unwrap();
    assert!(!is_deleted("link"), "lists pass over symbolic links");
}

/// Branches are read by their names; `HEAD` names one more time what is there.
#[test]
fn a_damaged_head_keeps_no_branch_from_being_read() {
    let work = Work::new();
    work.commit_file("a", "1");
    let repository = work.open();
    for content in [
        "",
        "\0\0\0\0",
        "garbage\n",
        "ref: refs/heads/nowhere\n",
        MISSING,
    ] {
        work.write(".git/HEAD", content);
        repository
            .refresh(crate::remote::LIMIT, &Default::default())
            .unwrap();
        assert_eq!(names(&repository.labels().unwrap()), ["main"]);
        assert_eq!(repository.default_label().unwrap().unwrap().name, "main");
        assert_eq!(names(&work.open().labels().unwrap()), ["main"]);
    }
}
