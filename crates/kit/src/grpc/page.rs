//! Pages of a list: how many items, and where the next one begins.

use crate::error::Fault;

/// Items on a page that asks for no number.
const DEFAULT_SIZE: u32 = 100;
/// Items on a page at most.
const MAX_SIZE: u32 = 1000;

/// How many items a page of this `page_size` holds: 100 when it is 0.
///
/// # Errors
/// More than 1,000 are refused.
pub fn size(page_size: u32) -> Result<usize, Fault> {
    match page_size {
        0 => Ok(DEFAULT_SIZE as usize),
        1..=MAX_SIZE => Ok(page_size as usize),
        _ => Err(Fault::invalid(
            "page_size",
            format!("{page_size} is more than {MAX_SIZE}"),
        )),
    }
}

/// The first `size` of all that are left to show, and the token of the next page: empty at the
/// end. `token` makes it of the last item.
pub fn first<T>(
    mut found: impl Iterator<Item = T>,
    size: usize,
    token: impl FnOnce(&T) -> String,
) -> (Vec<T>, String) {
    let page: Vec<T> = found.by_ref().take(size).collect();
    let more = found.next().is_some();
    let next = page.last().filter(|_| more).map_or(String::new(), token);
    (page, next)
}

/// A token for the page that begins after `parts`, none of which has a line break.
pub fn token(parts: &[&str]) -> String {
    hex::encode(parts.join("\n"))
}

/// The parts that a page begins after. None for the first page.
///
/// # Errors
/// When [`token`] did not make it of so many parts.
pub fn after<const N: usize>(token: &str) -> Result<Option<[String; N]>, Fault> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = hex::decode(token).map_err(|_| invalid())?;
    let text = String::from_utf8(bytes).map_err(|_| invalid())?;
    let parts: Vec<String> = text.split('\n').map(str::to_owned).collect();
    parts.try_into().map(Some).map_err(|_| invalid())
}

/// The position that a page, of what is listed newest first, ends before.
///
/// # Errors
/// When [`token`] did not make it of a position.
pub fn before(token: &str) -> Result<u64, Fault> {
    match after::<1>(token)? {
        None => Ok(u64::MAX),
        Some([seq]) => seq.parse().map_err(|_| invalid()),
    }
}

/// The position that a page, of what is listed oldest first, begins after.
///
/// # Errors
/// When [`token`] did not make it of a position.
pub fn after_number(token: &str) -> Result<Option<u64>, Fault> {
    let number = after::<1>(token)?.map(|[number]| number.parse());
    number.transpose().map_err(|_| invalid())
}

/// The fault for a page token that this server did not make.
pub fn invalid() -> Fault {
    Fault::invalid("page_token", "it is not a page token of this server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_parts() {
        let token = token(&["main", "orders.yml"]);
        let parts = after::<2>(&token).unwrap();
        assert_eq!(parts, Some(["main".to_owned(), "orders.yml".to_owned()]));
        assert_eq!(after::<2>("").unwrap(), None);
    }

    #[test]
    fn a_token_of_others_is_refused() {
        for given in ["zz", "ff", &token(&["one"])] {
            assert!(after::<2>(given).is_err(), "{given}");
        }
        assert!(before(&token(&["no number"])).is_err());
        assert!(after_number(&token(&["no number"])).is_err());
    }

    #[test]
    fn a_page_says_where_the_next_one_begins_unless_it_is_the_last() {
        let text = |item: &u32| item.to_string();
        assert_eq!(first(1..=3, 2, text), (vec![1, 2], "2".to_owned()));
        assert_eq!(first(1..=2, 2, text), (vec![1, 2], String::new()));
        assert_eq!(first(1..1, 2, text), (Vec::new(), String::new()));
    }

    #[test]
    fn a_page_has_at_most_a_thousand_items() {
        assert_eq!(size(0), Ok(100));
        assert_eq!(size(1_000), Ok(1_000));
        assert!(size(1_001).is_err());
    }
}
