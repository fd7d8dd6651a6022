//! Pages: how many, and where the next one begins.

use vortex_kit::error::Fault;

/// Items on a page that asks for no number.
const DEFAULT_SIZE: u32 = 100;
/// Items on a page at most.
const MAX_SIZE: u32 = 1000;

/// How many items a page of this `page_size` holds.
pub(super) fn size(page_size: u32) -> Result<usize, Fault> {
    match page_size {
        0 => Ok(DEFAULT_SIZE as usize),
        1..=MAX_SIZE => Ok(page_size as usize),
        _ => Err(Fault::invalid(
            "page_size",
            format!("{page_size} is more than {MAX_SIZE}"),
        )),
    }
}

/// A token for the page that begins after `parts`.
pub(super) fn token(parts: &[&str]) -> String {
    hex::encode(parts.join("\n"))
}

/// The parts that a page begins after. None for the first page.
pub(super) fn after<const N: usize>(token: &str) -> Result<Option<[String; N]>, Fault> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = hex::decode(token).map_err(|_| invalid())?;
    let text = String::from_utf8(bytes).map_err(|_| invalid())?;
    let parts: Vec<String> = text.split('\n').map(str::to_owned).collect();
    parts.try_into().map(Some).map_err(|_| invalid())
}

/// The position that a page, of what is listed newest first, ends before.
pub(super) fn before(token: &str) -> Result<u64, Fault> {
    match after::<1>(token)? {
        None => Ok(u64::MAX),
        Some([seq]) => seq.parse().map_err(|_| invalid()),
    }
}

fn invalid() -> Fault {
    Fault::invalid("page_token", "it is not one that this server gave")
}
