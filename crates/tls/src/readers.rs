//! Who may read a secret's file.

use std::{fs::Metadata, os::unix::fs::MetadataExt as _};

/// What a mode gives to others than the owner.
const OTHERS: u32 = 0o077;
/// That without reading by the group.
const BUT_READING_BY_THE_GROUP: u32 = 0o037;

/// Whether others than those it is for may read a file with a secret, or change it.
///
/// Of a file of root's the group may read: so do secrets reach a process of another user, as
/// volumes of Kubernetes with `fsGroup` do.
pub fn is_open_to_others(file: &Metadata) -> bool {
    is_open(file.uid(), file.mode())
}

fn is_open(owner: u32, mode: u32) -> bool {
    let others = match owner {
        0 => BUT_READING_BY_THE_GROUP,
        _ => OTHERS,
    };
    mode & others != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_may_read_what_is_roots() {
        assert!(!is_open(0, 0o100440));
        assert!(!is_open(0, 0o100600));
        assert!(is_open(0, 0o100460));
        assert!(is_open(0, 0o100444));
    }

    #[test]
    fn what_is_anybody_elses_is_for_its_owner_alone() {
        assert!(!is_open(1000, 0o100600));
        assert!(is_open(1000, 0o100640));
        assert!(is_open(1000, 0o100604));
    }
}
