//! The examples, which are documentation, run.

use std::process::{Command, Output};

#[cfg(feature = "grpc")]
use vortex_tests::ServiceName;

use crate::gateway::{mesh, put};

fn run(example: &str, server: &str, heartbeats: Option<&str>) -> Output {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(example);
    assert!(
        program.exists(),
        "{example} is not built: run `cargo build --examples`"
    );
    let mut command = Command::new(program);
    command.env("VORTEX_SERVER", server);
    if let Some(heartbeats) = heartbeats {
        command.env("VORTEX_HEARTBEATS", heartbeats);
    }
    command.output().unwrap()
}

#[tokio::test]
async fn the_examples_that_end_say_what_is_configured() {
    let mesh = mesh();
    put(&mesh, "v1", "greeting: good day").await;
    for example in ["fetch", "blocking"] {
        let ran = run(example, &format!("http://{}", mesh.http), None);
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("good day"), "{ran:?}");
    }
}

#[cfg(feature = "grpc")]
#[tokio::test]
async fn the_example_of_grpc_reads_and_reports() {
    let mesh = mesh();
    put(&mesh, "v1", "greeting: good day").await;
    let at = |service| format!("grpc://{}", mesh.services[service].grpc);
    let (config, ingest) = (at(ServiceName::Config), at(ServiceName::Ingest));
    let ran = run("grpc", &config, Some(&ingest));
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("good day"), "{ran:?}");
}
