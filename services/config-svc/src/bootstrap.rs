//! The first keys of a cluster that lets nobody in without one.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use vortex_access::{ApiKey, InvalidKey, Name, NoRandomness, Role, Sealed};
use vortex_kit::process::Runtime;
use vortex_service::{OwnKeyError, OwnKeySettings};

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
/// What the key of the services is called; one that takes its place has its id behind that.
const SERVICES: &str = "services";

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
    /// What is given as the key of the services is not a key.
    #[error(transparent)]
    Services(#[from] OwnKeyError),
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
    let grants = KeyGrants::everywhere([Role::Admin]);
    store(configuration, &key, Name::written(NAME), grants).await
}

/// Makes sure that the key is kept which the other services show in their own work, if one is given:
/// they need one before anybody could make it for them. It is followed as its file is replaced; one
/// that was revoked stays so.
pub(crate) async fn admit_services(
    configuration: &Arc<Configuration>,
    settings: &OwnKeySettings,
    runtime: &Runtime,
) -> Result<(), BootstrapError> {
    let mut keys = settings.follow(runtime)?;
    let first = keys.borrow_and_update().clone();
    let Some(first) = first else {
        return Ok(());
    };
    admit_service(configuration, &first).await?;
    let configuration = configuration.clone();
    runtime.lifecycle.spawn("service keys", async move {
        while keys.changed().await.is_ok() {
            let key = keys.borrow_and_update().clone();
            let Some(key) = key else { continue };
            if let Err(error) = admit_service(&configuration, &key).await {
                tracing::error!(%error, "the new service key is not stored: restart to try again");
            }
        }
    });
    Ok(())
}

async fn admit_service(configuration: &Configuration, key: &ApiKey) -> Result<(), BootstrapError> {
    let (state, now) = (configuration.state(), configuration.now());
    if state.kept_key(key.id(), now).is_some() {
        return Ok(());
    }
    let is_taken = |name: &Name| state.kept_keys(now).any(|key| key.name() == name);
    let name = Name::written(SERVICES);
    let name = match is_taken(&name) {
        true => format!("{SERVICES}-{}", key.id()).parse().unwrap_or(name),
        false => name,
    };
    let roles = [Role::Reader, Role::Writer, Role::Operator, Role::Agent];
    let grants = KeyGrants::everywhere(roles);
    store(configuration, key, name, grants).await
}

async fn store(
    configuration: &Configuration,
    key: &ApiKey,
    name: Name,
    grants: KeyGrants,
) -> Result<(), BootstrapError> {
    let create = CreateKey {
        key: Sealed::from(key),
        name,
        grants,
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
