//! The configuration service as a process.

use std::process::ExitCode;
use vortex_config_svc::{Settings, config::ABOUT, start};
use vortex_kit::process;

/// A fifth of a read's time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    process::main::<Settings, _, _, _>(&ABOUT, async |settings, common, runtime| {
        let server = start(settings, &runtime).await?;
        let address = server.listen(common.grpc)?;
        tracing::info!(%address, "serving gRPC");
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })
}
