//! Rules that several programs share: which documents belong to an application, which names are
//! reserved, which ids a request may have and how long its answer is remembered, and how foreign
//! text is shown in an error.
//!
//! Everything here is a pure function of its arguments, and allocates nothing but for ids
//! and for sets of applications.

mod answers;
mod excerpt;
mod owner;
mod request;
mod reserved;

pub use answers::{MAX_ANSWERS, is_remembered};
pub use excerpt::Excerpt;
pub use owner::{Concerned, is_of, stem};
pub use request::{InvalidRequestId, RequestId};
pub use reserved::is_reserved;
