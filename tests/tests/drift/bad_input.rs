//! Reports that are wrong, at real processes.

use serde_json::{Value, json};
use vortex_proto::{
    heartbeat::v1::{
        self as pb, heartbeat_service_client::HeartbeatServiceClient, report_result::Result as Of,
    },
    rollout::v1 as rollout,
};
use vortex_tests::{Answer, Mesh, Mode, Options, ServiceName};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_refused_by_its_field_or_taken_and_counted() {
    let mesh = Mesh::start(Mode::Many, &Options::quick());
    let path = "/api/configs/orders/prod?version=v1";
    let written = mesh.put(path, "size: 1\n").await;
    assert_eq!(written.status, 201, "{}", written.text());
    refused(&mesh).await;
    sketches(&mesh).await;
    taken(&mesh).await;
    a_boot_from_the_future(&mesh).await;
    mesh.stop();
}

fn beat(instance: &str) -> Value {
    json!({"app": "orders", "profile": "prod", "instance_id": instance, "version": "v1"})
}

async fn refused(mesh: &Mesh) {
    for (path, body, said) in [
        ("/heartbeat", beat(""), "instance_id"),
        ("/heartbeat", beat(&"x".repeat(257)), "instance_id"),
        ("/heartbeat", json!({"app": "", "instance_id": "a"}), "app"),
        ("/api/heartbeats", vec![beat("a"); 1_001].into(), "1001"),
    ] {
        let answer = mesh.post(path, &body).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains(said), "{detail}");
    }
    let no_text = br#"{"app": "orders", "instance_id": "#;
    let no_text = [&no_text[..], b"\"\xff\"}"].concat();
    let request = mesh.request("POST", "/heartbeat").body(no_text);
    let answer = mesh
        .send(request.header("content-type", "application/json"))
        .await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let standing = mesh.get("/api/drift/orders/prod").await.json();
    assert_eq!(standing["total"], 0, "{standing}");
}

/// Of a batch those with sketches of no sense are refused, and the others taken.
async fn sketches(mesh: &Mesh) {
    let ingest = mesh.services[ServiceName::Ingest].channel();
    let nan = rollout::DdSketch {
        zero_count: f64::NAN,
        ..sketch()
    };
    let negative = rollout::DdSketch {
        negative_values: Some(rollout::Store {
            contiguous_bin_counts: vec![1.0],
            ..Default::default()
        }),
        ..sketch()
    };
    let less_than_none = rollout::DdSketch {
        zero_count: -1.0,
        ..sketch()
    };
    let given = [sketch(), nan, negative, less_than_none, sketch()];
    let request = pb::ReportBatchRequest {
        heartbeats: given.map(heartbeat).into(),
    };
    let mut ingest = HeartbeatServiceClient::new(ingest);
    let answer = ingest.report_batch(request).await.unwrap().into_inner();
    let results = answer.results.into_iter();
    let refused = results.map(|result| match result.result.unwrap() {
        Of::Reply(_) => String::new(),
        Of::Refused(refused) => refused.message,
    });
    let refused: Vec<String> = refused.collect();
    let [first, wrong @ .., last] = &refused[..] else {
        panic!("{refused:?}");
    };
    assert!(first.is_empty() && last.is_empty(), "{refused:?}");
    assert!(wrong.iter().all(|why| why.contains("sketch")), "{wrong:?}");
}

fn sketch() -> rollout::DdSketch {
    rollout::DdSketch {
        mapping: Some(rollout::IndexMapping {
            gamma: 1.02,
            ..Default::default()
        }),
        zero_count: 1.0,
        ..Default::default()
    }
}

fn heartbeat(sketch: rollout::DdSketch) -> pb::Heartbeat {
    pb::Heartbeat {
        fleet: Some(pb::Fleet {
            app: "measured".to_owned(),
            ..Default::default()
        }),
        instance_id: "a".to_owned(),
        measured: vec![pb::Measured {
            requests: 1,
            sketch: Some(sketch),
            ..Default::default()
        }],
        ..Default::default()
    }
}

async fn taken(mesh: &Mesh) {
    let with = |instance: &str, more: Value| {
        let mut beat = beat(instance);
        let more = more.as_object().unwrap().clone();
        beat.as_object_mut().unwrap().extend(more);
        beat
    };
    let nobody = "0123456789abcdef";
    let reports = json!([
        // an application that nobody has written configuration for
        {"app": "stranger", "instance_id": "s", "version": "v9"},
        with("ancient", json!({"sent_at": "1970-01-01T00:00:00Z"})),
        with("future", json!({"sent_at": "9999-12-30T00:00:00Z"})),
        with("long", json!({"metadata": {"host": "h".repeat(10_000)}})),
        // three are missed, and one comes twice
        with("gaps", json!({"boot_id": 1, "sequence": 1})),
        with("gaps", json!({"boot_id": 1, "sequence": 5})),
        with("gaps", json!({"boot_id": 1, "sequence": 5})),
        // one id in two places
        with("twice", json!({"boot_id": 7, "sequence": 1})),
        with("twice", json!({"boot_id": 9, "sequence": 1})),
        with("twice", json!({"boot_id": 7, "sequence": 2})),
        with("measures", json!({"metrics": [
            {"split": nobody, "arm": "canary", "generation": 1, "requests": 1, "errors": 0},
        ]})),
    ]);
    let answer = mesh.post("/api/heartbeats", &reports).await;
    let results = answer.json();
    assert_eq!(answer.status, 200, "{results}");
    let all = results.as_array().unwrap();
    assert!(all.iter().all(|one| one.get("code").is_none()), "{results}");
    let unknown = |answer: &Answer| answer.json()["states"]["unknown_version"] == 1;
    mesh.get_until("/api/drift/stranger/default", unknown).await;
    let instance = async |id: &str, holds: fn(&Value) -> bool| {
        let path = format!("/api/instances/orders/prod/{id}");
        let is_there = |answer: &Answer| answer.status == 200 && holds(&answer.json());
        mesh.get_until(&path, is_there).await;
    };
    instance("ancient", |_| true).await;
    instance("future", |_| true).await;
    instance("long", |one| {
        one["metadata"]["host"].as_str().unwrap().len() == 256
    })
    .await;
    instance("twice", |one| {
        one["shared_id"] == true && one["boot_id"] == 9
    })
    .await;
    for (service, counted) in [
        (ServiceName::Ingest, "vortex_heartbeats_clock_off_total 2"),
        (
            ServiceName::Ingest,
            r#"vortex_heartbeats_out_of_order_total{order="gap"} 3"#,
        ),
        (
            ServiceName::Ingest,
            r#"vortex_heartbeats_out_of_order_total{order="repeat"} 1"#,
        ),
        (
            ServiceName::Ingest,
            r#"vortex_heartbeats_out_of_order_total{order="older_life"} 1"#,
        ),
        (
            ServiceName::Rollout,
            r#"vortex_rollout_window_figures_total{result="unknown"} 1"#,
        ),
    ] {
        let is_counted = |answer: &Answer| answer.text().lines().any(|line| line == counted);
        mesh.admin_until(service, "/metrics", is_counted).await;
    }
}

/// One whose clock was ahead is missed, and then known by its next life.
async fn a_boot_from_the_future(mesh: &Mesh) {
    let path = "/api/instances/orders/prod/ahead";
    let mut beat = beat("ahead");
    beat["boot_id"] = json!(u64::MAX);
    for (boot, state) in [(u64::MAX, "in_sync"), (u64::MAX, "stale"), (1, "in_sync")] {
        if state == "in_sync" {
            beat["boot_id"] = json!(boot);
            let answer = mesh.post("/heartbeat", &beat).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let stands = |answer: &Answer| {
            answer.status == 200
                && answer.json()["state"] == state
                && answer.json()["boot_id"] == boot
        };
        mesh.get_until(path, stands).await;
    }
}
