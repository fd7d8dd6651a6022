//! Generates Rust from the `.proto` files, without protoc.

use prost::Message as _;
use std::{fs, path::PathBuf};

const PROTOS: &[&str] = &[
    "vortex/access/v1/keys.proto",
    "vortex/config/v1/config_service.proto",
    "vortex/config/v1/freezes.proto",
    "vortex/config/v1/overrides.proto",
    "vortex/config/v1/source_service.proto",
    "vortex/config/v1/splits.proto",
    "vortex/rollout/v1/rollout_service.proto",
];

fn main() -> anyhow::Result<()> {
    println!("cargo:rerun-if-changed=vortex");
    let descriptors = protox::compile(PROTOS, ["."])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .bytes(".")
        .compile_fds(descriptors)?;
    Ok(())
}
