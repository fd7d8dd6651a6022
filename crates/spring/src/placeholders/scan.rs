//! Finds the placeholders of a text, by the rules of Spring's parser.

use std::borrow::Cow;
use std::ops::Range;

const PREFIX: &str = "${";

/// A text whose braces were matched, once and in one pass: searching the end
/// of each `${` again would take time in the square of the text's length.
pub(super) struct Scanned<'t> {
    text: &'t str,
    /// Where each `${` begins, and where the brace is that closes it.
    placeholders: Vec<(usize, Option<usize>)>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// It stands for itself.
    Text(Cow<'t, str>),
    /// The place of what is between a placeholder's braces.
    Placeholder(Range<usize>),
}

impl<'t> Scanned<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut placeholders = Vec::new();
        let mut open = Vec::new();
        let mut before = 0;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'{' if before == b'$' => {
                    open.push(Some(placeholders.len()));
                    placeholders.push((at - 1, None));
                }
                b'{' => open.push(None),
                b'}' => {
                    if let Some(Some(placeholder)) = open.pop() {
                        let (_, end): &mut (usize, Option<usize>) = &mut placeholders[placeholder];
                        *end = Some(at);
                    }
                }
                _ => {}
            }
            before = byte;
        }
        Self { text, placeholders }
    }

    pub(super) fn text(&self, range: Range<usize>) -> &'t str {
        &self.text[range]
    }

    /// The parts of a range, in order.
    pub(super) fn parts(&self, range: Range<usize>) -> Parts<'_, 't> {
        let first = self
            .placeholders
            .partition_point(|(start, _)| *start < range.start);
        Parts {
            scanned: self,
            next: first,
            from: range.start,
            end: range.end,
            begin: range.start,
        }
    }
}

pub(super) struct Parts<'s, 't> {
    scanned: &'s Scanned<'t>,
    /// The next `${` to look at.
    next: usize,
    /// Where what was not given yet begins.
    from: usize,
    end: usize,
    /// Where all of it begins: what comes before does not escape it.
    begin: usize,
}

impl<'t> Iterator for Parts<'_, 't> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        while let Some(&(start, end)) = self.scanned.placeholders.get(self.next) {
            if start >= self.end {
                break;
            }
            // what is never closed is text, and so is what follows up to the next
            let Some(end) = end.filter(|_| start >= self.from) else {
                self.next += 1;
                continue;
            };
            if self.is_escaped(start) {
                self.next += 1;
                let from = std::mem::replace(&mut self.from, start);
                if from < start - 1 {
                    return Some(self.plain(from..start - 1));
                }
                continue;
            }
            if self.from < start {
                let from = std::mem::replace(&mut self.from, start);
                return Some(self.plain(from..start));
            }
            self.next += 1;
            self.from = end + 1;
            return Some(Part::Placeholder(start + PREFIX.len()..end));
        }
        let from = std::mem::replace(&mut self.from, self.end);
        (from < self.end).then(|| self.plain(from..self.end))
    }
}

impl<'t> Parts<'_, 't> {
    fn plain(&self, range: Range<usize>) -> Part<'t> {
        Part::Text(self.scanned.text(range).into())
    }

    fn is_escaped(&self, start: usize) -> bool {
        start > self.begin && self.scanned.text.as_bytes()[start - 1] == b'\\'
    }
}

/// The parts of a key, and those of its default if it has one.
type KeyAndDefault<'t> = (Vec<Part<'t>>, Option<Vec<Part<'t>>>);

/// Parts what is between a placeholder's braces at the first colon that
/// stands in it as text.
pub(super) fn key_and_default<'t>(parts: Parts<'_, 't>) -> KeyAndDefault<'t> {
    let mut key = merged(parts);
    for at in 0..key.len() {
        let Part::Text(text) = &key[at] else {
            continue;
        };
        let Some((head, tail)) = split(text) else {
            continue;
        };
        let head = Part::Text(head.into_owned().into());
        let tail = tail.map(|tail| Part::Text(tail.to_owned().into()));
        key[at] = head;
        if let Some(tail) = tail {
            let rest = key.split_off(at + 1);
            return (key, Some(std::iter::once(tail).chain(rest).collect()));
        }
    }
    (key, None)
}

/// All parts, with texts side by side as one.
fn merged<'t>(parts: Parts<'_, 't>) -> Vec<Part<'t>> {
    let mut merged: Vec<Part<'t>> = Vec::new();
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Text(last)), Part::Text(text)) => last.to_mut().push_str(&text),
            (_, part) => merged.push(part),
        }
    }
    merged
}

/// A key and its default: none without a colon, no default where all colons are escaped.
pub(super) fn split(text: &str) -> Option<(Cow<'_, str>, Option<&str>)> {
    let mut key = Cow::Borrowed("");
    let mut from = 0;
    for (at, _) in text.match_indices(':') {
        if at > 0 && text.as_bytes()[at - 1] == b'\\' {
            key.to_mut().push_str(&text[from..at - 1]);
            key.to_mut().push(':');
            from = at + 1;
        } else if from == 0 {
            return Some((text[..at].into(), Some(&text[at + 1..])));
        } else {
            key.to_mut().push_str(&text[from..at]);
            return Some((key, Some(&text[at + 1..])));
        }
    }
    if from == 0 {
        return None;
    }
    key.to_mut().push_str(&text[from..]);
    Some((key, None))
}
