//! Placeholders in values: `${key}`, `${key:default}`.
//!
//! A value found for a key is resolved in turn, keys and defaults may hold
//! placeholders (`${a.${b}:${c:d}}`), and `\${` stands for a plain `${`. What
//! has neither value nor default stays as it is written.

use std::borrow::Cow;

/// Why a text cannot be resolved. Spring answers 400 then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value needs itself.
    #[error("the placeholder {0:?} needs its own value")]
    Cycle(String),
    /// Placeholders stand within each other, or values need each other,
    /// deeper than 32 levels.
    #[error("placeholders nest deeper than {DEEPEST} levels")]
    TooDeep,
    /// The text grows beyond 4 MiB, or takes more than 100,000 look-ups.
    #[error("resolving placeholders takes too much")]
    TooLarge,
}

const DEEPEST: usize = 32;
const MOST_LOOKUPS: usize = 100_000;
const LONGEST: usize = 4 << 20;

/// Resolves the placeholders of a text.
///
/// # Errors
/// When values need each other in a circle, or beyond the bounds above.
pub fn resolve<'a>(
    text: &str,
    lookup: impl Fn(&str) -> Option<Cow<'a, str>>,
) -> Result<String, Error> {
    Resolver::new(&lookup).text(text)
}

type Lookup<'l, 'a> = &'l dyn Fn(&str) -> Option<Cow<'a, str>>;

/// One resolution, or many that share their bounds.
pub(crate) struct Resolver<'l, 'a> {
    lookup: Lookup<'l, 'a>,
    /// The keys whose values are being resolved.
    visiting: Vec<String>,
    depth: usize,
    lookups: usize,
    length: usize,
}

impl<'l, 'a> Resolver<'l, 'a> {
    pub(crate) fn new(lookup: Lookup<'l, 'a>) -> Self {
        Self {
            lookup,
            visiting: Vec::new(),
            depth: 0,
            lookups: 0,
            length: 0,
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<String, Error> {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, placeholder) = rest.split_at(at);
            if let Some(plain) = before.strip_suffix('\\') {
                self.push(&mut resolved, plain.strip_suffix('\\').unwrap_or(plain))?;
                self.push(&mut resolved, "${")?;
                rest = &placeholder[2..];
                continue;
            }
            self.push(&mut resolved, before)?;
            let Some(end) = closing_brace(placeholder) else {
                self.push(&mut resolved, placeholder)?;
                return Ok(resolved);
            };
            let value = self.placeholder(&placeholder[2..end])?;
            self.push(&mut resolved, &value)?;
            rest = &placeholder[end + 1..];
        }
        self.push(&mut resolved, rest)?;
        Ok(resolved)
    }

    /// What stands for a placeholder, given what is between its braces.
    fn placeholder(&mut self, inner: &str) -> Result<String, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Error::TooDeep);
        }
        let resolved = self.bounded_placeholder(inner)?;
        self.depth -= 1;
        Ok(resolved)
    }

    fn bounded_placeholder(&mut self, inner: &str) -> Result<String, Error> {
        let inner = self.text(inner)?;
        if let Some(value) = self.value(&inner)? {
            return Ok(value);
        }
        let Some((key, default)) = inner.split_once(':') else {
            return Ok(["${", &inner, "}"].concat());
        };
        match self.value(key)? {
            Some(value) => Ok(value),
            None => Ok(default.to_owned()),
        }
    }

    /// The resolved value of a key, if it has one.
    fn value(&mut self, key: &str) -> Result<Option<String>, Error> {
        self.lookups += 1;
        if self.lookups > MOST_LOOKUPS {
            return Err(Error::TooLarge);
        }
        let Some(value) = (self.lookup)(key) else {
            return Ok(None);
        };
        if self.visiting.iter().any(|visited| visited == key) {
            return Err(Error::Cycle(key.to_owned()));
        }
        self.visiting.push(key.to_owned());
        let resolved = self.text(&value)?;
        self.visiting.pop();
        Ok(Some(resolved))
    }

    fn push(&mut self, resolved: &mut String, text: &str) -> Result<(), Error> {
        self.length += text.len();
        if self.length > LONGEST {
            return Err(Error::TooLarge);
        }
        resolved.push_str(text);
        Ok(())
    }
}

/// Where the brace that closes a placeholder is, past those within it.
fn closing_brace(placeholder: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, byte) in placeholder.bytes().enumerate().skip(2) {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(key: &str) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match key {
            "port" => "8080",
            "key" => "port",
            "url" => "http://${host}:${port}",
            "host" => "${name:localhost}",
            "a" => "${b}",
            "b" => "x${a}",
            "colon:ed" => "found",
            _ => return None,
        }))
    }

    #[test]
    fn placeholders_are_resolved_as_spring_does() {
        let cases = [
            ("${port}", "8080"),
            ("${url}/x", "http://localhost:8080/x"),
            ("${none}", "${none}"),
            ("${none:}", ""),
            ("${none:a:b}", "a:b"),
            ("${${key}}", "8080"),
            ("${none:${port}}", "8080"),
            ("${x.${key:y}:z}", "z"),
            ("${none:${alsonone}}", "${alsonone}"),
            ("\\${port}", "${port}"),
            ("${port", "${port"),
            ("${ port }", "${ port }"),
            ("$port {port}", "$port {port}"),
            ("${none:{x}}", "{x}"),
            ("${port:{x}}", "8080"),
            ("${colon:ed}", "found"),
            ("a${port}b${port}c", "a8080b8080c"),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text, lookup).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_circle_of_values_is_an_error() {
        assert_eq!(resolve("${a}", lookup), Err(Error::Cycle("a".into())));
    }

    #[test]
    fn nesting_and_growth_are_bounded() {
        let deep = "${".repeat(100_000) + &"}".repeat(100_000);
        assert_eq!(resolve(&deep, lookup), Err(Error::TooDeep));
        let laughs = |key: &str| {
            let level: u32 = key.parse().ok()?;
            Some(Cow::Owned(format!("${{{0}}}${{{0}}}", level + 1)))
        };
        assert!(resolve("${0}", laughs).is_err());
    }
}
