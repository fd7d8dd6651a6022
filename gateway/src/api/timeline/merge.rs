//! Makes one page of the pages of several services, each newest first.

/// A point in time that orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::api) struct At(i64, i32);

impl From<prost_types::Timestamp> for At {
    fn from(time: prost_types::Timestamp) -> Self {
        Self(time.seconds, time.nanos)
    }
}

/// How far a service's list was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) enum Cursor {
    /// Not at all.
    Beginning,
    /// Up to this token.
    After(String),
    /// To its end.
    End,
}

/// What stands for the end in a token; no token of a service is it.
const END: &str = "-";

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        match text.as_str() {
            "" => Self::Beginning,
            END => Self::End,
            _ => Self::After(text),
        }
    }
}

impl Cursor {
    pub(in crate::api) fn is_end(&self) -> bool {
        *self == Self::End
    }

    pub(in crate::api) fn as_str(&self) -> &str {
        match self {
            Self::Beginning => "",
            Self::After(token) => token,
            Self::End => END,
        }
    }

    /// Takes it for taken to its end.
    pub(in crate::api) fn end(&mut self) {
        *self = Self::End;
    }

    /// The token to ask the service with.
    pub(in crate::api) fn to_token(&self) -> String {
        match self {
            Self::After(token) => token.clone(),
            Self::Beginning | Self::End => String::new(),
        }
    }
}

/// One entry of a service's page.
#[derive(Clone, Debug)]
pub(in crate::api) struct Item<T> {
    pub(in crate::api) at: At,
    /// The token of the page after it.
    pub(in crate::api) token: String,
    pub(in crate::api) entry: T,
}

/// A service's page.
#[derive(Clone, Debug)]
pub(in crate::api) struct Part<T> {
    pub(in crate::api) items: Vec<Item<T>>,
    /// The token of the next page; empty on the last one.
    pub(in crate::api) next: String,
    /// How far back the page has everything, where it is not the last.
    pub(in crate::api) reached: Option<At>,
}

/// At most `size` entries of all parts, newest first, and the cursors after them; none at the end.
/// A part that is missing is one of a service that does not answer: its cursor stays, and what it
/// has left does not count.
pub(in crate::api) fn merge<T: Clone, const N: usize>(
    parts: [(Cursor, Option<Part<T>>); N],
    size: usize,
) -> (Vec<T>, Option<[Cursor; N]>) {
    let present = || parts.iter().filter_map(|(_, part)| part.as_ref());
    // what is older than this one of the services has not looked at
    let horizon = present()
        .filter(|part| !part.next.is_empty())
        .filter_map(|part| part.reached)
        .max();
    let mut taken = [0; N];
    let mut entries = Vec::new();
    while entries.len() < size {
        let heads = parts.iter().zip(taken).enumerate();
        let heads = heads.filter_map(|(index, ((_, part), taken))| {
            Some((index, part.as_ref()?.items.get(taken)?))
        });
        // of several at the same time the log's comes first
        let newest = heads.reduce(|one, other| if other.1.at > one.1.at { other } else { one });
        let newest = newest.filter(|(_, item)| horizon.is_none_or(|horizon| item.at >= horizon));
        let Some((index, item)) = newest else { break };
        entries.push(item.entry.clone());
        taken[index] += 1;
    }
    let mut taken = taken.into_iter();
    let mut ends = true;
    let cursors = parts.map(|(cursor, part)| {
        let taken = taken.next().unwrap_or_default();
        let Some(part) = part else { return cursor };
        let cursor = part.cursor_after(taken, cursor);
        ends &= cursor.is_end();
        cursor
    });
    (entries, (!ends).then_some(cursors))
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            next: String::new(),
            reached: None,
        }
    }
}

impl<T> Part<T> {
    /// The same page, of other entries.
    pub(in crate::api) fn map<U>(self, with: impl Fn(T) -> U) -> Part<U> {
        let items = self.items.into_iter().map(|item| Item {
            at: item.at,
            token: item.token,
            entry: with(item.entry),
        });
        Part {
            items: items.collect(),
            next: self.next,
            reached: self.reached,
        }
    }

    fn cursor_after(self, taken: usize, before: Cursor) -> Cursor {
        if taken == self.items.len() {
            return match self.next.is_empty() {
                true => Cursor::End,
                false => Cursor::After(self.next),
            };
        }
        let last = taken.checked_sub(1).and_then(|last| self.items.get(last));
        last.map_or(before, |last| Cursor::After(last.token.clone()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(at: i64, name: &str) -> Item<String> {
        Item {
            at: At(at, 0),
            token: format!("after {at}"),
            entry: format!("{name}{at}"),
        }
    }

    /// The page of a service that has something at these times and looks at `look` of them.
    fn page(times: &[i64], name: &str, cursor: &Cursor, look: usize) -> Part<String> {
        let left: Vec<i64> = match cursor {
            Cursor::Beginning => times.to_vec(),
            Cursor::End => Vec::new(),
            Cursor::After(token) => {
                let at: i64 = token.rsplit(' ').next().unwrap().parse().unwrap();
                times.iter().copied().filter(|time| *time < at).collect()
            }
        };
        let looked = &left[..look.min(left.len())];
        let more = looked.len() < left.len();
        Part {
            items: looked.iter().map(|at| item(*at, name)).collect(),
            next: match looked.last() {
                Some(last) if more => format!("after {last}"),
                _ => String::new(),
            },
            reached: looked.last().map(|last| At(*last, 0)),
        }
    }

    proptest! {
        #[test]
        fn pages_give_everything_once_and_in_order(
            one in prop::collection::btree_set(0..60_i64, 0..20),
            other in prop::collection::btree_set(0..60_i64, 0..20),
            size in 1..6_usize,
            looks in [1..6_usize, 1..6_usize],
        ) {
            let lists = [one, other].map(|times| times.into_iter().rev().collect::<Vec<_>>());
            let mut expected: Vec<(i64, String)> = Vec::new();
            for (times, name) in lists.iter().zip(["a", "b"]) {
                expected.extend(times.iter().map(|at| (*at, format!("{name}{at}"))));
            }
            expected.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
            let mut cursors = Some([Cursor::Beginning, Cursor::Beginning]);
            let mut found = Vec::new();
            let mut pages = 0;
            while let Some([one, other]) = cursors {
                let parts = [
                    page(&lists[0], "a", &one, looks[0].min(size)),
                    page(&lists[1], "b", &other, looks[1].min(size)),
                ];
                let [a, b] = parts;
                let (entries, next) = merge([(one, Some(a)), (other, Some(b))], size);
                prop_assert!(entries.len() <= size);
                found.extend(entries);
                cursors = next;
                pages += 1;
                prop_assert!(pages < 200, "the pages do not end");
            }
            let expected: Vec<String> = expected.into_iter().map(|(_, what)| what).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_service_that_is_away_takes_nothing_from_the_other() {
        let part = page(&[3, 2], "a", &Cursor::Beginning, 2);
        let (entries, next) = merge(
            [(Cursor::Beginning, Some(part)), (Cursor::Beginning, None)],
            9,
        );
        assert_eq!((entries.len(), next), (2, None));
    }
}
