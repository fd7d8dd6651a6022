//! What names mean to more than one program: which documents are an application's, which names the
//! product keeps for itself, and how text of others is shown in an error.
//!
//! Everything here is a pure function of its arguments and allocates nothing.

mod excerpt;
mod owner;
mod reserved;

pub use excerpt::Excerpt;
pub use owner::{is_of, stem};
pub use reserved::{RESERVED, is_reserved};
