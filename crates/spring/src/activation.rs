//! When a document applies.

use std::borrow::Cow;

use serde_json::Value;

use crate::budget::{Budget, Limits};
use crate::document::{Origin, Property};
use crate::error::{ErrorKind, ParseError};
use crate::profile::Expression;
use crate::{java, limits, placeholders};

/// What the conditions of a document may take: far beyond what anybody writes, and little, since
/// a key is looked for among all of the document's.
const LIMITS: Limits = Limits {
    bytes: 0,
    resolved: 64 << 10,
    lookups: 100,
};
/// The weight of a condition's text, since it is kept as an expression.
const EXPRESSION: usize = 16;

/// When a document applies: always, for some profiles, or not on this server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Activation {
    /// Any of these must hold, when there are some.
    profiles: Vec<Expression>,
    /// It is for a cloud platform, and the server is on none.
    on_cloud_platform: bool,
}

impl Activation {
    /// Whether it applies whatever profiles are active.
    pub(crate) fn is_unconditional(&self) -> bool {
        !self.on_cloud_platform && self.profiles.is_empty()
    }

    /// Whether the document applies when these profiles are active. Names of
    /// profiles are case-sensitive.
    pub fn is_active(&self, profiles: &[&str]) -> bool {
        let holds = |expression: &Expression| expression.holds(&|name| profiles.contains(&name));
        !self.on_cloud_platform && (self.profiles.is_empty() || self.profiles.iter().any(holds))
    }
}

const ON_PROFILE: &str = "spring.config.activate.onprofile";
const ON_CLOUD_PLATFORM: &str = "spring.config.activate.oncloudplatform";
/// What `on-profile` was before Spring Boot 2.4, which now refuses it.
const PROFILES: &str = "spring.profiles";

/// Reads the activation from a document's properties.
pub(crate) fn of(
    properties: &[Property],
    of_file: &mut limits::Budget<'_>,
) -> Result<Activation, ParseError> {
    let mut activation = Activation::default();
    let mut budget = Budget::new(LIMITS, &|| false);
    for property in properties {
        // Nearly no key passes: look before spending on its canonical form.
        if !property.key.starts_with(['s', 'S']) {
            continue;
        }
        let (key, is_of_list) = without_index(&property.key);
        match canonical(key).as_str() {
            ON_PROFILE | PROFILES => {
                let text = resolved(property, properties, &mut budget)?;
                of_file.take_bytes(EXPRESSION * text.len(), property.origin)?;
                let expressions = read(&text, is_of_list, property.origin)?;
                activation.profiles.extend(expressions);
            }
            ON_CLOUD_PLATFORM => activation.on_cloud_platform = is_platform(&property.value),
            _ => {}
        }
    }
    Ok(activation)
}

/// The key of the list that an element is of, or the key itself.
fn without_index(key: &str) -> (&str, bool) {
    match key.rsplit_once('[') {
        Some((list, index)) if index.ends_with(']') => (list, true),
        _ => (key, false),
    }
}

/// A key as Spring's relaxed binding compares it: without case, dashes and
/// underscores.
fn canonical(key: &str) -> String {
    key.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn is_platform(value: &Value) -> bool {
    let text = java::text(value);
    let text = text.trim();
    !text.is_empty() && !text.eq_ignore_ascii_case("none")
}

/// The text of a condition, its placeholders resolved from the document.
fn resolved(
    property: &Property,
    properties: &[Property],
    budget: &mut Budget<'_>,
) -> Result<String, ParseError> {
    let text = java::text(&property.value);
    let find = |key: &str| {
        let found = properties.iter().find(|property| property.key == key)?;
        Some(Cow::Owned(java::text(&found.value)))
    };
    if !text.contains("${") {
        return Ok(text);
    }
    placeholders::resolve(&text, find, budget).map_err(|_| malformed(text, property.origin))
}

/// The expressions of a value. One that is not an element of a list may be
/// several, parted by commas.
fn read(text: &str, is_of_list: bool, at: Origin) -> Result<Vec<Expression>, ParseError> {
    let parse = |part: &str| part.parse().map_err(|_| malformed(part.to_owned(), at));
    if is_of_list {
        return Ok(vec![parse(text)?]);
    }
    let parts = text.split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(parse).collect()
}

fn malformed(text: String, at: Origin) -> ParseError {
    ParseError::new(ErrorKind::BadProfileExpression(text), at)
}
