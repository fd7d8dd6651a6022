//! What clients ask, each operation following from its name alone, so that whoever
//! knows the name can ask the same again.

use crate::commands::{Job, put, release, repeatable, staged, write};
use std::{fmt, str::FromStr};
use vortex_config_svc::parts::Request;

/// Clients that write at once, each to documents of its own.
pub(crate) const CLIENTS: u32 = 6;
/// Documents that a client only ever writes together.
pub(crate) const GROUP: u32 = 3;

/// One operation: the `step`th of a client in one life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    pub(crate) life: u32,
    pub(crate) client: u32,
    pub(crate) step: u32,
}

impl Operation {
    pub(crate) fn next(self) -> Self {
        Self {
            step: self.step + 1,
            ..self
        }
    }

    pub(crate) fn request(self) -> Request {
        repeatable(&self.to_string())
    }

    /// Single documents, groups released at once, and groups staged and then released.
    pub(crate) fn job(self) -> Job {
        let name = self.to_string();
        match self.step % 5 {
            0 | 1 => put(&name, &format!("single-{}.yml", self.client), &self.text()),
            2 => self.group(&name),
            3 => staged(self.group(&name)),
            _ => release(
                &Self {
                    step: self.step - 1,
                    ..self
                }
                .to_string(),
            ),
        }
    }

    fn group(self, name: &str) -> Job {
        let paths = group(self.client);
        let text = self.text();
        write(
            name,
            paths
                .iter()
                .map(|path| (path.as_str(), Some(text.as_str()))),
        )
    }

    fn text(self) -> String {
        format!("operation: {self}")
    }
}

/// The documents that a client writes together.
pub(crate) fn group(client: u32) -> Vec<String> {
    (0..GROUP)
        .map(|n| format!("group-{client}-{n}.yml"))
        .collect()
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.life, self.client, self.step)
    }
}

impl FromStr for Operation {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let numbers: Result<Vec<u32>, _> = name.split('-').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([life, client, step]) => Ok(Self {
                life: *life,
                client: *client,
                step: *step,
            }),
            _ => Err(()),
        }
    }
}
