//! Splits what a window gathered into parts.

use std::collections::BTreeMap;

use super::{FleetId, Gathered, Row};

/// Bytes of a part, about, so that each is well within what a message may have.
const MAX_BYTES: usize = 2 << 20;
/// Bytes of an instance beside its texts.
const FIXED: usize = 64;

/// A part's instances.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct InstancesPart {
    /// By fleet.
    pub fleets: Vec<(FleetId, Vec<At>)>,
    /// How many there are.
    pub instances: usize,
}

/// Where an instance is: its shard, and its place among that shard's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    /// The shard.
    pub shard: usize,
    /// The place.
    pub place: usize,
}

/// A part's figures.
pub(crate) type FiguresPart = Vec<Row>;

/// Splits instances into parts of at most so many, and of about two mebibytes. Each is in exactly
/// one of them.
pub(crate) fn plan(shards: &[Gathered], most: usize) -> Vec<InstancesPart> {
    let mut fleets: BTreeMap<FleetId, Vec<At>> = BTreeMap::new();
    for (shard, gathered) in shards.iter().enumerate() {
        for (place, last) in gathered.lasts.iter().enumerate() {
            fleets
                .entry(last.fleet)
                .or_default()
                .push(At { shard, place });
        }
    }
    let mut parts = vec![InstancesPart::default()];
    let mut bytes = 0;
    for (fleet, instances) in fleets {
        for at in instances {
            let more = bytes_of(&shards[at.shard], at.place);
            let full = |part: &InstancesPart| {
                part.instances >= most || (part.instances > 0 && bytes + more > MAX_BYTES)
            };
            if parts.last().is_none_or(full) {
                parts.push(InstancesPart::default());
                bytes = 0;
            }
            bytes += more;
            if let Some(part) = parts.last_mut() {
                part.add(fleet, at);
            }
        }
    }
    parts.retain(|part| part.instances > 0);
    parts
}

/// Splits figures into parts of at most so many.
pub(crate) fn split_figures(rows: Vec<Row>, most: usize) -> Vec<FiguresPart> {
    let mut parts = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        parts.push(rows.by_ref().take(most.max(1)).collect());
    }
    parts
}

impl InstancesPart {
    fn add(&mut self, fleet: FleetId, at: At) {
        match self.fleets.last_mut().filter(|(last, _)| *last == fleet) {
            Some((_, instances)) => instances.push(at),
            None => self.fleets.push((fleet, vec![at])),
        }
        self.instances += 1;
    }
}

/// At most so many bytes are written of an instance.
fn bytes_of(gathered: &Gathered, place: usize) -> usize {
    let last = &gathered.lasts[place];
    let texts = [
        last.version,
        last.refused_version,
        last.refused_error,
        last.host,
        last.namespace,
        last.zone,
        last.app_version,
    ];
    let texts = texts.iter().map(|id| gathered.texts.get(*id).len());
    FIXED + gathered.instance(last).len() + texts.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vortex_bucket::Arm;

    use super::*;
    use crate::domain::Figures;

    proptest! {
        #[test]
        fn figures_add_up_to_the_same_by_whatever_parts(
            requests in proptest::collection::vec(0_u64..1_000, 0..300),
            most in 1_usize..50,
        ) {
            let total: u64 = requests.iter().sum();
            let rows = requests.iter().zip(0..).map(|(requests, fleet)| Row {
                fleet,
                split: "r1".into(),
                generation: 1,
                arm: Arm::Canary,
                figures: Figures { requests: *requests, ..Figures::default() },
            });
            let parts = split_figures(rows.collect(), most);
            prop_assert!(parts.iter().all(|part| (1..=most).contains(&part.len())));
            let sum: u64 = parts.iter().flatten().map(|row| row.figures.requests).sum();
            prop_assert_eq!(sum, total);
        }
    }
}
