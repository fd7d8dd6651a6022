//! The `FORMAT` file: what makes a folder ours, how its content is written, and whose it is.

use crate::StoreId;

/// The format that this version writes, and the newest it reads.
pub(super) const VERSION: u32 = 1;

const MAGIC: &str = "vortex-store";

/// What a `FORMAT` file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) store_id: StoreId,
}

/// Why a `FORMAT` file is not one that can be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    Newer(u32),
    Damaged,
}

impl Format {
    pub(super) fn encode(&self) -> String {
        format!("{MAGIC}\nformat {VERSION}\nstore {}\n", self.store_id)
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
        Ok(Self { store_id })
    }
}

fn field<T: std::str::FromStr>(line: Option<&str>, name: &str) -> Option<T> {
    line?.strip_prefix(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_reads_back_as_written() {
        let format = Format {
            store_id: StoreId::random(),
        };
        assert_eq!(Format::decode(&format.encode()), Ok(format));
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
        for text in [
            "",
            "vortex-store",
            "other\nformat 1",
            "vortex-store\nformat 1\nstore x\n",
        ] {
            assert_eq!(Format::decode(text), Err(Unusable::Damaged), "{text:?}");
        }
    }
}
