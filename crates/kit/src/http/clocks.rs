//! The clocks of a connection: one for what its caller has to send, one for what its caller has to
//! take. ADR 18 says why there are two.

mod progress;
mod stall;
pub(super) mod taking;
mod waiting;

pub(super) use progress::{Progress, Wait};
pub(super) use stall::{Stall, counter};
pub(super) use waiting::{LAST_CALL, Waiting};
