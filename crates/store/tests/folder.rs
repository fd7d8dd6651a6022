//! Folders that are in use, a stranger's, newer, damaged, half made or not ours to write.

#![allow(clippy::expect_used)] // A fixture that fails has failed the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use futures::executor::block_on;
use vortex_store::{Embedded, OpenError, Options, Revision, Store, Transaction};

fn open(path: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(path, Options::default())
}

fn refusal(path: &Path) -> OpenError {
    open(path).err().expect("it is refused")
}

/// A folder with a store that holds one entry.
fn store() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path()).expect("it opens");
    block_on(store.commit(Transaction::new().put("a", "1"))).expect("it is taken");
    folder
}

const A_TABLE: &str = "a table";

/// A table's path in the folder.
fn table(folder: &tempfile::TempDir) -> String {
    let tables = "db/keyspaces/1/tables";
    let mut found = fs::read_dir(folder.path().join(tables)).expect("it is listed");
    let table = found.next().expect("there is one").expect("it is listed");
    format!("{tables}/{}", table.file_name().to_string_lossy())
}

/// The same, and before that one that is in a table.
fn store_with_a_table() -> tempfile::TempDir {
    let folder = store();
    let store = open(folder.path()).expect("it opens");
    block_on(store.maintain()).expect("it is compacted");
    commit(&store);
    drop(store);
    folder
}

fn commit(store: &Embedded) {
    block_on(store.commit(Transaction::new().put("a", "2"))).expect("it is taken");
}

/// Names and contents of all files.
fn content(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).expect("it is listed") {
        let entry = entry.expect("it is listed").path();
        if entry.is_dir() {
            found.extend(content(&entry));
        } else {
            found.push((
                entry.display().to_string(),
                fs::read(&entry).expect("it is read"),
            ));
        }
    }
    found.sort();
    found
}

#[test]
fn folders_that_are_missing_are_made() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("some/where/new");
    drop(open(&path).expect("it is made"));
    assert!(path.join("FORMAT").is_file());
}

#[test]
fn a_second_opening_is_refused_with_the_process_that_holds_it() {
    let folder = store();
    let first = open(folder.path()).expect("it opens");
    let error = refusal(folder.path());
    assert!(
        error
            .to_string()
            .contains(&format!("by process {}", std::process::id())),
        "{error}"
    );
    block_on(first.close()).expect("it closes");
    assert!(open(folder.path()).is_ok());
}

#[test]
fn a_strangers_folder_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("db")).expect("a folder");
    fs::write(folder.path().join("db/precious"), "data").expect("a file");
    fs::write(folder.path().join("notes.txt"), "data").expect("a file");
    let before = content(folder.path());
    let error = refusal(folder.path());
    assert!(
        matches!(&error, OpenError::Foreign { found, .. } if found == "notes.txt"),
        "{error}"
    );
    assert_eq!(content(folder.path()), before);
}

#[test]
fn a_strangers_files_under_names_of_ours_are_left_as_they_are() {
    for (file, named) in [
        ("db/CURRENT", "db"),
        ("creating/precious", "creating"),
        ("LOCK", "LOCK"),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, "theirs").expect("a file");
        let before = content(folder.path());
        let error = refusal(folder.path());
        assert!(
            matches!(&error, OpenError::Foreign { found, .. } if found == named),
            "{error}"
        );
        assert_eq!(content(folder.path()), before);
    }
}

#[test]
fn a_fresh_volume_is_no_strangers_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("lost+found")).expect("a folder");
    assert!(open(folder.path()).is_ok());
}

#[test]
fn a_newer_format_is_refused_and_left_as_it_is() {
    let folder = store();
    fs::write(
        folder.path().join("FORMAT"),
        "vortex-store\nformat 2\nmore\n",
    )
    .expect("a file");
    let error = refusal(folder.path());
    assert!(
        matches!(
            error,
            OpenError::NewerFormat {
                found: 2,
                supported: 1,
                ..
            }
        ),
        "{error}"
    );
    fs::read_dir(folder.path().join("db")).expect("it is still there");
}

#[test]
fn a_store_that_lacks_a_part_is_damaged_and_not_made_anew() {
    let parts = [
        "FORMAT",
        "db",
        "db/0.jnl",
        "db/version",
        "db/keyspaces",
        "db/keyspaces/0",
        "db/keyspaces/0/current",
        "db/keyspaces/1",
        "db/keyspaces/1/current",
        "db/keyspaces/1/tables",
        A_TABLE,
    ];
    for part in parts {
        let folder = store_with_a_table();
        let part = &if part == A_TABLE {
            table(&folder)
        } else {
            part.to_owned()
        };
        fs::rename(
            folder.path().join(part),
            folder.path().join("..").join(unique(&folder)),
        )
        .expect("it is moved away");
        let before = content(folder.path());
        let error = refusal(folder.path());
        assert!(
            matches!(&error, OpenError::Corrupt { .. }),
            "{part}: {error}"
        );
        assert_eq!(content(folder.path()), before, "{part}");
        fs::rename(
            folder.path().join("..").join(unique(&folder)),
            folder.path().join(part),
        )
        .expect("it is moved back");
        assert_eq!(
            open(folder.path()).expect("it is whole again").revision(),
            Revision(2)
        );
    }
}

#[test]
fn a_missing_journal_is_named_with_what_to_do() {
    let folder = store();
    let journal = folder.path().join("db/0.jnl");
    fs::remove_file(&journal).expect("it is removed");
    let told = refusal(folder.path()).to_string();
    let expected = format!("{} is missing: put it back, or", journal.display());
    assert!(told.contains(&expected), "{told}");
}

#[test]
fn a_journal_of_an_earlier_time_is_found_out() {
    let folder = store();
    let journal = folder.path().join("db/0.jnl");
    let earlier = fs::read(&journal).expect("it is read");
    commit(&open(folder.path()).expect("it opens"));
    let later = fs::read(&journal).expect("it is read");
    fs::write(&journal, &earlier).expect("it is overwritten");
    let told = refusal(folder.path()).to_string();
    assert!(told.contains("it ends at revision 1, and had 2"), "{told}");
    fs::write(&journal, &later).expect("it is overwritten");
    assert!(open(folder.path()).is_ok());
}

#[test]
fn a_folder_that_does_not_say_what_it_had_opens_and_says_so_from_then_on() {
    let folder = store();
    let format = folder.path().join("FORMAT");
    let text = fs::read_to_string(&format).expect("it is read");
    let old: Vec<&str> = text.lines().take(3).collect();
    fs::write(&format, old.join("\n") + "\n").expect("it is overwritten");
    drop(open(folder.path()).expect("it opens"));
    assert_eq!(fs::read_to_string(&format).expect("it is read"), text);
    assert!(text.ends_with("\njournal 0\nrevision 1\n"), "{text}");
}

fn unique(folder: &tempfile::TempDir) -> String {
    let name = folder.path().file_name().expect("it has a name");
    format!("{}-part", name.to_string_lossy())
}

#[test]
fn damage_is_named_whichever_file_it_is_in() {
    let parts = [
        "FORMAT",
        "db/version",
        "db/keyspaces/0/current",
        "db/keyspaces/1/current",
    ];
    for part in parts {
        let folder = store();
        fs::write(folder.path().join(part), "rubbish").expect("it is overwritten");
        let error = refusal(folder.path());
        assert!(
            matches!(&error, OpenError::Corrupt { .. }),
            "{part}: {error}"
        );
    }
}

#[test]
fn a_creation_that_was_cut_short_is_done_again() {
    let cut_short: [&[(&str, &str)]; 3] = [
        &[("LOCK", "1")],
        &[("FORMAT.new", "vor")],
        &[("creating/0.jnl", "x")],
    ];
    for files in cut_short {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("creating")).expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        assert!(open(folder.path()).is_ok(), "{files:?}");
    }
}

#[test]
fn a_creation_that_lacks_its_last_step_is_finished() {
    let folder = store();
    fs::rename(folder.path().join("db"), folder.path().join("creating")).expect("it is renamed");
    assert_eq!(
        open(folder.path()).expect("it opens").revision(),
        Revision(1)
    );
}

#[test]
fn a_file_in_place_of_the_folder_is_not_writable() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "data").expect("a file");
    for path in [file.clone(), file.join("below")] {
        let error = refusal(&path);
        assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
    }
    assert_eq!(fs::read(&file).expect("it is read"), b"data");
}

#[test]
fn a_folder_without_permission_is_not_writable() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).expect("they are set");
    // The permissions do not bind root, who finds one that does in what the kernel makes.
    let is_bound = fs::write(closed.join("probe"), "").is_err();
    let path = if is_bound {
        closed
    } else {
        Path::new("/sys/kernel").to_owned()
    };
    let error = refusal(&path.join("store"));
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
}
