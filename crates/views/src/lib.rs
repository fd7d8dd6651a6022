//! What the instances of an application should run.
//!
//! A [`Fleet`] is all instances that read the same configuration, and a [`View`] is what they are
//! served: the splits that concern it, one variant for each combination of their arms, and what was
//! served before. From a view alone follows what one instance should run: its arms, the versions
//! that are right for it, and how far behind another version is. All of that is pure.
//!
//! [`Views`] follows any number of views over one `WatchViews` stream of config-svc. Processes that
//! answer for many instances hold one of it.

mod fleet;
mod follow;
mod meters;
mod token;
mod view;

pub use fleet::{Fleet, InvalidFleet};
pub use follow::{Content, Fresh, Held, Options, Views};
pub use token::{InvalidToken, Token};
pub use view::{
    Arms, Assigned, Expected, Fault, History, InvalidView, Reader, Served, SourceAge, Split, Unit,
    Variant, View,
};
pub use vortex_bucket::{Arm, Forced, Seed, Share};
