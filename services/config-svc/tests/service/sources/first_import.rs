//! The first import of a source: until it is whole, what the source may have is not
//! answered as missing, whatever becomes of the process.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;

use super::{Fed, Work};
use crate::{grpc::Node, random::seed};

/// Branches beside `main`.
const BRANCHES: usize = 200;
const FOLDER: &str = "VORTEX_TEST_FIRST_IMPORT";

fn branch(index: usize) -> String {
    format!("b{index}")
}

/// A repository of `main` and 200 branches, each a commit of its own.
fn branched() -> Work {
    let work = Work::new();
    let main = work.commit_file("orders.yml", "branch: main");
    let mut stream = String::new();
    for index in 0..BRANCHES {
        let content = format!("branch: {}\n", branch(index));
        stream.push_str(&format!(
            "commit refs/heads/{}\ncommitter A <a@example.com> {index} +0000\ndata 1\nx\n\
             from {main}\nM 644 inline orders.yml\ndata {}\n{content}\n",
            branch(index),
            content.len()
        ));
    }
    work.write("../stream", &stream);
    let path = work.folder.path().join("stream");
    let read = std::fs::File::open(path).unwrap();
    let done = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(&work.path)
        .stdin(read)
        .status();
    assert!(done.unwrap().success());
    work
}

/// What a reader of a label gets.
async fn read(node: &Node, label: &str) -> Result<String, Reason> {
    let request = pb::GetConfigRequest {
        app: "orders".to_owned(),
        label: label.to_owned(),
        ..Default::default()
    };
    let reply = node.config.clone().get_config(request).await;
    let reply = reply.map_err(|status| Fault::from_status(&status).reason())?;
    Ok(String::from_utf8(reply.into_inner().config.to_vec()).unwrap())
}

async fn has_succeeded(node: &Node) -> bool {
    let request = pb::GetSourceRequest {
        name: "git".to_owned(),
    };
    let reply = node.sources.clone().get_source(request).await.unwrap();
    let source = reply.into_inner().source.unwrap();
    source.last_success.is_some()
}

/// Reads every label once. Fails on an answer that may not be; otherwise says whether
/// all were there.
async fn round(node: &Node) -> Result<bool, String> {
    let succeeded = has_succeeded(node).await;
    let absent = read(node, "nowhere").await;
    let mut all = true;
    for index in 0..BRANCHES {
        let name = branch(index);
        match read(node, &name).await {
            Ok(config) if config == format!("{{\"branch\":\"{name}\"}}") => {}
            Err(Reason::SourceNotReady) if !succeeded => all = false,
            other => return Err(format!("{name}: {other:?}, success: {succeeded}")),
        }
    }
    match absent {
        Err(Reason::SourceNotReady) if !succeeded => Ok(false),
        Err(Reason::LabelNotFound) if all => Ok(true),
        other => Err(format!(
            "nowhere: {other:?}, all: {all}, success: {succeeded}"
        )),
    }
}

/// A process that imports and reads.
struct Importing {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Importing {
    fn start(work: &Work) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "sources::first_import::a_process_imports_when_it_is_told_to",
                "--nocapture",
            ])
            .env(FOLDER, work.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What it says next.
    fn hear(&mut self) -> String {
        let mut lines = self.lines.by_ref().map(|line| line.unwrap());
        let told = lines.find(|line| line.starts_with("round "));
        told.expect("it says how each round went")
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn no_branch_is_missing_while_200_are_imported_by_processes_that_are_killed() {
    let work = branched();
    let mut random = fastrand::Rng::with_seed(seed("first import"));
    let mut lives = 0;
    loop {
        let mut importing = Importing::start(&work);
        lives += 1;
        // the first few die in mid-import; then one may finish
        let rounds = if lives <= 5 {
            random.usize(1..3)
        } else {
            1_000
        };
        let mut told = String::new();
        for _ in 0..rounds {
            told = importing.hear();
            assert!(!told.contains("wrong"), "life {lives}: {told}");
            if told == "round whole" {
                break;
            }
        }
        // where it is killed is left to chance, not waited for
        std::thread::sleep(Duration::from_micros(random.u64(..20_000)));
        importing.kill();
        if lives > 5 {
            assert_eq!(told, "round whole");
            break;
        }
    }
    // by now it is known for good: also where the repository is gone
    std::fs::remove_dir_all(&work.path).unwrap();
    let node = work.serve(|_| ()).await;
    assert_eq!(read(&node, "nowhere").await, Err(Reason::LabelNotFound));
    assert!(has_succeeded(&node).await);
    node.stop().await;
}

/// Not a test by itself: the body of the process that imports.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_imports_when_it_is_told_to() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let mut settings = crate::grpc::settings(&folder);
    settings.git = Some(folder.join("work").into());
    println!();
    let node = Node::start(crate::grpc::Way::InProcess, settings).await;
    loop {
        match round(&node).await {
            Ok(true) => println!("round whole"),
            Ok(false) => println!("round not whole"),
            Err(wrong) => println!("round wrong: {wrong}"),
        }
    }
}

#[tokio::test]
async fn a_label_that_was_written_through_the_api_is_read_meanwhile() {
    let work = Work::new();
    std::fs::remove_dir_all(&work.path).unwrap();
    let node = work.serve(|_| ()).await;
    let fed = Fed { work, node };
    fed.try_look().await.unwrap_err();
    let request = pb::PutDocumentRequest {
        document: Some(pb::DocumentRef {
            app: "orders".to_owned(),
            profile: "default".to_owned(),
            label: "ours".to_owned(),
        }),
        content: "a: 1".into(),
        ..Default::default()
    };
    fed.node.config.clone().put_document(request).await.unwrap();
    assert_eq!(fed.read("orders", "ours").await.unwrap(), json!({"a": 1}));
    let document = |label: &str| pb::GetDocumentRequest {
        document: Some(pb::DocumentRef {
            app: "orders".to_owned(),
            profile: "default".to_owned(),
            label: label.to_owned(),
        }),
        ..Default::default()
    };
    let ours = fed.node.config.clone().get_document(document("ours")).await;
    assert_eq!(ours.unwrap().into_inner().content, "a: 1");
    for label in ["main", "theirs"] {
        let theirs = fed.node.config.clone().get_document(document(label)).await;
        let fault = Fault::from_status(&theirs.unwrap_err());
        assert_eq!(fault.reason(), Reason::SourceNotReady, "{label}");
    }
    fed.stop().await;
}
