//! Finds where the value of a key belongs in the nested configuration.

/// A step into a nested value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Into a map.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// The steps of a property key as Spring's binder understands it: dots part
/// keys, `[0]` is an index and `[a.b]` the key `a.b`, dots and all. A key
/// that follows no such pattern (`a..b`, `a[`) is one step.
pub(crate) fn of_property(key: &str) -> Vec<Segment> {
    split_property(key).unwrap_or_else(|| vec![Segment::Key(key.to_owned())])
}

fn split_property(key: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut rest = key;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        if end > 0 {
            segments.push(Segment::Key(rest[..end].to_owned()));
        } else if !rest.starts_with('[') {
            return None;
        }
        rest = &rest[end..];
        while let Some(bracketed) = rest.strip_prefix('[') {
            let (inner, after) = bracketed.split_once(']')?;
            segments.push(bracket(inner)?);
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Some(segments),
            None => return None,
        }
    }
}

fn bracket(inner: &str) -> Option<Segment> {
    if inner.is_empty() {
        return None;
    }
    Some(index(inner).map_or_else(|| Segment::Key(inner.to_owned()), Segment::Index))
}

/// The steps of a flat key as Spring's flat forms take it apart: at every
/// dot, brackets or not, and at an index in brackets. So `outer[br.inner]` is
/// torn into `outer[br` and `inner]`. A key that Spring refuses (`a..b`,
/// `[0]`, `a[0]b`) is one step.
pub(crate) fn of_flat_form(key: &str) -> Vec<Segment> {
    split_flat_form(key).unwrap_or_else(|| vec![Segment::Key(key.to_owned())])
}

fn split_flat_form(key: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut rest = key;
    loop {
        let end = key_end(rest);
        if end == 0 && !(rest.is_empty() && segments.is_empty()) {
            return None;
        }
        segments.push(Segment::Key(rest[..end].to_owned()));
        rest = &rest[end..];
        while let Some((position, after)) = leading_index(rest) {
            segments.push(Segment::Index(position));
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Some(segments),
            None => return None,
        }
    }
}

/// Where the key that `text` begins with ends: before a dot or an index.
fn key_end(text: &str) -> usize {
    text.char_indices()
        .find(|&(at, c)| c == '.' || (c == '[' && leading_index(&text[at..]).is_some()))
        .map_or(text.len(), |(at, _)| at)
}

/// The index in brackets that `text` begins with, and what follows it.
fn leading_index(text: &str) -> Option<(usize, &str)> {
    let inner = text.strip_prefix('[')?;
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    let after = inner[digits..].strip_prefix(']')?;
    Some((index(&inner[..digits])?, after))
}

fn index(digits: &str) -> Option<usize> {
    // Java's index is an int.
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits
        .then(|| digits.parse::<u32>().ok())?
        .map(|index| index as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Segment {
        Segment::Key(text.into())
    }

    #[test]
    fn property_keys_are_parted_at_dots_and_brackets() {
        assert_eq!(of_property("a.b"), [key("a"), key("b")]);
        assert_eq!(
            of_property("a[0][1].b"),
            [key("a"), Segment::Index(0), Segment::Index(1), key("b")]
        );
        assert_eq!(of_property("a[b.c].d"), [key("a"), key("b.c"), key("d")]);
        assert_eq!(of_property("[b.c]"), [key("b.c")]);
    }

    #[test]
    fn malformed_keys_are_kept_whole() {
        for text in ["", "a..b", "a.", ".a", "a[", "a[]", "a[0]b"] {
            assert_eq!(of_property(text), [key(text)]);
        }
        for text in ["", "a..b", "[0]", "a[0]b", "a."] {
            assert_eq!(of_flat_form(text), [key(text)]);
        }
    }

    #[test]
    fn flat_forms_tear_keys_at_every_dot() {
        assert_eq!(
            of_flat_form("outer[br.inner]"),
            [key("outer[br"), key("inner]")]
        );
        assert_eq!(of_flat_form("[true]"), [key("[true]")]);
        assert_eq!(of_flat_form("a[1x]"), [key("a[1x]")]);
        assert_eq!(
            of_flat_form("a[0].[b]"),
            [key("a"), Segment::Index(0), key("[b]")]
        );
        assert_eq!(
            of_flat_form("m[2].k"),
            [key("m"), Segment::Index(2), key("k")]
        );
    }
}
