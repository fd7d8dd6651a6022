//! Following a rollout.

use futures::SinkExt;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::rollout::v1::*;

use super::fixtures::{analysis, analysis_json, at, rollout, rollout_json};
use crate::{
    mesh::{Way, settings, start, start_with},
    watch::until,
};

#[tokio::test]
async fn a_rollout_is_followed_as_it_and_its_analysis_change() {
    for way in [Way::InProcess, Way::Network] {
        let mesh = start_with(settings(), way).await;
        let mut feed = mesh.rollouts.feed();
        let mut stream = TcpStream::connect(mesh.address).await.unwrap();
        let request = "GET /api/rollouts/r-1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let message = |time| WatchRolloutResponse {
            rollout: Some(rollout()),
            analysis: Some(analysis()),
            time: at(time),
        };
        feed.send(Ok(message(1_000_000_000))).await.unwrap();
        let first = until(&mut stream, "01:46:40Z\"}\n\n").await;
        let data = first.split_once("event: rollout\ndata: ").unwrap().1;
        let data: Value = serde_json::from_str(data.lines().next().unwrap()).unwrap();
        assert_eq!(
            data,
            json!({
                "rollout": rollout_json(), "analysis": analysis_json(),
                "time": "2001-09-09T01:46:40Z",
            })
        );
        feed.send(Ok(message(1_000_000_001))).await.unwrap();
        let second = until(&mut stream, ": unchanged\n\n").await;
        assert!(!second.contains("event:"), "{second}");
        let mut changed = message(1_000_000_002);
        changed.analysis = Some(AnalysisStatus::default());
        feed.send(Ok(changed)).await.unwrap();
        until(&mut stream, "01:46:42Z\"}\n\n").await;
        let fault = Fault::new(Reason::Unavailable, "gone");
        feed.send(Err(fault.into())).await.unwrap();
        let last = until(&mut stream, "event: problem\ndata: {").await;
        assert!(!last.contains("event: rollout"), "{last}");
    }
}

#[tokio::test]
async fn a_rollout_that_is_not_there_is_not_followed() {
    let mesh = start().await;
    mesh.get("/api/rollouts/r-1/watch")
        .await
        .problem(404, "ROLLOUT_NOT_FOUND");
}
