//! The first key of a cluster that lets nobody in without one.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use vortex_access::{ApiKey, Grant, InvalidKey, Name, NoRandomness, Role, Sealed};

use crate::{
    configuration::Configuration,
    domain::{Command, CreateKey, KeyGrants, Request},
    writer::WriteError,
};

/// The variable that may give the key.
const VARIABLE: &str = "VORTEX_BOOTSTRAP_KEY";
/// The file that it is written to otherwise.
const FILE: &str = "bootstrap-key";
/// What it is called.
const NAME: &str = "bootstrap";

/// Why there is no first key.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// What is given is not a key.
    #[error("{VARIABLE} is not valid: {0}; `vortex key generate` makes one")]
    Variable(InvalidKey),
    /// What was written before is not a key.
    #[error("{file} holds no valid key: {why}; remove it for a new one to be made", file = .file.display())]
    Kept {
        /// The file.
        file: PathBuf,
        /// What it holds instead.
        why: InvalidKey,
    },
    /// The file can't be read or written.
    #[error("the bootstrap key can't be kept in {file}: {cause}", file = .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// None can be made.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// It can't be stored.
    #[error("the bootstrap key can't be stored: {0}")]
    Store(#[from] WriteError),
}

/// Makes sure that there is a key to begin with: where none is kept, one that may do everything is
/// stored, as the environment gives it or a fresh one, which is written to a file first.
///
/// Whatever is cut off in between, the next start goes on with the same key.
pub(crate) async fn bootstrap(
    configuration: &Configuration,
    folder: &Path,
) -> Result<(), BootstrapError> {
    let now = configuration.now();
    if configuration.state().kept_keys(now).next().is_some() {
        return Ok(());
    }
    let key = match std::env::var(VARIABLE)
        .ok()
        .filter(|given| !given.is_empty())
    {
        Some(given) => given.parse().map_err(BootstrapError::Variable)?,
        None => kept(&folder.join(FILE))?,
    };
    let create = CreateKey {
        key: Sealed::from(&key),
        name: name(),
        grants: grants(),
        expires: None,
    };
    let request = Request {
        principal: "service:config-svc".to_owned(),
        key: None,
    };
    let create = Command::CreateKey(create);
    configuration.write(request, create, Vec::new()).await?;
    Ok(())
}

/// The key in a file: the one that an earlier start wrote, or a fresh one.
fn kept(file: &Path) -> Result<ApiKey, BootstrapError> {
    let failed = |cause| BootstrapError::File {
        file: file.to_owned(),
        cause,
    };
    match fs::read_to_string(file) {
        Ok(text) => text.trim().parse().map_err(|why| BootstrapError::Kept {
            file: file.to_owned(),
            why,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = ApiKey::generate()?;
            write(file, &key).map_err(failed)?;
            tracing::warn!(
                file = %file.display(),
                "wrote the bootstrap key, which may do everything: make keys for each purpose with it, and revoke it"
            );
            Ok(key)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes it whole or not at all, for its owner alone, and to the disk.
fn write(file: &Path, key: &ApiKey) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let unfinished = file.with_extension("unfinished");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut to = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    writeln!(to, "{}", key.expose())?;
    to.sync_all()?;
    fs::rename(&unfinished, file)?;
    fs::File::open(folder)?.sync_all()
}

fn name() -> Name {
    Name::written(NAME)
}

fn grants() -> KeyGrants {
    KeyGrants::of(Grant::everywhere(Role::Admin))
}
