//! Where values come from.

use serde::{Deserialize, Serialize};

use crate::{Assignment, Json, answer::answers};

answers! {
    /// Where the values of a configuration come from.
    pub struct Explanation {
        /// The configuration's version.
        pub version: String,
        /// The log's position of the answer.
        pub token: String,
        /// The values, one for each flat key, in the keys' order.
        pub values: Vec<ExplainedValue>,
        /// Every document looked for, highest first, found or not.
        pub considered: Vec<ConsideredDocument>,
        /// The splits that concern the configuration, by id, and how each came to the arm it gave.
        pub assignments: Vec<ExplainedAssignment>,
    }

    /// One key and where its value comes from.
    pub struct ExplainedValue {
        /// The flat key.
        pub key: String,
        /// The value in force.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        pub value: Json,
        /// Where it stands.
        pub origin: ValueOrigin,
        /// What it hides, highest first.
        pub hidden: Vec<HiddenValue>,
    }

    /// A value that a higher one hides.
    pub struct HiddenValue {
        /// The value.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        pub value: Json,
        /// Where it stands.
        pub origin: ValueOrigin,
    }

    /// The place a value stands at.
    pub struct ValueOrigin {
        /// The document's path.
        pub path: String,
        /// The document's place in the file, from 0.
        pub document: u32,
        /// The version that wrote it.
        pub version: String,
        /// From 1.
        pub line: u32,
        /// From 1.
        pub column: u32,
    }

    /// A path that was looked for.
    pub struct ConsideredDocument {
        /// The path.
        pub path: String,
        /// The stable version; empty when there is no such document.
        pub version: String,
    }
}

/// A split, and how it came to the arm it gave.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainedAssignment {
    /// The split and the arm.
    #[serde(flatten)]
    pub assignment: Assignment,
    /// The percentage of all readers that get the canary.
    pub percentage: f64,
    /// The reader's bucket, 0 to 9,999: canary when it is below 100 times the percentage. Null
    /// for a reader without what the split tells apart.
    pub bucket: Option<u32>,
}
