//! The configuration service as a process.

use std::process::ExitCode;

use vortex_config_svc::{ABOUT, ProcessSettings, start};
use vortex_kit::{http::Listener, process};

/// With the system's allocator, a read spends a fifth of its time allocating.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    process::main::<ProcessSettings, _, _, _>(&ABOUT, async |settings, runtime| {
        // first, so that a port that is taken leaves no store behind
        let listener =
            Listener::bind(&settings.grpc).map_err(|error| error.wanted("gRPC", "--grpc"))?;
        let address = listener.address();
        let folder = settings.service.folder().to_owned();
        let server = start(settings.service, &runtime).await?;
        settings.tokens.open(Some(&folder), &runtime).await;
        server.serve(listener);
        tracing::info!(%address, "serving gRPC");
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })
}
