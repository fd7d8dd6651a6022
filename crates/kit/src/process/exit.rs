//! Exit codes.

use std::{collections::BTreeMap, process::ExitCode};

use crate::shutdown::Stopped;

/// How a process that had started ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything ended in time: code 0.
    Clean,
    /// These tasks, with how many of each name, were dropped at the deadline: code 3.
    Cut(BTreeMap<&'static str, usize>),
    /// A second signal came during the drain: code 130.
    Aborted,
}

/// The settings or the command line are wrong.
pub(super) const USAGE: u8 = 2;

impl From<Stopped> for Exit {
    fn from(stopped: Stopped) -> Self {
        if stopped.unfinished.is_empty() {
            Self::Clean
        } else {
            Self::Cut(stopped.unfinished)
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Cut(unfinished) => {
                tracing::warn!(?unfinished, "some tasks did not end in time");
                Self::from(3)
            }
            Exit::Aborted => {
                tracing::warn!("second signal, ending at once");
                Self::from(130)
            }
        }
    }
}
