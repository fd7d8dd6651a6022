//! Overrides: values that stand above all documents for a limited time.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use vortex_spring::{File, Format, Origin, ParseError};

use super::{AppProfile, Label, Outcome, Seq, Sha256, State, VersionName};

/// Overrides at most.
pub(crate) const MAX_OVERRIDES: usize = 10_000;
/// Values of an override at most.
pub(crate) const MAX_OVERRIDDEN: usize = 100;
/// Bytes of an override's values at most, as they are stored.
pub(crate) const MAX_OVERRIDE_BYTES: usize = 16 << 10;
/// How long an override lasts at most: 30 days.
pub(crate) const MAX_OVERRIDE_SPAN: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Overrides that one record ends at most.
pub(crate) const MAX_ENDED_AT_ONCE: usize = 100;

/// The id of an override: the position at which it was set, written as `o42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OverrideId(pub Seq);

/// What an override is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverrideTarget {
    pub label: Label,
    /// The application and profile.
    pub of: AppProfile,
}

/// Values that stand above all documents for a limited time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    pub id: OverrideId,
    pub target: OverrideTarget,
    pub values: OverrideValues,
    /// Why, for people.
    pub reason: String,
    /// The authenticated caller that set it.
    pub by: String,
    /// Who set it, as the caller said.
    pub author: String,
    pub since: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// The values of an override: a JSON object of flat keys, ordered, and scalars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideValues(Arc<str>);

/// The end of overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideEnd {
    /// The overrides.
    pub which: Vec<(OverrideId, OverrideTarget)>,
    /// Whether their time was over.
    pub expired: bool,
    /// Why, as the caller said.
    pub reason: String,
    /// Who ended them, as the caller said.
    pub author: String,
}

/// Why values can't be those of an override.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidValues {
    /// They are not a JSON object.
    #[error("they must be a JSON object of flat keys and their values")]
    NotAnObject,
    /// There are none.
    #[error("at least one value is needed")]
    Empty,
    #[error("there are {0} values, and {MAX_OVERRIDDEN} at most are taken")]
    TooMany(usize),
    #[error("they have {0} bytes as JSON, and {MAX_OVERRIDE_BYTES} at most are taken")]
    TooLong(usize),
    #[error("a key is blank")]
    BlankKey,
    /// A value is null, a list or an object.
    #[error(
        "the value of {0} must be a string, a number or a boolean; what is nested is written as flat \
         keys, such as hosts[0] or db.pool.max"
    )]
    NotAScalar(String),
    /// They can't be read as configuration.
    #[error("{0}")]
    Unreadable(ParseError),
}

impl fmt::Display for OverrideId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "o{}", self.0)
    }
}

impl fmt::Display for OverrideTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AppProfile { app, profile } = &self.of;
        write!(f, "{app} with {profile} on label {}", self.label)
    }
}

impl OverrideTarget {
    /// The path that readers are told the values come from.
    pub(super) fn path(&self) -> String {
        let AppProfile { app, profile } = &self.of;
        format!("overrides/{app}-{profile}")
    }
}

impl Override {
    /// The path that readers are told its values come from.
    pub fn path(&self) -> String {
        self.target.path()
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

impl OverrideValues {
    /// Takes values from the store, which were checked before they were stored.
    pub fn trusted(json: &str) -> Self {
        Self(json.into())
    }

    /// The JSON object.
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the JSON object.
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.0.as_bytes())
    }

    /// The values as a file of configuration. They have no place in a file.
    ///
    /// # Errors
    /// When they can't be read as configuration, which those that were checked can.
    pub fn file(&self) -> Result<File, ParseError> {
        let mut file = vortex_spring::parse(Format::Json, self.0.as_bytes())?;
        let properties = file.documents.iter_mut().flat_map(|d| &mut d.properties);
        for property in properties {
            property.origin = Origin::NONE;
        }
        Ok(file)
    }
}

/// Checks the values, and orders their keys.
impl FromStr for OverrideValues {
    type Err = InvalidValues;

    fn from_str(given: &str) -> Result<Self, InvalidValues> {
        let values: BTreeMap<String, Value> =
            serde_json::from_str(given).map_err(|_| InvalidValues::NotAnObject)?;
        match values.len() {
            0 => return Err(InvalidValues::Empty),
            1..=MAX_OVERRIDDEN => {}
            many => return Err(InvalidValues::TooMany(many)),
        }
        for (key, value) in &values {
            if key.trim().is_empty() {
                return Err(InvalidValues::BlankKey);
            }
            if value.is_null() || value.is_array() || value.is_object() {
                return Err(InvalidValues::NotAScalar(key.clone()));
            }
        }
        // the reader finds a key that is given twice
        vortex_spring::parse(Format::Json, given.as_bytes()).map_err(InvalidValues::Unreadable)?;
        let json = serde_json::to_string(&values).map_err(|_| InvalidValues::NotAnObject)?;
        match json.len() {
            0..=MAX_OVERRIDE_BYTES => Ok(Self(json.into())),
            long => Err(InvalidValues::TooLong(long)),
        }
    }
}

impl State {
    /// The override of a target: by what readers mean by its label, else by the label itself,
    /// since `main` may have come to mean another since it was set.
    pub fn override_of(&self, target: &OverrideTarget) -> Option<&Arc<Override>> {
        let meant = self.overrides.get(&self.meant(target));
        meant.or_else(|| self.overrides.get(target))
    }

    /// The target with the label that readers mean: see [`State::label`].
    pub(super) fn meant(&self, target: &OverrideTarget) -> OverrideTarget {
        let label = self.label(target.label.as_str());
        OverrideTarget {
            label: label.map_or(&target.label, |(label, _)| label).clone(),
            of: target.of.clone(),
        }
    }

    /// When the first override ends by itself.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.overrides.values().map(|set| set.expires_at).min()
    }
}

impl Outcome {
    /// The outcome of a command that is about overrides.
    pub(super) fn of_override(at: Seq, moved: bool) -> Self {
        Self {
            name: VersionName::trusted("override"),
            moved,
            ..Self::of_source(at)
        }
    }
}
