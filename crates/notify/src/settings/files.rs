//! Who can read a file.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

/// What a mode says that lets others read a file.
const OTHERS: u32 = 0o077;

/// Whether others than its owner can read a file.
pub(super) fn is_open(file: &Path) -> bool {
    let mode = file.metadata().map(|found| found.permissions().mode());
    mode.is_ok_and(|mode| mode & OTHERS != 0)
}
