//! A gateway's connections as clients see them, over real sockets of real processes.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use vortex_tests::{GLANCE, PATIENCE, Process};

const CLIENTS: usize = 16;
const GET: &[u8] = b"GET /api/changes HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// All in one process, and where its REST is.
fn up(more: &[&str]) -> (Process, SocketAddr) {
    let mut arguments = vec!["up", "-o", "json", "--ephemeral", "--log-format", "json"];
    arguments.extend(["--http", "127.0.0.1:0", "--grpc-base", "0"]);
    arguments.extend(more);
    let mut process = Process::start("vortex", &arguments);
    let address = process.wait_for("where it is", |json| json["http"].as_str()?.parse().ok());
    (process, address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A client that keeps its connection for as long as the answers let it.
struct Client {
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    fn ask(&mut self, address: impl Fn() -> SocketAddr) -> io::Result<()> {
        let connection = self
            .connection
            .get_or_insert_with(|| BufReader::new(connect(address())));
        connection.get_mut().write_all(GET)?;
        let (mut length, mut closes, mut line) = (0, false, String::new());
        connection.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200") {
            return Err(io::Error::other(format!("answered {line:?}")));
        }
        while line.trim_end() != "" {
            line.clear();
            connection.read_line(&mut line)?;
            let header = line.trim_end().to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
            closes |= header == "connection: close";
        }
        connection.read_exact(&mut vec![0; length])?;
        if closes {
            self.connection = None;
        }
        Ok(())
    }
}

/// Of two processes behind what sends new connections to those that are ready, one ends.
#[test]
fn keep_alive_clients_lose_no_request_over_a_restart() {
    let (mut old, old_address) = up(&["--drain-delay", "2s"]);
    let (_new, new_address) = up(&[]);
    let moved = Arc::new(AtomicBool::new(false));
    let ended = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (moved, ended, asked) = (moved.clone(), ended.clone(), asked.clone());
            std::thread::spawn(move || {
                let address = || match moved.load(SeqCst) {
                    true => new_address,
                    false => old_address,
                };
                let mut client = Client { connection: None };
                while !ended.load(SeqCst) {
                    client.ask(address)?;
                    asked.fetch_add(1, SeqCst);
                }
                client.ask(address)
            })
        })
        .collect();
    let all_ask = || asked.load(SeqCst) >= CLIENTS * 4;
    until(all_ask);
    old.signal(rustix::process::Signal::TERM);
    moved.store(true, SeqCst);
    assert!(old.wait().success());
    ended.store(true, SeqCst);
    for client in clients {
        client.join().unwrap().expect("no request fails");
    }
}

/// Each would be waited for for 10 s, and the process have to be cut.
#[test]
fn unfinished_requests_do_not_hold_a_process_up() {
    let (mut process, address) = up(&["--drain-timeout", "6s"]);
    let halves: [&[u8]; 3] = [
        b"GET /api/cha",
        b"PUT /api/configs/orders/dev HTTP/1.1\r\nHost: localhost\r\n\
          Content-Type: application/yaml\r\nContent-Length: 10\r\n\r\na: 1",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    let unfinished: Vec<TcpStream> = halves
        .into_iter()
        .map(|half| {
            let mut stream = connect(address);
            stream.write_all(half).unwrap();
            stream
        })
        .collect();
    assert!(process.terminate().success());
    drop(unfinished);
}

/// As Python's `http.client` does.
#[test]
fn clients_that_send_all_before_they_read_get_the_reason() {
    let (_process, address) = up(&[]);
    for size in [2_000_000, 16_000_000] {
        let mut stream = connect(address);
        let head = "PUT /api/configs/orders/dev HTTP/1.1\r\nHost: localhost\r\n\
                    Content-Type: application/yaml\r\n";
        let head = format!("{head}Content-Length: {size}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&vec![b'x'; size]).expect("all is taken");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("MESSAGE_TOO_LARGE"), "{answer}");
    }
}

#[test]
fn the_sockets_of_callers_who_do_not_read_are_closed() {
    let arguments = ["--http", "127.0.0.1:0", "--log-format", "json"];
    let nowhere = [
        "--config-svc",
        "http://127.0.0.1:1",
        "--write-timeout",
        "300ms",
    ];
    let mut gateway = Process::start("gateway", &[arguments, nowhere].concat());
    let address: SocketAddr = gateway.wait_for("where it serves", |json| {
        let said = json["message"].as_str()? == "serving REST";
        said.then(|| json["address"].as_str()?.parse().ok())
            .flatten()
    });
    let open = || {
        let folder = format!("/proc/{}/fd", gateway.id());
        std::fs::read_dir(folder).unwrap().count()
    };
    let before = open();
    let request = b"GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(300);
    let unread: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = connect(address);
            stream.write_all(&request).unwrap();
            stream
        })
        .collect();
    until(|| open() >= before + unread.len());
    // a few are the gateway's own, which looks for its neighbours
    until(|| open() < before + unread.len() / 2);
    drop(unread);
}

fn until(done: impl Fn() -> bool) {
    let glances = PATIENCE.as_millis() / GLANCE.as_millis();
    let came = (0..glances).any(|_| {
        std::thread::sleep(GLANCE);
        done()
    });
    assert!(came, "it did not come");
}
