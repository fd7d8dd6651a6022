//! What every service of the mesh shares, above `kit`, which knows of no service: which services
//! there are, and how one connects to another.

mod connect;
mod names;
mod table;

pub use connect::connect;
pub use names::ServiceName;
pub use table::PerService;
