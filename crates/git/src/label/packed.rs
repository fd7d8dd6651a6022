//! Checks the file in which Git packs references.
//!
//! A search through the file passes over a damaged line in silence, so that the reference in that
//! line would look deleted.

use std::{fs, io, path::Path};

use gix::hash::Kind as Hash;

use super::Doubt;
use crate::RepositoryFault;

/// Finds the first line that is damaged, and a reason to think that lines are missing.
pub(super) fn check(common_dir: &Path, hash: Hash) -> Result<Option<Doubt>, RepositoryFault> {
    let content = match fs::read(common_dir.join("packed-refs")) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RepositoryFault::Io(error)),
    };
    let Some(lines) = content.strip_suffix(b"\n") else {
        return match content.is_empty() {
            true => Ok(Some(Doubt::EmptyPackedRefs)),
            false => Err(RepositoryFault::PackedRefsCutOff),
        };
    };
    let mut lines = lines.split(|byte| *byte == b'\n').enumerate();
    match lines.find(|(_, line)| !is_sound(line, hash)) {
        Some((index, _)) => Err(RepositoryFault::PackedRefsDamaged { line: index + 1 }),
        None => Ok(None),
    }
}

/// Whether a line is a comment, `ID NAME`, or the `^ID` of what a tag points to.
fn is_sound(line: &[u8], hash: Hash) -> bool {
    let is_id = |id: &[u8]| id.len() == hash.len_in_hex() && id.iter().all(u8::is_ascii_hexdigit);
    let is_name = |name: &[u8]| {
        !name.is_empty()
            && !name
                .iter()
                .any(|byte| byte.is_ascii_control() || *byte == b' ')
    };
    match line {
        [b'#', ..] => true,
        [b'^', id @ ..] => is_id(id),
        line => {
            let (id, name) = line.split_at(line.len().min(hash.len_in_hex()));
            is_id(id) && matches!(name, [b' ', name @ ..] if is_name(name))
        }
    }
}
