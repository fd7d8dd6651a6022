//! The last good copy of a provider's keys on disk, for a start while the provider is away.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use url::Url;
use vortex_oidc::MAX_JWKS;

const FILE: &str = "jwks-last-good.json";
/// Bytes of the file: escapes may make a set six times as long.
const MAX_FILE: u64 = 7 * MAX_JWKS as u64;
/// How often a copy is written whose keys have not changed, for its date.
const REWRITE: Duration = Duration::from_secs(60 * 60);

/// The copy in a service's folder of what a URL answered.
#[derive(Debug)]
pub(super) struct LastGood {
    folder: PathBuf,
    url: String,
    copy: Option<Copy>,
}

/// What was answered, and where and when: keys of another URL are not this provider's.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Copy {
    jwks_url: String,
    fetched: Timestamp,
    jwks: String,
}

impl LastGood {
    /// The copy in `folder`, which may not be there yet, of what `url` answered.
    pub(super) fn of(url: &Url, folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            url: url.to_string(),
            copy: None,
        }
    }

    /// What was answered last, and how long ago; none where there is no copy that can be believed.
    pub(super) fn read(&self, now: Timestamp) -> Option<(String, Duration)> {
        let copy = read(&self.folder.join(FILE)).ok()?;
        // of the future is what a clock that was set back has left
        let age = Duration::try_from(now.duration_since(copy.fetched)).ok()?;
        (copy.jwks_url == self.url).then_some((copy.jwks, age))
    }

    /// Keeps what was answered now, if it is worth it.
    pub(super) async fn keep(&mut self, jwks: &[u8], now: Timestamp) {
        let Ok(jwks) = str::from_utf8(jwks) else {
            return;
        };
        if self
            .copy
            .as_ref()
            .is_some_and(|copy| copy.is_as_good_as(jwks, now))
        {
            return;
        }
        let copy = Copy {
            jwks_url: self.url.clone(),
            fetched: now,
            jwks: jwks.to_owned(),
        };
        let (folder, written) = (self.folder.clone(), copy.clone());
        let written = tokio::task::spawn_blocking(move || write(&folder, &written));
        match written.await.map_err(io::Error::other).flatten() {
            Ok(()) => self.copy = Some(copy),
            Err(error) => {
                let folder = self.folder.display();
                tracing::warn!(%folder, %error, "the provider's keys can't be kept on disk");
            }
        }
    }
}

impl Copy {
    fn is_as_good_as(&self, jwks: &str, now: Timestamp) -> bool {
        let age = Duration::try_from(now.duration_since(self.fetched));
        self.jwks == jwks && age.is_ok_and(|age| age < REWRITE)
    }
}

fn read(file: &Path) -> io::Result<Copy> {
    let mut bytes = Vec::new();
    let file = File::open(file)?;
    file.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Writes it whole or not at all, under a name of its own first: services may share a folder.
fn write(folder: &Path, copy: &Copy) -> io::Result<()> {
    let mut unfinished = NamedTempFile::new_in(folder)?;
    unfinished.write_all(&serde_json::to_vec(copy)?)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(folder.join(FILE))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWKS: &str = "{\"keys\":[]}";
    const MINUTE: Duration = Duration::from_secs(60);

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_copy_is_read_again_with_its_age_and_for_its_url_alone() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let mut kept = LastGood::of(&url("https://a.example/keys"), folder.path());
        assert!(kept.read(now).is_none());
        kept.keep(JWKS.as_bytes(), now).await;
        let read = kept.read(now + MINUTE);
        assert_eq!(read, Some((JWKS.to_owned(), MINUTE)));
        assert!(kept.read(now - MINUTE).is_none());
        let other = LastGood::of(&url("https://b.example/keys"), folder.path());
        assert!(other.read(now).is_none());
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(kept.read(now).is_none());
    }

    #[tokio::test]
    async fn the_same_keys_are_written_once_an_hour() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let mut kept = LastGood::of(&url("https://a.example/keys"), folder.path());
        kept.keep(JWKS.as_bytes(), now).await;
        for (after, jwks, age) in [
            (MINUTE, JWKS, MINUTE),
            (2 * MINUTE, "{}", Duration::ZERO),
            (61 * MINUTE, "{}", 59 * MINUTE),
            (62 * MINUTE, "{}", Duration::ZERO),
        ] {
            kept.keep(jwks.as_bytes(), now + after).await;
            let read = kept.read(now + after).unwrap();
            assert_eq!(read, (jwks.to_owned(), age));
        }
        let files = std::fs::read_dir(folder.path()).unwrap();
        assert_eq!(files.count(), 1);
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_no_harm() {
        let mut kept = LastGood::of(&url("https://a.example/keys"), Path::new("/nonexistent"));
        kept.keep(JWKS.as_bytes(), Timestamp::UNIX_EPOCH).await;
        assert!(kept.read(Timestamp::UNIX_EPOCH).is_none());
    }
}
