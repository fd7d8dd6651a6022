//! Instances that are asked to fetch again.

use vortex_proto::drift::v1 as drift;

use crate::ingest::{Around, fleet, heartbeat, until};

fn offer(instance: &str) -> drift::FetchOffer {
    drift::FetchOffer {
        fleet: Some(fleet("orders")),
        instance_id: instance.to_owned(),
        version: "v2".to_owned(),
        until: Some(prost_types::Timestamp {
            seconds: 32_503_680_000,
            nanos: 0,
        }),
    }
}

#[tokio::test]
async fn an_instance_is_asked_once_with_the_answer_to_its_next_report() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    around.drift.state().offers = vec![offer("pod-1"), offer("pod-9")];
    assert!(!ingest.report(heartbeat("pod-1", 1)).await.unwrap().fetch);
    until("the window is told", async || {
        !around.drift.instances().is_empty()
    })
    .await;
    let mut asked = 0;
    let mut sequence = 1;
    until("it is asked", async || {
        sequence += 1;
        asked += u32::from(
            ingest
                .report(heartbeat("pod-1", sequence))
                .await
                .unwrap()
                .fetch,
        );
        asked > 0
    })
    .await;
    for sequence in 1_000_000..1_000_010 {
        assert!(
            !ingest
                .report(heartbeat("pod-1", sequence))
                .await
                .unwrap()
                .fetch
        );
        assert!(
            !ingest
                .report(heartbeat("pod-2", sequence))
                .await
                .unwrap()
                .fetch
        );
    }
    ingest.stop().await;
}
