//! What every service of the mesh shares, above `kit`, which knows of no service: which services
//! there are, how one connects to another, and what all calls that change something have.

mod connect;
pub mod mutation;
mod names;
mod table;

pub use connect::connect;
pub use names::ServiceName;
pub use table::PerService;
