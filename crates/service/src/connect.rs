//! Opens channels to other services.

use std::sync::Arc;

use vortex_kit::{
    access::OwnCredential,
    channel::{Channel, Options, Target},
    grpc::{InvalidDescriptors, Methods},
    process::Runtime,
    settings::{ClientTls, Unpaired},
    tls,
};
use vortex_tls::Client;

/// What a process needs to call services can't be had.
#[derive(Debug, thiserror::Error)]
pub enum CannotConnect {
    /// The contract this was built with does not read.
    #[error(transparent)]
    Descriptors(#[from] InvalidDescriptors),
    /// A certificate is given without its key, or a key without its certificate.
    #[error(transparent)]
    Unpaired(#[from] Unpaired),
    /// A certificate or an authority can't be used.
    #[error(transparent)]
    Tls(#[from] vortex_tls::Error),
}

/// Whom a process trusts that it calls.
#[derive(Clone, Debug)]
pub struct Trust(Option<Arc<Client>>);

impl Trust {
    /// Whom `settings` trust, as far as one of `targets` asks for TLS.
    ///
    /// # Errors
    /// When the settings or their files can't be used.
    pub fn new<'t>(
        settings: &ClientTls,
        targets: impl IntoIterator<Item = &'t Target>,
        runtime: &Runtime,
    ) -> Result<Self, CannotConnect> {
        let files = settings.files()?;
        if !targets.into_iter().any(Target::is_secure) {
            if settings.is_given() {
                tracing::warn!("--ca and --client-cert have no effect: no service is at https://");
            }
            return Ok(Self(None));
        }
        let client = Arc::new(Client::load(files, runtime.clock.now())?);
        tls::follow(
            &client,
            "client",
            &runtime.clock,
            &runtime.health,
            &runtime.lifecycle,
        );
        tls::measure(&client, "client", &runtime.metrics);
        Ok(Self(Some(client)))
    }

    /// Whether a certificate is shown to who asks for one.
    pub(crate) fn shows_certificate(&self) -> bool {
        let certificate = self.0.as_ref().map(|client| client.certificate());
        certificate.flatten().is_some()
    }
}

/// Connects to the service at `target`, for as long as the process takes work; `own` is shown in
/// the process' own calls.
///
/// # Errors
/// When the contract this was built with does not read.
pub fn connect(
    target: &Target,
    trust: &Trust,
    own: &OwnCredential,
    runtime: &Runtime,
) -> Result<Channel, CannotConnect> {
    let methods = Arc::new(Methods::from_descriptors(vortex_proto::DESCRIPTORS)?);
    let options = Options {
        tls: trust.0.clone(),
        ..Options::default()
    };
    let channel = Channel::connect(target, methods, options, &runtime.lifecycle);
    Ok(channel.showing(own.clone()))
}
