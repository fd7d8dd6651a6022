//! The frame that all services of the mesh share: the table of services, connections between them,
//! the limit of messages, parsing of requests, calls that change something, and recurring jobs. It
//! stands above `kit`, which does not know the services.

mod connect;
mod documents;
mod limited;
pub mod mutation;
mod names;
pub mod parse;
mod per_service;
mod upkeep;

pub use connect::{CannotConnect, Trust, connect};
pub use documents::Named;
pub use limited::Limited;
pub use names::ServiceName;
pub use per_service::PerService;
pub use upkeep::{Upkeep, Work};
