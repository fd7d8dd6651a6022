//! A folder as a power cut leaves it, made from what was recorded at each sync.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

const PAGE: usize = 4_096;

/// The fate of bytes that were written and not synced.
pub(crate) enum Unsynced {
    /// All of it is gone, names and truncations too.
    Lost,
    /// Any page may have been written out, and any folder's entries, as chance has it.
    Torn(fastrand::Rng),
}

/// A folder, and the records of its syncs.
pub(crate) struct Disk {
    pub(crate) root: PathBuf,
    pub(crate) record: PathBuf,
}

#[derive(Clone)]
struct Name {
    is_folder: bool,
    identity: String,
    name: String,
}

impl Disk {
    /// An empty folder, durable as it is.
    pub(crate) fn new(place: &Path) -> Self {
        let disk = Self {
            root: place.join("root"),
            record: place.join("record"),
        };
        fs::create_dir_all(&disk.root).expect("a folder");
        fs::create_dir_all(&disk.record).expect("a folder");
        disk.settle();
        disk
    }

    /// Where the store is on it.
    pub(crate) fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// Cuts the power: what is left appears as a new disk at `place`, all of it durable.
    pub(crate) fn cut(&self, place: &Path, mut unsynced: Unsynced) -> Self {
        let after = Self::new(place);
        let mut current = HashMap::new();
        locate(&self.root, &mut current);
        let identity = identity(&self.root);
        self.restore(&identity, &after.root, &current, &mut unsynced);
        after.settle();
        after
    }

    /// Makes all that is there durable.
    pub(crate) fn settle(&self) {
        self.adopt(&self.root);
    }

    fn restore(
        &self,
        folder: &str,
        to: &Path,
        current: &HashMap<String, PathBuf>,
        unsynced: &mut Unsynced,
    ) {
        let now = current
            .get(folder)
            .map(|path| names(path))
            .unwrap_or_default();
        let is_current = match unsynced {
            Unsynced::Torn(random) => random.bool(),
            Unsynced::Lost => false,
        };
        let names = if is_current {
            now
        } else {
            self.recorded_names(folder)
        };
        for Name {
            is_folder,
            identity,
            name,
        } in names
        {
            let to = to.join(name);
            if is_folder {
                fs::create_dir(&to).expect("a folder is made");
                self.restore(&identity, &to, current, unsynced);
            } else {
                let now = current.get(&identity).map(PathBuf::as_path);
                self.restore_file(&self.record.join(identity), now, &to, unsynced);
            }
        }
    }

    fn restore_file(&self, record: &Path, now: Option<&Path>, to: &Path, unsynced: &mut Unsynced) {
        let synced = fs::read(record).unwrap_or_default();
        let content = match (unsynced, now) {
            (Unsynced::Torn(random), Some(now)) => {
                tear(synced, &fs::read(now).expect("it is read"), random)
            }
            _ => synced,
        };
        fs::write(to, content).expect("it is written");
    }

    fn recorded_names(&self, folder: &str) -> Vec<Name> {
        let text = fs::read_to_string(self.record.join(folder)).unwrap_or_default();
        text.lines().map(Name::parse).collect()
    }

    /// Takes a folder with all that is in it for durable.
    fn adopt(&self, path: &Path) {
        let record = self.record.join(identity(path));
        if path.is_dir() {
            let names = names(path);
            let text: String = names.iter().map(Name::print).collect();
            fs::write(record, text).expect("a record is written");
            names
                .iter()
                .for_each(|name| self.adopt(&path.join(&name.name)));
        } else {
            fs::copy(path, record).expect("a record is written");
        }
    }
}

/// Any length between, and of each page one or the other.
fn tear(synced: Vec<u8>, now: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let (short, long) = (synced.len().min(now.len()), synced.len().max(now.len()));
    let length = if random.bool() {
        long
    } else {
        random.usize(short..=long)
    };
    let mut torn = synced;
    torn.resize(length, 0);
    for (page, now) in torn.chunks_mut(PAGE).zip(now.chunks(PAGE)) {
        if random.bool() {
            let kept = page.len().min(now.len());
            page[..kept].copy_from_slice(&now[..kept]);
        }
    }
    torn
}

fn locate(path: &Path, found: &mut HashMap<String, PathBuf>) {
    found.insert(identity(path), path.to_owned());
    if path.is_dir() {
        names(path)
            .iter()
            .for_each(|name| locate(&path.join(&name.name), found));
    }
}

fn names(folder: &Path) -> Vec<Name> {
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("an entry is read");
        Name {
            is_folder: entry.path().is_dir(),
            identity: identity(&entry.path()),
            name: entry
                .file_name()
                .into_string()
                .expect("a store's names are text"),
        }
    };
    fs::read_dir(folder)
        .expect("a folder is read")
        .map(name)
        .collect()
}

/// Inode and birth, as the preloaded library names its records.
fn identity(path: &Path) -> String {
    let metadata = fs::symlink_metadata(path).expect("it is there");
    let born = metadata.created().expect("the file system keeps births");
    let born = born.duration_since(UNIX_EPOCH).expect("after 1970");
    format!(
        "{}-{}-{}",
        metadata.ino(),
        born.as_secs(),
        born.subsec_nanos()
    )
}

impl Name {
    fn print(&self) -> String {
        let kind = if self.is_folder { "folder" } else { "file" };
        format!("{kind} {} {}\n", self.identity, self.name)
    }

    fn parse(line: &str) -> Self {
        let mut fields = line.splitn(3, ' ');
        let mut field = || fields.next().expect("a record has three fields").to_owned();
        Self {
            is_folder: field() == "folder",
            identity: field(),
            name: field(),
        }
    }
}
