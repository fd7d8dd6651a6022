//! What came with heartbeats: shares that are raised, the instances gate, and windows.

use vortex_bucket::Share;

use super::{audit, hold, judged, line, measured, moment, slice, spec, standing};
use crate::domain::{
    AuditEntry, ClosedSlice, Measured, Place, Raised, Spec, Standing, Watermark,
    analysis::{Finding, Instances, InstancesEvidence, InstancesFinding, Judged},
};

/// One finding of each kind.
fn judged_by_instances() -> Judged {
    let finding = |finding| {
        Finding::Instances(InstancesEvidence {
            finding,
            canary: Instances {
                instances: 5,
                failed: 1,
                silent: 2,
                restarting: 3,
            },
            stable: Some(Instances {
                instances: 95,
                ..Instances::default()
            }),
            p: Some(0.01),
        })
    };
    let alone = Finding::Instances(InstancesEvidence {
        finding: InstancesFinding::NoAnswer,
        canary: Instances::default(),
        stable: None,
        p: None,
    });
    let findings = [
        InstancesFinding::NoCanary,
        InstancesFinding::AllBad,
        InstancesFinding::WorseThanStable,
        InstancesFinding::MaybeWorse,
        InstancesFinding::SharedOutage,
        InstancesFinding::NotWorse,
    ];
    Judged {
        findings: findings.map(finding).into_iter().chain([alone]).collect(),
        ..judged()
    }
}

fn measured_in_windows() -> Measured {
    let place = Place {
        boot: 1_700_000_000_000_000,
        sequence: 12,
        part: 1,
    };
    let watermark = Watermark {
        place,
        at: moment().steady,
    };
    Measured {
        windows: [("ingest-0a1b".to_owned(), watermark)]
            .into_iter()
            .collect(),
        ..measured()
    }
}

#[test]
fn fields_of_instances_have_the_bytes_that_they_always_had() {
    let share = Share::from_hundredths(2_000).unwrap();
    let spec = Spec {
        min_instances: 5,
        ..spec()
    };
    let standing = Standing {
        raised: Some(Raised {
            share,
            wanted: 5,
            known: 25,
        }),
        ..standing()
    };
    let audit = AuditEntry {
        share: Some(share),
        share_reason: "1 % of 25 instances are none".to_owned(),
        ..audit()
    };
    let slice = ClosedSlice {
        judged: judged_by_instances(),
        ..slice()
    };
    let lines = [
        line("spec", &spec),
        line("rollout", &standing),
        line("audit", &audit),
        line("measured", &measured_in_windows()),
        line("slice", &slice),
    ];
    hold("v2-instances", &lines.concat());
}
