//! Generates Rust from the `.proto` files, without protoc.

use std::{fs, path::PathBuf};

use prost_types::FileDescriptorSet;

const PROTOS: &[&str] = &[
    "vortex/access/v1/audit.proto",
    "vortex/access/v1/keys.proto",
    "vortex/access/v1/options.proto",
    "vortex/config/v1/ciphers.proto",
    "vortex/config/v1/config_service.proto",
    "vortex/config/v1/freezes.proto",
    "vortex/config/v1/overrides.proto",
    "vortex/config/v1/ownership.proto",
    "vortex/config/v1/source_service.proto",
    "vortex/config/v1/splits.proto",
    "vortex/drift/v1/drift_service.proto",
    "vortex/heartbeat/v1/heartbeat_service.proto",
    "vortex/log/v1/items.proto",
    "vortex/rollout/v1/rollout_service.proto",
];

/// The packages that are served: their contents are shared between a message and its readers. What is
/// stored is copied out of its message anyway.
const SERVED: &[&str] = &[
    ".vortex.access",
    ".vortex.config",
    ".vortex.drift",
    ".vortex.heartbeat",
    ".vortex.rollout",
    ".vortex.window",
];

fn main() -> anyhow::Result<()> {
    println!("cargo:rerun-if-changed=vortex");
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true);
    compiler.open_files(PROTOS)?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    // as bytes: decoded, descriptors lose our options
    fs::write(
        out.join("descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    let descriptors: FileDescriptorSet = compiler.file_descriptor_set();
    let served = SERVED
        .iter()
        .fold(tonic_prost_build::configure(), |build, package| {
            build.bytes(*package)
        });
    // a connection is the caller's to make
    served.build_transport(false).compile_fds(descriptors)?;
    Ok(())
}
