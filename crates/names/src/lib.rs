//! Rules that several programs share: which documents belong to an application, which names are
//! valid and which reserved, which ids a request may have and how long its answer is remembered,
//! and how foreign text is shown in an error.
//!
//! Everything here is a pure function of its arguments, and allocates nothing but for ids, for sets
//! of applications, and for refusals.

mod answers;
pub mod check;
mod excerpt;
mod owner;
mod request;
mod reserved;

pub use answers::{MAX_ANSWERS, is_remembered};
pub use check::InvalidName;
pub use excerpt::Excerpt;
pub use owner::{Concerned, is_of, stem};
pub use request::{InvalidRequestId, RequestId};
pub use reserved::is_reserved;
