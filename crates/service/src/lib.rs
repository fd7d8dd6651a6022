//! The frame that all services of the mesh share: the table of services, connections between them,
//! the limit of messages, keys, tokens of an identity provider, parsing of requests and sketches,
//! calls that change something, and recurring jobs. It stands above `kit`, which does not know the
//! services.

mod connect;
pub mod denials;
mod documents;
mod follow_keys;
mod limited;
pub mod mutation;
mod names;
mod own_key;
pub mod parse;
mod per_service;
pub mod sketch;
mod tokens;
mod upkeep;

pub use connect::{CannotConnect, Trust, connect};
pub use documents::Named;
pub use follow_keys::follow_keys;
pub use limited::Limited;
pub use names::{OWN_ROLES, ServiceName};
pub use own_key::{OwnKeyError, OwnKeySettings};
pub use per_service::PerService;
pub use tokens::{InvalidProvider, Provider, TokenSettings};
pub use upkeep::{Upkeep, Work};
