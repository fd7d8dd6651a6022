//! The key that the services of a mesh show each other in their own work.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::sync::watch;
use vortex_access::{ApiKey, Credential, InvalidKey};
use vortex_kit::{access::OwnCredential, process::Runtime, settings::Secret};
use vortex_tls::is_open_to_others;

use crate::Trust;

/// How often the file is read again: keys are rotated.
const EVERY: Duration = Duration::from_secs(5);
/// After how many looks that found no key it is told: a file may be replaced in the very moment.
const TOLD_AFTER: u32 = 2;
/// The longest file that can hold a key, with some blanks.
const LONGEST: u64 = 1_024;

/// Where a service finds the key that services show in their own work.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Access")]
pub struct OwnKeySettings {
    /// File with the API key that services show in their own work, read again when it changes
    #[arg(long, value_name = "FILE")]
    pub service_key_file: Option<PathBuf>,

    /// The key itself, where there is no file: as VORTEX_SERVICE_KEY, since arguments can be read
    /// by all users of a machine
    #[arg(long, value_name = "KEY")]
    pub service_key: Option<Secret>,
}

/// A service has no key that it could show.
#[derive(Debug, thiserror::Error)]
pub enum OwnKeyError {
    /// There is none.
    #[error(
        "with --require-keys this service needs a key to show config-svc: give both the same by \
         --service-key-file or VORTEX_SERVICE_KEY (`vortex key generate` makes one), or this one a \
         certificate by --client-cert"
    )]
    Missing,
    /// What is given is none.
    #[error("VORTEX_SERVICE_KEY is not valid: {0}")]
    Given(InvalidKey),
    /// It is given twice.
    #[error("give either --service-key-file or VORTEX_SERVICE_KEY, not both")]
    Both,
    /// What the file holds is none.
    #[error("the key in {file} is not valid: {why}", file = .file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// What it holds instead.
        why: InvalidKey,
    },
    /// The file can't be read.
    #[error("the service key can't be read from {file}: {cause}", file = .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

impl OwnKeySettings {
    /// The key that this service shows, which follows its file for as long as the process runs.
    ///
    /// # Errors
    /// When what is given is no key, or nothing is given where callers have to say who they are:
    /// neither a key nor a certificate.
    pub fn show(&self, trust: &Trust, runtime: &Runtime) -> Result<OwnCredential, OwnKeyError> {
        let own = OwnCredential::default();
        let mut keys = self.follow(runtime)?;
        let Some(key) = keys.borrow_and_update().clone() else {
            return match runtime.gate.is_required() && !trust.shows_certificate() {
                true => Err(OwnKeyError::Missing),
                false => Ok(own),
            };
        };
        own.set(Credential::Key(key));
        let showing = own.clone();
        runtime.lifecycle.spawn("service key", async move {
            while keys.changed().await.is_ok() {
                let key = keys.borrow_and_update().clone();
                if let Some(key) = key {
                    showing.set(Credential::Key(key));
                }
            }
        });
        Ok(own)
    }

    /// The key, if one is given, as its file has it for as long as the process runs.
    ///
    /// # Errors
    /// What is given is no key.
    pub fn follow(
        &self,
        runtime: &Runtime,
    ) -> Result<watch::Receiver<Option<ApiKey>>, OwnKeyError> {
        let (sender, receiver) = watch::channel(self.key()?);
        if let Some(file) = self.service_key_file.clone() {
            warn_of_readers(&file);
            let follower = Follower { file, sender };
            runtime
                .lifecycle
                .spawn("service key's file", follower.run());
        }
        Ok(receiver)
    }

    fn key(&self) -> Result<Option<ApiKey>, OwnKeyError> {
        match (&self.service_key_file, &self.service_key) {
            (Some(_), Some(_)) => Err(OwnKeyError::Both),
            (Some(file), None) => read(file).map(Some),
            (None, Some(given)) => {
                let key = given.reveal().trim().parse().map_err(OwnKeyError::Given)?;
                Ok(Some(key))
            }
            (None, None) => Ok(None),
        }
    }
}

fn read(file: &Path) -> Result<ApiKey, OwnKeyError> {
    let failed = |cause| OwnKeyError::File {
        file: file.to_owned(),
        cause,
    };
    if fs::metadata(file).map_err(failed)?.len() > LONGEST {
        return Err(failed(io::Error::other("it is too long for a key")));
    }
    let text = fs::read_to_string(file).map_err(failed)?;
    text.trim().parse().map_err(|why| OwnKeyError::Invalid {
        file: file.to_owned(),
        why,
    })
}

fn warn_of_readers(file: &Path) {
    if fs::metadata(file).is_ok_and(|metadata| is_open_to_others(&metadata)) {
        tracing::warn!(file = %file.display(), "others can read the service key: chmod 600");
    }
}

/// Tells what the file holds.
struct Follower {
    file: PathBuf,
    sender: watch::Sender<Option<ApiKey>>,
}

impl Follower {
    async fn run(self) {
        let mut failed = 0_u32;
        loop {
            tokio::time::sleep(EVERY).await;
            match read(&self.file) {
                Ok(key) => {
                    failed = 0;
                    self.tell(key);
                }
                // the last one stays
                Err(error) => {
                    failed = failed.saturating_add(1);
                    if failed == TOLD_AFTER {
                        tracing::warn!(%error, "the service key stays as it was");
                    }
                }
            }
        }
    }

    fn tell(&self, key: ApiKey) {
        self.sender.send_if_modified(|told| {
            let is_new = told.as_ref().is_none_or(|told| told.hash() != key.hash());
            if is_new {
                tracing::info!(id = %key.id(), "the service key has changed");
                *told = Some(key);
            }
            is_new
        });
    }
}
