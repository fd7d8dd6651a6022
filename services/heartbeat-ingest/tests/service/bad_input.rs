//! Reports that are wrong, and what becomes of them.

use bytes::Bytes;
use prost::Message as _;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    config::v1 as config,
    heartbeat::v1::{self as pb, report_result::Result as Of},
    rollout::v1 as rollout,
};

use crate::ingest::{Around, Ingest, fleet, heartbeat};

async fn refused(ingest: &Ingest, change: impl FnOnce(&mut pb::Heartbeat)) -> (Reason, String) {
    let mut given = heartbeat("pod-1", 1);
    change(&mut given);
    let fault = ingest.report(given).await.unwrap_err();
    (fault.reason(), fault.fields()[0].field.clone())
}

#[tokio::test]
async fn a_report_that_is_not_valid_is_refused_by_its_field() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    let invalid = |field: &str| (Reason::InvalidArgument, format!("heartbeat.{field}"));
    let name = |field: &str| (Reason::InvalidName, format!("heartbeat.{field}"));
    assert_eq!(
        refused(&ingest, |given| given.fleet = None).await,
        invalid("fleet")
    );
    assert_eq!(
        refused(&ingest, |given| given.fleet = Some(fleet(""))).await,
        name("fleet.app")
    );
    assert_eq!(
        refused(&ingest, |given| given.fleet = Some(fleet("a/b"))).await,
        name("fleet.app")
    );
    assert_eq!(
        refused(&ingest, |given| given.instance_id.clear()).await,
        invalid("instance_id")
    );
    let nan = refused(&ingest, |given| {
        let sketch = rollout::DdSketch {
            mapping: Some(rollout::IndexMapping {
                gamma: 1.02,
                ..Default::default()
            }),
            zero_count: f64::NAN,
            ..Default::default()
        };
        given.measured = vec![pb::Measured {
            requests: 1,
            sketch: Some(sketch),
            ..Default::default()
        }];
    });
    assert_eq!(nan.await, invalid("measured[0].sketch"));
    assert_eq!(
        ingest.metric(r#"vortex_heartbeats_dropped_total{reason="invalid"}"#),
        5.0
    );
    ingest.stop().await;
    assert!(around.drift.instances().is_empty());
}

#[tokio::test]
async fn an_item_of_a_batch_is_refused_by_itself() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    let nameless = pb::Heartbeat {
        instance_id: String::new(),
        ..heartbeat("", 1)
    };
    let results = ingest.batch(vec![heartbeat("pod-1", 1), nameless, heartbeat("pod-2", 1)]);
    let results = results.await.unwrap();
    let [Of::Reply(_), Of::Refused(refused), Of::Reply(_)] = &results[..] else {
        panic!("{results:?}");
    };
    assert_eq!(refused.reason, "INVALID_ARGUMENT");
    assert!(
        refused.message.contains("heartbeats[1].instance_id"),
        "{refused:?}"
    );
    assert_eq!(refused.retry_after, None);
    let fault = ingest
        .batch(vec![heartbeat("pod-1", 2); 1_001])
        .await
        .unwrap_err();
    assert_eq!(fault.reason(), Reason::InvalidArgument);
    assert_eq!(ingest.batch(vec![]).await, Ok(vec![]));
    ingest.stop().await;
    assert_eq!(around.drift.instances().len(), 2);
}

#[tokio::test]
async fn what_is_too_long_for_people_is_cut_and_clocks_may_be_off() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    for (number, seconds) in [(1, 0), (2, 253_402_300_799), (3, i64::MAX)] {
        let report = pb::Heartbeat {
            sent_at: Some(prost_types::Timestamp { seconds, nanos: 0 }),
            metadata: Some(pb::InstanceMetadata {
                host: "ä".repeat(1_000),
                ..Default::default()
            }),
            ..heartbeat(&format!("pod-{number}"), 1)
        };
        ingest.report(report).await.unwrap();
    }
    assert_eq!(ingest.metric("vortex_heartbeats_clock_off_total"), 3.0);
    ingest.stop().await;
    let state = around.drift.state();
    let texts = state.taken.iter().flat_map(|part| &part.texts);
    assert_eq!(texts.map(String::len).max(), Some(256));
}

#[tokio::test]
async fn gaps_repeats_and_ids_in_two_places_are_counted() {
    let around = Around::new().await;
    let ingest = around
        .start(|settings| settings.window = std::time::Duration::from_secs(60))
        .await;
    let report = |boot_id, sequence| pb::Heartbeat {
        boot_id,
        assignments: vec![config::Assignment {
            split: "r1".to_owned(),
            change: "v2".to_owned(),
            generation: 1,
            arm: config::Arm::Canary.into(),
            ..Default::default()
        }],
        measured: vec![pb::Measured {
            requests: 1,
            ..Default::default()
        }],
        ..heartbeat("pod-1", sequence)
    };
    for (boot, sequence) in [(7, 1), (7, 5), (7, 5), (7, 4), (9, 1), (7, 6), (9, 2)] {
        ingest.report(report(boot, sequence)).await.unwrap();
    }
    let order = |order| {
        ingest.metric(&format!(
            r#"vortex_heartbeats_out_of_order_total{{order="{order}"}}"#
        ))
    };
    assert_eq!(
        ["gap", "repeat", "late", "older_life"].map(order),
        [3.0, 1.0, 1.0, 1.0]
    );
    ingest.stop().await;
    let instances = around.drift.instances();
    let [instance] = &instances[..] else {
        panic!("{instances:?}");
    };
    assert_eq!((instance.boot_id, instance.sequence), (9, 2));
    assert_eq!((instance.lives, instance.shared_id), (2, true));
    // each once
    assert_eq!(around.rollout.requests(), 6);
}

#[tokio::test]
async fn figures_that_nobody_can_place_are_counted_and_the_report_is_taken() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    let report = pb::Heartbeat {
        measured: vec![pb::Measured {
            split: "r9".to_owned(),
            requests: 5,
            ..Default::default()
        }],
        ..heartbeat("pod-1", 1)
    };
    ingest.report(report).await.unwrap();
    assert_eq!(
        ingest.metric(r#"vortex_heartbeat_figures_dropped_total{reason="unplaced"}"#),
        1.0
    );
    ingest.stop().await;
    assert_eq!(
        (around.drift.instances().len(), around.rollout.requests()),
        (1, 0)
    );
}

#[tokio::test]
async fn what_is_no_text_is_refused() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    let mut message = pb::ReportRequest {
        heartbeat: Some(heartbeat("pod-X", 1)),
    }
    .encode_to_vec();
    let at = message
        .windows(5)
        .position(|bytes| bytes == b"pod-X")
        .unwrap();
    message[at + 4] = 0xff;
    // the same bytes, as a message of another type
    assert!(pb::ReportRequest::decode(Bytes::from(message.clone())).is_err());
    let fault = ingest.raw(message).await.unwrap_err();
    assert_ne!(Fault::from_status(&fault).reason(), Reason::Unavailable);
    ingest.stop().await;
    assert!(around.drift.instances().is_empty());
}
