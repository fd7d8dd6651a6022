//! The `FORMAT` file: it marks a folder as a store, and names the format, the store's identity and
//! the least revision it must hold.

use crate::{Revision, StoreId};

/// The format that this version writes, and the newest it reads.
pub(super) const VERSION: u32 = 1;

const MAGIC: &str = "vortex-store";

/// The content of a `FORMAT` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) store_id: StoreId,
    pub(super) reached: Reached,
}

/// How far a store had come when this was written, durably: it can only be further. Zeros in
/// folders of versions that did not write it, and in new ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// The number of the newest journal.
    pub(super) journal: u64,
    /// The latest revision.
    pub(super) revision: Revision,
}

/// Why a `FORMAT` file is not one that can be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    Newer(u32),
    Damaged,
}

impl Format {
    pub(super) fn encode(&self) -> String {
        let Self { store_id, reached } = self;
        let Reached { journal, revision } = reached;
        format!(
            "{MAGIC}\nformat {VERSION}\nstore {store_id}\njournal {journal}\nrevision {revision}\n"
        )
    }

    /// Reads a file of this or a newer version. Only the first two lines are fixed for ever.
    pub(super) fn decode(text: &str) -> Result<Self, Unusable> {
        let mut lines = text.lines();
        if lines.next() != Some(MAGIC) {
            return Err(Unusable::Damaged);
        }
        match field(lines.next(), "format ") {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => return Err(Unusable::Newer(newer)),
            _ => return Err(Unusable::Damaged),
        }
        let store_id = field(lines.next(), "store ").ok_or(Unusable::Damaged)?;
        let reached = match (lines.next(), lines.next()) {
            (None, None) => Some(Reached::default()),
            (journal, revision) => Reached::decode(journal, revision),
        };
        let reached = reached.ok_or(Unusable::Damaged)?;
        Ok(Self { store_id, reached })
    }
}

impl Reached {
    fn decode(journal: Option<&str>, revision: Option<&str>) -> Option<Self> {
        Some(Self {
            journal: field(journal, "journal ")?,
            revision: Revision(field(revision, "revision ")?),
        })
    }
}

fn field<T: std::str::FromStr>(line: Option<&str>, name: &str) -> Option<T> {
    line?.strip_prefix(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format() -> Format {
        Format {
            store_id: StoreId::random(),
            reached: Reached {
                journal: 3,
                revision: Revision(71),
            },
        }
    }

    #[test]
    fn a_format_reads_back_as_written() {
        let format = format();
        assert_eq!(Format::decode(&format.encode()), Ok(format));
    }

    #[test]
    fn a_format_that_does_not_say_what_was_reached_asks_for_nothing() {
        let Format { store_id, .. } = format();
        let old = format!("vortex-store\nformat 1\nstore {store_id}\n");
        let reached = Reached::default();
        assert_eq!(Format::decode(&old), Ok(Format { store_id, reached }));
    }

    #[test]
    fn a_newer_format_is_named_whatever_follows() {
        assert_eq!(
            Format::decode("vortex-store\nformat 9\n?"),
            Err(Unusable::Newer(9))
        );
    }

    #[test]
    fn anything_else_is_damage() {
        let cut = format().encode().replace("revision 71\n", "");
        for text in [
            "",
            "vortex-store",
            "other\nformat 1",
            "vortex-store\nformat 1\nstore x\n",
            &cut,
        ] {
            assert_eq!(Format::decode(text), Err(Unusable::Damaged), "{text:?}");
        }
    }
}
