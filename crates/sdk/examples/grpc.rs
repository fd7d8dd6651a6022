//! Reads a configuration and reports once, by gRPC with the services themselves:
//! `cargo run -p vortex-sdk --features grpc --example grpc`, beside `vortex up`.

#![allow(clippy::print_stdout)] // it is a program

use serde::Deserialize;
use vortex_sdk::Client;

#[derive(Debug, Deserialize)]
struct Settings {
    greeting: String,
}

fn at(variable: &str, default: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| default.to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), vortex_sdk::Error> {
    let config_svc = at("VORTEX_SERVER", "grpc://localhost:9091");
    let heartbeat_ingest = at("VORTEX_HEARTBEATS", "grpc://localhost:9094");
    let client = Client::builder(config_svc, "orders")
        .heartbeat_url(heartbeat_ingest)
        .profile("prod")
        .build()?;
    let config = client.fetch::<Settings>().await?;
    println!("{} (version {})", config.greeting, config.version());
    let expected = client.report_now().await?;
    println!("the server expects {:?}", expected.version);
    Ok(())
}
