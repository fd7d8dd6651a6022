//! Generates Rust from the schema of what is stored, without protoc.

fn main() -> anyhow::Result<()> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(["stored.proto"], ["proto"])?;
    tonic_prost_build::configure()
        .bytes(".")
        // the same value has the same bytes
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}
