//! Who reads, and which arm they get.

use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use vortex_gateway::Settings;
use vortex_proto::config::v1::{
    Arm, Assignment, ConfigChange, ExplainConfigRequest, ExplainConfigResponse,
    ExplainedAssignment, GetConfigRequest, GetConfigResponse, GetEnvironmentRequest,
    GetEnvironmentResponse, GetFileRequest, GetFileResponse, PropertySource, SplitUnit,
    WatchConfigRequest, watch_config_response::Event,
};

use crate::{
    mesh::{Mesh, Way, settings, start, start_with},
    views_stream::STORE,
    watch::until,
};

const VARY: &str = "X-Vortex-Instance, X-Vortex-Key, Authorization, X-API-Key, Accept";
/// `orders:secret`
const BASIC: &str = "Authorization: Basic b3JkZXJzOnNlY3JldA==";

fn assignment(unit: SplitUnit, arm: Arm) -> Assignment {
    Assignment {
        split: "r-1".into(),
        change: "v2".into(),
        generation: 3,
        arm: arm.into(),
        unit: unit.into(),
        forced: arm == Arm::Stable,
    }
}

fn configuration(assignments: Vec<Assignment>) -> GetConfigResponse {
    GetConfigResponse {
        config: "{}".into(),
        digest: "d".into(),
        token: format!("{STORE}:7"),
        assignments,
        ..GetConfigResponse::default()
    }
}

/// An environment of one arm.
fn environment(arm: Arm) -> GetEnvironmentResponse {
    let name = arm.as_str_name();
    GetEnvironmentResponse {
        sources: vec![PropertySource {
            name: name.into(),
            path: "orders.yml".into(),
            properties: "{}".into(),
        }],
        version: name.into(),
        etag: name.into(),
        assignments: vec![assignment(SplitUnit::Instance, arm)],
        ..GetEnvironmentResponse::default()
    }
}

fn still(arm: Arm) -> GetEnvironmentResponse {
    GetEnvironmentResponse {
        etag: arm.as_str_name().into(),
        not_modified: true,
        assignments: vec![assignment(SplitUnit::Instance, arm)],
        ..GetEnvironmentResponse::default()
    }
}

/// A mesh whose config-svc answers every read.
async fn mesh() -> Mesh {
    mesh_with(settings()).await
}

/// The same where each instance has a user of its own.
async fn by_user() -> Mesh {
    mesh_with(Settings {
        basic_user_is_instance: true,
        ..settings()
    })
    .await
}

async fn mesh_with(settings: Settings) -> Mesh {
    let settings = Settings {
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..settings
    };
    let mesh = start_with(settings, Way::InProcess).await;
    mesh.service
        .reply("get_environment", GetEnvironmentResponse::default());
    mesh.service.reply("get_file", GetFileResponse::default());
    mesh.service.reply("get_config", configuration(Vec::new()));
    mesh.service
        .reply("explain_config", ExplainConfigResponse::default());
    mesh
}

/// Reads `path` with headers, and gives the instance and key that config-svc was asked for.
async fn asked(mesh: &Mesh, path: &str, headers: &[&str]) -> (String, String) {
    mesh.send(&format!("GET {path}"), headers, "").await;
    let service = &mesh.service;
    if path.starts_with("/api/effective") {
        let asked: GetConfigRequest = service.asked("get_config");
        (asked.instance, asked.key)
    } else if path.starts_with("/api/explain") {
        let asked: ExplainConfigRequest = service.asked("explain_config");
        (asked.instance, asked.key)
    } else if path.starts_with("/api/watch") {
        let asked: WatchConfigRequest = service.asked("watch_config");
        (asked.instance, asked.key)
    } else if path.contains("/main/") {
        let asked: GetFileRequest = service.asked("get_file");
        (asked.instance, asked.key)
    } else {
        let asked: GetEnvironmentRequest = service.asked("get_environment");
        (asked.instance, asked.key)
    }
}

const SPRING: [&str; 3] = ["/orders/dev", "/orders-dev.yml", "/orders/dev/main/a.txt"];
const API: [&str; 3] = [
    "/api/effective/orders/dev",
    "/api/explain/orders/dev",
    "/api/watch/orders/dev",
];

#[tokio::test]
async fn every_read_says_who_reads() {
    let (mesh, by_user) = (mesh().await, by_user().await);
    let of = |instance: &str, key: &str| (instance.to_owned(), key.to_owned());
    for path in [SPRING, API].concat() {
        let both = ["X-Vortex-Instance: i-1", "X-Vortex-Key: k-1", BASIC];
        assert_eq!(asked(&mesh, path, &both).await, of("i-1", "k-1"), "{path}");
        // the user may be that of a whole team
        let basic = asked(&mesh, path, &[BASIC]).await;
        assert_eq!(basic, of("127.0.0.1", ""), "{path}");
        let basic = asked(&by_user, path, &[BASIC]).await;
        assert_eq!(basic, of("orders", ""), "{path}");
        assert_eq!(asked(&mesh, path, &[]).await, of("127.0.0.1", ""), "{path}");
        let behind = ["X-Forwarded-For: 198.51.100.1, 192.0.2.7"];
        let behind = asked(&mesh, path, &behind).await;
        assert_eq!(behind, of("192.0.2.7", ""), "{path}");
        let by_query = asked(&mesh, &format!("{path}?key=k-2"), &both).await;
        assert_eq!(by_query, of("i-1", "k-2"), "{path}");
    }
    for path in API {
        let tried = format!("{path}?instance=i-2");
        let tried = asked(&mesh, &tried, &["X-Vortex-Instance: i-1"]).await;
        assert_eq!(tried, of("i-2", ""), "{path}");
    }
}

#[tokio::test]
async fn nobody_is_believed_about_others_unless_trusted() {
    let mesh = start().await;
    for header in ["X-Forwarded-For: 192.0.2.7", "Forwarded: for=192.0.2.7"] {
        let (instance, _) = asked(&mesh, "/orders/dev", &[header]).await;
        assert_eq!(instance, "127.0.0.1", "{header}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_on_every_read() {
    let mesh = by_user().await;
    let long = "x".repeat(257);
    for path in [SPRING, API].concat() {
        for (header, field) in [
            (format!("X-Vortex-Instance: {long}"), "X-Vortex-Instance"),
            (format!("X-Vortex-Key: {long}"), "X-Vortex-Key"),
            ("Authorization: Basic ???".to_owned(), "Authorization"),
        ] {
            let answer = mesh.send(&format!("GET {path}"), &[&header], "").await;
            let problem = answer.problem(400, "INVALID_ARGUMENT");
            assert_eq!(problem["errors"][0]["field"], field, "{path}");
        }
        let answer = mesh.get(&format!("{path}?key={long}")).await;
        let problem = answer.problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], "key", "{path}");
    }
}

#[tokio::test]
async fn an_effective_configuration_says_which_arms_it_is_of_and_by_what() {
    let mesh = by_user().await;
    let read = async |unit, headers: &[&str], query: &str| {
        let assignments = vec![assignment(unit, Arm::Canary)];
        mesh.service.reply("get_config", configuration(assignments));
        let line = format!("GET /api/effective/orders/dev{query}");
        let answer = mesh.send(&line, headers, "").await;
        assert_eq!(answer.header("vary"), VARY);
        answer.json()
    };
    let answer = read(SplitUnit::Instance, &["X-Vortex-Instance: i-1"], "").await;
    assert_eq!(
        answer["assignments"],
        json!([{
            "split": "r-1", "change": "v2", "generation": 3, "arm": "canary", "unit": "instance",
            "forced": false,
        }])
    );
    assert_eq!(answer["unit"], "instance");
    assert_eq!(answer["key_from"], "instance");
    for (unit, headers, query, from) in [
        (SplitUnit::Instance, &[BASIC][..], "", "basic_user"),
        (SplitUnit::Instance, &[], "", "address"),
        (SplitUnit::Instance, &[], "?instance=i", "query"),
        (SplitUnit::Subject, &["X-Vortex-Key: k"], "", "key_header"),
        (SplitUnit::Subject, &["X-Vortex-Key: k"], "?key=l", "query"),
        (SplitUnit::Subject, &[BASIC], "", "none"),
    ] {
        let answer = read(unit, headers, query).await;
        assert_eq!(answer["key_from"], from, "{unit:?} {headers:?} {query}");
    }
}

#[tokio::test]
async fn where_a_view_has_too_many_splits_each_reader_is_watched_for_by_itself() {
    let mesh = mesh().await;
    let canary = vec![assignment(SplitUnit::Subject, Arm::Canary)];
    mesh.service
        .watched_by_reader(configuration(canary.clone()));
    for (place, key) in ["k-1", "k-2"].into_iter().enumerate() {
        let mut stream = TcpStream::connect(mesh.address).await.unwrap();
        let head = format!(
            "GET /api/watch/orders/dev HTTP/1.1\r\nHost: localhost\r\nX-Vortex-Key: {key}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let snapshot = until(&mut stream, "\n\n\r\n").await;
        assert!(
            snapshot.contains("\"key_from\":\"key_header\""),
            "{snapshot}"
        );
        // what it begins with, and what follows
        mesh.service.called("watch_config", 2 * (place + 1)).await;
        let asked: Vec<WatchConfigRequest> = mesh.service.all_asked("watch_config");
        let keys: Vec<_> = asked[2 * place..].iter().map(|asked| &*asked.key).collect();
        assert_eq!(keys, [key; 2]);
        let change = ConfigChange {
            patch: "[]".into(),
            digest: "e".into(),
            token: format!("{STORE}:{}", place + 8),
            assignments: canary.clone(),
            ..ConfigChange::default()
        };
        mesh.service.tell(Event::Change(change));
        let change = until(&mut stream, "\n\n").await;
        assert!(
            change.contains("\"assignments\":[{\"split\":\"r-1\""),
            "{change}"
        );
    }
}

#[tokio::test]
async fn an_explanation_says_how_each_split_came_to_its_arm() {
    let mesh = mesh().await;
    let explained = |unit, bucket| ExplainedAssignment {
        assignment: Some(assignment(unit, Arm::Stable)),
        percentage: 25.0,
        bucket,
    };
    let explanation = ExplainConfigResponse {
        assignments: vec![
            explained(SplitUnit::Instance, Some(2_500)),
            explained(SplitUnit::Subject, None),
        ],
        ..ExplainConfigResponse::default()
    };
    mesh.service.reply("explain_config", explanation);
    let answer = mesh.get("/api/explain/orders/dev").await.json();
    let expected = |unit, bucket: Option<u32>| {
        json!({
            "split": "r-1", "change": "v2", "generation": 3, "arm": "stable", "unit": unit,
            "forced": true,
            "percentage": 25.0, "bucket": bucket,
        })
    };
    assert_eq!(
        answer["assignments"],
        json!([expected("instance", Some(2_500)), expected("subject", None)])
    );
}

#[tokio::test]
async fn nobody_is_answered_with_what_another_arm_gets() {
    let mesh = mesh().await;
    let read = async |reply: GetEnvironmentResponse| {
        let status = match reply.not_modified {
            true => "still",
            false => "sent",
        };
        mesh.service.reply("get_environment", reply);
        let answer = mesh.get("/orders/dev").await;
        assert_eq!(
            (answer.status, answer.header("vary")),
            (200, VARY),
            "{status}"
        );
        let asked: GetEnvironmentRequest = mesh.service.asked("get_environment");
        let held = [vec![asked.if_none_match], asked.also_held].concat();
        let version = answer.header("x-vortex-version").to_owned();
        let name = answer.json()["propertySources"][0]["name"].clone();
        assert_eq!(name, version);
        (version, held)
    };
    let (stable, canary) = (Arm::Stable.as_str_name(), Arm::Canary.as_str_name());
    let got = |version: &str, held: &[&str]| {
        let held = held.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>();
        (version.to_owned(), held)
    };
    assert_eq!(read(environment(Arm::Stable)).await, got(stable, &[""]));
    assert_eq!(read(environment(Arm::Canary)).await, got(canary, &[stable]));
    let both = [canary, stable];
    assert_eq!(read(still(Arm::Stable)).await, got(stable, &both));
    assert_eq!(read(still(Arm::Canary)).await, got(canary, &both));
    assert_eq!(read(still(Arm::Stable)).await, got(stable, &both));
}

#[tokio::test]
async fn an_answer_that_is_not_held_is_never_guessed() {
    let mesh = mesh().await;
    for arm in [Arm::Stable, Arm::Canary] {
        mesh.service.reply("get_environment", environment(arm));
        mesh.get("/orders/dev").await;
    }
    for etag in ["other", ""] {
        let unknown = GetEnvironmentResponse {
            etag: etag.into(),
            ..still(Arm::Stable)
        };
        mesh.service.reply("get_environment", unknown);
        mesh.get("/orders/dev").await.problem(500, "INTERNAL");
        // and the next is asked for whole
        for arm in [Arm::Stable, Arm::Canary] {
            mesh.service.reply("get_environment", environment(arm));
            assert_eq!(mesh.get("/orders/dev").await.status, 200);
        }
    }
}
