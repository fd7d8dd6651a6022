//! Writes certificates and keys.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::issue::Issued;
use crate::error::Error;

/// Everybody may read a certificate, and its owner alone a key.
const CERTIFICATE: u32 = 0o644;
const KEY: u32 = 0o600;

/// A folder of certificates.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The path of a file here.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes all of them, each file whole or not at all, and answers with their names.
    ///
    /// Fails when one is there, unless it is to be replaced.
    pub(super) fn write(&self, issued: &[Issued], replace: bool) -> Result<Vec<String>, Error> {
        let files: Vec<(String, &str, u32)> = issued.iter().flat_map(files).collect();
        let there = files.iter().map(|(name, ..)| self.file(name));
        if let Some(there) = there.into_iter().find(|file| file.exists() && !replace) {
            return Err(exists(&there));
        }
        let unwritable = |path: &Path, source| Error::Unwritable {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(&self.0).map_err(|error| unwritable(&self.0, error))?;
        for (name, text, mode) in &files {
            let path = self.file(name);
            self.write_one(&path, text, *mode, replace)
                .map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => exists(&path),
                    _ => unwritable(&path, error),
                })?;
        }
        Ok(files.into_iter().map(|(name, ..)| name).collect())
    }

    fn write_one(&self, path: &Path, text: &str, mode: u32, replace: bool) -> io::Result<()> {
        // mode 0600 from its first moment
        let mut file = NamedTempFile::new_in(&self.0)?;
        file.write_all(text.as_bytes())?;
        let permissions = fs::Permissions::from_mode(mode);
        file.as_file().set_permissions(permissions)?;
        file.as_file().sync_all()?;
        match replace {
            true => file.persist(path)?,
            false => file.persist_noclobber(path)?,
        };
        Ok(())
    }
}

/// The key before its certificate: by the certificate it is seen that there is something new.
fn files(issued: &Issued) -> impl Iterator<Item = (String, &str, u32)> {
    let name = issued.name;
    let key = issued.key.as_deref();
    let key = key.map(|key| (format!("{name}.key"), key, KEY));
    let certificate = (format!("{name}.crt"), &*issued.certificate, CERTIFICATE);
    key.into_iter().chain([certificate])
}

fn exists(path: &Path) -> Error {
    Error::Usage(format!(
        "{} is there already: name another folder, or replace all of them with --force",
        path.display()
    ))
}
