//! `/api/configs`: the documents of applications and profiles.

mod content;
mod delete;
mod diff;
mod list;
mod read;
mod release;
mod versions;
mod write;

use super::table::{Table, enter};

pub(super) fn routes<T: Table>(table: T) -> T {
    enter!(
        table,
        list::list,
        write::put,
        read::get,
        delete::delete,
        versions::versions,
        diff::diff,
        release::release
    )
}
