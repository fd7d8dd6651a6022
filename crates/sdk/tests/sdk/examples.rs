//! The examples, which are documentation, run.

use std::process::{Command, Output};

use crate::gateway::{mesh, put};

fn run(example: &str, server: &str) -> Output {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(example);
    assert!(
        program.exists(),
        "{example} is not built: run `cargo build --examples`"
    );
    let mut command = Command::new(program);
    command.env("VORTEX_SERVER", server).output().unwrap()
}

#[tokio::test]
async fn the_examples_that_end_say_what_is_configured() {
    let mesh = mesh();
    put(&mesh, "v1", "greeting: good day").await;
    for example in ["fetch", "blocking"] {
        let ran = run(example, &format!("http://{}", mesh.http));
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("good day"), "{ran:?}");
    }
}
