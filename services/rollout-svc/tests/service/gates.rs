//! Queries and webhooks, over a provider and a receiver that say what they are told.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use vortex_notify::signature;
use vortex_proto::rollout::v1::{self as pb, RolloutState, Verdict};

use crate::mesh::{Mesh, refusal, rollout};

const SECRET: &str = "a secret of twenty b";

/// What is answered.
#[derive(Clone, Default)]
struct Says {
    inner: Arc<Mutex<Said>>,
}

#[derive(Default)]
struct Said {
    /// The answer to each query that holds a text.
    values: Vec<(String, Value)>,
    /// The answer of the webhook: its status and its body; none hangs.
    decision: Option<(u16, String)>,
    queries: Vec<String>,
    asked: Vec<(HeaderMap, String)>,
    credentials: Vec<String>,
}

/// A provider and a webhook, and the file that allows them.
struct Others {
    folder: TempDir,
    says: Says,
    address: SocketAddr,
}

impl Others {
    async fn start() -> Self {
        let says = Says::default();
        let routes = Router::new()
            .route("/api/v1/query", post(value))
            .route("/gate", post(decide))
            .with_state(says.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            folder: tempfile::tempdir().unwrap(),
            says,
            address,
        }
    }

    fn file(&self) -> PathBuf {
        let write = |name: &str, text: &str| {
            let file = self.folder.path().join(name);
            fs::write(&file, text).unwrap();
            file
        };
        write("token", "a-token\n");
        write("secret", SECRET);
        let address = self.address;
        write(
            "gates.yml",
            &format!(
                "providers:\n\
                 - {{name: main, url: 'http://{address}', token_file: token, timeout: 1s}}\n\
                 - {{name: gone, url: 'http://127.0.0.1:1'}}\n\
                 webhooks:\n  hosts: ['{address}', '127.0.0.1:1']\n  secret_file: secret\n  \
                 timeout: 300ms\n"
            ),
        )
    }

    fn value(&self, of: &str, result: Value) {
        let mut said = self.says.inner.lock().unwrap();
        said.values.retain(|(query, _)| query != of);
        said.values.push((of.to_owned(), result));
    }

    fn decide(&self, status: u16, body: &str) {
        let mut said = self.says.inner.lock().unwrap();
        said.decision = Some((status, body.to_owned()));
    }

    fn url(&self) -> String {
        format!("http://{}/gate", self.address)
    }
}

async fn value(State(says): State<Says>, headers: HeaderMap, form: String) -> Response {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect();
    let query = pairs.iter().find(|(name, _)| name == "query");
    let query = query.unwrap().1.clone();
    let mut said = says.inner.lock().unwrap();
    said.queries.push(query.clone());
    let credentials = headers.get(header::AUTHORIZATION);
    let credentials = credentials.map(|value| value.to_str().unwrap().to_owned());
    said.credentials.extend(credentials);
    let found = said.values.iter().find(|(of, _)| query.contains(of));
    let result = found.map_or(json!([]), |(_, result)| result.clone());
    let data = json!({"resultType": "vector", "result": result});
    axum::Json(json!({"status": "success", "data": data})).into_response()
}

async fn decide(State(says): State<Says>, headers: HeaderMap, body: String) -> Response {
    let decision = {
        let mut said = says.inner.lock().unwrap();
        said.asked.push((headers, body));
        said.decision.clone()
    };
    match decision {
        Some((status, location)) if (300..400).contains(&status) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [(header::LOCATION, location)]).into_response()
        }
        Some((status, body)) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        None => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
    }
}

fn series(value: &str) -> Value {
    json!([{"metric": {}, "value": [1, value]}])
}

async fn mesh(file: &Path) -> Mesh {
    let gates = file.to_str().unwrap().parse().unwrap();
    let mesh = Mesh::over(0, 0, move |settings| {
        settings.gates.gates = Some(Clone::clone(&gates));
    })
    .await;
    mesh.stage("orders").await;
    mesh
}

fn query(name: &str, max: Option<f64>, max_ratio: Option<f64>) -> pb::QueryGate {
    pb::QueryGate {
        name: name.to_owned(),
        provider: "main".to_owned(),
        query: format!("{name}{{arm=\"{{{{arm}}}}\",app=\"{{{{app}}}}\",v=\"{{{{version}}}}\"}}"),
        max,
        max_ratio,
        ..pb::QueryGate::default()
    }
}

/// A rollout that is judged by these alone.
fn judged(queries: Vec<pb::QueryGate>, webhooks: Vec<pb::WebhookGate>) -> pb::CreateRolloutRequest {
    let mut plan = rollout("orders");
    // a round has to fit into it, also where others work
    let interval = prost_types::Duration {
        seconds: 0,
        nanos: 300_000_000,
    };
    plan.analysis.get_or_insert_default().interval = Some(interval);
    pb::CreateRolloutRequest {
        thresholds: Some(pb::Thresholds {
            min_requests: Some(0),
            ..plan.thresholds.unwrap_or_default()
        }),
        queries,
        webhooks,
        start: true,
        ..plan
    }
}

/// The rollout once it has paused; if it was before, after a resume.
async fn paused_again(mesh: &Mesh, id: &str) -> pb::Rollout {
    if mesh.get(id).await.state() == RolloutState::Paused {
        let request = pb::ResumeRolloutRequest {
            id: id.to_owned(),
            ..Default::default()
        };
        let mut rollouts = mesh.rollouts.clone();
        rollouts.resume_rollout(request).await.unwrap();
    }
    mesh.wait_for(id, RolloutState::Paused).await
}

fn webhook(url: String) -> pb::WebhookGate {
    pb::WebhookGate {
        name: "smoke".to_owned(),
        url,
    }
}

#[tokio::test]
async fn a_canary_whose_query_says_so_is_completed() {
    let others = Others::start().await;
    others.value("canary", series("0.01"));
    others.value("stable", series("0.01"));
    let mesh = mesh(&others.file()).await;
    let plan = judged(vec![query("rate", Some(0.05), Some(1.5))], Vec::new());
    let created = mesh.create(plan.clone()).await;
    mesh.wait_for(&created.id, RolloutState::Completed).await;
    let ended = mesh.get(&created.id).await;
    assert_eq!(ended.queries.len(), 1);
    assert_eq!(ended.queries[0].query, plan.queries[0].query);
    {
        let said = others.says.inner.lock().unwrap();
        let asked = r#"rate{arm="canary",app="orders",v="v2"}"#.to_owned();
        assert!(said.queries.contains(&asked), "{:?}", said.queries);
        assert!(
            said.credentials
                .iter()
                .all(|given| given == "Bearer a-token")
        );
    }
    let metrics = mesh.metrics();
    let counted = r#"vortex_rollout_queries_total{provider="main",result="value"}"#;
    assert!(metrics.contains(counted), "{metrics}");
    mesh.stop().await;
}

#[tokio::test]
async fn a_canary_whose_query_says_otherwise_is_rolled_back() {
    let others = Others::start().await;
    others.value("canary", series("0.04"));
    others.value("stable", series("0.01"));
    let mesh = mesh(&others.file()).await;
    let plan = judged(vec![query("rate", Some(0.05), Some(1.5))], Vec::new());
    let created = mesh.create(plan).await;
    let ended = mesh.wait_for(&created.id, RolloutState::RolledBack).await;
    let told = "2 slices in a row failed: query rate: 0.04 in orders, above 0.015, since stable has \
                0.01";
    assert_eq!(ended.reason, told);
    let audit = mesh.audit(&created.id).await;
    let mut evidence = audit.last().unwrap().evidence.iter();
    let gate = evidence.find(|gate| gate.gate == "query").unwrap();
    assert_eq!((gate.gate.as_str(), gate.name.as_str()), ("query", "rate"));
    assert_eq!((gate.canary, gate.stable), (Some(0.04), Some(0.01)));
    assert_eq!(
        (gate.threshold, gate.verdict()),
        (Some(0.015), Verdict::Fail)
    );
    mesh.stop().await;
}

#[tokio::test]
async fn what_has_no_value_pauses_and_says_why() {
    let others = Others::start().await;
    let mesh = mesh(&others.file()).await;
    let mut plan = judged(vec![query("rate", Some(0.05), None)], Vec::new());
    plan.analysis.get_or_insert_default().no_data_limit = Some(2);
    let id = mesh.create(plan).await.id;
    for (result, why) in [
        (json!([]), "query rate: no value of the canary in orders"),
        (
            series("NaN"),
            "query rate: the value of the canary in orders is not a number",
        ),
    ] {
        others.value("canary", result);
        let paused = paused_again(&mesh, &id).await;
        assert_eq!(
            paused.reason,
            format!("2 slices in a row had no data: {why}")
        );
    }
    mesh.stop().await;
}

#[tokio::test]
async fn a_provider_that_is_away_pauses_and_is_named_in_health() {
    let others = Others::start().await;
    let mesh = mesh(&others.file()).await;
    let gone = pb::QueryGate {
        provider: "gone".to_owned(),
        ..query("rate", Some(0.05), None)
    };
    let created = mesh.create(judged(vec![gone], Vec::new())).await;
    let paused = mesh.wait_for(&created.id, RolloutState::Paused).await;
    let told = "in 5 slices in a row a query or a webhook had no answer: query rate: no answer for \
                orders: it has not answered since ";
    assert!(paused.reason.starts_with(told), "{}", paused.reason);
    assert!(
        paused.reason.contains("Connection refused"),
        "{}",
        paused.reason
    );
    let told = &mesh.degradations()["provider gone"];
    assert!(told.starts_with("it has not answered since "), "{told}");
    assert_eq!(mesh.analysis(&created.id).await.unanswered, 5);
    mesh.stop().await;
}

#[tokio::test]
async fn a_query_with_many_values_is_no_answer() {
    let others = Others::start().await;
    let two = json!([{"metric": {}, "value": [1, "0"]}, {"metric": {}, "value": [1, "0"]}]);
    others.value("canary", two);
    let mesh = mesh(&others.file()).await;
    let created = mesh
        .create(judged(vec![query("rate", Some(0.05), None)], Vec::new()))
        .await;
    let paused = mesh.wait_for(&created.id, RolloutState::Paused).await;
    let why = "it has 2 series: one is needed, as sum() gives it";
    assert!(paused.reason.ends_with(why), "{}", paused.reason);
    // the provider is well
    assert!(mesh.degradations().is_empty());
    mesh.stop().await;
}

#[tokio::test]
async fn a_webhook_is_told_of_the_slice_and_decides() {
    let others = Others::start().await;
    others.decide(200, r#"{"decision": "pass", "message": "all well"}"#);
    let mesh = mesh(&others.file()).await;
    let created = mesh
        .create(judged(Vec::new(), vec![webhook(others.url())]))
        .await;
    mesh.wait_for(&created.id, RolloutState::Completed).await;
    let ended = mesh.get(&created.id).await;
    assert_eq!(ended.webhooks, [webhook(others.url())]);
    let (headers, body) = others.says.inner.lock().unwrap().asked[0].clone();
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["rollout"], created.id);
    assert_eq!(told["gate"], "smoke");
    assert_eq!(told["app"], "orders");
    assert_eq!(told["canary_version"], "v2");
    assert_eq!(told["stable_version"], "v1");
    assert_eq!(told["figures"]["canary"]["requests"], 0);
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-vortex-delivery"), told["id"]);
    let second = header("x-vortex-timestamp").parse().unwrap();
    let expected = signature(SECRET.as_bytes(), second, body.as_bytes());
    assert_eq!(header("x-vortex-signature"), expected);
    mesh.stop().await;
}

#[tokio::test]
async fn a_webhook_that_fails_rolls_back() {
    let others = Others::start().await;
    others.decide(200, r#"{"decision": "fail", "message": "it burns"}"#);
    let mesh = mesh(&others.file()).await;
    let created = mesh
        .create(judged(Vec::new(), vec![webhook(others.url())]))
        .await;
    let ended = mesh.wait_for(&created.id, RolloutState::RolledBack).await;
    let told = "2 slices in a row failed: webhook smoke: fails orders: it burns";
    assert_eq!(ended.reason, told);
    mesh.stop().await;
}

#[tokio::test]
async fn what_is_no_decision_pauses() {
    let others = Others::start().await;
    let elsewhere = "https://elsewhere.example.com/".to_owned();
    let cases = [
        (
            Some((302, elsewhere)),
            "it answered 302 Found: redirects are not followed",
        ),
        (None, "no whole answer within "),
        (
            Some((200, "yes".to_owned())),
            "its answer is not one such as ",
        ),
        (
            Some((200, "x".repeat(70_000))),
            "its answer has more than 65536 bytes",
        ),
        (
            Some((503, String::new())),
            "it answered 503 Service Unavailable",
        ),
    ];
    let mesh = mesh(&others.file()).await;
    let id = mesh
        .create(judged(Vec::new(), vec![webhook(others.url())]))
        .await
        .id;
    for (decision, why) in cases {
        others.says.inner.lock().unwrap().decision = decision;
        let paused = paused_again(&mesh, &id).await;
        assert!(paused.reason.contains(why), "{}", paused.reason);
    }
    {
        // attempts of one round have one id
        let said = others.says.inner.lock().unwrap();
        let mut ids: Vec<_> = said
            .asked
            .iter()
            .map(|(headers, _)| &headers["x-vortex-delivery"])
            .collect();
        let all = ids.len();
        ids.dedup();
        assert!(ids.len() < all, "nothing was asked again");
    }
    mesh.stop().await;
}

#[tokio::test]
async fn what_can_not_be_asked_is_refused_by_its_field() {
    let others = Others::start().await;
    let mesh = mesh(&others.file()).await;
    let of_query = |change: fn(&mut pb::QueryGate)| {
        let mut query = query("rate", Some(0.05), None);
        change(&mut query);
        judged(vec![query], Vec::new())
    };
    let of_webhook = |url: &str| judged(Vec::new(), vec![webhook(url.to_owned())]);
    let allowed = others.url();
    let cases = [
        (
            of_query(|query| query.provider = "other".to_owned()),
            "queries[0].provider",
        ),
        (
            of_query(|query| query.query = "x{{arm}}".to_owned()),
            "queries[0].query",
        ),
        (
            of_query(|query| query.query = "x{a=\"{{a}}\"}".to_owned()),
            "queries[0].query",
        ),
        (of_query(|query| query.max = None), "queries[0].max"),
        (
            of_query(|query| query.max = Some(f64::NAN)),
            "queries[0].max",
        ),
        (
            of_query(|query| query.name = "a b".to_owned()),
            "queries[0].name",
        ),
        (of_query(|query| query.no_value = 9), "queries[0].no_value"),
        (
            of_webhook("https://elsewhere.example.com/"),
            "webhooks[0].url",
        ),
        (
            of_webhook(&allowed.replace("http://", "ftp://")),
            "webhooks[0].url",
        ),
        (of_webhook(""), "webhooks[0].url"),
        (judged(Vec::new(), Vec::new()), "thresholds.min_requests"),
        (
            judged(vec![query("rate", None, Some(1.5))], Vec::new()),
            "thresholds.min_requests",
        ),
    ];
    for (plan, field) in cases {
        let refused = refusal(mesh.rollouts.clone().create_rollout(plan)).await;
        let fields: Vec<&str> = refused.fields().iter().map(|wrong| &*wrong.field).collect();
        assert_eq!(fields, [field], "{refused}");
    }
    mesh.stop().await;
}

#[tokio::test]
async fn gates_are_there_after_a_restart() {
    let others = Others::start().await;
    let mesh = mesh(&others.file()).await;
    let plan = judged(
        vec![query("rate", Some(0.05), Some(1.5))],
        vec![webhook(others.url())],
    );
    others.decide(200, r#"{"decision": "wait"}"#);
    others.value("canary", series("0.01"));
    others.value("stable", series("0.01"));
    let created = mesh.create(plan).await;
    mesh.confirmed(&created.id).await;
    let before = mesh.get(&created.id).await;
    assert_eq!((before.queries.len(), before.webhooks.len()), (1, 1));
    let mesh = mesh.restart().await;
    let after = mesh.get(&created.id).await;
    assert_eq!(after.queries, before.queries);
    assert_eq!(after.webhooks, before.webhooks);
    others.decide(200, r#"{"decision": "pass"}"#);
    mesh.wait_for(&created.id, RolloutState::Completed).await;
    mesh.stop().await;
}
