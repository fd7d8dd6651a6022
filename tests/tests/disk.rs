//! Disks that are full, folders that go away and bits that flip, under real processes: what can be
//! served is, what can't is named, and what was acknowledged stays.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options, ServiceName, SmallDisk, run};

fn on(data: &Path) -> Options {
    Options {
        data: Some(data.to_owned()),
        ..Options::default()
    }
}

/// Writes that both services are asked for: a document, and a rollout of a staged version.
async fn writes(mesh: &Mesh) -> [Answer; 2] {
    let put = mesh.put("/api/configs/billing/default", "a: 2").await;
    let rollout = json!({
        "app": "orders", "profile": "default", "from_version": "v1", "to_version": "v2",
    });
    [put, mesh.post("/api/rollouts", &rollout).await]
}

async fn prepare(mesh: &Mesh) {
    let put = mesh
        .put("/api/configs/orders/default?version=v1", "a: 1")
        .await;
    assert_eq!(put.status, 201, "{}", put.text());
    let staged = "/api/configs/orders/default?version=v2&stage_only=true";
    let staged = mesh.put(staged, "a: 9").await;
    assert!(staged.status < 300, "{}", staged.text());
}

async fn degradation(mesh: &Mesh, mode: Mode, service: ServiceName) -> String {
    let has = |health: &Value, name: &str| {
        let why = health["degradations"][name].as_str();
        why.map(str::to_owned)
    };
    if mode == Mode::One {
        let name = format!("{service}/store");
        let found = mesh.get_until("/health", |health| has(&health.json(), &name).is_some());
        return has(&found.await.json(), &name).unwrap();
    }
    let found = mesh.admin_until(service, "/health", |health| {
        has(&health.json(), "store").is_some()
    });
    has(&found.await.json(), "store").unwrap()
}

async fn assert_full(mesh: &Mesh, mode: Mode) {
    for answer in writes(mesh).await {
        assert_eq!(answer.status, 507, "{}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["code"], "STORE_FULL", "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("the disk is full"), "{detail}");
    }
    let server = format!("http://{}", mesh.http);
    let file = tempfile::NamedTempFile::with_suffix(".yml").unwrap();
    fs::write(file.path(), "a: 3").unwrap();
    let file = file.path().to_str().unwrap();
    let ran = run(
        "vortex",
        &["config", "put", "orders", "-f", file, "--server", &server],
    );
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.err.contains("STORE_FULL"), "{}", ran.err);
    assert!(
        ran.err.contains("make room on the server's disk"),
        "{}",
        ran.err
    );
    for service in storing() {
        let why = degradation(mesh, mode, service).await;
        assert!(why.contains("the disk is full"), "{why}");
    }
    assert_eq!(mesh.get("/health/ready").await.status, 200);
    assert_eq!(value(mesh).await, 1);
}

/// The services that keep something.
fn storing() -> impl Iterator<Item = ServiceName> {
    let all = ServiceName::ALL.into_iter();
    all.filter(|service| *service != ServiceName::Ingest)
}

/// What readers get.
async fn value(mesh: &Mesh) -> i64 {
    let read = mesh.get("/orders/default").await;
    assert_eq!(read.status, 200, "{}", read.text());
    let sources = read.json();
    sources["propertySources"][0]["source"]["a"]
        .as_i64()
        .unwrap()
}

async fn survive_a_full_disk(mode: Mode) {
    let Some(disk) = SmallDisk::mount(192) else {
        return;
    };
    let data = disk.path().join("data");
    let mut mesh = Mesh::start(mode, &on(&data));
    prepare(&mesh).await;
    disk.fill();
    assert_full(&mesh, mode).await;
    // without a byte left it starts as well, and lets go of what is old in vain
    let processes = mesh.processes.len().min(ServiceName::ALL.len());
    for service in storing().take(processes) {
        mesh.kill(service);
        mesh.start_again(service);
    }
    for path in ["/orders/default", "/api/breaker"] {
        // the gateway has to find them again
        mesh.get_until(path, |answer| answer.status == 200).await;
    }
    assert_full(&mesh, mode).await;
    disk.empty();
    let [put, rollout] = writes(&mesh).await;
    assert_eq!(rollout.status, 201, "{}", rollout.text());
    assert_eq!(put.status, 201, "{}", put.text());
    assert_eq!(value(&mesh).await, 1);
    for service in storing() {
        recovered(&mesh, mode, service).await;
    }
    mesh.stop();
}

async fn recovered(mesh: &Mesh, mode: Mode, service: ServiceName) {
    let name = match mode {
        Mode::One => format!("{service}/store"),
        Mode::Many => "store".to_owned(),
    };
    let is_well = |health: &Answer| health.json()["degradations"].get(&name).is_none();
    match mode {
        Mode::One => drop(mesh.get_until("/health", is_well).await),
        Mode::Many => drop(mesh.admin_until(service, "/health", is_well).await),
    }
}

#[tokio::test]
async fn one_process_on_a_full_disk_serves_reads_and_takes_writes_once_there_is_room() {
    survive_a_full_disk(Mode::One).await;
}

#[tokio::test]
async fn many_processes_on_a_full_disk_serve_reads_and_take_writes_once_there_is_room() {
    survive_a_full_disk(Mode::Many).await;
}

#[tokio::test]
async fn a_data_folder_that_was_moved_takes_no_writes_until_it_is_back() {
    let place = tempfile::tempdir().unwrap();
    let (data, elsewhere) = (place.path().join("data"), place.path().join("elsewhere"));
    let mut mesh = Mesh::start(Mode::One, &on(&data));
    prepare(&mesh).await;
    fs::rename(&data, &elsewhere).unwrap();
    for _ in 0..20 {
        let [put, rollout] = writes(&mesh).await;
        for answer in [put, rollout] {
            assert_eq!(answer.status, 503, "{}", answer.text());
            assert_eq!(answer.json()["code"], "UNAVAILABLE");
        }
    }
    let why = degradation(&mesh, Mode::One, ServiceName::Config).await;
    assert!(why.contains("is missing or was replaced"), "{why}");
    assert_eq!(value(&mesh).await, 1);
    fs::rename(&elsewhere, &data).unwrap();
    let put = mesh.put("/api/configs/orders/default", "a: 2").await;
    assert!(put.status < 300, "{}", put.text());
    mesh.kill(ServiceName::Config);
    mesh.start_again(ServiceName::Config);
    assert_eq!(value(&mesh).await, 2);
    mesh.stop();
}

/// As large as a document may be, so that a few of them make a table.
fn large(number: usize) -> String {
    format!(
        "a: {number}\n# document {number} {}\n",
        "x".repeat(1_000_000)
    )
}

#[tokio::test]
async fn a_document_whose_content_is_damaged_is_named_and_all_others_are_served() {
    const DOCUMENTS: usize = 14;
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let mut mesh = Mesh::start(Mode::One, &on(&data));
    for number in 0..DOCUMENTS {
        let path = format!("/api/configs/app{number}/default");
        let put = mesh.put(&path, &large(number)).await;
        assert_eq!(put.status, 201, "{}", put.text());
    }
    mesh.kill(ServiceName::Config);
    flip_a_bit(&data, "# document 3 ");
    mesh.start_again(ServiceName::Config);
    for number in 0..DOCUMENTS {
        let read = mesh.get(&format!("/app{number}/default")).await;
        if number != 3 {
            assert_eq!(read.status, 200, "{}", read.text());
            continue;
        }
        assert_eq!(read.status, 500, "{}", read.text());
        let problem = read.json();
        assert_eq!(problem["code"], "STORE_DAMAGED", "{problem}");
        assert_eq!(problem["path"], "app3.yml", "{problem}");
    }
    let told = |health: &Answer| {
        let health = health.json();
        let why = health["degradations"]["config-svc/contents"].as_str();
        why.is_some_and(|why| why.contains("app3.yml on main"))
    };
    mesh.get_until("/health", told).await;
    let put = mesh.put("/api/configs/app3/default", &large(3)).await;
    assert!(put.status < 300, "{}", put.text());
    let read = mesh.get("/app3/default").await;
    assert_eq!(read.status, 200, "{}", read.text());
    mesh.stop();
}

/// Flips a bit of a text in whichever of the store's tables it is.
fn flip_a_bit(data: &Path, text: &str) {
    let tables = data.join("config/db/keyspaces/1/tables");
    let mut flipped = 0;
    for table in fs::read_dir(tables).unwrap() {
        let table: PathBuf = table.unwrap().path();
        let mut bytes = fs::read(&table).unwrap();
        let found = bytes
            .windows(text.len())
            .position(|window| window == text.as_bytes());
        if let Some(at) = found {
            bytes[at + text.len() + 500] ^= 1;
            fs::write(table, bytes).unwrap();
            flipped += 1;
        }
    }
    assert_eq!(flipped, 1, "{text} is in {flipped} tables");
}
