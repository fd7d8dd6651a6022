//! Exit codes, which scripts may branch on.

use std::process::ExitCode;

/// Why the process ends, as its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done as asked.
    Done = 0,
    /// It failed for a reason that has no code of its own.
    Failed = 1,
    /// The command line or a context is wrong.
    Usage = 2,
    /// Something that was named does not exist.
    NotFound = 3,
    /// Something else is in force than the caller expected.
    Conflict = 4,
    /// The input was refused; nothing changed.
    Refused = 5,
    /// The server could not be reached, or not in time.
    Unavailable = 6,
    /// The caller may not do this.
    Denied = 7,
    /// The rollout that was waited for was rolled back, or taken over.
    RolledBack = 8,
    /// The rollout that was waited for is paused, and an operator has to decide.
    Paused = 9,
    /// The rollout that was waited for goes on.
    Undecided = 10,
}

impl Exit {
    /// What the HTTP status of a failure means.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            400 | 413 | 415 | 422 => Self::Refused,
            401 | 403 | 407 => Self::Denied,
            404 | 410 => Self::NotFound,
            409 | 412 => Self::Conflict,
            408 | 429 | 502..=504 | 507 => Self::Unavailable,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The codes, for `--help`.
pub(crate) const TABLE: &str = "\
Exit codes:
  0  done
  1  failed: an error of the server, or an answer that cannot be understood; for
     `status`: not all is well
  2  usage: the command line, a setting or a context is wrong
  3  not found
  4  conflict: a precondition failed, a name is taken, a source feeds the label,
     a rollout does not accept the command in its state
  5  refused: the input is invalid or too large; nothing changed
  6  unavailable: the server could not be reached, did not answer in time, or has
     no room to write
  7  denied: not authenticated, or not allowed
  8  the rollout that was waited for was rolled back
  9  the rollout that was waited for is paused, and an operator has to decide
 10  the rollout that was waited for had not ended when the time was up";
