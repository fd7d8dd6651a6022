//! Takes parts of windows from heartbeat-ingest.

use vortex_kit::error::Fault;
use vortex_proto::{
    drift::v1 as pb, heartbeat::v1 as heartbeat, time::timestamp, window::v1 as window,
};
use vortex_views::Fleet;

use super::{Grpc, convert};
use crate::{
    domain::{Part, Report, Status},
    registry::{Due, FleetReports, Time},
};

/// The most instances of a part.
const MOST: usize = 10_000;
/// The longest id of an instance, and name of an ingest, in bytes.
const ID: usize = 256;
/// The time in which the next report is due where that is not said, in tenths of a second.
const INTERVAL: u32 = 300;
/// The oldest report within a window, in tenths of a second: ten minutes.
const OLDEST: u32 = 6_000;

pub(super) fn report(
    grpc: &Grpc,
    request: &pb::ReportInstancesRequest,
) -> Result<pb::ReportInstancesResponse, Fault> {
    let name = request.name.as_ref();
    let name = name.ok_or_else(|| Fault::invalid("name", "it is missing"))?;
    let time = request.time.as_ref();
    let part = part(name, time.map_or(0, |time| time.closed_ms))?;
    let fleets = parse(request)?;
    let (repeated, due) = grpc.registry.take(&name.ingest, part, &fleets);
    let time = grpc.registry.time();
    Ok(pb::ReportInstancesResponse {
        repeated,
        offers: due.into_iter().map(|due| offer(due, time)).collect(),
    })
}

fn part(name: &window::WindowName, closed_ms: u64) -> Result<Part, Fault> {
    if !(1..=ID).contains(&name.ingest.len()) {
        return Err(Fault::invalid("name.ingest", "it has 1 to 256 bytes"));
    }
    Ok(Part {
        boot: name.boot,
        sequence: name.sequence,
        part: name.part,
        closed: closed_ms / 100,
    })
}

fn offer(due: Due, time: &Time) -> pb::FetchOffer {
    pb::FetchOffer {
        fleet: Some(convert::fleet(&due.fleet)),
        instance_id: due.offer.id.into(),
        version: due.offer.version.into(),
        until: Some(timestamp(time.wall_at(due.until))),
    }
}

/// The reports of a part, all of which are valid.
fn parse(request: &pb::ReportInstancesRequest) -> Result<Vec<FleetReports<'_>>, Fault> {
    let total: usize = request
        .fleets
        .iter()
        .map(|fleet| fleet.instances.len())
        .sum();
    if total > MOST {
        let why = format!("{total} instances, at most {MOST} are allowed");
        return Err(Fault::invalid("fleets", why));
    }
    if request.texts.first().is_some_and(|first| !first.is_empty()) {
        return Err(Fault::invalid("texts[0]", "it is not empty"));
    }
    let fleets = request.fleets.iter().enumerate();
    let fleets = fleets.map(|(index, fleet)| fleet_reports(index, fleet, &request.texts));
    fleets.collect()
}

fn fleet_reports<'a>(
    index: usize,
    reported: &'a pb::FleetReport,
    texts: &'a [String],
) -> Result<FleetReports<'a>, Fault> {
    let at = || format!("fleets[{index}]");
    let fleet = reported.fleet.as_ref();
    let fleet = fleet.ok_or_else(|| Fault::invalid(format!("{}.fleet", at()), "it is missing"))?;
    let fleet = Fleet::try_from(fleet).map_err(|error| error.fault(&format!("{}.fleet", at())))?;
    let lists = reported.assignments.len();
    let instances = reported.instances.iter().enumerate();
    let reports = instances.map(|(place, instance)| {
        read(instance, texts, lists).map_err(|(field, why)| {
            Fault::invalid(format!("{}.instances[{place}].{field}", at()), why)
        })
    });
    Ok(FleetReports {
        fleet,
        reports: reports.collect::<Result<_, _>>()?,
    })
}

/// The field that is not valid, and why.
type Wrong = (&'static str, &'static str);

fn read<'a>(
    instance: &'a pb::InstanceReport,
    texts: &'a [String],
    lists: usize,
) -> Result<Report<'a>, Wrong> {
    let text = |field, place: u32| match texts.get(place as usize) {
        Some(text) => Ok(text.as_str()),
        None if place == 0 => Ok(""),
        None => Err((field, "there is no such text")),
    };
    if !(1..=ID).contains(&instance.instance_id.len()) {
        return Err(("instance_id", "it has 1 to 256 bytes"));
    }
    if instance.assignments != 0 && instance.assignments as usize >= lists {
        return Err(("assignments", "there is no such list"));
    }
    let interval = instance.next_due_ms.div_ceil(100);
    Ok(Report {
        id: &instance.instance_id,
        boot: instance.boot_id,
        sequence: instance.sequence,
        version: text("version", instance.version)?,
        position: instance.position,
        status: status(instance.status)?,
        refused: text("refused_version", instance.refused_version)?,
        error: text("refused_error", instance.refused_error)?,
        place: [
            text("host", instance.host)?,
            text("namespace", instance.namespace)?,
            text("zone", instance.zone)?,
            text("app_version", instance.app_version)?,
        ],
        age: (instance.age_ms / 100).min(OLDEST),
        // that of the part
        late: 0,
        lives: instance.lives,
        shared_id: instance.shared_id,
        interval: if interval == 0 { INTERVAL } else { interval },
        ingest: 0,
    })
}

fn status(given: i32) -> Result<Status, Wrong> {
    use heartbeat::InstanceStatus as S;
    match S::try_from(given) {
        Ok(S::Unspecified | S::Healthy) => Ok(Status::Healthy),
        Ok(S::Degraded) => Ok(Status::Degraded),
        Ok(S::Unhealthy) => Ok(Status::Unhealthy),
        Ok(S::Stopping) => Ok(Status::Stopping),
        Err(_) => Err(("status", "it is not a known status")),
    }
}
