//! Opens a channel to another service.

use std::sync::Arc;

use vortex_kit::{
    channel::{Channel, Options, Target},
    grpc::{InvalidDescriptors, Methods},
    process::Runtime,
};

/// Connects to the service at `target`, for as long as the process takes work.
///
/// # Errors
/// When the contract this was built with does not read.
pub fn connect(target: &Target, runtime: &Runtime) -> Result<Channel, InvalidDescriptors> {
    let methods = Arc::new(Methods::from_descriptors(vortex_proto::DESCRIPTORS)?);
    Ok(Channel::connect(
        target,
        methods,
        Options::default(),
        &runtime.lifecycle,
    ))
}
