//! Who a caller is, and whether it may do what it asks: the one place where both are decided, for
//! gRPC and REST, over a network and in process.
//!
//! A [`Gate`] finds out who calls and makes a [`Caller`], which travels in the
//! [`Context`](crate::context::Context); the server judges by each method's [`Rule`](crate::grpc::Rule),
//! and handlers judge what only they can look up by [`Access`].

mod caller;
mod denials;
mod gate;
mod judge;
mod keys;
mod lately;
mod limits;
mod lost;
mod own;
mod services;
mod shown;
mod tokens;

pub use caller::Caller;
pub use denials::{Denial, Denials, Refused};
pub use gate::{Detail, Gate};
pub use judge::Access;
pub(crate) use judge::{Bench, Judging};
pub use keys::{HeldKeys, Keys};
pub(crate) use limits::Counted;
pub use limits::Watching;
pub use own::OwnCredential;
pub use services::ServiceRoles;
pub use shown::Shown;
pub use tokens::{Tokens, UnverifiedToken};
pub use vortex_access::{Asked, Principal, Role};
