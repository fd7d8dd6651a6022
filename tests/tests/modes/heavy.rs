//! Documents that take long to answer with.

use std::fmt::Write as _;

use serde_json::json;
use tokio::task::JoinSet;
use vortex_tests::{Answer, Mesh, Mode, ServiceName, peak};

use super::{code, mesh};

/// Readers of one answer at once: computed on the threads that answer, they would keep every
/// other request waiting for minutes.
const AT_ONCE: usize = 24;
/// Bytes that a process may come to hold: some answers of 16 MiB, and what they are made of.
const MOST_BYTES: u64 = 512 << 20;

/// A document of some 31 KB, with 2,000 readers, that stands for 157 MB.
fn bomb(readers: usize) -> String {
    let mut text = format!(
        "x: \"a\"\ny1: \"{}\"\ny2: \"{}\"\n",
        "${x}".repeat(280),
        "${y1}".repeat(280)
    );
    for reader in 0..readers {
        writeln!(text, "r{reader}: \"${{y2}}\"").unwrap();
    }
    text
}

/// One with a value of 22 MB, and one of texts that have to be parsed each.
fn variants() -> [String; 2] {
    let long = bomb(0) + &format!("y3: \"{}\"\nr: \"${{y3}}\"\n", "${y2}".repeat(280));
    let mut lists = bomb(0).replace("x: \"a\"", "x: \"${none:1,}\"");
    for reader in 0..2_000 {
        writeln!(lists, "r{reader}: \"${{none:[}}${{y2}}]\"").unwrap();
    }
    [long, lists]
}

pub(super) async fn no_document_keeps_others_waiting(mode: Mode) {
    let mesh = mesh(mode);
    let [long, lists] = variants();
    for (app, text) in [
        ("small", bomb(2_000)),
        ("large", bomb(6_000)),
        ("long", long),
        ("lists", lists),
    ] {
        let path = format!("/api/configs/{app}/default");
        assert_eq!(mesh.put(&path, &text).await.status, 201);
        for form in [
            format!("/{app}-default.yml"),
            format!("/{app}-default.json"),
            format!("/{app}-default.properties"),
            format!("/{app}/default/main/{app}.yml"),
        ] {
            let answers = while_probed(&mesh, &vec![form.clone(); AT_ONCE]).await;
            for answer in &answers {
                let code = code(answer);
                // those behind too many others are refused at once or at their deadline; on a slow
                // machine that may be all of them
                let expected = [
                    (413, "ANSWER_TOO_LARGE"),
                    (503, "OVERLOADED"),
                    (504, "DEADLINE_EXCEEDED"),
                ];
                assert!(
                    expected.contains(&(answer.status, &code)),
                    "{form}: {answer:?}"
                );
            }
        }
    }
    for process in &mesh.processes {
        let peak = peak(process.id());
        assert!(peak < MOST_BYTES, "{} held {peak} bytes", process.name());
    }
    mesh.stop();
}

/// Asks for all paths at once, and for the health of the process until all are answered.
async fn while_probed(mesh: &Mesh, paths: &[String]) -> Vec<Answer> {
    let mut asked = JoinSet::new();
    for path in paths {
        let request = mesh.request("GET", path);
        asked.spawn(answer(request));
    }
    let mut answers = Vec::new();
    while answers.len() < paths.len() {
        for probe in ["/health/live", "/health/ready", "/health"] {
            assert_eq!(mesh.get(probe).await.status, 200, "{probe}");
            let of_config = mesh.admin(ServiceName::Config, probe).await;
            assert_eq!(of_config.status, 200, "{probe}");
        }
        while let Some(answered) = asked.try_join_next() {
            answers.push(answered.unwrap());
        }
    }
    answers
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.bytes().await.unwrap().to_vec(),
    }
}

/// Close to the largest document there may be, with as many placeholders as it has room for.
fn honest() -> String {
    let mut text = String::from("base: \"${host}:8080\"\nhost: a.example.org\n");
    for at in 0..25_000 {
        writeln!(text, "section{}.key{at}: \"${{base}}/{at}\"", at % 100).unwrap();
    }
    text
}

pub(super) async fn large_documents_are_answered_in_every_form(mode: Mode) {
    let mesh = mesh(mode);
    let text = honest();
    let path = "/api/configs/orders/default?version=";
    assert_eq!(mesh.put(&format!("{path}v1"), &text).await.status, 201);
    let moved = text.replace(":8080", ":8081");
    assert_eq!(mesh.put(&format!("{path}v2"), &moved).await.status, 201);
    let paths = [
        "/orders/default",
        "/orders-default.yml",
        "/orders-default.json",
        "/orders-default.properties",
        "/orders/default/main/orders.yml",
        "/api/effective/orders/default",
        "/api/explain/orders/default",
        "/api/configs/orders/default/diff?from=v1&to=v2",
    ];
    for path in paths {
        let answers = while_probed(&mesh, &[path.to_owned()]).await;
        assert_eq!(answers[0].status, 200, "{path}: {}", code(&answers[0]));
    }
    let last = mesh.get("/orders-default.json").await.json();
    assert_eq!(last["section99"]["key24999"], "a.example.org:8081/24999");
    let diff = mesh.get(paths[7]).await.json();
    let replaced = json!([{"op": "replace", "path": "/base", "value": "${host}:8081"}]);
    assert_eq!(diff["patch"], replaced);
    mesh.stop();
}

pub(super) async fn an_end_does_not_wait_for_what_is_computed(mode: Mode) {
    let mesh = mesh(mode);
    let path = "/api/configs/orders/default";
    assert_eq!(mesh.put(path, &honest()).await.status, 201);
    let mut asked = JoinSet::new();
    for _ in 0..AT_ONCE {
        let request = mesh.request("GET", "/orders-default.yml");
        asked.spawn(async move { drop(request.send().await) });
    }
    mesh.get("/health/live").await;
    mesh.stop();
    asked.join_all().await;
}
