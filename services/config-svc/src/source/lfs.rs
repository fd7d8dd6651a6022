//! Pointers of Git LFS, which stand in a repository in place of files that are kept elsewhere.

use crate::domain::Defect;

/// What a pointer begins with; a file of the user's own hardly does.
const VERSION: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";
/// Pointers are shorter, says their specification.
const LONGEST: usize = 1024;

/// Why a file can't be served, if it is a pointer.
pub(crate) fn pointer(content: &[u8]) -> Option<Defect> {
    if content.len() > LONGEST || !content.starts_with(VERSION) {
        return None;
    }
    let text = std::str::from_utf8(content).ok()?;
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let (oid, size) = (value("oid sha256:")?, value("size ")?);
    let message = format!(
        "a pointer of Git LFS stands in place of the file, which has {size} bytes and is kept \
         elsewhere ({}); keep it in Git itself: git lfs migrate export",
        oid.get(..12).unwrap_or(oid)
    );
    Some(Defect::of_stand_in(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_from_a_file_that_speaks_of_it() {
        let text = "version https://git-lfs.github.com/spec/v1\n\
            oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n\
            size 12345\n";
        let defect = pointer(text.as_bytes()).unwrap();
        assert!(defect.is_stand_in());
        assert!(defect.message.contains("12345 bytes"), "{defect}");
        assert!(defect.message.contains("4d7a214614ab"), "{defect}");
        assert_eq!(pointer(b"a: 1\n"), None);
        assert_eq!(pointer(VERSION), None);
        assert_eq!(
            pointer(format!("{text}{}", "x".repeat(LONGEST)).as_bytes()),
            None
        );
    }
}
