//! The last configuration that was in use, on disk, for a start while the server is away.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vortex_rest::{Assignment, Json};

use crate::{
    builder::Settings,
    served::{Served, digest},
};

/// The largest file that is read or written.
const LIMIT: u64 = 32 << 20;
/// What is written; a file of another form is none.
const FORMAT: u32 = 1;

/// A file in the cache folder.
#[derive(Debug)]
pub(crate) struct LastKnown {
    folder: PathBuf,
    name: String,
    of: Of,
}

/// What a configuration is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Of {
    app: String,
    profiles: String,
    label: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    format: u32,
    #[serde(flatten)]
    of: Of,
    saved_at: Timestamp,
    version: String,
    digest: String,
    token: String,
    assignments: Vec<Assignment>,
}

/// Why a file does not stand in for the server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it is over {} MiB", LIMIT >> 20)]
    TooLarge,
    #[error("it is not one of this library")]
    Foreign,
    #[error("it is of another application, profile or label")]
    Other,
    #[error("it is damaged: its digest is of something else")]
    Damaged,
}

impl LastKnown {
    /// The file by these settings, if there is to be one.
    pub(crate) fn new(settings: &Settings) -> Option<Self> {
        let of = Of {
            app: settings.app.clone(),
            profiles: settings.profiles.clone(),
            label: settings.label.clone(),
        };
        Some(Self {
            folder: settings.cache_dir.clone()?,
            name: name(&of),
            of,
        })
    }

    fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Keeps a configuration. After a crash at any moment there is either this one or the one that
    /// was kept before. Blocks.
    pub(crate) fn save(&self, served: &Served, now: Timestamp) -> Result<(), Unusable> {
        let bytes = self.bytes(served, now)?;
        if bytes.len() as u64 > LIMIT {
            return Err(Unusable::TooLarge);
        }
        fs::create_dir_all(&self.folder)?;
        let temporary = format!("{}.{:016x}.tmp", self.name, fastrand::u64(..));
        let temporary = self.folder.join(temporary);
        let written = write(&temporary, &bytes)
            .and_then(|()| fs::rename(&temporary, self.path()))
            .and_then(|()| sync_folder(&self.folder));
        if written.is_err() {
            // it may not even be there
            let _ = fs::remove_file(&temporary);
        }
        Ok(written?)
    }

    /// A line that says what the configuration is, then the configuration as it was served.
    fn bytes(&self, served: &Served, now: Timestamp) -> Result<Vec<u8>, Unusable> {
        let kept = Kept {
            format: FORMAT,
            of: self.of.clone(),
            saved_at: now,
            version: served.version.clone(),
            digest: served.digest.clone(),
            token: served.token.clone(),
            assignments: served.assignments.clone(),
        };
        let mut bytes = serde_json::to_vec(&kept).map_err(io::Error::from)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(served.text.as_bytes());
        Ok(bytes)
    }

    /// What was kept last, and how long ago. Blocks.
    pub(crate) fn load(&self, now: Timestamp) -> Result<(Served, Duration), Unusable> {
        let mut text = String::new();
        let file = File::open(self.path())?;
        file.take(LIMIT + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LIMIT {
            return Err(Unusable::TooLarge);
        }
        let (head, config) = text.split_once('\n').ok_or(Unusable::Foreign)?;
        let kept: Kept = serde_json::from_str(head).map_err(|_| Unusable::Foreign)?;
        if kept.format != FORMAT {
            return Err(Unusable::Foreign);
        }
        if kept.of != self.of {
            return Err(Unusable::Other);
        }
        let intact = digest(config) == kept.digest && Json::from_slice(config.as_bytes()).is_ok();
        if !intact {
            return Err(Unusable::Damaged);
        }
        // a clock that went back makes it no younger than now
        let age = now.duration_since(kept.saved_at);
        let age = Duration::try_from(age).unwrap_or_default();
        let served = Served {
            version: kept.version,
            digest: kept.digest,
            token: kept.token,
            assignments: kept.assignments,
            text: config.into(),
        };
        Ok((served, age))
    }
}

/// `orders_dev_prod-1f3c9a0b.json`: readable, and different for what differs.
fn name(of: &Of) -> String {
    let label = of.label.as_deref().unwrap_or_default();
    let exact = digest(&format!("{}\0{}\0{label}", of.app, of.profiles));
    let plain = |text: &str| -> String {
        let plain = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
        plain.take(40).collect()
    };
    let (app, profiles) = (plain(&of.app), plain(&of.profiles));
    format!("{app}-{profiles}-{}.json", &exact[..8])
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a renaming last.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::Client;

    const TEXT: &str = r#"{"b": 1.50,"a":"x\ny"}"#;

    fn served() -> Served {
        Served {
            version: "v1".to_owned(),
            digest: digest(TEXT),
            token: "s:7".to_owned(),
            assignments: Vec::new(),
            text: TEXT.into(),
        }
    }

    fn kept(folder: &Path, app: &str) -> LastKnown {
        let builder = Client::builder("http://localhost:1", app).cache_dir(folder);
        LastKnown::new(&builder.settings_for_tests()).unwrap()
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_kept_is_found_again_with_its_age() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(&folder.path().join("made"), "orders");
        kept.save(&served(), second(100)).unwrap();
        kept.save(&served(), second(200)).unwrap();
        let (found, age) = kept.load(second(260)).unwrap();
        assert_eq!((found, age.as_secs()), (served(), 60));
        assert_eq!(kept.load(second(0)).unwrap().1, Duration::ZERO);
        // nothing else lies around, and nobody else may read it
        let files: Vec<_> = fs::read_dir(&kept.folder).unwrap().collect();
        let mode = fs::metadata(kept.path()).unwrap().permissions().mode();
        assert_eq!((files.len(), mode & 0o777), (1, 0o600));
    }

    #[test]
    fn a_file_that_is_not_what_it_was_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(folder.path(), "orders");
        assert!(matches!(kept.load(second(1)), Err(Unusable::Io(_))));
        kept.save(&served(), second(1)).unwrap();
        let whole = fs::read_to_string(kept.path()).unwrap();
        let spoilt = |text: String| {
            fs::write(kept.path(), text).unwrap();
            kept.load(second(1)).unwrap_err().to_string()
        };
        let damaged = "it is damaged: its digest is of something else";
        assert_eq!(spoilt(whole.replace("1.50", "1.51")), damaged);
        assert_eq!(spoilt(whole[..whole.len() - 3].to_owned()), damaged);
        let foreign = "it is not one of this library";
        assert_eq!(spoilt(String::new()), foreign);
        assert_eq!(
            spoilt(whole.replace("\"format\":1", "\"format\":2")),
            foreign
        );
        let other = "it is of another application, profile or label";
        assert_eq!(spoilt(whole.replace("orders", "stocks")), other);
    }

    #[test]
    fn each_configuration_has_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["orders", "orders/x", "orders_x"].map(|app| kept(folder.path(), app).name);
        assert!(names[0] != names[1] && names[1] != names[2], "{names:?}");
        let legible = |name: &String| {
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        assert!(names.iter().all(legible));
    }
}
