//! JSON that is passed on as it was written.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// A piece of JSON, kept as it was written: numbers of any size, and members in their order.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Checks that `bytes` are JSON, and keeps them.
    ///
    /// Fails if they are not.
    pub fn from_slice(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes).map(Self)
    }
}

/// Compares the texts.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        // only valid JSON is kept
        serde_json::from_str(json.get()).unwrap_or_default()
    }
}
