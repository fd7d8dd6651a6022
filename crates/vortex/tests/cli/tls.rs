//! `vortex certs dev`, and `vortex up` by TLS with what it made.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::command::{Ran, vortex};

fn make(home: &Path, more: &[&str]) -> Ran {
    let mut command = vortex(home);
    command.args(["certs", "dev", "--out"]);
    Ran::of(command.arg(home.join("certs")).args(more))
}

fn file(home: &Path, name: &str) -> String {
    home.join("certs").join(name).display().to_string()
}

/// `vortex up` by TLS, on ports that the system chooses; killed when the test lets go of it.
struct Secure {
    child: Child,
    banner: Value,
}

impl Secure {
    fn on(home: &Path, more: &[&str]) -> Self {
        let mut child = up(home, more).stdout(Stdio::piped()).spawn().unwrap();
        let mut banner = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut banner).unwrap();
        let banner = serde_json::from_str(&banner).unwrap();
        Self { child, banner }
    }

    fn address(&self) -> &str {
        self.banner["http"].as_str().unwrap()
    }

    fn run(&self, home: &Path, scheme: &str, arguments: &str) -> Ran {
        let mut command = vortex(home);
        command.args(["--server", &format!("{scheme}://{}", self.address())]);
        Ran::of(command.args(arguments.split_whitespace()))
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn up(home: &Path, more: &[&str]) -> Command {
    let mut command = vortex(home);
    command
        .args([
            "up",
            "-o",
            "json",
            "--http",
            "127.0.0.1:0",
            "--grpc-base",
            "0",
        ])
        .arg("--data")
        .arg(home.join("data"))
        .args(more);
    command
}

#[test]
fn certificates_are_made_once_and_replaced_only_when_that_is_said() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let told = make(home, &["--name", "config.example.org", "--days", "30"]).done();
    assert!(told.contains("config.example.org"), "{told}");
    assert!(told.contains("vortex up --tls-cert "), "{told}");
    let names = [
        "ca",
        "server",
        "config-svc",
        "drift-svc",
        "rollout-svc",
        "heartbeat-ingest",
        "gateway",
        "vortex",
    ];
    for name in names {
        let mode = |ending: &str| {
            let meta = fs::metadata(file(home, &format!("{name}.{ending}")));
            meta.map(|meta| meta.permissions().mode() & 0o777).ok()
        };
        assert_eq!(mode("crt"), Some(0o644), "{name}");
        let key = (name != "ca").then_some(0o600);
        assert_eq!(mode("key"), key, "{name}");
    }
    let before = fs::read(file(home, "ca.crt")).unwrap();
    let refused = make(home, &[]).failed(2);
    assert!(refused.contains("--force"), "{refused}");
    assert_eq!(fs::read(file(home, "ca.crt")).unwrap(), before);
    let json = make(home, &["--force", "-o", "json"]).done();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["files"].as_array().unwrap().len(), 2 * names.len() - 1);
    assert_ne!(fs::read(file(home, "ca.crt")).unwrap(), before);
    for bad in ["--days=0", "--name=https://a", "--name=a:80"] {
        make(home, &[bad]).failed(2);
    }
}

#[test]
fn all_ports_speak_tls_and_the_command_knows_whom_to_trust() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    make(home, &[]).done();
    let (cert, key) = (file(home, "server.crt"), file(home, "server.key"));
    let mesh = Secure::on(home, &["--secure", "--tls-cert", &cert, "--tls-key", &key]);
    assert_eq!(mesh.banner["scheme"], "https");
    let ca = file(home, "ca.crt");
    let bootstrap = home.join("data/bootstrap-key").display().to_string();
    let known = format!("--ca {ca} --api-key-file {bootstrap}");

    let document = home.join("orders.yml");
    fs::write(&document, "a: 1\n").unwrap();
    let put = format!("{known} config put orders prod -f {}", document.display());
    mesh.run(home, "https", &put).done();
    let got = mesh.run(home, "https", &format!("{known} config get orders prod"));
    assert_eq!(got.done(), "a: 1\n");
    // keys are asked for all the same
    let anonymous = mesh.run(home, "https", &format!("--ca {ca} config list"));
    anonymous.failed(7);

    let plain = mesh.run(home, "http", "config list");
    let told = plain.err;
    assert!(
        told.contains("this port speaks TLS: use https://"),
        "{told}"
    );
    let mixed = mesh.run(home, "http", &format!("{known} config list"));
    assert!(mixed.failed(2).contains("say https://"));
    let other = tempfile::tempdir().unwrap();
    make(other.path(), &[]).done();
    let other = file(other.path(), "ca.crt");
    let foreign = mesh.run(
        home,
        "https",
        &format!("--ca {other} --timeout 5s config list"),
    );
    let told = foreign.failed(6);
    assert!(told.contains("its certificate is not signed by "), "{told}");
    assert!(!told.contains("hint:"), "{told}");

    let admin = mesh.banner["admin"]["config-svc"].as_str().unwrap();
    for address in [mesh.address(), admin] {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.ends_with("\r\n\r\nthis port speaks TLS: use https://\n"),
            "{answer}"
        );
    }
    by_curl(&mesh, &ca, &fs::read_to_string(&bootstrap).unwrap());
}

/// What another client of TLS makes of it, where that is there.
fn by_curl(mesh: &Secure, ca: &str, key: &str) {
    let admin = mesh.banner["admin"]["config-svc"].as_str().unwrap();
    let key = format!("X-API-Key: {}", key.trim());
    let ask = |address: &str, path: &str, version: &str| {
        let port = address.rsplit_once(':').unwrap().1;
        let url = format!("https://localhost:{port}{path}");
        Command::new("curl")
            .args([
                "-sS",
                "-4",
                "-H",
                &key,
                "--max-time",
                "30",
                version,
                "--cacert",
                ca,
                &url,
            ])
            .output()
    };
    for version in ["--http1.1", "--http2"] {
        let Ok(output) = ask(mesh.address(), "/health/live", version) else {
            // there is no curl here
            return;
        };
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "live",
            "{output:?}"
        );
    }
    let metrics = ask(admin, "/metrics", "--http1.1").unwrap();
    let metrics = String::from_utf8_lossy(&metrics.stdout).into_owned();
    let series = "tls_certificate_expiry_timestamp_seconds{use=\"server\"} ";
    assert!(metrics.contains(series), "{metrics}");
}

#[test]
fn where_callers_must_show_a_certificate_the_command_can() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    make(home, &[]).done();
    let (cert, key) = (file(home, "server.crt"), file(home, "server.key"));
    let ca = file(home, "ca.crt");
    let mesh = Secure::on(
        home,
        &[
            "--tls-cert",
            &cert,
            "--tls-key",
            &key,
            "--tls-client-ca",
            &ca,
        ],
    );
    let without = mesh.run(
        home,
        "https",
        &format!("--ca {ca} --timeout 5s config list"),
    );
    let told = without.failed(6);
    assert!(told.contains("--client-cert and --client-key"), "{told}");
    let (shown, of) = (file(home, "vortex.crt"), file(home, "vortex.key"));
    let with = format!("--ca {ca} --client-cert {shown} --client-key {of} config list");
    mesh.run(home, "https", &with).done();
}

#[test]
fn files_that_can_not_be_used_end_the_start_with_their_names() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    make(home, &[]).done();
    let (cert, key) = (file(home, "server.crt"), file(home, "gateway.key"));
    let refused = Ran::of(&mut up(home, &["--tls-cert", &cert])).failed(2);
    assert!(refused.contains("--tls-key is not"), "{refused}");
    let refused = Ran::of(&mut up(home, &["--tls-cert", &cert, "--tls-key", &key])).failed(1);
    let told = format!("{key}: is not the private key of the certificate in {cert}");
    assert!(refused.contains(&told), "{refused}");
    assert!(!home.join("data").exists());
}
