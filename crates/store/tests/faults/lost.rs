//! Journals that lose their end after a kill: a batch that was never whole is told from history
//! that was acknowledged.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::{Duration, SystemTime};

use vortex_store::{Embedded, OpenError, Options};

use crate::history::{self, Values};
use crate::writer::Writer;

const CUTS: u32 = 40;
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_journal_that_lost_what_was_noted_is_refused_wherever_it_was_cut() {
    let mut random = fastrand::Rng::with_seed(crate::seed("lost history"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let noted = write_until_noted(folder.path(), random.u64(..));
    let whole = fs::read(folder.path().join("db/0.jnl")).expect("it is read");
    let written = whole.iter().rposition(|byte| *byte != 0).expect("a batch") + 1;
    let mut opened = 0;
    for cut in 0..CUTS {
        // Some in all of it, and some in what was written after the note.
        let (from, to) = if cut % 2 == 0 {
            (0, written)
        } else {
            (written - 2_000, written)
        };
        let length = random.usize(from..to);
        let copy = tempfile::tempdir().expect("a temporary folder");
        copy_folder(folder.path(), copy.path());
        let journal = OpenOptions::new()
            .write(true)
            .open(copy.path().join("db/0.jnl"));
        let cut_off = journal.and_then(|journal| journal.set_len(length as u64));
        cut_off.expect("it is cut");
        match Embedded::open(copy.path(), Options::default()) {
            Ok(store) => {
                opened += 1;
                let head = history::check(&store, noted, Values::Mixed);
                let head = head.unwrap_or_else(|lost| panic!("cut at {length}: {lost}"));
                assert_eq!(store.recovery().revision.0, head);
                assert_eq!(store.recovery().noted.0, noted);
            }
            Err(OpenError::Corrupt { reason, .. }) => {
                assert!(reason.contains(&format!("had {noted} before")), "{reason}");
            }
            Err(error) => panic!("cut at {length}: {error}"),
        }
    }
    println!("{opened} of {CUTS} cuts lost nothing that was noted");
    assert!(opened < CUTS, "no cut was refused");
}

/// Kills a writer once a part of what it wrote is noted, and answers up to where.
#[allow(clippy::disallowed_methods)] // It waits on a real process.
fn write_until_noted(folder: &Path, seed: u64) -> u64 {
    let mut writer = Writer::start(folder, seed, &[("VORTEX_TEST_ALONE", "1")]);
    let deadline = SystemTime::now() + PATIENCE;
    while noted(folder) < 20 {
        writer.report().expect("it writes");
        assert!(SystemTime::now() < deadline, "nothing was noted");
    }
    writer.kill();
    noted(folder)
}

/// The revision that `FORMAT` tells.
fn noted(folder: &Path) -> u64 {
    let text = fs::read_to_string(folder.join("FORMAT")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("revision "));
    line.map_or(0, |revision| revision.parse().expect("a number"))
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("it is listed") {
        let entry = entry.expect("it is listed");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("it is copied");
        }
    }
}
