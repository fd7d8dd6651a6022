//! Credentials for a repository, read from a file so that no list of processes shows them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use vortex_git::Location;
use zeroize::Zeroizing;

/// The longest file, in bytes.
const LONGEST: u64 = 16 << 10;

/// The credentials can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file can't be read.
    #[error("{file} can't be read: {cause}", file = .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// It holds something else.
    #[error("{file} must hold USER:PASSWORD, or a token as the password", file = .0.display())]
    Malformed(PathBuf),
    /// The repository is not reached by HTTP.
    #[error(
        "git-credentials-file is for a repository at https://; {0} is reached otherwise, and `ssh` \
         has settings of its own"
    )]
    NotHttp(Location),
}

/// The location with the credentials of a file.
///
/// # Errors
/// When the file can't be read, or the location is not reached by HTTP.
pub(crate) fn read(location: Location, file: &Path) -> Result<Location, CredentialsError> {
    let failed = |cause| CredentialsError::File {
        file: file.to_owned(),
        cause,
    };
    if fs::metadata(file).map_err(failed)?.len() > LONGEST {
        return Err(failed(io::Error::other("it is too long for credentials")));
    }
    let text = Zeroizing::new(fs::read_to_string(file).map_err(failed)?);
    let malformed = || CredentialsError::Malformed(file.to_owned());
    let (user, password) = text.trim().split_once(':').ok_or_else(malformed)?;
    let with = location.clone().with_credentials(user, password);
    with.ok_or(CredentialsError::NotHttp(location))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_for_repositories_that_are_reached_by_http() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials");
        fs::write(&file, "me:to:ken\n").unwrap();
        let read = |location: &str| read(location.parse().unwrap(), &file);
        assert_eq!(read("https://h/x").unwrap().to_string(), "https://h/x");
        let error = read("git@h:x").unwrap_err().to_string();
        assert!(error.contains("git@h:x"), "{error}");
        fs::write(&file, "token").unwrap();
        let error = read("https://h/x").unwrap_err().to_string();
        assert!(
            error.contains("USER:PASSWORD") && !error.contains("token\""),
            "{error}"
        );
    }
}
