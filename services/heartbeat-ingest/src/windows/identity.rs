//! Who this process is to whom windows are told.

use jiff::Timestamp;
use vortex_proto::window::v1 as window;

/// The name that a process gave itself, and when: no other one has it, and none of the same name
/// was before.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    ingest: String,
    boot: u64,
}

impl Identity {
    /// A new one, of a process that starts now.
    pub(crate) fn new(now: Timestamp, random: u64) -> Self {
        Self {
            ingest: format!("{random:016x}"),
            boot: u64::try_from(now.as_microsecond()).unwrap_or(0),
        }
    }

    /// Names a part of a window that has so many.
    pub(crate) fn name(&self, window: u64, part: usize, parts: usize) -> window::WindowName {
        window::WindowName {
            ingest: self.ingest.clone(),
            boot: self.boot,
            sequence: window,
            part: part as u32,
            parts: parts as u32,
        }
    }
}
