//! What `vortex up` is told, and by whom.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::command::{Ran, vortex};

/// The row of a setting in a dump.
fn row<'d>(dump: &'d Value, key: &str) -> &'d Value {
    let rows = dump.as_array().unwrap();
    let found = rows.iter().find(|row| row["key"] == key);
    found.unwrap_or_else(|| panic!("no {key} in {dump}"))
}

#[test]
fn arguments_beat_variables_which_beat_the_file() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("vortex.yaml");
    let text =
        "http: localhost:8080\ngrpc.base: 10000\npoll: 1m\nlog: info\nspring: {prefix: /spring}";
    fs::write(&file, text).unwrap();
    let mut command = vortex(home.path());
    command.args(["up", "--dump-config=json", "--poll", "3m", "--config"]);
    command.arg(&file).env("VORTEX_POLL", "2m");
    command.env("VORTEX_GRPC_BASE", "11000");
    let dump = Ran::of(&mut command).done();
    let dump: Value = serde_json::from_str(&dump).unwrap();
    let file = format!("file {}", file.display());
    for (key, value, origin) in [
        ("poll", "3m", "argument"),
        ("grpc-base", "11000", "environment VORTEX_GRPC_BASE"),
        ("http", "localhost:8080", &file),
        ("spring-prefix", "/spring", &file),
        ("log", "info", &file),
        ("data", "vortex-data", "default"),
    ] {
        let row = row(&dump, key);
        assert_eq!(
            (&row["value"][0], &row["origin"]),
            (&value.into(), &origin.into())
        );
    }
}

#[test]
fn without_a_file_a_dump_tells_the_defaults_and_starts_nothing() {
    let home = tempfile::tempdir().unwrap();
    let table = Ran::of(vortex(home.path()).args(["up", "--dump-config"])).done();
    assert!(table.contains("SETTING"), "{table}");
    let of = |key| {
        table
            .lines()
            .find(|line| line.trim().starts_with(key))
            .unwrap()
    };
    assert!(of("log ").contains("warn"), "{table}");
    assert!(of("http ").contains("127.0.0.1:8080"), "{table}");
}

#[test]
fn a_file_that_can_not_be_used_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("vortex.yaml");
    fs::write(&file, "pol: 1s").unwrap();
    let mut command = vortex(home.path());
    let refused = Ran::of(command.args(["up", "--config"]).arg(&file)).failed(2);
    assert!(refused.starts_with("vortex up: "), "{refused}");
    assert!(
        refused.contains("\"pol\" (line 1); is \"poll\" meant?"),
        "{refused}"
    );
    let refused = Ran::of(vortex(home.path()).arg("up").env("VORTEX_POLL", "soon")).failed(2);
    assert!(
        refused.contains("(from environment VORTEX_POLL)"),
        "{refused}"
    );
}

#[test]
fn help_names_every_port() {
    let home = tempfile::tempdir().unwrap();
    let help = Ran::of(vortex(home.path()).args(["up", "--help"])).done();
    for told in [
        "this + 9001",
        "+ 9002",
        "health and metrics",
        "--admin",
        "--config",
        "VORTEX_",
    ] {
        assert!(help.contains(told), "{told}: {help}");
    }
}

/// `vortex up` that serves; killed when the test lets go of it.
struct Up(Child);

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Up {
    /// Starts it, and answers where it is and what it had logged by then.
    fn start(command: &mut Command) -> (Self, Value, Vec<String>) {
        let args = ["-o", "json", "--ephemeral", "--grpc-base", "0"];
        let command = command.args(args).stdout(Stdio::piped());
        let mut up = Self(command.stderr(Stdio::piped()).spawn().unwrap());
        let mut banner = String::new();
        let mut out = BufReader::new(up.0.stdout.take().unwrap());
        out.read_line(&mut banner).unwrap();
        let _ = up.0.kill();
        let logged = BufReader::new(up.0.stderr.take().unwrap()).lines();
        let logged = logged.map(Result::unwrap).collect();
        (up, serde_json::from_str(&banner).unwrap(), logged)
    }
}

#[test]
fn variables_without_effect_are_named_at_the_start() {
    let home = tempfile::tempdir().unwrap();
    let mut command = vortex(home.path());
    command.args(["up", "--http", "localhost:0"]);
    command
        .env("VORTEX_PROXY", "x")
        .env("VORTEX_SPRING_PERFIX", "/x");
    command.env("VORTEX_SERVER", "http://127.0.0.1:1");
    command.env("VORTEX_SERVICE_HOST", "10.0.0.1");
    let (_up, banner, logged) = Up::start(&mut command);
    assert!(banner["http"].is_string(), "{banner}");
    let [unknown, links] = &*logged else {
        panic!("{logged:?}");
    };
    let told = "not settings of vortex up, and without effect: VORTEX_PROXY, VORTEX_SPRING_PERFIX \
                (is VORTEX_SPRING_PREFIX meant?)";
    assert!(unknown.contains(told), "{unknown}");
    assert!(links.contains("set by Kubernetes"), "{links}");
    assert!(links.ends_with("VORTEX_SERVICE_HOST"), "{links}");
}
