//! What every service of the mesh shares, above `kit`, which knows of no service: which services
//! there are, how one connects to another, how large messages may be, what all calls that change
//! something have, and the upkeep that goes on beside them.

mod connect;
mod limited;
pub mod mutation;
mod names;
pub mod parse;
mod per_service;
mod upkeep;

pub use connect::connect;
pub use limited::Limited;
pub use names::ServiceName;
pub use per_service::PerService;
pub use upkeep::{Upkeep, Work};
