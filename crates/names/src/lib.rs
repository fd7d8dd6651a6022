//! What names mean to more than one program: which documents are an application's, which names the
//! product keeps for itself, what may be the id of a request and how long a repeat of it is known,
//! and how text of others is shown in an error.
//!
//! Everything here is a pure function of its arguments, and but for ids allocates nothing.

mod answers;
mod excerpt;
mod owner;
mod request;
mod reserved;

pub use answers::{MAX_ANSWERS, is_remembered};
pub use excerpt::Excerpt;
pub use owner::{is_of, stem};
pub use request::{InvalidRequestId, RequestId};
pub use reserved::{RESERVED, is_reserved};
