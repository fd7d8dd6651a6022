//! The rules, pure: no transport, no runtime, no clock.
//!
//! A report is checked ([`Report`]), stands in an order ([`Mark`]), and is gathered with
//! others of its time ([`Shard`], [`Table`]). What was gathered is split into parts ([`plan`]) that
//! wait in a [`Queue`] for whom they are told.

mod assignment;
mod bucket;
mod cut;
mod drift;
mod figures;
mod gathered;
mod invalid;
mod lists;
mod lives;
mod measured;
mod memory;
mod needed;
mod offers;
mod pace;
mod parts;
mod queue;
mod report;
mod shard;
mod table;
mod texts;

pub(crate) use assignment::{Assignment, OwnedAssignment, Unit};
pub(crate) use bucket::Bucket;
pub(crate) use cut::cut;
pub(crate) use drift::Standing;
pub(crate) use figures::Figures;
pub(crate) use gathered::{Gathered, Last};
pub(crate) use invalid::{Invalid, Why};
pub(crate) use lists::Lists;
pub(crate) use lives::{Heard, Mark, Place};
pub(crate) use measured::{Measured, Of, by_instance};
use needed::Needed;
pub(crate) use offers::{Offer, Offers};
pub(crate) use pace::{Pace, Told};
pub(crate) use parts::{At, InstancesPart, plan, split_figures};
pub(crate) use queue::{Bounds as QueueBounds, Dropped as QueueDropped, Name, Part, Queue};
pub(crate) use report::{
    MAX_ASSIGNMENTS, MAX_INSTANCE, MAX_LATENCIES, MAX_MEASURED, Metadata, Refused, Report, Status,
};
pub(crate) use shard::{Bounds, Full, Shard, Taking};
pub(crate) use table::{Row, Table};
pub(crate) use texts::{TextId, Texts};

/// The number that this process gave a fleet. None is given twice.
pub(crate) type FleetId = u32;
