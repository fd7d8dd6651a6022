//! Ctrl-C is an orderly end, and nothing to warn of.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::command::vortex;

/// A repository with a document of `orders`.
fn repository(path: &Path) {
    std::fs::create_dir(path).unwrap();
    std::fs::write(path.join("orders.yml"), "a: 1").unwrap();
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "commit",
            "-qm",
            "one",
        ],
    ] {
        let git = Command::new("git")
            .args(arguments)
            .current_dir(path)
            .status();
        assert!(git.unwrap().success());
    }
}

/// Asks for a path, and waits for the first line of the answer.
fn ask(http: &str, path: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(http).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {http}\r\n\r\n").unwrap();
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    assert!(line.contains("200"), "{path}: {line}");
    answer
}

/// Waits for a line that begins so.
fn read_until(answer: &mut impl std::io::BufRead, begin: &str) {
    let mut lines = answer.lines();
    assert!(lines.any(|line| line.unwrap().starts_with(begin)));
}

fn spawn(command: &mut Command) -> Child {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn ctrl_c_with_readers_of_every_kind_leaves_no_warning() {
    let home = tempfile::tempdir().unwrap();
    let repository_path = home.path().join("repository");
    repository(&repository_path);
    let mut command = vortex(home.path());
    command.args(["up", "-o", "json", "--ephemeral", "--http", "127.0.0.1:0"]);
    command.args(["--grpc-base", "0", "--poll", "100ms", "--git"]);
    let mut up = spawn(command.arg(&repository_path));
    let mut banner = String::new();
    let mut out = BufReader::new(up.stdout.take().unwrap());
    out.read_line(&mut banner).unwrap();
    let banner: Value = serde_json::from_str(&banner).unwrap();
    let http = banner["http"].as_str().unwrap();
    // an event stream, a connection that is kept, one to gRPC that says nothing, and the command
    let mut events = ask(http, "/api/watch/orders/default");
    read_until(&mut events, "event: snapshot");
    let kept = ask(http, "/orders/default");
    let silent = TcpStream::connect(banner["grpc"]["config-svc"].as_str().unwrap()).unwrap();
    let server = format!("http://{http}");
    let mut watch = vortex(home.path());
    watch.args([
        "config", "watch", "orders", "-o", "json", "--server", &server,
    ]);
    let mut watch = spawn(&mut watch);
    let mut watched = BufReader::new(watch.stdout.take().unwrap());
    watched.read_line(&mut String::new()).unwrap();

    let id = up.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    let mut logged = String::new();
    let mut err = up.stderr.take().unwrap();
    err.read_to_string(&mut logged).unwrap();
    let ended = up.wait().unwrap();
    let _ = watch.kill();
    let _ = watch.wait();
    assert!(ended.success(), "{ended}: {logged}");
    assert_eq!(logged, "");
    drop((kept, silent, events));
}
