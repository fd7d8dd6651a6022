//! Prefixes of a text: `{key:alias}` says with which key, `{plain}` where the text begins, should
//! it look like one. By the rules of Spring's `EnvironmentPrefixHelper`.

/// Marks where the text begins, whatever it looks like.
const ESCAPE: &str = "{plain}";
/// Prefixes that say for which application, and are not kept.
const OF_CALLER: [&str; 2] = ["name", "profiles"];

/// A text without its prefixes, and these.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Prefixed<'a> {
    /// The names with their values, in the order they are written.
    pub(crate) prefixes: Vec<(&'a str, &'a str)>,
    /// The text that is meant.
    pub(crate) text: &'a str,
}

impl<'a> Prefixed<'a> {
    pub(crate) fn parse(given: &'a str) -> Self {
        let (head, text) = match given.split_once(ESCAPE) {
            Some((head, text)) => (head, Some(text)),
            None => (given, None),
        };
        let mut prefixes = Vec::new();
        let mut rest = head;
        while let Some((name, value, behind)) = first(rest) {
            prefixes.push((name, value));
            rest = behind;
        }
        Self {
            prefixes,
            text: text.unwrap_or(rest),
        }
    }

    /// The value of a name: the last one, if it is given more than once.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let mut found = self.prefixes.iter().rev();
        found.find(|(other, _)| *other == name).map(|(_, v)| *v)
    }

    /// The prefixes that a cipher text keeps, so that it is decrypted with the same key.
    pub(crate) fn kept(&self) -> String {
        let kept = self.prefixes.iter();
        kept.filter(|(name, _)| !OF_CALLER.contains(name))
            .map(|(name, value)| format!("{{{name}:{value}}}"))
            .collect()
    }
}

/// The first prefix, and what is behind it.
fn first(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.strip_prefix('{')?.split_once(':')?;
    let (value, behind) = rest.split_once('}')?;
    let on_one_line = !name.contains('\n') && !value.contains('\n');
    on_one_line.then_some((name, value, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_taken_off_and_kept_apart_from_the_text() {
        let prefixed = Prefixed::parse("{key:first}{name:orders}text}");
        assert_eq!(prefixed.text, "text}");
        assert_eq!(prefixed.get("key"), Some("first"));
        assert_eq!(prefixed.get("secret"), None);
        assert_eq!(prefixed.kept(), "{key:first}");
        assert_eq!(Prefixed::parse("plain text").text, "plain text");
        assert_eq!(Prefixed::parse("{no prefix}").text, "{no prefix}");
    }

    #[test]
    fn what_looks_like_a_prefix_is_text_behind_the_escape() {
        let prefixed = Prefixed::parse("{key:first}{plain}{key:value}");
        assert_eq!(prefixed.text, "{key:value}");
        assert_eq!(prefixed.kept(), "{key:first}");
    }
}
