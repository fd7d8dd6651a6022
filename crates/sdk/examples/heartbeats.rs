//! Follows a configuration and reports: `cargo run -p vortex-sdk --example heartbeats`, beside
//! `vortex up`. Ctrl-C ends it in order; `vortex_config_info` is printed each second.

#![allow(clippy::print_stdout)] // it is a program

use std::time::Duration;

use serde::Deserialize;
use vortex_sdk::{Client, Refusal};

#[derive(Debug, Deserialize)]
struct Settings {
    greeting: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = std::env::var("VORTEX_SERVER");
    let server = server.unwrap_or_else(|_| "http://localhost:8080".to_owned());
    let client = Client::builder(server, "orders")
        .profile("prod")
        .app_version(env!("CARGO_PKG_VERSION"))
        .build()?;
    let settings = client.on_change::<Settings>(|new| match new.greeting.as_str() {
        "" => Err(Refusal::new("a greeting is needed")),
        _ => Ok(()),
    })?;
    client.start_heartbeats()?;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            _ = seconds.tick() => {}
        }
        // what a service does all the time
        let request = client.begin_request();
        let greeting = settings.newest().map(|config| config.greeting.clone());
        request.end(greeting.is_some());
        println!("{greeting:?}\n{}", client.prometheus_text());
    }
    client.stop().await?;
    Ok(())
}
