//! The client library of [Vortex Config](https://vortexconfig.dev): an application reads its
//! configuration as a value of its own type, follows it, and reports which version it runs and how
//! it fares.
//!
//! ```no_run
//! # #[derive(serde::Deserialize)]
//! # struct Settings { greeting: String }
//! # async fn run() -> Result<(), vortex_sdk::Error> {
//! use vortex_sdk::Client;
//!
//! let client = Client::builder("http://localhost:8080", "orders").profile("prod").build()?;
//! let config = client.fetch::<Settings>().await?;
//! client.start_heartbeats()?;
//! println!("{} from {}", config.greeting, config.version());
//! # Ok(())
//! # }
//! ```
//!
//! # Configuration
//!
//! [`Client::fetch`] reads it once. It is any type that serde reads: the members of `Settings` are
//! those of the YAML that was written, and a member that is missing or of another type is said with
//! its path.
//!
//! To follow it, [`Client::on_change`] shows each version to a function that may refuse it. What was
//! accepted is at hand at any time:
//!
//! ```no_run
//! # #[derive(serde::Deserialize)]
//! # struct Settings { workers: usize }
//! # async fn run(client: vortex_sdk::Client) -> Result<(), vortex_sdk::Error> {
//! use vortex_sdk::Refusal;
//!
//! let settings = client.on_change::<Settings>(|new| match new.workers {
//!     0 => Err(Refusal::new("at least one worker is needed")),
//!     _ => Ok(()),
//! })?;
//! if let Some(newest) = settings.newest() {
//!     println!("{} workers", newest.workers);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::watch`] does the same without a task: the application asks for the next version, and
//! accepts or refuses it. Either way, a version that is refused or does not fit the type is kept
//! out, the application keeps the one it has, and heartbeats tell of it with the reason until
//! another version is in use.
//!
//! A watch that is lost is taken up again within 5 s, at random, where it stood; while the server
//! stays away, after 1, 2, 4 … 60 s at most. Changes come as JSON patches, which are applied here.
//! What they lead to must have the digest that the server says, or the whole is fetched.
//!
//! With a [cache folder](Builder::cache_dir) the configuration in use is kept on disk. A start while
//! the server is away begins with it, and it says that it is [`stale`](Config::stale).
//!
//! # Heartbeats
//!
//! [`Client::start_heartbeats`] reports every 30 s, or as the server says, which version this
//! instance runs. The server compares that with what the instance should run. What the application
//! counts by [`Client::record_request`] goes along, apart for each arm of a rollout, so that a
//! rollout is judged by it and nothing else need report:
//!
//! ```no_run
//! # use std::time::Duration;
//! # async fn run(client: vortex_sdk::Client) -> Result<(), vortex_sdk::Error> {
//! client.record_request(Duration::from_millis(12), true);
//! let request = client.begin_request(); // or so, for the time between
//! request.end(true);
//! client.stop().await // the last report: what was measured, and that nobody need miss it
//! # }
//! ```
//!
//! A report that gets lost harms nothing. What was measured is sent with the next one, and counts
//! once.
//!
//! # gRPC
//!
//! With the feature `grpc` a client talks to the services of the mesh themselves, without a gateway:
//!
//! ```no_run
//! # fn run() -> Result<(), vortex_sdk::Error> {
//! # use vortex_sdk::Client;
//! let client = Client::builder("grpc://config-svc:9091", "orders")
//!     .heartbeat_url("grpc://heartbeat-ingest:9094")
//!     .build();
//! # Ok(())
//! # }
//! ```
//!
//! All else is the same. `grpcs://` is by TLS. Proxies that the environment names are for HTTP alone.
//!
//! # What it takes
//!
//! Less than 5 MB of memory, by either protocol, and no thread: tasks run on the application's Tokio runtime, where the
//! cache folder's file is written by its threads for blocking work. Programs without a runtime take
//! [`Builder::build_blocking`], which has one thread. Nothing here panics.
//!
//! Numbers of any size get through, as [`serde_json`] reads them with `arbitrary_precision`, which
//! then holds for the whole program.
//!
//! The feature `metrics` sets `vortex_config_info` by the facade of the crate `metrics`;
//! [`Client::prometheus_text`] needs no feature.

#![deny(missing_docs)]

pub mod blocking;
mod builder;
mod client;
mod config;
mod error;
mod expected;
mod figures;
mod follow;
mod in_use;
mod info;
mod last_known;
mod metadata;
mod outbox;
mod pace;
mod patch;
mod reconnect;
mod report;
mod reporter;
mod request;
mod served;
mod shared;
mod sketch_bytes;
mod status;
mod stream;
mod transport;
mod watch;
mod wire;

pub use builder::Builder;
pub use client::Client;
pub use config::{Config, Stale};
pub use error::{Error, Problem, Refusal};
pub use expected::Expected;
pub use follow::Following;
pub use metadata::Metadata;
pub use request::Request;
pub use serde_json;
pub use status::Status;
pub use vortex_rest::{Arm, Assignment, Unit};
pub use watch::{Update, Watch};
