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
    "vortex/config/v1/source_service.proto",
    "vortex/config/v1/splits.proto",
    "vortex/drift/v1/drift_service.proto",
    "vortex/heartbeat/v1/heartbeat_service.proto",
    "vortex/rollout/v1/rollout_service.proto",
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
    tonic_prost_build::configure()
        .bytes(".")
        .compile_fds(descriptors)?;
    Ok(())
}
