//! Help, completion, and outputs that end early.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
};

use serde_json::json;

use crate::{
    command::{Ran, vortex},
    gateway::{Gateway, Reply},
};

fn run(arguments: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    Ran::of(vortex(home.path()).args(arguments.split_whitespace()))
}

#[test]
fn help_lists_the_exit_codes() {
    let help = run("--help").done();
    for line in ["0  done", "3  not found", "7  denied"] {
        assert!(help.contains(line), "{help}");
    }
    assert!(
        run("config put --help")
            .done()
            .contains("Examples:\n  vortex config put")
    );
}

#[test]
fn the_version_is_told_to_people_and_programs() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(run("version").done(), format!("vortex {version}\n"));
    assert_eq!(run("--version").done(), format!("vortex {version}\n"));
    assert_eq!(
        run("version -o json").done(),
        format!("{{\n  \"version\": \"{version}\"\n}}\n")
    );
}

#[test]
fn completion_scripts_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&format!("completion {shell}")).done();
        assert!(script.contains("approve"), "{shell}");
    }
    run("completion csh").failed(2);
}

#[test]
fn the_script_for_bash_parses() {
    let script = run("completion bash").done();
    let mut bash = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    assert!(bash.wait().unwrap().success());
}

/// A list long enough to fill any pipe.
fn long_list() -> Gateway {
    Gateway::always(|| {
        let path = "x".repeat(100);
        let documents = vec![json!({"label": "main", "path": path}); 5000];
        Reply::json(200, &json!({"documents": documents, "next_page_token": ""}))
    })
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let gateway = long_list();
    for output in ["table", "json"] {
        let home = tempfile::tempdir().unwrap();
        let mut child = vortex(home.path())
            .args(["--server", &gateway.url, "config", "list", "-o", output])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdout
            .take()
            .unwrap()
            .read_exact(&mut [0; 10])
            .unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, &*ran.err), (0, ""), "{output}");
    }
}

#[test]
fn a_watch_ends_with_its_reader() {
    // no further event comes, nor a connection that lives
    let gateway = Gateway::start(|_, before| match before {
        0 => Reply::Events("event: snapshot\nid: s:1\ndata: {\"version\":\"v1\"}\n\n".to_owned()),
        _ => Reply::problem(404, "LABEL_NOT_FOUND", "it is gone"),
    });
    let home = tempfile::tempdir().unwrap();
    let mut child = vortex(home.path())
        .args(["--server", &gateway.url, "config", "watch", "orders"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    drop(reader);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(
        (&*line, ran.code, &*ran.err),
        ("snapshot  v1  s:1\n", 0, "")
    );
}

#[test]
fn a_watch_that_nobody_reads_does_not_begin() {
    let gateway = Gateway::always(|| Reply::Hang);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let home = tempfile::tempdir().unwrap();
    let arguments = ["config", "watch", "orders", "--timeout", "5s"];
    let child = vortex(home.path())
        .args(["--server", &gateway.url])
        .args(arguments)
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, &*ran.err), (0, ""));
}

#[test]
fn help_into_a_closed_pipe_is_no_error() {
    for arguments in ["--help", "completion bash", "version"] {
        let home = tempfile::tempdir().unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = vortex(home.path());
        let child = command
            .args(arguments.split(' '))
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, &*ran.err), (0, ""), "{arguments}");
    }
}

#[test]
fn nothing_is_coloured_that_is_no_terminal() {
    let gateway = Gateway::always(|| Reply::problem(404, "DOCUMENT_NOT_FOUND", "no orders"));
    let ran = crate::command::run(&gateway, "config get orders");
    assert!(!ran.err.contains('\u{1b}'), "{ran:?}");
}
