//! When the sources of what was sent were read, and whether the caller knows.

use std::collections::BTreeMap;

use vortex_proto::config::v1 as pb;

use super::super::convert;
use crate::source::Sources;

/// The most sources that are kept in mind.
const MOST: usize = 1_000;

/// When each source was read, as it was told last, by name.
#[derive(Default)]
pub(super) struct Ages(BTreeMap<String, Option<prost_types::Timestamp>>);

impl Ages {
    /// Notes what a state tells of its label's source.
    pub(super) fn note(&mut self, told: Option<&pb::SourceAge>) {
        let Some(age) = told else {
            return;
        };
        let has_room = self.0.len() < MOST;
        match self.0.get_mut(&age.source) {
            // one that is read later may have been made earlier
            Some(known) if moment(known) >= moment(&age.last_success) => {}
            Some(known) => *known = age.last_success,
            None if has_room => {
                self.0.insert(age.source.clone(), age.last_success);
            }
            None => {}
        }
    }

    /// Takes what has changed since.
    pub(super) fn take(&mut self, sources: &Sources) -> Vec<pb::SourceAge> {
        let mut news = Vec::new();
        for (source, told) in &mut self.0 {
            let now = sources.last_read(source).map(convert::timestamp);
            if now.is_some() && now != *told {
                *told = now;
                news.push(pb::SourceAge {
                    source: source.clone(),
                    last_success: now,
                });
            }
        }
        news
    }
}

fn moment(read: &Option<prost_types::Timestamp>) -> Option<(i64, i32)> {
    read.as_ref().map(|read| (read.seconds, read.nanos))
}
