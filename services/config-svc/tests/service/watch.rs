//! Following the log and effective configurations.

mod config;
mod ends;
mod log;
mod splits;

use crate::service::Service;
use vortex_config_svc::parts::{Grpc, Sources};
use vortex_kit::shutdown::Lifecycle;

/// The service's calls over a configuration, without a server around them.
fn calls(service: &Service) -> Grpc {
    let configuration = service.configuration.clone();
    Grpc::new(configuration, Sources::default(), Lifecycle::new())
}
