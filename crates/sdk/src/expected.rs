//! What the server expects of an instance.

use vortex_rest::{Assignment, HeartbeatReply};

/// What the server answered to a heartbeat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// The version that the instance should run. Empty if the server does not know.
    pub version: String,
    /// The splits that decide it.
    pub assignments: Vec<Assignment>,
    /// Whether the instance runs another one for longer than it may.
    pub drift: bool,
}

impl From<HeartbeatReply> for Expected {
    fn from(reply: HeartbeatReply) -> Self {
        Self {
            version: reply.expected_version,
            assignments: reply.expected_assignments,
            drift: reply.drift,
        }
    }
}
