//! Files of every kind, size and name.

use std::{fs, io::Write, os::unix::fs::symlink, process::Command};

use vortex_git::{Error, FileKind};

use crate::work::{Work, contents};

#[test]
fn files_are_listed_with_their_content() {
    let work = Work::new();
    work.write("application.yml", "a: 1\n");
    work.write("team/ünit/app-prod.properties", "b=2\n");
    work.write("empty", "");
    let head = work.commit("files");
    assert_eq!(
        contents(&work.open(), head),
        [
            "application.yml=a: 1",
            "empty=",
            "team/ünit/app-prod.properties=b=2"
        ]
    );
}

#[test]
fn programs_links_and_plain_files_are_told_apart() {
    let work = Work::new();
    work.write("plain", "1");
    work.write("run", "2");
    work.git(&["add", "-A"]);
    work.git(&["update-index", "--chmod=+x", "run"]);
    symlink("plain", work.path.join("link")).unwrap();
    work.git(&["add", "link"]);
    work.git(&["commit", "-q", "-m", "kinds"]);
    let files = work.open().files(work.head()).unwrap().files;
    let kinds: Vec<_> = files
        .iter()
        .map(|file| (file.path.as_str(), file.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("link", FileKind::Link),
            ("plain", FileKind::Regular),
            ("run", FileKind::Executable)
        ]
    );
}

#[test]
fn links_are_followed_inside_and_skipped_outside() {
    let work = Work::new();
    work.write("real/app.yml", "1");
    for (target, link) in [
        ("real/app.yml", "app.yml"),
        ("real", "current"),
        ("/etc/passwd", "passwd"),
        ("../../secret", "secret"),
        ("nowhere", "dangling"),
        ("circle", "circle"),
    ] {
        symlink(target, work.path.join(link)).unwrap();
    }
    assert_eq!(
        contents(&work.open(), work.commit("links")),
        [
            "app.yml=1",
            "current/app.yml=1",
            "real/app.yml=1",
            "circle:LinkLoop",
            "dangling:LinkDangling",
            "passwd:LinkOutside",
            "secret:LinkOutside",
        ]
    );
}

#[test]
fn a_submodule_is_skipped_and_said() {
    let library = Work::new();
    library.commit_file("x", "1");
    let work = Work::new();
    work.git(&[
        "submodule",
        "--quiet",
        "add",
        library.path.to_str().unwrap(),
        "library",
    ]);
    let listed = contents(&work.open(), work.commit("submodule"));
    assert_eq!(listed.last().unwrap(), "library:Submodule");
}

/// Makes a commit of a folder that the git program itself would refuse to make.
fn commit_of_raw_folder(work: &Work, entries: &[(&str, &[u8])]) -> vortex_git::CommitId {
    let blob = work.git(&["rev-parse", "HEAD:a"]);
    let mut raw = Vec::new();
    for (mode, name) in entries {
        raw.extend_from_slice(mode.as_bytes());
        raw.push(b' ');
        raw.extend_from_slice(name);
        raw.push(0);
        raw.extend((0..20).map(|at| u8::from_str_radix(&blob[at * 2..at * 2 + 2], 16).unwrap()));
    }
    fs::write(work.folder.path().join("raw"), raw).unwrap();
    let tree = work.git(&["hash-object", "-t", "tree", "-w", "--literally", "../raw"]);
    work.git(&["commit-tree", "-m", "raw", &tree])
        .parse()
        .unwrap()
}

#[test]
fn names_that_escape_are_skipped_and_said() {
    let work = Work::new();
    work.commit_file("a", "1");
    let names: [&[u8]; 7] = [b".", b"..", b".GIT", b".git", b"../x", b"\xff", b"ok"];
    let commit = commit_of_raw_folder(&work, &names.map(|name| ("100644", name)));
    assert_eq!(
        contents(&work.open(), commit),
        [
            "ok=1",
            ".:UnsafeName",
            "..:UnsafeName",
            "../x:UnsafeName",
            ".GIT:UnsafeName",
            ".git:UnsafeName",
            "\u{fffd}:NotUtf8",
        ]
    );
}

#[test]
fn a_folder_that_is_no_folder_breaks_its_commit_alone() {
    let work = Work::new();
    let good = work.commit_file("a", "1");
    let bad = commit_of_raw_folder(&work, &[("40000", b"folder")]);
    let repository = work.open();
    assert!(
        matches!(repository.files(bad), Err(Error::CommitIncomplete { commit, .. }) if commit == bad)
    );
    assert_eq!(contents(&repository, good), ["a=1"]);
}

#[test]
fn a_large_file_is_listed_and_refused_without_being_loaded() {
    let work = Work::new();
    const SIZE: u64 = 100 << 20;
    work.git(&["config", "core.compression", "0"]);
    let mut file = fs::File::create(work.path.join("large.bin")).unwrap();
    let block: Vec<u8> = (0..1_u32 << 18)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    (0..SIZE / block.len() as u64).for_each(|_| file.write_all(&block).unwrap());
    drop(file);
    let head = work.commit("large");
    let check = || {
        let repository = work.open();
        let file = repository.files(head).unwrap().files.remove(0);
        assert_eq!(file.size, SIZE);
        let refused = repository.read(file.blob, 1 << 20).unwrap_err();
        assert!(
            matches!(
                refused,
                Error::BlobTooLarge {
                    size: SIZE,
                    limit: 1_048_576,
                    ..
                }
            ),
            "{refused}"
        );
    };
    check();
    work.git(&["gc", "-q"]);
    check();
}

#[test]
fn ten_thousand_files_in_one_commit_are_listed() {
    let work = Work::new();
    for n in 0..10_000 {
        work.write(
            &format!("team-{}/app-{n}.yml", n % 100),
            format!("n: {n}\n"),
        );
    }
    let head = work.commit("many");
    work.git(&["gc", "-q"]);
    let listed = work.open().files(head).unwrap();
    assert_eq!((listed.files.len(), listed.skipped.len()), (10_000, 0));
    assert!(listed.files.is_sorted_by(|a, b| a.path < b.path));
}

#[test]
fn no_program_is_needed_to_read_a_path() {
    let work = Work::new();
    work.commit_file("a", "1");
    let test = "files::reads_the_repository_named_by_the_environment";
    let status = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--quiet"])
        .env_clear()
        .env("PATH", "/nonexistent")
        .env("REPOSITORY", &work.path)
        .output()
        .unwrap();
    assert!(
        status.status.success(),
        "{}",
        String::from_utf8_lossy(&status.stdout)
    );
    assert!(String::from_utf8_lossy(&status.stdout).contains("1 passed"));
}

#[test]
#[ignore = "run by another test, in a process without any program in PATH"]
fn reads_the_repository_named_by_the_environment() {
    let path = std::env::var_os("REPOSITORY").unwrap();
    let repository = crate::work::open(path.as_ref());
    let head = repository.default_label().unwrap().unwrap().commit;
    assert_eq!(contents(&repository, head), ["a=1"]);
    assert!(Command::new("git").spawn().is_err());
}
