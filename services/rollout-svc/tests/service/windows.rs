//! What heartbeat-ingest sends of windows counts once, over lost replies and restarts.

use fastrand::Rng;
use tonic::Response;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{
    config::v1::Arm,
    rollout::v1::{self as pb, RolloutState},
    window::v1 as window,
};

use crate::mesh::{Mesh, by_hand, rollout};

/// Requests of stable in a part that [`Ingest`] sends, for each of the canary's.
const STABLE: u64 = 3;

/// A replica that sends its parts in order, each until it is answered.
struct Ingest {
    name: &'static str,
    sequence: u64,
}

impl Ingest {
    fn window(&self, figures: Vec<pb::WindowFigures>) -> pb::ReportWindowRequest {
        pb::ReportWindowRequest {
            name: Some(window::WindowName {
                ingest: self.name.to_owned(),
                boot: 1,
                sequence: self.sequence,
                part: 0,
                parts: 1,
            }),
            time: Some(window::WindowTime::default()),
            figures,
        }
    }

    /// Its next window of these rollouts. Two ingests have no numbers in common.
    fn next(&self, ids: &[String]) -> pb::ReportWindowRequest {
        let requests = self.requests();
        let both = |id: &String| {
            [
                figures(id, Arm::Canary, requests),
                figures(id, Arm::Stable, STABLE * requests),
            ]
        };
        self.window(ids.iter().flat_map(both).collect())
    }

    fn requests(&self) -> u64 {
        self.sequence + 1_000 * self.name.len() as u64
    }
}

fn figures(split: &str, arm: Arm, requests: u64) -> pb::WindowFigures {
    pb::WindowFigures {
        split: split.to_owned(),
        generation: 1,
        arm: arm.into(),
        app: "orders".to_owned(),
        profile: "default".to_owned(),
        requests,
        ..Default::default()
    }
}

impl Mesh {
    async fn take(
        &self,
        window: pb::ReportWindowRequest,
    ) -> Result<pb::ReportWindowResponse, Fault> {
        let taken = self.rollouts.clone().report_window(window).await;
        taken
            .map(Response::into_inner)
            .map_err(|status| Fault::from_status(&status))
    }

    /// The requests of the canary and of stable since the start.
    async fn requests(&self, id: &str) -> [u64; 2] {
        let total = self.analysis(id).await.total;
        let of = |arm: &str| {
            let figures = total.iter().filter(|figures| figures.arm == arm);
            figures.map(|figures| figures.requests).sum()
        };
        [of("canary"), of("stable")]
    }
}

#[tokio::test]
async fn windows_alone_bring_a_rollout_to_its_end() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh
        .create(pb::CreateRolloutRequest {
            start: true,
            ..rollout("orders")
        })
        .await;
    let ended = mesh.wait_for(&started.id, RolloutState::Completed);
    let report = async {
        let mut ingest = Ingest {
            name: "a",
            sequence: 0,
        };
        loop {
            ingest.sequence += 1;
            let generation = mesh.get(&started.id).await.generation;
            let of = |arm| pb::WindowFigures {
                generation,
                ..figures(&started.id, arm, 200)
            };
            let window = ingest.window(vec![of(Arm::Canary), of(Arm::Stable)]);
            mesh.take(window).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        _ = ended => {}
        () = report => unreachable!("it has no end"),
    }
    mesh.stop().await;
}

#[tokio::test]
async fn what_does_not_count_is_said_and_counted() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let id = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&id).await;
    let promote = pb::PromoteRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .promote_rollout(promote)
        .await
        .unwrap();
    mesh.confirmed(&id).await;
    let present = pb::WindowFigures {
        generation: 2,
        ..figures(&id, Arm::Canary, 10)
    };
    let ingest = Ingest {
        name: "a",
        sequence: 1,
    };
    let window = ingest.window(vec![
        figures(&id, Arm::Canary, 10),
        present.clone(),
        figures("01hw5yzt8k2q9f3m", Arm::Canary, 10),
        figures("another form", Arm::Canary, 10),
        pb::WindowFigures {
            app: "stock".to_owned(),
            ..present
        },
    ]);
    let taken = mesh.take(window.clone()).await.unwrap();
    let expected = pb::ReportWindowResponse {
        repeated: false,
        counted: 1,
        outdated: 1,
        unknown: 3,
    };
    assert_eq!(taken, expected);
    let again = mesh.take(window.clone()).await.unwrap();
    assert_eq!((again.repeated, again.counted), (true, 0));
    let metrics = mesh.metrics();
    for line in [
        r#"vortex_rollout_window_figures_total{result="counted"} 1"#,
        r#"vortex_rollout_window_figures_total{result="outdated"} 1"#,
        r#"vortex_rollout_window_figures_total{result="unjudged"} 1"#,
        r#"vortex_rollout_window_figures_total{result="unknown"} 4"#,
        r#"vortex_rollout_window_figures_total{result="repeated"} 3"#,
    ] {
        assert!(metrics.contains(line), "{line}");
    }
    let mut bad = window;
    bad.figures[2].errors = 11;
    let fault = mesh.take(bad).await.unwrap_err();
    assert_eq!(fault.reason(), Reason::InvalidArgument);
    mesh.stop().await;
}

#[tokio::test]
async fn totals_are_exact_over_lost_replies_and_restarts() {
    let given = std::env::var("VORTEX_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("VORTEX_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let mut mesh = Mesh::new().await;
    let mut ids = Vec::new();
    for app in ["orders", "stock"] {
        mesh.stage(app).await;
        let id = mesh
            .create(pb::CreateRolloutRequest {
                apps: vec!["orders".to_owned()],
                ..by_hand(app)
            })
            .await
            .id;
        mesh.confirmed(&id).await;
        ids.push(id);
    }
    let mut ingests = ["a", "bb"].map(|name| Ingest { name, sequence: 1 });
    let mut sum = 0;
    for _ in 0..60 {
        let ingest = &mut ingests[random.usize(..2)];
        let window = ingest.next(&ids);
        let first = mesh.take(window.clone()).await.unwrap();
        assert_eq!((first.counted, first.repeated), (4, false));
        sum += ingest.requests();
        // replies that are lost
        for _ in 0..random.usize(..3) {
            if random.u8(..4) == 0 {
                mesh = mesh.restart().await;
            }
            let again = mesh.take(window.clone()).await.unwrap();
            assert_eq!((again.counted, again.repeated), (0, true));
        }
        ingest.sequence += 1;
    }
    let mesh = mesh.restart().await;
    for id in &ids {
        assert_eq!(mesh.requests(id).await, [sum, STABLE * sum]);
    }
    mesh.stop().await;
}
