//! Patterns over `label:app/profile`: what a key may touch, which cluster owns what, what a
//! client subscribes to. One grammar for all of them, so that a scope that is read aloud means the
//! same everywhere.
//!
//! ```text
//! pattern = [ labels ":" ] apps [ "/" profiles ]
//! labels  = "**" | part *( "/" part ) [ "/" "**" ]
//! apps    = "**" | part
//! profiles = "**" | part
//! part    = "*" | a literal name
//! ```
//!
//! - `*` is any one part. `**` is all that is left: it ends the labels or the whole pattern, and
//!   stands for one part or more.
//! - What is left out is all: `orders` is every profile of `orders` on every label, as are
//!   `orders/*` and `orders/**`.
//! - An application and a profile are one part each. A label may have several (`feature/x`), so
//!   `feature/*` and `feature/**` differ there, and neither is the label `feature` itself.
//! - A literal is a whole name: `orders-*` is refused rather than taken for a name that nobody has.
//!   Names of applications have no structure that could carry rights: `pay-*` would take in
//!   tomorrow's `pay-roll` as well. It is also what keeps [`Pattern::covers`] exact.
//! - Names are held to the rules for names, so that a pattern that could never match anything is
//!   an error where it is written and not a riddle where it is used.
//!
//! The canonical form, [`Display`](std::fmt::Display), is the shortest that shows its reach:
//! `**`, `orders/**`, `*/prod`, `main:**`, `main:orders/prod`.
//!
//! Everything here is a pure function of its arguments.

mod error;
mod labels;
mod namespace;
mod parse;
mod part;
mod pattern;

pub use error::InvalidPattern;
pub use namespace::Namespace;
pub use pattern::Pattern;

/// Bytes of an application's or profile's name.
const MAX_NAME: usize = 128;
/// Bytes of a label.
const MAX_LABEL: usize = 256;
/// Bytes of a pattern: a label, an application, a profile, and what stands between them.
pub const MAX_PATTERN: usize = MAX_LABEL + 1 + MAX_NAME + 1 + MAX_NAME;
