//! One application that reports far more than it may.

use vortex_kit::error::Reason;
use vortex_proto::heartbeat::v1::{self as pb, report_result::Result as Of};

use crate::ingest::{Around, fleet, heartbeat};

fn report(app: &str, number: u64) -> pb::Heartbeat {
    pb::Heartbeat {
        fleet: Some(fleet(app)),
        ..heartbeat(&format!("pod-{number}"), 0)
    }
}

fn interval(of: &Of) -> i64 {
    match of {
        Of::Reply(reply) => reply.next_interval.unwrap().seconds,
        Of::Refused(refused) => panic!("{refused:?}"),
    }
}

#[tokio::test]
async fn a_flood_of_one_application_does_not_refuse_others() {
    let around = Around::new().await;
    let ingest = around
        .start(|settings| {
            settings.max_app_reports = 100;
            settings.max_instances = 2_000;
        })
        .await;
    let mut paces = Vec::new();
    let (mut taken, mut refused) = (0, 0);
    for round in 0..50_u64 {
        // ten times five seconds' worth, at once
        let mut reports: Vec<_> = (0..100)
            .map(|number| report("flood", round * 100 + number))
            .collect();
        reports.insert(50, report("orders", round));
        for (place, of) in ingest.batch(reports).await.unwrap().into_iter().enumerate() {
            match of {
                // others are all taken, and told the usual pace
                of if place == 50 => assert_eq!(interval(&of), 30),
                Of::Reply(reply) => {
                    taken += 1;
                    paces.push(reply.next_interval.unwrap().seconds);
                }
                Of::Refused(of) => {
                    refused += 1;
                    assert_eq!(of.reason, Reason::RateLimited.name());
                    let again = of.retry_after.unwrap().seconds;
                    assert!((15..=45).contains(&again), "{again}");
                }
            }
        }
    }
    // five seconds' worth, and what came in meanwhile
    assert!((500..5_000).contains(&taken), "{taken}");
    assert_eq!(taken + refused, 5_000);
    // the pace was told before anything was refused
    assert_eq!(paces[0], 30);
    assert!(paces[..500].iter().any(|pace| *pace > 300), "{paces:?}");
    assert_eq!(ingest.metric("vortex_heartbeats_received_total"), 5_050.0);
    let dropped = r#"vortex_heartbeats_dropped_total{reason="app_limit"}"#;
    assert_eq!(ingest.metric(dropped), f64::from(refused));
    ingest.stop().await;
    let orders = around.drift.instances();
    assert!(orders.len() < 2_000 + 50);
}

#[tokio::test]
async fn over_the_limit_of_the_process_a_whole_batch_is_refused() {
    let around = Around::new().await;
    let ingest = around.start(|settings| settings.max_reports = 2).await;
    let reports = |count: u64| {
        (0..count)
            .map(|number| report("orders", number))
            .collect::<Vec<_>>()
    };
    let results = ingest.batch(reports(15)).await.unwrap();
    let is_taken = |of: &Of| matches!(of, Of::Reply(_));
    let taken = results.iter().take_while(|of| is_taken(of)).count();
    assert!((10..15).contains(&taken), "{taken}");
    assert!(!results[taken..].iter().any(is_taken));
    let fault = ingest.batch(reports(1)).await.unwrap_err();
    assert_eq!(fault.reason(), Reason::RateLimited);
    assert!(fault.retry_delay().is_some());
    let fault = ingest.report(report("orders", 1)).await.unwrap_err();
    assert_eq!(fault.reason(), Reason::RateLimited);
    ingest.stop().await;
}

#[tokio::test]
async fn a_window_has_room_for_so_many_instances() {
    let around = Around::new().await;
    let ingest = around
        .start(|settings| {
            settings.window = std::time::Duration::from_secs(60);
            settings.max_instances = 10;
        })
        .await;
    for number in 0..10 {
        ingest.report(report("orders", number)).await.unwrap();
    }
    let fault = ingest.report(report("orders", 10)).await.unwrap_err();
    assert_eq!(fault.reason(), Reason::Overloaded);
    assert!(fault.retry_delay().is_some());
    // those that are known are heard all the same
    ingest.report(report("orders", 3)).await.unwrap();
    assert_eq!(
        ingest.metric(r#"vortex_heartbeats_dropped_total{reason="instances"}"#),
        1.0
    );
    ingest.stop().await;
    assert_eq!(around.drift.instances().len(), 10);
}
