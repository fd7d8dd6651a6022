//! Keys whose arm is given, whatever their bucket.

use std::sync::Arc;

use super::Arm;

/// Keys that have their arm at every share: those that are included are in the canary, those that
/// are excluded are on stable. All others go by their bucket.
///
/// Clones are cheap, and looking a key up allocates nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forced(Option<Arc<[Key]>>);

/// A key and its arm, sorted by the key.
type Key = (Box<str>, Arm);

/// Forced keys that are not valid. `list` is the name of the list, `include` or `exclude`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidForced {
    /// There are too many.
    #[error("include and exclude have {0} keys, at most {max} are allowed", max = Forced::MAX_KEYS)]
    TooMany(usize),
    /// A key is empty.
    #[error("a key must not be empty")]
    Empty {
        /// The list.
        list: &'static str,
        /// The key's index.
        index: usize,
    },
    /// A key is too long.
    #[error("{bytes} bytes, at most {max} are allowed", max = Forced::MAX_KEY_BYTES)]
    TooLong {
        /// The list.
        list: &'static str,
        /// The key's index.
        index: usize,
        /// The key's length.
        bytes: usize,
    },
    /// A key is in both lists.
    #[error("{0} is included and excluded")]
    Both(Box<str>),
}

impl InvalidForced {
    /// The field that it is about, such as `exclude[3]`.
    pub fn field(&self) -> String {
        match self {
            Self::TooMany(_) => "include".to_owned(),
            Self::Empty { list, index } | Self::TooLong { list, index, .. } => {
                format!("{list}[{index}]")
            }
            Self::Both(_) => "exclude".to_owned(),
        }
    }
}

impl Forced {
    /// How many keys there may be, included and excluded together.
    pub const MAX_KEYS: usize = 1_000;
    /// How many bytes a key may have.
    pub const MAX_KEY_BYTES: usize = 256;

    /// Keys that are included and keys that are excluded. A key may be named twice in one list.
    ///
    /// # Errors
    /// There are too many, one is empty or too long, or one is in both lists.
    pub fn new(include: Vec<String>, exclude: Vec<String>) -> Result<Self, InvalidForced> {
        let count = include.len() + exclude.len();
        if count > Self::MAX_KEYS {
            return Err(InvalidForced::TooMany(count));
        }
        check("include", &include)?;
        check("exclude", &exclude)?;
        let include = include.into_iter().map(|key| (key.into(), Arm::Canary));
        let exclude = exclude.into_iter().map(|key| (key.into(), Arm::Stable));
        let mut keys: Vec<Key> = include.chain(exclude).collect();
        keys.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        keys.dedup();
        if let Some(two) = keys.windows(2).find(|two| two[0].0 == two[1].0) {
            return Err(InvalidForced::Both(two[0].0.clone()));
        }
        Ok(Self((!keys.is_empty()).then(|| keys.into())))
    }

    /// The arm of a key, if it is forced.
    #[inline]
    pub fn arm(&self, key: &str) -> Option<Arm> {
        let keys = self.0.as_ref()?;
        let found = keys.binary_search_by(|(known, _)| (**known).cmp(key));
        found.ok().map(|index| keys[index].1)
    }

    /// Whether no key is forced.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The keys that are in the canary, sorted.
    pub fn include(&self) -> impl Iterator<Item = &str> {
        self.of(Arm::Canary)
    }

    /// The keys that are on stable, sorted.
    pub fn exclude(&self) -> impl Iterator<Item = &str> {
        self.of(Arm::Stable)
    }

    fn of(&self, wanted: Arm) -> impl Iterator<Item = &str> {
        let keys = self.0.iter().flat_map(|keys| keys.iter());
        keys.filter(move |(_, arm)| *arm == wanted)
            .map(|(key, _)| &**key)
    }
}

fn check(list: &'static str, keys: &[String]) -> Result<(), InvalidForced> {
    for (index, key) in keys.iter().enumerate() {
        let bytes = key.len();
        if bytes == 0 {
            return Err(InvalidForced::Empty { list, index });
        }
        if bytes > Forced::MAX_KEY_BYTES {
            return Err(InvalidForced::TooLong { list, index, bytes });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn only_the_named_keys_have_an_arm() {
        let forced = Forced::new(keys(&["c", "a", "c"]), keys(&["b"])).unwrap();
        assert_eq!(forced.arm("a"), Some(Arm::Canary));
        assert_eq!(forced.arm("b"), Some(Arm::Stable));
        assert_eq!(forced.arm("ab"), None);
        assert_eq!(forced.include().collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(forced.exclude().collect::<Vec<_>>(), ["b"]);
        assert!(!forced.is_empty());
        assert_eq!(Forced::new(Vec::new(), Vec::new()), Ok(Forced::default()));
        assert!(Forced::default().is_empty());
        assert_eq!(Forced::default().arm("a"), None);
    }

    #[test]
    fn bounds_are_kept_and_a_refusal_names_the_field() {
        let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        assert!(Forced::new(many(999), keys(&["x"])).is_ok());
        let long = "k".repeat(256);
        assert!(Forced::new(keys(&[&long]), Vec::new()).is_ok());
        let longer = "k".repeat(257);
        for (include, exclude, field) in [
            (many(1_000), keys(&["x"]), "include"),
            (keys(&["a", ""]), Vec::new(), "include[1]"),
            (Vec::new(), keys(&[&longer]), "exclude[0]"),
            (keys(&["a"]), keys(&["b", "a"]), "exclude"),
        ] {
            let refused = Forced::new(include, exclude).unwrap_err();
            assert_eq!(refused.field(), field, "{refused}");
        }
    }
}
