//! `vortex up --secure`: nobody in without a key, and each key opens what it is for.

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

/// A mesh that asks for keys; killed when the test lets go of it.
pub(crate) struct Secure {
    child: Child,
    address: String,
}

impl Secure {
    fn on(home: &Path) -> Self {
        Self::with(home, &[])
    }

    /// One with these settings, too.
    pub(crate) fn with(home: &Path, settings: &[&str]) -> Self {
        let mut child = vortex(home)
            .args(["up", "--secure", "-o", "json", "--http", "127.0.0.1:0"])
            .args(settings)
            .args(["--grpc-base", "0", "--data"])
            .arg(home.join("data"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut banner = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut banner).unwrap();
        let banner: Value = serde_json::from_str(&banner).unwrap();
        let address = banner["http"].as_str().unwrap();
        let address = address.to_owned();
        Self { child, address }
    }

    /// The command, with a key in a file.
    fn command(&self, home: &Path, key: Option<&str>) -> Command {
        let mut command = vortex(home);
        command.args(["--server", &format!("http://{}", self.address)]);
        if let Some(key) = key {
            let file = home.join("key");
            fs::write(&file, key).unwrap();
            command.arg("--api-key-file").arg(file);
        }
        command
    }

    pub(crate) fn run(&self, home: &Path, key: Option<&str>, arguments: &str) -> Ran {
        Ran::of(self.command(home, key).args(arguments.split_whitespace()))
    }

    /// A request with a header, and the head and body of its answer.
    pub(crate) fn ask(&self, method: &str, path: &str, header: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        let end = "Content-Length: 0\r\nConnection: close\r\n\r\n";
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{header}{end}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    /// The lines of a stream with a header.
    pub(crate) fn watch(&self, path: &str, header: &str) -> impl Iterator<Item = String> + use<> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        BufReader::new(stream).lines().map(Result::unwrap)
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}\r\n")
}

pub(crate) fn bootstrap_key(home: &Path) -> String {
    let file = home.join("data/bootstrap-key");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::read_to_string(file).unwrap().trim().to_owned()
}

/// A key that the holder of another makes.
fn create(mesh: &Secure, home: &Path, by: &str, arguments: &str) -> String {
    let made = mesh.run(home, Some(by), &format!("key create {arguments}"));
    made.done().trim().to_owned()
}

#[test]
fn a_key_opens_what_it_is_for_and_says_what_else_would_need() {
    let home = tempfile::tempdir().unwrap();
    let mesh = Secure::on(home.path());
    let root = bootstrap_key(home.path());
    let writer = "--role writer --scope payments/** --name payments";
    let writer = create(&mesh, home.path(), &root, writer);
    let reader = "--role reader --scope payments/prod --name pod";
    let reader = create(&mesh, home.path(), &root, reader);
    let document = home.path().join("p.yml");
    fs::write(&document, "pool: 5\n").unwrap();
    let put = |key: &str, app: &str| {
        let mut command = mesh.command(home.path(), Some(key));
        Ran::of(
            command
                .args(["config", "put", app, "prod", "-f"])
                .arg(&document),
        )
    };
    put(&writer, "payments").done();
    put(&root, "orders").done();
    let denied = put(&writer, "orders").err;
    assert!(denied.contains("needs the role `writer`"), "{denied}");
    assert!(denied.contains("main:orders/prod"), "{denied}");
    let denied = put(&reader, "payments").err;
    assert!(denied.contains("needs the role `writer`"), "{denied}");
    for (key, path, expected) in [
        (&reader, "/payments/prod", 200),
        (&reader, "/payments/default", 200),
        (&reader, "/payments/dev", 403),
        (&reader, "/orders/prod", 403),
        (&reader, "/orders-prod.yml", 403),
        // another's document in the name of one's own application
        (&reader, "/payments/prod/main/orders-prod.yml", 403),
        (&reader, "/payments/prod/main/payments-prod.yml", 200),
        (&reader, "/api/configs/orders/prod", 403),
        (&reader, "/api/explain/orders/prod", 403),
        (&reader, "/api/keys", 403),
        (&root, "/orders/prod", 200),
    ] {
        let (status, answer) = mesh.ask("GET", path, &bearer(key));
        assert_eq!(status, expected, "{path}: {answer}");
    }
    // lists hold what may be seen
    let (_, listed) = mesh.ask("GET", "/api/configs", &bearer(&reader));
    assert!(
        listed.contains("payments") && !listed.contains("orders"),
        "{listed}"
    );
    let (_, listed) = mesh.ask("GET", "/api/timeline", &bearer(&reader));
    assert!(
        listed.contains("payments") && !listed.contains("orders"),
        "{listed}"
    );
    let (_, listed) = mesh.ask("GET", "/api/timeline", &bearer(&root));
    assert!(
        listed.contains("key:payments"),
        "who did it is in the log: {listed}"
    );
    // a Spring client brings the key as its password
    let password = format!("any:{reader}");
    let basic = base64(password.as_bytes());
    let header = format!("Authorization: Basic {basic}\r\n");
    assert_eq!(mesh.ask("GET", "/payments/prod", &header).0, 200);
    // nobody gives more than they have
    let more = mesh.run(
        home.path(),
        Some(&writer),
        "key create --role reader --scope **",
    );
    assert_ne!(more.code, 0);
    assert!(more.err.contains("needs the role `admin`"), "{more:?}");
}

#[test]
fn keys_outlive_a_kill_and_the_first_one_is_written_once() {
    let home = tempfile::tempdir().unwrap();
    let mesh = Secure::on(home.path());
    let root = bootstrap_key(home.path());
    let reader = create(
        &mesh,
        home.path(),
        &root,
        "--role reader --scope a/** --name pod",
    );
    drop(mesh);
    let mesh = Secure::on(home.path());
    assert_eq!(bootstrap_key(home.path()), root);
    for key in [&root, &reader] {
        assert_eq!(mesh.ask("GET", "/a/prod", &bearer(key)).0, 200);
    }
}

#[test]
fn a_watch_ends_when_its_key_is_revoked() {
    let home = tempfile::tempdir().unwrap();
    let mesh = Secure::on(home.path());
    let root = bootstrap_key(home.path());
    let reader = create(
        &mesh,
        home.path(),
        &root,
        "--role reader --scope a/** --name pod",
    );
    let mut lines = mesh.watch("/api/watch/a/prod", &bearer(&reader));
    let begun = lines.find(|line| line.starts_with("event: snapshot"));
    assert!(begun.is_some());
    mesh.run(home.path(), Some(&root), "key revoke pod --yes")
        .done();
    let ended = lines.find(|line| line.contains("UNAUTHENTICATED"));
    assert!(ended.is_some());
    assert_eq!(mesh.ask("GET", "/a/prod", &bearer(&reader)).0, 401);
}

#[test]
fn a_context_brings_its_key_and_standard_input_gives_it() {
    let home = tempfile::tempdir().unwrap();
    let mesh = Secure::on(home.path());
    let key = bootstrap_key(home.path());
    let mut set = mesh.command(home.path(), None);
    set.args(["context", "set", "here", "--api-key-file", "-"]);
    let mut child = set.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{key}").unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
    let run = |arguments: &str| {
        let mut command = vortex(home.path());
        Ran::of(command.args(arguments.split_whitespace()))
    };
    run("context use here").done();
    assert!(run("key list").done().contains("bootstrap"));
    run("context set here --forget-key").done();
    let told = run("key list").failed(7);
    assert!(told.contains("no key was shown"), "{told}");
}

/// Standard base 64.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            let letter = (bits >> (18 - 6 * place) & 63) as usize;
            text.push(match place <= chunk.len() {
                true => char::from(LETTERS[letter]),
                false => '=',
            });
        }
    }
    text
}
