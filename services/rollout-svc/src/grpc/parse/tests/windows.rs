//! Tests parts of windows.

use vortex_proto::{config::v1 as config, window::v1 as window};

use super::*;
use crate::grpc::parse::part;

type Breaks = fn(&mut pb::ReportWindowRequest);

/// Parts that are refused, by the field that the error names.
const BAD: &[(&str, Breaks)] = &[
    ("name", |r| r.name = None),
    ("name.ingest", |r| name(r).ingest = String::new()),
    ("name.ingest", |r| name(r).ingest = "i".repeat(129)),
    ("name.sequence", |r| name(r).sequence = 0),
    ("name.part", |r| name(r).part = 1),
    ("name.part", |r| name(r).parts = 0),
    ("time", |r| r.time = None),
    ("time.closed_at", |r| {
        r.time = Some(window::WindowTime {
            opened_at: Some(at(2)),
            closed_at: Some(at(1)),
            ..Default::default()
        });
    }),
    ("figures", |r| {
        r.figures = vec![r.figures[0].clone(); 10_001]
    }),
    ("figures[1].arm", |r| r.figures[1].arm = 0),
    ("figures[1].arm", |r| r.figures[1].arm = 9),
    ("figures[1].app", |r| r.figures[1].app = String::new()),
    ("figures[1].app", |r| r.figures[1].app = "a b".to_owned()),
    ("figures[1].errors", |r| r.figures[1].errors = 11),
    ("figures[1].requests", |r| r.figures[1].requests = u64::MAX),
    ("figures[1].sketch", |r| sketch(r).zero_count = f64::NAN),
    ("figures[1].sketch", |r| sketch(r).zero_count = -1.0),
    ("figures[1].sketch.negative_values", |r| {
        sketch(r).negative_values = Some(pb::Store {
            contiguous_bin_counts: vec![1.0],
            ..Default::default()
        });
    }),
];

fn at(seconds: i64) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds, nanos: 0 }
}

fn name(request: &mut pb::ReportWindowRequest) -> &mut window::WindowName {
    request.name.get_or_insert_default()
}

fn sketch(request: &mut pb::ReportWindowRequest) -> &mut pb::DdSketch {
    let sketch = request.figures[1].sketch.get_or_insert_default();
    sketch.mapping = Some(pb::IndexMapping {
        gamma: 1.02,
        ..Default::default()
    });
    sketch
}

fn request() -> pb::ReportWindowRequest {
    let figures = |split: &str| pb::WindowFigures {
        split: split.to_owned(),
        generation: 1,
        arm: config::Arm::Canary.into(),
        app: "orders".to_owned(),
        profile: "prod".to_owned(),
        requests: 10,
        errors: 1,
        sketch: None,
    };
    pb::ReportWindowRequest {
        name: Some(window::WindowName {
            ingest: "ingest".to_owned(),
            boot: 1,
            sequence: 1,
            part: 0,
            parts: 1,
        }),
        time: Some(window::WindowTime {
            opened_at: Some(at(1)),
            closed_at: Some(at(2)),
            ..Default::default()
        }),
        figures: vec![
            figures("01hw5yzt8k2q9f3m"),
            figures("01hw5yzt8k2q9f3m"),
            figures("not an id"),
        ],
    }
}

#[test]
fn figures_are_sorted_by_rollout() {
    let part = part(request()).unwrap();
    assert_eq!((part.figures.len(), part.strangers), (1, 1));
    let (_, reports) = part.figures.first_key_value().unwrap();
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[0].generation, Some(1));
}

#[test]
fn one_bad_figure_refuses_the_whole_part() {
    for (field, breaks) in BAD {
        let mut bad = request();
        breaks(&mut bad);
        let fault = part(bad).unwrap_err();
        assert_eq!(fault.fields()[0].field, *field);
    }
}
