//! Which names of files are safe to serve.

use gix::bstr::{BStr, ByteSlice};

use super::SkipReason;

pub(crate) const LONGEST_PATH: usize = 4096;

/// The path of the entry `name` of `folder`, or that path for people and why it is not served.
pub(super) fn join(folder: &str, name: &BStr) -> Result<String, (String, SkipReason)> {
    let shown = || within(folder, &name.to_str_lossy());
    let text = name.to_str().map_err(|_| (shown(), SkipReason::NotUtf8))?;
    if !is_safe(text) {
        return Err((shown(), SkipReason::UnsafeName));
    }
    if folder.len() + 1 + text.len() > LONGEST_PATH {
        return Err((shown(), SkipReason::PathTooLong));
    }
    Ok(within(folder, text))
}

fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn is_safe(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && !name.eq_ignore_ascii_case(".git")
        && !name.contains(['/', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(name: &[u8]) -> Result<String, SkipReason> {
        join("a/b", name.into()).map_err(|(_, reason)| reason)
    }

    #[test]
    fn an_ordinary_name_is_put_below_its_folder() {
        assert_eq!(joined(b"c d.yml"), Ok("a/b/c d.yml".into()));
        assert_eq!(join("", b"c".into()), Ok("c".into()));
        assert_eq!(joined("übung.yml".as_bytes()), Ok("a/b/übung.yml".into()));
        assert_eq!(joined(b"..yml"), Ok("a/b/..yml".into()));
        assert_eq!(joined(b".gitignore"), Ok("a/b/.gitignore".into()));
    }

    #[test]
    fn names_that_mean_something_to_a_file_system_are_skipped() {
        for name in [
            &b""[..],
            b".",
            b"..",
            b".git",
            b".GIT",
            b"x/../../etc",
            b"x\0",
        ] {
            assert_eq!(joined(name), Err(SkipReason::UnsafeName), "{name:?}");
        }
    }

    #[test]
    fn names_that_are_not_utf8_or_endless_are_skipped() {
        assert_eq!(joined(b"\xff.yml"), Err(SkipReason::NotUtf8));
        assert_eq!(joined(&[b'x'; LONGEST_PATH]), Err(SkipReason::PathTooLong));
    }
}
