//! `vortex up` that can't start says why, with its exit code, and leaves nothing behind.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::command::{Ran, vortex};

/// Ports that may be the first above a base, and that the system gives nobody by itself.
const COUNTED: std::ops::Range<u16> = 12_000..20_000;

/// Any that are free.
const ANY: [&str; 2] = ["127.0.0.1:0", "0"];

/// `vortex up` with its data in `home/data`.
fn up(home: &Path, [http, grpc_base]: [&str; 2]) -> Command {
    let mut command = vortex(home);
    command
        .args(["up", "-o", "json", "--http", http, "--grpc-base", grpc_base])
        .arg("--data")
        .arg(home.join("data"));
    command
}

/// The complaint of one that can't start.
fn refused(home: &Path, ports: [&str; 2], code: i32) -> String {
    Ran::of(&mut up(home, ports)).failed(code)
}

/// A port that is taken, and that may be the first above a base.
fn taken() -> (TcpListener, u16) {
    COUNTED
        .filter_map(|port| Some((TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?, port)))
        .next()
        .unwrap()
}

#[test]
fn a_port_that_is_taken_is_named_with_the_way_out_and_no_folder_is_made() {
    let home = tempfile::tempdir().unwrap();
    let (_listener, port) = taken();
    let (address, base) = (format!("127.0.0.1:{port}"), (port - 1).to_string());
    let health = (port - 9_001).to_string();
    for (argument, purpose, ports) in [
        ("--http", "REST", [&*address, "0"]),
        ("--grpc-base", "config-svc's gRPC", ["127.0.0.1:0", &base]),
        (
            "--grpc-base",
            "config-svc's health and metrics",
            ["127.0.0.1:0", &health],
        ),
    ] {
        let err = refused(home.path(), ports, 1);
        assert!(
            err.contains(&format!("cannot listen on {address} for {purpose}: ")),
            "{err}"
        );
        assert!(
            err.contains(&format!("choose another with {argument}")),
            "{err}"
        );
    }
    assert!(!home.path().join("data").exists());
}

/// `vortex up` that serves; killed when the test lets go of it.
struct Running(Child);

impl Running {
    fn on(home: &Path) -> (Self, Value) {
        let mut child = up(home, ANY).stdout(Stdio::piped()).spawn().unwrap();
        let mut banner = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut banner).unwrap();
        (Self(child), serde_json::from_str(&banner).unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_store_that_another_process_has_is_named_with_that_process() {
    let home = tempfile::tempdir().unwrap();
    let (first, banner) = Running::on(home.path());
    assert!(banner["admin"]["config-svc"].is_string(), "{banner}");
    let err = refused(home.path(), ANY, 1);
    let holder = format!("is in use by process {}", first.0.id());
    assert!(err.contains(&holder), "{err}");
}

#[test]
fn a_damaged_store_and_one_that_is_none_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let store = home.path().join("data/config");
    fs::create_dir_all(&store).unwrap();
    fs::write(store.join("FORMAT"), "nonsense").unwrap();
    let err = refused(home.path(), ANY, 1);
    assert!(err.contains("is damaged: its FORMAT file"), "{err}");
    fs::remove_file(store.join("FORMAT")).unwrap();
    fs::write(store.join("notes.txt"), "mine").unwrap();
    let err = refused(home.path(), ANY, 1);
    assert!(
        err.contains("is not a store: it holds \"notes.txt\""),
        "{err}"
    );
}

#[test]
fn a_folder_of_another_program_is_named_and_nothing_is_made_in_it() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("notes.txt"), "mine").unwrap();
    let err = refused(home.path(), ANY, 1);
    assert!(
        err.contains("is not a data folder of Vortex: it holds \"notes.txt\""),
        "{err}"
    );
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
    fs::remove_file(data.join("notes.txt")).unwrap();
    drop(Running::on(home.path()));
    // what is put into a folder of ours later is the operator's own affair
    fs::write(data.join("notes.txt"), "mine").unwrap();
    drop(Running::on(home.path()));
}

#[test]
fn what_can_not_be_meant_is_a_matter_of_usage() {
    let home = tempfile::tempdir().unwrap();
    for (argument, why) in [
        ("--poll=soon", "expected a time"),
        ("--nonsense", "'--nonsense'"),
    ] {
        let err = Ran::of(up(home.path(), ANY).arg(argument)).failed(2);
        assert!(err.contains(why), "{err}");
    }
    for (ports, why) in [
        (["here", "0"], "expected HOST:PORT"),
        ([":8080", "0"], "write 127.0.0.1:8080"),
        (["nowhere.invalid:8080", "0"], "cannot resolve"),
        (["0.0.0.0:0", "0"], "--insecure"),
        (["127.0.0.1:0", "60000"], "is too high"),
        (["127.0.0.1:0", "24000"], "give at most 23763"),
    ] {
        let err = refused(home.path(), ports, 2);
        assert!(err.contains(why), "{err}");
    }
    assert!(!home.path().join("data").exists());
}
