//! The origins of a configuration's values.

use serde::{Deserialize, Serialize};

use crate::{Assignment, Json, answer::answers};

answers! {
    /// The origins of a configuration's values.
    pub struct Explanation {
        /// The configuration's version.
        pub version: String,
        /// The log's position of the answer.
        pub token: String,
        /// The values, one for each flat key, in the keys' order.
        pub values: Vec<ExplainedValue>,
        /// The overrides, and every document that was looked for, found or not, highest precedence
        /// first.
        pub considered: Vec<ConsideredDocument>,
        /// The splits that concern the configuration, by id, with the reason for the arm that each
        /// gave.
        pub assignments: Vec<ExplainedAssignment>,
    }

    /// A key and the origin of its value.
    pub struct ExplainedValue {
        /// The flat key.
        pub key: String,
        /// The value in force.
        #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
        pub value: Json,
        /// The origin of that value.
        pub origin: ValueOrigin,
        /// The values that it hides, highest precedence first.
        pub hidden: Vec<HiddenValue>,
    }

    /// A value that is hidden by one of higher precedence.
    pub struct HiddenValue {
        /// The value.
        #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
        pub value: Json,
        /// The origin of that value.
        pub origin: ValueOrigin,
    }

    /// The position of a value.
    pub struct ValueOrigin {
        /// The document's path; `overrides/APP-PROFILE` for an override.
        pub path: String,
        /// The index of the document in its file, from 0.
        pub document: u32,
        /// The version that wrote it, or the override's id.
        pub version: String,
        /// The line, from 1; 0 for an override.
        pub line: u32,
        /// The column, from 1; 0 for an override.
        pub column: u32,
    }

    /// A path that was looked for.
    pub struct ConsideredDocument {
        /// The path.
        pub path: String,
        /// The stable version; empty if there is no such document.
        pub version: String,
    }
}

/// A split, and why it gave the arm that it did.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainedAssignment {
    /// The split and the arm.
    #[serde(flatten)]
    pub assignment: Assignment,
    /// The percentage of all readers that get the canary.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub percentage: f64,
    /// The reader's bucket, 0 to 9,999: canary when it is below 100 times the percentage. Null for
    /// a reader without a key of the split's unit.
    pub bucket: Option<u32>,
}
