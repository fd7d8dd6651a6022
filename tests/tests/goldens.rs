//! Every answer equals that of a real Spring Cloud Config Server.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use vortex_goldens::{Golden, Kind, check, load};
use vortex_tests::{Mesh, Mode, Options, bundle};

async fn answers_equal_the_goldens(mode: Mode, name: &str) {
    let repository = bundle(&format!("{name}.bundle"));
    let mesh = Mesh::start(
        mode,
        &Options {
            git: Some(repository.path()),
            ..Options::default()
        },
    );
    let file = name.trim_end_matches("-config");
    let goldens = std::fs::read_to_string(data().join(format!("{file}.jsonl"))).unwrap();
    let goldens = load(&goldens).unwrap();
    imported(&mesh).await;
    let mut differences = Vec::new();
    let mut checked = 0;
    for golden in goldens.iter().filter(|golden| is_ours(golden)) {
        let answer = ask(&mesh, golden).await;
        checked += 1;
        if let Err(difference) = check(golden, &answer) {
            differences.push(difference.to_string());
        }
    }
    assert!(checked > 100, "only {checked} goldens were read");
    assert!(
        differences.is_empty(),
        "{} of {checked} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
    mesh.stop();
}

/// All labels are served: the first import ends with the last of them.
async fn imported(mesh: &Mesh) {
    mesh.get_until("/api/sources/git", |answer| {
        answer.status == 200 && answer.json()["last_success"].is_string()
    })
    .await;
}

async fn ask(mesh: &Mesh, golden: &Golden) -> vortex_goldens::Answer {
    let mut request = mesh.request("GET", &golden.path);
    if let Some(accept) = &golden.accept {
        request = request.header("accept", accept);
    }
    let answer = mesh.send(request).await;
    vortex_goldens::Answer {
        status: answer.status,
        content_type: Some(answer.header("content-type").to_owned()),
        body: answer.body,
    }
}

fn is_ours(golden: &Golden) -> bool {
    !matches!(
        golden.kind,
        Kind::ImportGroupCipher | Kind::SearchPathsAndOverrides
    )
}

fn data() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/spring-goldens")
}

#[tokio::test]
async fn petclinic_in_one_process() {
    answers_equal_the_goldens(Mode::One, "petclinic-config").await;
}

#[tokio::test]
async fn petclinic_in_many_processes() {
    answers_equal_the_goldens(Mode::Many, "petclinic-config").await;
}

#[tokio::test]
async fn corners_in_one_process() {
    answers_equal_the_goldens(Mode::One, "corners").await;
}

#[tokio::test]
async fn corners_in_many_processes() {
    answers_equal_the_goldens(Mode::Many, "corners").await;
}
