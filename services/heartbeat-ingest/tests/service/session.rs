//! Reports of one instance over one stream.

use tokio::sync::mpsc;
use tonic::Streaming;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::heartbeat::v1::{self as pb, session_request::Report as Given};

use crate::{
    ingest::{Around, Ingest, heartbeat, until},
    views::STORE,
};

/// One end of a session.
struct Session {
    requests: mpsc::Sender<pb::SessionRequest>,
    answers: Streaming<pb::SessionResponse>,
}

impl Session {
    async fn open(ingest: &Ingest) -> Self {
        let (requests, mut sent) = mpsc::channel(8);
        let stream = async_stream::stream! {
            while let Some(request) = sent.recv().await {
                yield request;
            }
        };
        let answers = ingest.client.clone().session(stream).await.unwrap();
        Self {
            requests,
            answers: answers.into_inner(),
        }
    }

    async fn send(&self, report: Given) {
        let request = pb::SessionRequest {
            report: Some(report),
        };
        self.requests.send(request).await.unwrap();
    }

    async fn next(&mut self) -> (u64, pb::HeartbeatReply) {
        let answer = self.answers.message().await.unwrap().unwrap();
        (answer.sequence, answer.reply.unwrap())
    }

    async fn full(&mut self, report: pb::Heartbeat) -> (u64, pb::HeartbeatReply) {
        self.send(Given::Full(report)).await;
        self.next().await
    }

    async fn delta(&mut self, delta: pb::HeartbeatDelta) -> (u64, pb::HeartbeatReply) {
        self.send(Given::Delta(delta)).await;
        self.next().await
    }

    async fn ends_with(mut self) -> Reason {
        let status = self.answers.message().await.unwrap_err();
        Fault::from_status(&status).reason()
    }
}

fn delta(sequence: u64) -> pb::HeartbeatDelta {
    pb::HeartbeatDelta {
        sequence,
        ..Default::default()
    }
}

#[tokio::test]
async fn deltas_follow_a_full_report_and_a_gap_asks_for_another() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    let mut session = Session::open(&ingest).await;
    let (sequence, reply) = session.full(heartbeat("pod-1", 4)).await;
    assert_eq!((sequence, reply.resend_full), (4, false));
    let newer = pb::HeartbeatDelta {
        version: Some("v2".to_owned()),
        token: format!("{STORE}:6"),
        ..delta(5)
    };
    let (sequence, reply) = session.delta(newer).await;
    assert_eq!((sequence, reply.resend_full), (5, false));
    let (sequence, reply) = session.delta(delta(7)).await;
    assert_eq!((sequence, reply.resend_full), (7, true));
    assert!(!session.delta(delta(5)).await.1.resend_full, "it was taken");
    let (sequence, reply) = session.full(heartbeat("pod-1", 8)).await;
    assert_eq!((sequence, reply.resend_full), (8, false));
    assert!(!session.delta(delta(9)).await.1.resend_full);
    assert_eq!(
        ingest.metric(r#"vortex_heartbeats_dropped_total{reason="gap"}"#),
        1.0
    );
    drop(session);
    ingest.stop().await;
    let last = around
        .drift
        .instances()
        .iter()
        .map(|instance| instance.sequence)
        .max();
    assert_eq!(last, Some(9));
}

#[tokio::test]
async fn a_session_says_unasked_what_an_instance_should_run_now() {
    let around = Around::new().await;
    around.config.serve("orders", 5, &["v1"], vec![]);
    let ingest = around.start(|_| {}).await;
    until("the view is known", async || {
        let reply = ingest.report(heartbeat("pod-0", 0)).await.unwrap();
        reply.expected_version == "v1"
    })
    .await;
    let mut session = Session::open(&ingest).await;
    assert_eq!(
        session.full(heartbeat("pod-1", 1)).await.1.expected_version,
        "v1"
    );
    around.config.serve("orders", 6, &["v2"], vec![]);
    let (sequence, reply) = session.next().await;
    assert_eq!((sequence, &*reply.expected_version), (0, "v2"));
    drop(session);
    ingest.stop().await;
}

#[tokio::test]
async fn a_session_begins_with_a_full_report() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    for first in [Some(Given::Delta(delta(1))), None] {
        let session = Session::open(&ingest).await;
        let request = pb::SessionRequest { report: first };
        session.requests.send(request).await.unwrap();
        assert_eq!(session.ends_with().await, Reason::InvalidArgument);
    }
    let session = Session::open(&ingest).await;
    session.send(Given::Full(heartbeat("", 1))).await;
    assert_eq!(session.ends_with().await, Reason::InvalidArgument);
    ingest.stop().await;
}

#[tokio::test]
async fn a_session_ends_when_the_server_shuts_down() {
    let around = Around::new().await;
    let ingest = around.start(|_| {}).await;
    let mut session = Session::open(&ingest).await;
    session.full(heartbeat("pod-1", 1)).await;
    let (_, reason) = tokio::join!(ingest.stop(), session.ends_with());
    assert_eq!(reason, Reason::Draining);
    assert_eq!(around.drift.instances().len(), 1);
}
