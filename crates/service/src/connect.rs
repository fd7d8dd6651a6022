//! Opens a channel to another service.

use std::sync::Arc;

use vortex_kit::{
    access::OwnCredential,
    channel::{Channel, Options, Target},
    grpc::{InvalidDescriptors, Methods},
    process::Runtime,
};

/// Connects to the service at `target`, for as long as the process takes work; `own` is shown in
/// the process' own calls.
///
/// # Errors
/// When the contract this was built with does not read.
pub fn connect(
    target: &Target,
    own: &OwnCredential,
    runtime: &Runtime,
) -> Result<Channel, InvalidDescriptors> {
    let methods = Arc::new(Methods::from_descriptors(vortex_proto::DESCRIPTORS)?);
    let channel = Channel::connect(target, methods, Options::default(), &runtime.lifecycle);
    Ok(channel.showing(own.clone()))
}
