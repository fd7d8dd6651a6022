//! Repositories that disappear, break, or are repacked under a reader.

use std::{fs, path::Path, sync::atomic::AtomicBool};

use vortex_git::{Error, Location, Repository};

use crate::{
    remote::LIMIT,
    work::{Work, contents},
};

fn refresh(repository: &Repository) -> Result<(), Error> {
    repository.refresh(LIMIT, &AtomicBool::new(false))
}

#[test]
fn a_path_without_a_repository_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nothing")] {
        let error = Repository::open(&Location::from(path), Path::new("")).unwrap_err();
        assert!(matches!(error, Error::RepositoryMissing(_)), "{error}");
    }
}

#[test]
fn a_deleted_repository_is_missing_and_not_empty_until_it_returns() {
    let work = Work::new();
    let first = work.commit_file("a", "1");
    let repository = work.open();
    let away = work.folder.path().join("away");
    fs::rename(&work.path, &away).unwrap();
    let missing = |error| assert!(matches!(error, Error::RepositoryMissing(_)), "{error}");
    missing(repository.labels().unwrap_err());
    missing(repository.default_label().unwrap_err());
    missing(repository.commit(first).unwrap_err());
    missing(repository.files(first).unwrap_err());
    missing(refresh(&repository).unwrap_err());
    fs::rename(&away, &work.path).unwrap();
    let second = work.commit_file("a", "2");
    refresh(&repository).unwrap();
    assert_eq!(
        repository.labels().unwrap().get("main").unwrap().commit,
        second
    );
    assert_eq!(contents(&repository, second), ["a=2"]);
}

#[test]
fn packs_replaced_under_a_reader_are_found_again() {
    let work = Work::new();
    let commits: Vec<_> = (0..20)
        .map(|n| work.commit_file(&format!("f{n}"), n.to_string()))
        .collect();
    work.git(&["repack", "-q", "-d"]);
    let repository = work.open();
    assert_eq!(repository.files(commits[0]).unwrap().files.len(), 1);
    for round in 0..3 {
        work.commit_file("more", format!("{round}"));
        work.git(&["gc", "-q", "--prune=now"]);
        let last = work.head();
        assert_eq!(contents(&repository, last).len(), 21);
        assert_eq!(contents(&repository, commits[19]).len(), 20);
    }
}

#[test]
fn more_packs_than_were_expected_are_read() {
    let work = Work::new();
    work.commit_file("a", "0");
    let repository = work.open();
    for n in 1..60 {
        work.commit_file("a", n.to_string());
        work.git(&["repack", "-q"]);
    }
    refresh(&repository).unwrap();
    assert_eq!(contents(&repository, work.head()), ["a=59"]);
}

fn loose(work: &Work, id: &str) -> std::path::PathBuf {
    work.path.join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn overwrite(path: &Path, content: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, content).unwrap();
}

#[test]
fn a_damaged_object_is_said_and_the_rest_is_read() {
    let work = Work::new();
    let first = work.commit_file("a", "1");
    let second = work.commit_file("b", "2");
    let tree = loose(&work, &work.git(&["rev-parse", "HEAD^{tree}"]));
    let good = fs::read(&tree).unwrap();
    let repository = work.open();
    for bad in [&b""[..], b"not zlib at all", &good[..good.len() / 2]] {
        overwrite(&tree, bad);
        let error = repository.files(second).unwrap_err();
        assert!(matches!(error, Error::ObjectDamaged { .. }), "{error}");
        assert_eq!(contents(&repository, first), ["a=1"]);
    }
    overwrite(&tree, &good);
    assert_eq!(contents(&repository, second), ["a=1", "b=2"]);
}

#[test]
fn an_absent_object_breaks_its_commit() {
    let work = Work::new();
    let commit = work.commit_file("a", "1");
    let blob = loose(&work, &work.git(&["rev-parse", "HEAD:a"]));
    let content = fs::read(&blob).unwrap();
    fs::remove_file(&blob).unwrap();
    let repository = work.open();
    let error = repository.files(commit).unwrap_err();
    assert!(matches!(error, Error::CommitIncomplete { .. }), "{error}");
    fs::write(&blob, content).unwrap();
    assert_eq!(contents(&repository, commit), ["a=1"]);
}

#[test]
fn a_damaged_pack_is_said_and_read_again_when_mended() {
    let work = Work::new();
    let commit = work.commit_file("a", "1\n".repeat(1000));
    work.git(&["gc", "-q"]);
    let packs = work.path.join(".git/objects/pack");
    let files = fs::read_dir(&packs)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<_> = files
        .filter(|path| {
            path.extension()
                .is_some_and(|kind| kind == "pack" || kind == "idx")
        })
        .collect();
    for file in &files {
        let good = fs::read(file).unwrap();
        for bad in [
            Vec::new(),
            good[..good.len() / 2].to_vec(),
            vec![0xA5; good.len()],
        ] {
            overwrite(file, &bad);
            let repository = work.open();
            let whole = repository
                .files(commit)
                .and_then(|listed| repository.read(listed.files[0].blob, 1 << 20));
            assert!(
                whole.is_err(),
                "{} with {} bytes",
                file.display(),
                bad.len()
            );
            overwrite(file, &good);
            refresh(&repository).unwrap();
            assert_eq!(repository.files(commit).unwrap().files.len(), 1);
        }
    }
}

#[test]
fn a_damaged_configuration_is_said() {
    let work = Work::new();
    work.commit_file("a", "1");
    let repository = work.open();
    work.write(".git/packed-refs", "garbage\n\0\n");
    let _ = refresh(&repository);
    let labels = repository.labels();
    assert!(labels.is_err() || !labels.unwrap().unreadable.is_empty());
    fs::remove_file(work.path.join(".git/packed-refs")).unwrap();
    refresh(&repository).unwrap();
    assert_eq!(repository.labels().unwrap().readable.len(), 1);
}
