//! Follows a configuration, and refuses what it can't run: `cargo run -p vortex-sdk --example watch`,
//! beside `vortex up`. Change it with `vortex config put orders prod -f FILE`; Ctrl-C ends it.

#![allow(clippy::print_stdout)] // it is a program

use serde::Deserialize;
use vortex_sdk::{Client, Refusal};

#[derive(Debug, Deserialize)]
struct Settings {
    greeting: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), vortex_sdk::Error> {
    let server = std::env::var("VORTEX_SERVER");
    let server = server.unwrap_or_else(|_| "http://localhost:8080".to_owned());
    let client = Client::builder(server, "orders").profile("prod").build()?;
    let mut watch = client.watch::<Settings>();
    while let Some(update) = watch.next().await {
        let version = update.config().version().to_owned();
        if update.config().greeting.is_empty() {
            println!("{version} is refused");
            update.refuse(&Refusal::new("a greeting is needed"));
            continue;
        }
        let config = update.accept();
        println!("{version}: {}", config.greeting);
    }
    Ok(())
}
