//! The change set that a rollout is to be of.

/// Selects a change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// By its name.
    Change {
        /// Its label; empty for `main`.
        label: String,
        /// Its name.
        name: String,
    },
    /// By a version that it wrote.
    Document {
        /// The document's label; empty for `main`.
        label: String,
        /// The document's application.
        app: String,
        /// The document's profile; empty for `default`.
        profile: String,
        /// The version that must be stable.
        from_version: String,
        /// The version that the change set wrote.
        to_version: String,
    },
}
