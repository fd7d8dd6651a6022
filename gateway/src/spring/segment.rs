//! One segment of a Spring path: percent-decoded, with `(_)` for `/`, and confined to its tree.

use std::borrow::Cow;

use vortex_kit::error::{Fault, Reason};

use crate::extract::percent;

/// Stands for `/` inside a segment, since proxies tend to refuse or decode `%2F`.
const SLASH: &str = "(_)";

/// Decodes a segment as it stood in the request line.
pub(super) fn decode(raw: &str) -> Result<Cow<'_, str>, Fault> {
    percent::decode("path", raw)
}

/// [`decode`] with `(_)` read as `/`, for the names of applications, profiles and labels.
pub(super) fn decode_name(raw: &str) -> Result<Cow<'_, str>, Fault> {
    let text = decode(raw)?;
    let text = match text.contains(SLASH) {
        true => Cow::Owned(text.replace(SLASH, "/")),
        false => text,
    };
    refuse_escapes(&text)?;
    Ok(text)
}

/// Refuses a path that leaves its tree or begins outside it.
pub(super) fn refuse_escapes(path: &str) -> Result<(), Fault> {
    let escapes = path.contains('\\')
        || path.starts_with('/')
        || path.split('/').any(|part| part == ".." || part == ".");
    match escapes {
        true => Err(Fault::new(
            Reason::InvalidName,
            format!("the path leaves its tree: {path:?}"),
        )),
        false => Ok(()),
    }
}

/// The items of a comma list, without empty ones.
pub(super) fn list(text: &str) -> Vec<String> {
    let items = text.split(',').filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}
