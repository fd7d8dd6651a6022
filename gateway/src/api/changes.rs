//! `/api/changes`: change sets, whole.

mod apply;
mod command;
mod list;
mod read;

use super::table::{Table, enter};

pub(super) fn routes<T: Table>(table: T) -> T {
    enter!(
        table,
        list::list,
        apply::apply,
        read::get,
        command::release,
        command::discard
    )
}
