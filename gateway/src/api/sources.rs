//! `/api/sources`: the repositories that feed labels.

mod command;
mod read;

use super::table::{Table, enter};

pub(super) fn routes<T: Table>(table: T) -> T {
    enter!(
        table,
        read::list,
        read::get,
        command::approve,
        command::detach
    )
}

pub(super) fn slow_routes<T: Table>(table: T) -> T {
    enter!(table, command::sync)
}
