//! What an instance says of itself.

/// The last report of an instance within a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// Its id, 1 to 256 bytes.
    pub id: &'a str,
    /// Which life of it this is. 0 if it does not know.
    pub boot: u64,
    /// The number of the report in that life. 0 if it does not count.
    pub sequence: u64,
    /// The version that it runs. Empty if it has none yet.
    pub version: &'a str,
    /// The position of the log that it was served at. 0 if it is not known.
    pub position: u64,
    /// How it fares.
    pub status: Status,
    /// The version that it refused. Empty if there is none.
    pub refused: &'a str,
    /// Why.
    pub error: &'a str,
    /// Where it runs: host, namespace, zone, version of the application.
    pub place: [&'a str; 4],
    /// How long before its window closed it arrived, in tenths of a second.
    pub age: u32,
    /// How much longer than usual it was on its way to here after that, in tenths of a second.
    pub late: u32,
    /// How many lives of it were heard of within the window.
    pub lives: u32,
    /// Whether an older life was heard of after a newer one.
    pub shared_id: bool,
    /// When the next report is due after it arrived, in tenths of a second.
    pub interval: u32,
    /// The number of the ingest that it came by.
    pub ingest: u16,
}

/// How an instance fares, as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// It works.
    Healthy = 0,
    /// It works in part.
    Degraded = 1,
    /// It does not work.
    Unhealthy = 2,
    /// It ends in order.
    Stopping = 3,
}

impl Status {
    pub(super) const fn of(number: u8) -> Self {
        match number & 3 {
            0 => Self::Healthy,
            1 => Self::Degraded,
            2 => Self::Unhealthy,
            _ => Self::Stopping,
        }
    }
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The instance was not known.
    New,
    /// It is newer than what was known.
    Newer,
    /// Something newer was known, or the same.
    Older,
    /// The instance ended in order, and is known no longer.
    Stopped,
    /// There is no room for one more instance.
    NoRoom,
}
