//! A webhook that is asked how the canary fares.

/// A webhook. Which hosts may be called is a matter of the settings, which may change meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Webhook {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
}

impl Webhook {
    /// The length of a URL in bytes.
    pub(crate) const MAX_URL: usize = 2_048;
}
