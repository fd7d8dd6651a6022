//! Compiles the proto without protoc, and writes its descriptors beside the code.

use std::{env, error::Error, fs, path::PathBuf};

/// The service, and the options that it takes from the product's protos.
const INCLUDES: [&str; 2] = ["proto", "../../../proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    println!("cargo:rerun-if-changed=../../../proto/vortex/access");
    let mut compiler = protox::Compiler::new(INCLUDES)?;
    compiler.include_imports(true);
    compiler.open_files(["kit/echo/v1/echo.proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // as bytes: decoded, descriptors lose our options
    let descriptors = compiler.encode_file_descriptor_set();
    fs::write(out.join("echo.bin"), descriptors)?;
    let mut described = compiler.file_descriptor_set();
    // options are read from the descriptors, and need no code
    described
        .file
        .retain(|file| file.package() == "kit.echo.v1");
    tonic_prost_build::configure().compile_fds(described)?;
    Ok(())
}
