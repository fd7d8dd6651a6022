//! Commands about freezes.

use std::{fmt, time::Duration};

use jiff::Timestamp;

use super::super::{FreezeId, FreezeScope, Frozen};

/// A freeze to be set.
#[derive(Debug, Clone)]
pub struct SetFreeze {
    pub scope: FreezeScope,
    /// Why, for people.
    pub reason: String,
    /// Who sets it, as the caller says.
    pub author: String,
    pub until: Until,
}

/// When a freeze ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When somebody ends it.
    Ended,
    /// By itself, at this time.
    At(Timestamp),
    /// By itself, so long after it was set.
    After(Duration),
}

/// Freezes to be ended.
#[derive(Debug, Clone)]
pub struct EndFreeze {
    pub which: Thawed,
    /// Why, for people.
    pub reason: String,
    /// Who ends them, as the caller says.
    pub author: String,
}

/// Selects freezes that are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thawed {
    One(FreezeId),
    /// All of exactly this scope.
    Of(FreezeScope),
}

impl fmt::Display for Thawed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(id) => write!(f, "freeze {id}"),
            Self::Of(scope) => write!(f, "freeze of exactly {scope}"),
        }
    }
}

impl fmt::Display for FreezeScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.apps {
            Frozen::All => f.write_str("everything")?,
            Frozen::Apps(apps) => {
                let names: Vec<&str> = apps.iter().map(|app| app.as_str()).collect();
                f.write_str(&names.join(", "))?;
            }
        }
        match &self.label {
            Some(label) => write!(f, " on label {label}"),
            None => Ok(()),
        }
    }
}
