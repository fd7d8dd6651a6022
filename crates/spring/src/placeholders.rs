//! Placeholders in values: `${key}`, `${key:default}`, by the rules of Spring Framework 7.
//!
//! A value found for a key is resolved in turn, keys and defaults may hold
//! placeholders (`${a.${b}:${c:d}}`), `\${` stands for a plain `${` and `\:`
//! in a key for a plain colon. What has neither value nor default stays as it
//! is written, and so does a `${` that nothing closes: what comes behind it is
//! resolved all the same.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use crate::budget::{Budget, Spent};

mod scan;

use scan::{Part, Scanned};

/// Why a text cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A value needs itself. Spring answers 400 then.
    #[error("the placeholder {0:?} needs its own value")]
    Cycle(String),
    /// Placeholders stand within each other, or values need each other,
    /// deeper than 32 levels.
    #[error("placeholders nest deeper than {DEEPEST} levels")]
    TooDeep,
    /// It takes more than an answer may.
    #[error(transparent)]
    Spent(#[from] Spent),
}

const DEEPEST: usize = 32;
/// Stands for an escaped `${` until all is resolved, as in Spring's server.
const MASK: &str = "$_{";

/// Resolves the placeholders of a text.
///
/// # Errors
/// When values need each other in a circle, or beyond the bounds above and those of `budget`.
pub fn resolve<'a>(
    text: &str,
    lookup: impl Fn(&str) -> Option<Cow<'a, str>>,
    budget: &mut Budget<'_>,
) -> Result<String, Error> {
    Resolver::new(&lookup).text(text, budget)
}

type Lookup<'l, 'a> = &'l dyn Fn(&str) -> Option<Cow<'a, str>>;

/// The one resolver of an answer: what a key stands for is worked out once.
pub(crate) struct Resolver<'l, 'a> {
    lookup: Lookup<'l, 'a>,
    /// What keys stand for whose values hold placeholders.
    known: HashMap<String, Rc<str>>,
    /// The keys whose values are being resolved.
    visiting: Vec<String>,
    depth: usize,
}

/// The value of a key.
enum Found<'a> {
    Plain(Cow<'a, str>),
    Resolved(Rc<str>),
}

impl Found<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Resolved(text) => text,
        }
    }
}

impl<'l, 'a> Resolver<'l, 'a> {
    pub(crate) fn new(lookup: Lookup<'l, 'a>) -> Self {
        Self {
            lookup,
            known: HashMap::new(),
            visiting: Vec::new(),
            depth: 0,
        }
    }

    pub(crate) fn text(&mut self, text: &str, budget: &mut Budget<'_>) -> Result<String, Error> {
        let resolved = self.value_text(&mask(text), budget)?;
        Ok(match resolved.contains(MASK) {
            true => resolved.replace(MASK, "${"),
            false => resolved,
        })
    }

    fn value_text(&mut self, text: &str, budget: &mut Budget<'_>) -> Result<String, Error> {
        budget.step(text.len())?;
        let scanned = Scanned::new(text);
        let mut resolved = String::new();
        for part in scanned.parts(0..text.len()) {
            self.part(&scanned, &part, &mut resolved, budget)?;
        }
        Ok(resolved)
    }

    fn part(
        &mut self,
        scanned: &Scanned<'_>,
        part: &Part<'_>,
        resolved: &mut String,
        budget: &mut Budget<'_>,
    ) -> Result<(), Error> {
        match part {
            Part::Text(text) => push(resolved, text, budget),
            Part::Placeholder(inner) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(Error::TooDeep);
                }
                self.placeholder(scanned, inner.clone(), resolved, budget)?;
                self.depth -= 1;
                Ok(())
            }
        }
    }

    /// What stands for a placeholder, given the place of what is between its braces.
    fn placeholder(
        &mut self,
        scanned: &Scanned<'_>,
        inner: Range<usize>,
        resolved: &mut String,
        budget: &mut Budget<'_>,
    ) -> Result<(), Error> {
        let text = scanned.text(inner.clone());
        budget.step(text.len())?;
        if text.contains("${") {
            return self.nested(scanned, inner, resolved, budget);
        }
        let split = scan::split(text);
        let key = split.as_ref().map_or(text, |(key, _)| key);
        // a key may be written with the colon that else begins a default
        if key != text && self.push_value(text, resolved, budget)? {
            return Ok(());
        }
        if self.push_value(key, resolved, budget)? {
            return Ok(());
        }
        match split.as_ref().and_then(|(_, default)| *default) {
            Some(default) => push(resolved, default, budget),
            None => push_unresolved(resolved, key, budget),
        }
    }

    /// A placeholder with others in its key or its default, which are
    /// resolved as far as they are needed.
    fn nested(
        &mut self,
        scanned: &Scanned<'_>,
        inner: Range<usize>,
        resolved: &mut String,
        budget: &mut Budget<'_>,
    ) -> Result<(), Error> {
        let (of_key, default) = scan::key_and_default(scanned.parts(inner));
        let mut key = String::new();
        for part in &of_key {
            self.part(scanned, part, &mut key, budget)?;
        }
        if self.push_value(&key, resolved, budget)? {
            return Ok(());
        }
        let Some(default) = default else {
            return push_unresolved(resolved, &key, budget);
        };
        for part in &default {
            self.part(scanned, part, resolved, budget)?;
        }
        Ok(())
    }

    /// Adds what a key stands for, and answers whether it has a value.
    fn push_value(
        &mut self,
        key: &str,
        resolved: &mut String,
        budget: &mut Budget<'_>,
    ) -> Result<bool, Error> {
        match self.value(key, budget)? {
            Some(found) => push(resolved, found.text(), budget).map(|()| true),
            None => Ok(false),
        }
    }

    fn value(&mut self, key: &str, budget: &mut Budget<'_>) -> Result<Option<Found<'a>>, Error> {
        budget.look_up()?;
        if let Some(known) = self.known.get(key) {
            return Ok(Some(Found::Resolved(Rc::clone(known))));
        }
        let Some(value) = (self.lookup)(key) else {
            return Ok(None);
        };
        if self.visiting.iter().any(|visited| visited == key) {
            return Err(Error::Cycle(key.to_owned()));
        }
        if !value.contains("${") {
            return Ok(Some(Found::Plain(value)));
        }
        self.visiting.push(key.to_owned());
        let resolved: Rc<str> = self.value_text(&value, budget)?.into();
        self.visiting.pop();
        self.known.insert(key.to_owned(), Rc::clone(&resolved));
        Ok(Some(Found::Resolved(resolved)))
    }
}

fn push(resolved: &mut String, text: &str, budget: &mut Budget<'_>) -> Result<(), Error> {
    budget.resolve(text.len())?;
    resolved.push_str(text);
    Ok(())
}

fn push_unresolved(resolved: &mut String, key: &str, budget: &mut Budget<'_>) -> Result<(), Error> {
    push(resolved, "${", budget)?;
    push(resolved, key, budget)?;
    push(resolved, "}", budget)
}

/// Puts the mask in the place of each escaped `${` and of the one or two
/// backslashes before it: JSON writes one as two.
fn mask(text: &str) -> Cow<'_, str> {
    if !text.contains("\\${") {
        return text.into();
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\${") {
        let before = &rest[..at];
        masked.push_str(before.strip_suffix('\\').unwrap_or(before));
        masked.push_str(MASK);
        rest = &rest[at + 3..];
    }
    masked.push_str(rest);
    masked.into()
}

#[cfg(test)]
mod tests;
