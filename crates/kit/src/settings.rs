//! Settings in layers: defaults, a YAML file, `VORTEX_*` variables, arguments. The later wins, and
//! every value remembers where it came from.
//!
//! A service's settings are one struct with `clap::Args`, whose long names are the keys of every
//! layer: `--poll-interval` is `VORTEX_POLL_INTERVAL` and `poll-interval:` in the file, where
//! `poll: { interval: … }`, `poll.interval:` and `poll_interval:` say the same, also where `poll`
//! is a setting too. All values go through clap's parsers, so a
//! rule holds wherever the value is from. A process that is several services builds their structs
//! by value and flattens none.

mod access;
mod common;
mod dump;
mod duration;
mod file;
mod layer;
mod load;
mod nearest;
mod secret;
mod small_file;
mod strangers;
mod tls;
mod traces;

pub use access::{AccessSettings, CallerLimits, Public};
pub use common::{Common, Listens, NotLoopback};
pub use dump::{Dump, DumpFormat, Row};
pub use duration::{InvalidDuration, duration, positive_duration};
pub use file::FileError;
pub use layer::{Layer, Origin, merge};
pub use load::{About, Error, LAYERS, Loaded, augment, given_by, load, load_over};
pub use nearest::nearest;
pub use secret::Secret;
pub use small_file::{Unreadable, small_file};
pub use strangers::Strangers;
pub use tls::{ClientTls, ServerTls, Unpaired};
pub use traces::TraceSettings;
