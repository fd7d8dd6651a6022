//! The mesh as one process.

use std::{net::SocketAddr, path::Path};

use vortex_service::{PerService, ServiceName};

use super::{Mesh, Options, Place, options::SUPERSEDE, processes::address, text, texts};
use crate::process::Process;

/// The program that runs all services in one process.
pub(super) const ALL_IN_ONE: &str = "vortex";

/// Starts it.
pub(super) fn start(data: &Path, options: &Options) -> Mesh {
    let data = text(data);
    let mut arguments = vec![
        "up",
        "-o",
        "json",
        "--http",
        "127.0.0.1:0",
        "--grpc-base",
        "0",
    ];
    arguments.extend(["--data", &data, "--log-format", "json", "--poll", "200ms"]);
    arguments.extend(["--log", options.log.unwrap_or("info")]);
    let git = texts(options.git.as_ref());
    arguments.extend(git.iter().flat_map(|git| ["--git", git]));
    let release = options.release.iter();
    arguments.extend(release.flat_map(|policy| ["--release", policy]));
    arguments.extend(options.supersede.then_some(SUPERSEDE));
    arguments.extend(options.secure.then_some("--secure"));
    let oidc = texts(options.oidc.as_ref());
    arguments.extend(oidc.iter().flat_map(|file| ["--oidc", file]));
    let settings: Vec<String> = [ServiceName::Ingest, ServiceName::Drift]
        .into_iter()
        .flat_map(|service| prefixed(service, options))
        .collect();
    arguments.extend(settings.iter().map(String::as_str));
    let notify = texts(options.notify.as_ref());
    arguments.extend(notify.iter().flat_map(|file| ["--notify", file]));
    let search_paths = options.search_paths.iter();
    arguments.extend(search_paths.flat_map(|paths| ["--search-paths", paths]));
    let overrides = texts(options.overrides.as_ref());
    arguments.extend(overrides.iter().flat_map(|file| ["--overrides-file", file]));
    let gates = texts(options.gates.as_ref());
    arguments.extend(gates.iter().flat_map(|file| ["--gates", file]));
    let mut process = Process::start(ALL_IN_ONE, &arguments);
    let (http, services) = banner(&mut process);
    Mesh::new(http, services, vec![process])
}

/// A service's settings, as they are called where all are one process.
fn prefixed(service: ServiceName, options: &Options) -> impl Iterator<Item = String> {
    let prefix = match service {
        ServiceName::Ingest => "heartbeat",
        _ => "drift",
    };
    let settings = options.settings_of(service);
    settings.flat_map(move |(name, value)| [format!("--{prefix}-{name}"), value.to_owned()])
}

/// Waits until `vortex up` says where everything is.
pub(super) fn banner(process: &mut Process) -> (SocketAddr, PerService<Place>) {
    let banner = process.wait_for("where it is", |json| {
        json.get("http").is_some().then(|| json.clone())
    });
    let services = PerService::from_fn(|service| Place {
        grpc: address(&banner["grpc"][service.as_str()]),
        admin: address(&banner["admin"][service.as_str()]),
    });
    (address(&banner["http"]), services)
}
