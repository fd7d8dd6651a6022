//! Remembers which parts of windows were taken: the last one of each ingest.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

/// The number of ingests that are remembered; that which was silent for longest is forgotten first.
const MAX_INGESTS: usize = 1_000;
/// How long an ingest is remembered after its last window.
const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);

/// The name of a part of a window. What has a name never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartName {
    /// The replica of heartbeat-ingest.
    pub ingest: String,
    /// Its place among all that this replica sends.
    pub place: Place,
}

/// The place of a part among all that an ingest sends: it sends them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// When the ingest started, in microseconds since 1970.
    pub boot: u64,
    /// The number of the window, from 1.
    pub sequence: u64,
    /// The number of the part, from 0.
    pub part: u32,
}

/// The last part that was taken of an ingest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Watermark {
    /// Which one.
    pub place: Place,
    /// When it was taken, by the steady clock.
    pub at: Timestamp,
}

/// The last part that was taken of each ingest that figures came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Windows(BTreeMap<String, Watermark>);

impl Windows {
    /// Whether a part was taken, or can't be any more since a later one was.
    pub(crate) fn has_taken(&self, part: &PartName) -> bool {
        let last = self.0.get(&part.ingest);
        last.is_some_and(|last| part.place <= last.place)
    }

    /// Remembers a part that is taken at `now`, and forgets ingests that are silent.
    pub(crate) fn take(&mut self, part: &PartName, now: Timestamp) {
        let oldest = now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        self.0.retain(|_, last| last.at >= oldest);
        let watermark = Watermark {
            place: part.place,
            at: now,
        };
        self.0.insert(part.ingest.clone(), watermark);
        if self.0.len() > MAX_INGESTS {
            let silent = self.0.iter().min_by_key(|(_, last)| last.at);
            if let Some(silent) = silent.map(|(ingest, _)| ingest.clone()) {
                self.0.remove(&silent);
            }
        }
    }

    /// The last part of each ingest.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Watermark)> {
        self.0.iter()
    }
}

impl FromIterator<(String, Watermark)> for Windows {
    fn from_iter<T: IntoIterator<Item = (String, Watermark)>>(stored: T) -> Self {
        Self(stored.into_iter().collect())
    }
}
