//! Every answer equals that of a real Spring Cloud Config Server.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use vortex_goldens::{Golden, check, load};
use vortex_tests::{Mesh, Mode, Options, bundle};

async fn answers_equal_the_goldens(mode: Mode, name: &str) {
    let repository = bundle(&format!("{name}.bundle"));
    let options = Options {
        git: Some(repository.path()),
        ..Options::default()
    };
    let file = name.trim_end_matches("-config");
    answers_equal(mode, &options, file, 100).await;
}

/// As the server was set up that answered these.
async fn answers_equal_those_with_search_paths(mode: Mode) {
    let repository = bundle("corners.bundle");
    let folder = tempfile::tempdir().unwrap();
    let overrides = folder.path().join("overrides.yml");
    std::fs::write(&overrides, "where: overridden\nextra.key: 1\n").unwrap();
    let options = Options {
        git: Some(repository.path()),
        search_paths: Some("sub,{application}-*"),
        overrides: Some(overrides),
        ..Options::default()
    };
    answers_equal(mode, &options, "search-paths-and-overrides", 5).await;
}

async fn answers_equal(mode: Mode, options: &Options, file: &str, at_least: usize) {
    let mesh = Mesh::start(mode, options);
    let goldens = std::fs::read_to_string(data().join(format!("{file}.jsonl"))).unwrap();
    let goldens = load(&goldens).unwrap();
    imported(&mesh).await;
    let mut differences = Vec::new();
    let mut checked = 0;
    for golden in &goldens {
        let answer = ask(&mesh, golden).await;
        checked += 1;
        if let Err(difference) = check(golden, &answer) {
            differences.push(difference.to_string());
        }
    }
    assert!(checked > at_least, "only {checked} goldens were read");
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

#[tokio::test]
async fn search_paths_and_overrides_in_one_process() {
    answers_equal_those_with_search_paths(Mode::One).await;
}

#[tokio::test]
async fn search_paths_and_overrides_in_many_processes() {
    answers_equal_those_with_search_paths(Mode::Many).await;
}
