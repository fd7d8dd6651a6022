//! When a document applies.

use serde_json::Value;

use crate::document::Property;
use crate::error::{ErrorKind, ParseError};
use crate::profile::Expression;

/// When a document applies: always, for some profiles, or not on this server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Activation {
    /// Any of these must hold, when there are some.
    profiles: Vec<Expression>,
    /// It is for a cloud platform, and the server is on none.
    on_cloud_platform: bool,
}

impl Activation {
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
pub(crate) fn of(properties: &[Property]) -> Result<Activation, ParseError> {
    let mut activation = Activation::default();
    for property in properties {
        // Nearly no key passes: look before spending on its canonical form.
        if !property
            .key
            .as_bytes()
            .first()
            .is_some_and(|byte| byte.eq_ignore_ascii_case(&b's'))
        {
            continue;
        }
        match canonical(&property.key).as_str() {
            ON_PROFILE | PROFILES => add_expressions(&mut activation.profiles, property)?,
            ON_CLOUD_PLATFORM => activation.on_cloud_platform = !is_blank(&property.value),
            _ => {}
        }
    }
    Ok(activation)
}

/// A key as Spring's relaxed binding compares it: without case, dashes and
/// underscores; an element of a list counts as the list.
fn canonical(key: &str) -> String {
    let list = match key.rsplit_once('[') {
        Some((list, index)) if index.ends_with(']') => list,
        _ => key,
    };
    list.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Adds the expressions of a value, which may be several parted by commas.
fn add_expressions(
    expressions: &mut Vec<Expression>,
    property: &Property,
) -> Result<(), ParseError> {
    let text = crate::java::text(&property.value);
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let expression = part.parse().map_err(|_| {
            let kind = ErrorKind::BadProfileExpression(part.to_owned());
            ParseError::new(kind, property.origin)
        })?;
        expressions.push(expression);
    }
    Ok(())
}
