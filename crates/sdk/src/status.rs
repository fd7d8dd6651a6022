//! How an instance fares.

/// How an instance fares, as it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It works.
    #[default]
    Healthy,
    /// It works in part.
    Degraded,
    /// It does not work.
    Unhealthy,
}

/// What a report says: as the application says, or that this is the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Running(Status),
    Stopping,
}

impl Told {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Running(Status::Healthy) => "healthy",
            Self::Running(Status::Degraded) => "degraded",
            Self::Running(Status::Unhealthy) => "unhealthy",
            Self::Stopping => "stopping",
        }
    }
}
