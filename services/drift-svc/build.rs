//! Generates Rust from the schema of the stored messages, without protoc.

fn main() -> anyhow::Result<()> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(["stored.proto"], ["proto"])?;
    tonic_prost_build::configure()
        .bytes(".")
        // so that the same value always has the same bytes
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}
