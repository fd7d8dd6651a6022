//! Reported figures, as rollout-svc takes them.

use vortex_kit::error::Fault;
use vortex_proto::{
    rollout::v1::{self as proto, arm_report::Of},
    time::timestamp,
};
use vortex_rest::{ArmReport, ArmReports};

use crate::api::sketch;

/// The request id of the call, from its reports. Fails with `INVALID_ARGUMENT` when they give
/// different ones.
pub(super) fn request_id(reports: &mut ArmReports) -> Result<Option<String>, Fault> {
    let reports = match reports {
        ArmReports::One(report) => std::slice::from_mut(&mut **report),
        ArmReports::Many(reports) => reports.as_mut_slice(),
    };
    let mut ids = reports
        .iter_mut()
        .filter_map(|report| report.request_id.take());
    let first = ids.next();
    match ids.all(|id| Some(&id) == first.as_ref()) {
        true => Ok(first),
        false => Err(Fault::invalid(
            "request_id",
            "must be the same in all reports of a call",
        )),
    }
}

/// Fails with `INVALID_ARGUMENT`, naming the field.
pub(super) fn to_proto(reports: ArmReports) -> Result<Vec<proto::ArmReport>, Fault> {
    match reports {
        ArmReports::One(report) => Ok(vec![one(*report, "")?]),
        ArmReports::Many(reports) => {
            let reports = reports.into_iter().enumerate();
            let reports = reports.map(|(place, report)| one(report, &format!("[{place}].")));
            reports.collect()
        }
    }
}

/// Fails with `INVALID_ARGUMENT`, naming the field behind `at`.
fn one(report: ArmReport, at: &str) -> Result<proto::ArmReport, Fault> {
    let of = match (report.arm, report.version) {
        (Some(arm), None) => Of::Arm(arm),
        (None, Some(version)) => Of::Version(version),
        _ => {
            return Err(Fault::invalid(
                format!("{at}arm"),
                "needs either arm or version, not both",
            ));
        }
    };
    let sketch = report.sketch.map(|sketch| {
        let sketch = sketch::decode(&sketch);
        sketch.map_err(|why| Fault::invalid(format!("{at}sketch"), why))
    });
    Ok(proto::ArmReport {
        of: Some(of),
        app: report.app.unwrap_or_default(),
        profile: report.profile.unwrap_or_default(),
        generation: report.generation,
        window_start: report.window_start.map(timestamp),
        window_end: report.window_end.map(timestamp),
        requests: report.requests,
        errors: report.errors,
        latencies_ms: report.latencies_ms.unwrap_or_default(),
        sketch: sketch.transpose()?,
    })
}
