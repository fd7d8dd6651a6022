//! What a pattern is held against.

use std::fmt;

/// One profile of one application on one label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Namespace<'a> {
    /// The label, such as `main` or `feature/x`.
    pub label: &'a str,
    /// The application.
    pub app: &'a str,
    /// The profile.
    pub profile: &'a str,
}

impl fmt::Display for Namespace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.label, self.app, self.profile)
    }
}
