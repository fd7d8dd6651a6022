//! Reads a configuration once: `cargo run -p vortex-sdk --example fetch`, beside `vortex up`.

#![allow(clippy::print_stdout)] // it is a program

use serde::Deserialize;
use vortex_sdk::Client;

#[derive(Debug, Deserialize)]
struct Settings {
    greeting: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), vortex_sdk::Error> {
    let server = std::env::var("VORTEX_SERVER");
    let server = server.unwrap_or_else(|_| "http://localhost:8080".to_owned());
    let client = Client::builder(server, "orders").profile("prod").build()?;
    let config = client.fetch::<Settings>().await?;
    println!("{} (version {})", config.greeting, config.version());
    Ok(())
}
