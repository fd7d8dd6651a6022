//! The last versions that one combination of arms was served.

use jiff::Timestamp;

use super::{MAX_SERVED, Served, ServedTo, tracks::Version};
use crate::domain::Seq;

/// The last versions that one combination of arms was served, newest first.
pub(super) struct Ring {
    to: ServedTo,
    served: Vec<Served>,
    is_full: bool,
}

impl Ring {
    pub(super) fn new(to: ServedTo) -> Self {
        Self {
            to,
            served: Vec::new(),
            is_full: false,
        }
    }

    /// Whether it takes nothing any more.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Adds what was served before all that was added.
    pub(super) fn add(
        &mut self,
        version: Option<Version>,
        span: (Seq, Option<Seq>),
        at: Option<Timestamp>,
    ) {
        let Some(version) = version.filter(|_| !self.is_full) else {
            return;
        };
        let has_room = self.served.len() < MAX_SERVED;
        match self.served.last_mut() {
            Some(last) if last.version == version.effective => last.reach_back(version, span.0, at),
            _ if has_room => self.push(version, span.0, at),
            _ => self.is_full = true,
        }
    }

    /// As [`Ring::add`], of versions that may have been added long since.
    pub(super) fn add_once(
        &mut self,
        version: Option<Version>,
        span: (Seq, Option<Seq>),
        at: Option<Timestamp>,
    ) {
        let Some(version) = version else {
            return;
        };
        let has_room = self.served.len() < MAX_SERVED;
        let mut served = self.served.iter_mut();
        match served.find(|known| known.version == version.effective) {
            Some(known) => known.reach_back(version, span.0, at),
            None if has_room => self.push(version, span.0, at),
            None => {}
        }
    }

    /// Drops the versions that another ring has.
    pub(super) fn drop_those_of(&mut self, other: &Self) {
        let has = |version: &str| other.served.iter().any(|served| served.version == version);
        self.served.retain(|served| !has(&served.version));
    }

    pub(super) fn into_served(self) -> Vec<Served> {
        self.served
    }

    fn push(&mut self, version: Version, since: Seq, at: Option<Timestamp>) {
        self.served.push(Served {
            version: version.effective,
            names: version.names,
            since,
            at,
            to: self.to,
        });
    }
}

impl Served {
    /// Notes that it was served before, too.
    fn reach_back(&mut self, version: Version, since: Seq, at: Option<Timestamp>) {
        self.since = since;
        self.at = at;
        for (from, name) in version.names {
            match self.names.iter_mut().find(|(_, known)| *known == name) {
                Some((known, _)) => *known = from,
                None => self.names.push((from, name)),
            }
        }
    }
}
