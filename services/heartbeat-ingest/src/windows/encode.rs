//! Writes the parts of a window as the requests that they are sent as.

use bytes::Bytes;
use hashbrown::HashMap;
use prost::Message as _;
use vortex_bucket::Arm;
use vortex_proto::{
    config::v1 as config, drift::v1 as drift, heartbeat::v1 as pb, rollout::v1 as rollout,
    time::timestamp, window::v1 as window,
};
use vortex_sketch::Sketch;

use crate::{
    domain::{
        Assignment, At, FleetId, Gathered, InstancesPart, Last, Lists, Row, Status, Texts, Unit,
    },
    intake::{Fleets, Window},
};

/// Those of a second.
const MILLISECONDS: f64 = 1e3;

/// A part of the instances, for drift-svc.
pub(super) fn instances(
    name: window::WindowName,
    window: &Window,
    part: InstancesPart,
    fleets: &Fleets,
) -> Bytes {
    let mut texts = Texts::default();
    let reports = part.fleets.into_iter().filter_map(|(id, instances)| {
        // a fleet is kept for far longer than a window is open
        let fleet = fleets.get(id)?;
        let mut fleet = FleetWriter::new(fleet.fleet().into(), window);
        for at in instances {
            fleet.add(at, &mut texts);
        }
        Some(fleet.report)
    });
    let fleets = reports.collect();
    let request = drift::ReportInstancesRequest {
        name: Some(name),
        time: Some(time(window)),
        texts: texts.iter().map(str::to_owned).collect(),
        fleets,
    };
    request.encode_to_vec().into()
}

/// A part of the figures, for rollout-svc.
pub(super) fn figures(
    name: window::WindowName,
    window: &Window,
    rows: Vec<Row>,
    fleets: &Fleets,
) -> Bytes {
    let mut profiles = HashMap::new();
    let figures = rows.into_iter().filter_map(|row| {
        let names: &(String, String) = match profiles.entry(row.fleet) {
            hashbrown::hash_map::Entry::Occupied(known) => known.into_mut(),
            hashbrown::hash_map::Entry::Vacant(new) => new.insert(names(fleets, row.fleet)?),
        };
        Some(rollout::WindowFigures {
            split: row.split.into_string(),
            generation: row.generation,
            arm: arm(row.arm).into(),
            app: names.0.clone(),
            profile: names.1.clone(),
            requests: row.figures.requests,
            errors: row.figures.errors,
            sketch: Some(sketch(&row.figures.latency)),
        })
    });
    let figures = figures.collect();
    let request = rollout::ReportWindowRequest {
        name: Some(name),
        time: Some(time(window)),
        figures,
    };
    request.encode_to_vec().into()
}

/// The application of a fleet, and its profiles joined by commas.
fn names(fleets: &Fleets, id: FleetId) -> Option<(String, String)> {
    let entry = fleets.get(id)?;
    let fleet = entry.fleet();
    let profiles: Vec<&str> = fleet.profiles().collect();
    Some((fleet.app().to_owned(), profiles.join(",")))
}

/// Writes the instances of one fleet.
struct FleetWriter<'a> {
    window: &'a Window,
    report: drift::FleetReport,
    lists: Lists,
    /// The numbers of lists that were met, by shard and number there.
    met: HashMap<(usize, u32), u32>,
}

impl<'a> FleetWriter<'a> {
    fn new(fleet: pb::Fleet, window: &'a Window) -> Self {
        let report = drift::FleetReport {
            fleet: Some(fleet),
            assignments: vec![drift::AssignmentList::default()],
            instances: Vec::new(),
        };
        Self {
            window,
            report,
            lists: Lists::default(),
            met: HashMap::new(),
        }
    }

    fn add(&mut self, at: At, texts: &mut Texts) {
        let gathered = &self.window.shards[at.shard];
        let last = &gathered.lasts[at.place];
        let assignments = self.list(at.shard, last.assignments, gathered);
        let length = u32::try_from(self.window.length.as_millis()).unwrap_or(u32::MAX);
        let mut text = |id| text(texts, gathered.texts.get(id));
        self.report.instances.push(drift::InstanceReport {
            instance_id: gathered.instance(last).to_owned(),
            boot_id: last.mark.boot,
            sequence: last.mark.sequence,
            version: text(last.version),
            position: last.position,
            assignments,
            status: status(last).into(),
            refused_version: text(last.refused_version),
            refused_error: text(last.refused_error),
            host: text(last.host),
            namespace: text(last.namespace),
            zone: text(last.zone),
            app_version: text(last.app_version),
            age_ms: length.saturating_sub(last.arrived),
            lives: last.lives,
            shared_id: last.shared_id,
            next_due_ms: last.next_due,
        });
    }

    /// The number of a shard's list among those of the fleet.
    fn list(&mut self, shard: usize, number: u32, gathered: &Gathered) -> u32 {
        if number == 0 {
            return 0;
        }
        if let Some(met) = self.met.get(&(shard, number)) {
            return *met;
        }
        let list: Vec<Assignment<'_>> = gathered.assignments.get(number).collect();
        // there are no more than the window has
        let met = self.lists.id(&list, usize::MAX).unwrap_or(0);
        if met as usize == self.report.assignments.len() {
            let assignments = list.iter().map(assignment).collect();
            self.report
                .assignments
                .push(drift::AssignmentList { assignments });
        }
        self.met.insert((shard, number), met);
        met
    }
}

fn text(texts: &mut Texts, text: &str) -> u32 {
    // a part is of two mebibytes
    texts.id(text, usize::MAX).unwrap_or(0)
}

fn time(window: &Window) -> window::WindowTime {
    window::WindowTime {
        opened_at: Some(timestamp(window.opened_at)),
        closed_at: Some(timestamp(window.closed_at)),
        closed_ms: u64::try_from(window.closed.as_millis()).unwrap_or(u64::MAX),
    }
}

fn status(last: &Last) -> pb::InstanceStatus {
    match last.status {
        Status::Healthy => pb::InstanceStatus::Healthy,
        Status::Degraded => pb::InstanceStatus::Degraded,
        Status::Unhealthy => pb::InstanceStatus::Unhealthy,
        Status::Stopping => pb::InstanceStatus::Stopping,
    }
}

fn assignment(given: &Assignment<'_>) -> config::Assignment {
    config::Assignment {
        split: given.split.to_owned(),
        change: given.change.to_owned(),
        generation: given.generation,
        arm: arm(given.arm).into(),
        unit: match given.unit {
            Unit::Instance => config::SplitUnit::Instance,
            Unit::Subject => config::SplitUnit::Subject,
        }
        .into(),
        forced: given.forced,
    }
}

fn arm(arm: Arm) -> config::Arm {
    match arm {
        Arm::Stable => config::Arm::Stable,
        Arm::Canary => config::Arm::Canary,
    }
}

/// A sketch of milliseconds, as the wire has it. Ours is of seconds: an offset of the indexes says
/// the same bins in milliseconds, so that who reads it gets exactly these.
fn sketch(latency: &Sketch) -> rollout::DdSketch {
    let parts = latency.parts();
    let gamma = parts.mapping.gamma;
    let offset = -(MILLISECONDS.ln() / gamma.ln());
    rollout::DdSketch {
        mapping: Some(rollout::IndexMapping {
            gamma,
            index_offset: offset,
            interpolation: rollout::index_mapping::Interpolation::None.into(),
        }),
        positive_values: Some(rollout::Store {
            contiguous_bin_counts: parts.contiguous,
            contiguous_bin_index_offset: parts.contiguous_first,
            ..rollout::Store::default()
        }),
        negative_values: None,
        zero_count: parts.zero,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vortex_sketch::{Mapping, Parts};

    use super::*;

    #[test]
    fn who_reads_a_sketch_of_milliseconds_gets_the_same_bins() {
        let mut latency = Sketch::default();
        latency.extend((0..2_000).map(|step| Duration::from_micros(3 * step * step)));
        let sent = sketch(&latency);
        let mapping = sent.mapping.unwrap();
        let positive = sent.positive_values.unwrap();
        let read = Sketch::from_parts(&Parts {
            unit: 1e-3,
            mapping: Mapping {
                gamma: mapping.gamma,
                index_offset: mapping.index_offset,
                ..Mapping::OURS
            },
            contiguous: positive.contiguous_bin_counts,
            contiguous_first: positive.contiguous_bin_index_offset,
            sparse: Vec::new(),
            zero: sent.zero_count,
        });
        assert_eq!(read, Ok(latency));
    }
}
