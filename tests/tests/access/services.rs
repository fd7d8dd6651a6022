//! What services show each other in their own work.

use std::{fs, net::TcpListener};

use serde_json::json;
use vortex_tests::{Mesh, Mode, Options, run};

#[test]
fn a_service_without_a_key_of_its_own_does_not_start() {
    for service in ["rollout-svc", "gateway"] {
        let ran = run(service, &["--require-keys"]);
        assert_eq!(ran.code, 1, "{service}: {ran:?}");
        assert!(ran.err.contains("--service-key-file"), "{service}: {ran:?}");
    }
}

#[test]
fn what_is_no_key_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let path = file.to_str().unwrap();
    let start = || {
        let port = ["--http", "127.0.0.1:0", "--service-key-file", path];
        run("gateway", &port)
    };
    let ran = start();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("can't be read"), "{ran:?}");
    fs::write(&file, "not-a-key-but-perhaps-a-secret").unwrap();
    let ran = start();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("is not valid"), "{ran:?}");
    assert!(!ran.err.contains("perhaps-a-secret"), "{ran:?}");
    fs::write(&file, vec![b'x'; 2_000_000]).unwrap();
    let ran = start();
    assert!(ran.err.contains("too long"), "{ran:?}");
}

#[test]
fn a_process_that_is_shown_keys_in_clear_says_so_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, data) = (path("key"), path("data"));
    fs::write(&key, run("vortex", &["key", "generate"]).out).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    // no machine has this address, which is for documents alone
    for (http, warnings) in [("192.0.2.1:8080", 1), (&*taken, 0)] {
        let gateway = ["--http", http, "--require-keys", "--service-key-file", &key];
        let up = [
            "up",
            "--http",
            http,
            "--secure",
            "--grpc-base",
            "0",
            "--data",
            &data,
        ];
        for (program, arguments) in [("gateway", &gateway[..]), ("vortex", &up)] {
            let ran = run(program, arguments);
            assert_ne!(ran.code, 0, "{ran:?}");
            let told = ran.out.clone() + &ran.err;
            let said = told.matches("without encryption").count();
            assert_eq!(said, warnings, "{program} {http}: {ran:?}");
        }
    }
}

/// The file that all services have is replaced by another key's: each shows it, and config-svc lets
/// it in, without a restart.
#[tokio::test]
async fn the_services_key_is_replaced_while_they_run() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        secure: true,
        data: Some(folder.path().to_owned()),
        ..Options::default()
    };
    let mesh = Mesh::start(Mode::Many, &options);
    let keys = mesh.get("/api/keys?name=services").await.json();
    let first = keys["keys"][0]["id"].as_str().unwrap().to_owned();
    let fresh = run("vortex", &["key", "generate"]);
    let file = folder.path().join("service-key");
    let unfinished = folder.path().join("unfinished");
    fs::write(&unfinished, &fresh.out).unwrap();
    fs::rename(&unfinished, &file).unwrap();
    let listed = mesh
        .get_until("/api/keys", |answer| {
            answer.json()["keys"].as_array().map(Vec::len) == Some(3)
        })
        .await;
    let revoked = mesh
        .post(&format!("/api/keys/{first}/revoke"), &json!({}))
        .await;
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    // the watch that was opened with the first ends, and is opened with the second
    mesh.get_until("/health", |answer| {
        let health = answer.json();
        health["status"] == "ready" && health["degradations"].get("keys").is_none()
    })
    .await;
    let read = mesh.get("/api/keys").await;
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(
        listed.json()["keys"][2]["grants"].as_array().map(Vec::len),
        Some(4)
    );
    mesh.stop();
}
