//! The fields of the file that describes a provider.

use std::path::PathBuf;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use vortex_kit::{
    settings::nearest,
    yaml::{self, Content, Key, Node},
};
use vortex_oidc::Settings;

use super::Why;

/// The fields of the file: those of [`Settings`], then those of [`Places`].
const FIELDS: &[&str] = &[
    "issuer",
    "audience",
    "algorithms",
    "name",
    "grants",
    "jwks_url",
    "jwks_file",
    "jwks_ca",
];
/// Where the fields of [`Places`] begin.
const PLACES: usize = 5;
/// The fields of a rule under `grants`.
const RULE: &[&str] = &["claim", "value", "role", "scopes", "scopes_claim"];

/// What the file says.
#[derive(Debug)]
pub(super) struct Fields {
    /// What is believed, and what it grants.
    pub(super) settings: Settings,
    /// Where the keys are.
    pub(super) places: Places,
}

/// Where a provider's keys may be.
#[derive(Debug, Deserialize)]
pub(super) struct Places {
    pub(super) jwks_url: Option<String>,
    pub(super) jwks_file: Option<PathBuf>,
    /// Certificates of the authorities that the URL's server is trusted by.
    pub(super) jwks_ca: Option<PathBuf>,
}

pub(super) fn parse(text: &str) -> Result<Fields, Why> {
    let root = yaml::parse(text)?;
    let Content::Mapping(entries) = root.content else {
        return Err(Why::NoFields(root.line));
    };
    let mut settings = object(entries, FIELDS)?;
    let places = FIELDS[PLACES..].iter();
    let places = places.filter_map(|name| settings.remove_entry(*name));
    let places = places.collect();
    Ok(Fields {
        places: deserialize(places)?,
        settings: deserialize(settings)?,
    })
}

/// A mapping with these fields and no others; those without a value are left out.
fn object(entries: Vec<(Key, Node)>, known: &[&str]) -> Result<Map<String, Value>, Why> {
    let given = entries.into_iter();
    let given = given.filter(|(_, node)| node.content != Content::Nothing);
    let given = given.map(|(key, node)| match known.contains(&&*key.text) {
        true => Ok((value(&key.text, node)?, key.text)),
        false => Err(Why::Unknown {
            line: key.line,
            nearest: nearest(&key.text, known),
            name: key.text,
        }),
    });
    given
        .map(|field| field.map(|(value, name)| (name, value)))
        .collect()
}

/// A field's value. A list of one item may be written as the item.
fn value(name: &str, node: Node) -> Result<Value, Why> {
    match (name, node.content) {
        ("audience" | "algorithms" | "scopes", Content::Text(only)) => Ok(vec![only].into()),
        ("grants", Content::List(rules)) => rules.into_iter().map(rule).collect(),
        (_, content) => Ok(Node { content, ..node }.into_json()),
    }
}

fn rule(node: Node) -> Result<Value, Why> {
    match node.content {
        Content::Mapping(entries) => object(entries, RULE).map(Value::Object),
        content => Ok(Node { content, ..node }.into_json()),
    }
}

fn deserialize<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, Why> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner());
        Why::Field(match &*path {
            "." => why.to_string(),
            path => format!("`{path}`: {why}"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "\
issuer: https://id.example.com
audience: vortex
algorithms: [RS256, ES256]
name: email
jwks_url: https://id.example.com/keys
grants:
  - claim: groups
    value: ops
    role: operator
    scopes: '**'
  - {claim: groups, value: dev, role: writer, scopes_claim: apps}
";

    #[test]
    fn a_whole_file_is_read() {
        let Fields { settings, places } = parse(WHOLE).unwrap();
        assert_eq!(settings.audience, ["vortex"]);
        assert_eq!(settings.algorithms.len(), 2);
        assert_eq!(settings.name, "email");
        assert_eq!(settings.grants[0].scopes, ["**"]);
        assert_eq!(settings.grants[1].scopes_claim.as_deref(), Some("apps"));
        assert_eq!(
            places.jwks_url.as_deref(),
            Some("https://id.example.com/keys")
        );
        assert!(places.jwks_file.is_none() && places.jwks_ca.is_none());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (from, to, expected) in [
            (
                "audience:",
                "audiance:",
                "line 2: unknown field \"audiance\"; is \"audience\" meant?",
            ),
            (
                "    role:",
                "    rolle:",
                "line 9: unknown field \"rolle\"; is \"role\" meant?",
            ),
            ("name:", "colour:", "line 4: unknown field \"colour\""),
            (
                "issuer: https://id.example.com\n",
                "",
                "missing field `issuer`",
            ),
            ("RS256", "HS256", "`algorithms[0]`: unknown variant `HS256`"),
            ("RS256", "none", "`algorithms[0]`: unknown variant `none`"),
            (
                "[RS256, ES256]",
                "{a: b}",
                "`algorithms`: invalid type: map",
            ),
            (
                "  value: ops",
                "  value: [ops]",
                "`grants[0].value`: invalid type",
            ),
            (
                "https://id.example.com/keys",
                "[a, b]",
                "`jwks_url`: invalid type",
            ),
            ("name: email", "name: email\nname: sub", "given twice"),
        ] {
            let error = parse(&WHOLE.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(expected), "{from} → {to}: {error}");
        }
        for text in ["", "text", "- a", "~"] {
            assert!(matches!(parse(text), Err(Why::NoFields(1))), "{text}");
        }
    }
}
