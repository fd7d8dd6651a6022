//! What claims say.

use serde_json::{Map, Value};
use vortex_access::{Grant, Name, Role, scope};
use vortex_pattern::Pattern;

use crate::{
    Refusal,
    settings::{Gives, Mapping},
};

pub(crate) type Claims = Map<String, Value>;

/// A claim by its name, or by a path of names.
fn find<'a>(claims: &'a Claims, path: &str) -> Option<&'a Value> {
    // names that are URLs have dots of their own
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    find(claims.get(first)?.as_object()?, rest)
}

/// The texts of a claim: itself, or its items. What is not a text is passed over.
fn texts<'a>(claims: &'a Claims, path: &str) -> Vec<&'a str> {
    match find(claims, path) {
        Some(Value::String(text)) if matches!(path, "scope" | "scp") => text.split(' ').collect(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn name(claims: &Claims, path: &str) -> Result<Name, Refusal> {
    let name = find(claims, path).and_then(Value::as_str);
    name.and_then(|name| name.parse().ok())
        .ok_or(Refusal::Claims)
}

/// A date in seconds (RFC 7519, NumericDate), which may have a fraction.
pub(crate) fn date(claims: &Claims, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let whole = value.as_i64();
    let rounded = || {
        let seconds = value.as_f64().filter(|seconds| seconds.abs() < 1e15)?;
        #[allow(clippy::cast_possible_truncation)] // below 1e15
        Some(seconds as i64)
    };
    whole.or_else(rounded).map(Some).ok_or(Refusal::Claims)
}

/// What the rules that match give.
pub(crate) fn grants(claims: &Claims, mappings: &[Mapping]) -> Result<Vec<Grant>, Refusal> {
    let matching = mappings
        .iter()
        .filter(|rule| texts(claims, &rule.claim).contains(&&*rule.value));
    let grants = matching.map(|rule| match &rule.gives {
        Gives::Grant(grant) => Ok(Some(grant.clone())),
        Gives::ScopesOf { role, claim } => scoped(claims, *role, claim),
    });
    let grants = grants.filter_map(Result::transpose);
    grants.collect()
}

/// A role where a claim says; none when it says nothing.
fn scoped(claims: &Claims, role: Role, path: &str) -> Result<Option<Grant>, Refusal> {
    let scopes = texts(claims, path).into_iter().map(|given| {
        let scope = scope(given).ok().filter(|scope| !scope.is_everything());
        scope.ok_or(Refusal::Claims)
    });
    let scopes: Vec<Pattern> = scopes.collect::<Result<_, _>>()?;
    match scopes.is_empty() {
        true => Ok(None),
        false => Grant::new(role, scopes)
            .map(Some)
            .map_err(|_| Refusal::Claims),
    }
}
