//! What files hold, read at once, so that what is judged is what is used.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{Error, Fault, is_open_to_others};

/// The largest bundles of authorities have a few hundred KiB.
const LIMIT: u64 = 4 << 20;

/// What some files hold.
pub struct Contents(BTreeMap<PathBuf, Content>);

struct Content {
    bytes: Zeroizing<Vec<u8>>,
    mode: u32,
    /// Whether others may read it.
    is_open: bool,
}

/// A digest of all files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Contents {
    /// Reads the files.
    ///
    /// # Errors
    /// When one of them can't be read.
    pub(crate) fn read<'f>(files: impl IntoIterator<Item = &'f Path>) -> Result<Self, Error> {
        let read = |file: &Path| {
            let content = Content::read(file).map_err(|fault| fault.of(file))?;
            Ok((file.to_owned(), content))
        };
        files
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// What a file holds, which is one of those that were read.
    pub(crate) fn of(&self, file: &Path) -> Result<&[u8], Error> {
        Ok(&self.content(file)?.bytes)
    }

    /// Warns when others than this user may read a file.
    pub(crate) fn warn_if_open(&self, file: &Path) -> Result<(), Error> {
        let content = self.content(file)?;
        if content.is_open {
            let mode = format!("{:04o}", content.mode & 0o777);
            let file = file.display();
            tracing::warn!(%file, mode, "others may read this private key: make its mode 0600");
        }
        Ok(())
    }

    fn content(&self, file: &Path) -> Result<&Content, Error> {
        let missing = || Fault::Read(io::ErrorKind::NotFound.into()).of(file);
        self.0.get(file).ok_or_else(missing)
    }

    pub(crate) fn digest(&self) -> Digest {
        let mut all = Sha256::new();
        for content in self.0.values() {
            all.update(Sha256::digest(&content.bytes));
        }
        Digest(all.finalize().into())
    }
}

impl Content {
    fn read(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let (mode, is_open) = (metadata.permissions().mode(), is_open_to_others(&metadata));
        // with room for all, so that no copy of a key stays behind
        let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
        file.take(LIMIT + 1).read_to_end(&mut bytes)?;
        match bytes.len() as u64 > LIMIT {
            true => Err(Fault::Size(LIMIT)),
            false => Ok(Self {
                bytes,
                mode,
                is_open,
            }),
        }
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
