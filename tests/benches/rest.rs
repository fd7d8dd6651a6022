//! REST reads through the whole mesh, beside a bare axum answer of the same bytes, in one run.
//!
//! `cargo build --release --workspace --bins && cargo bench -p vortex-tests --bench rest`
//!
//! Reads are Spring's environment of petclinic's `vets-service/docker,mysql`, written through the
//! API. Ten times a second what is read is written again, and each answer is then read back: an
//! older one ends the run. The rate says what a machine gives that runs server and load
//! together; the server's CPU time for a request does not depend on the load's own cost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::Instant,
};
use vortex_tests::{Mesh, Mode, Options, bundle, cpu_time};

const CONNECTIONS: usize = 32;
const WARM_UP: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;
const PATH: &str = "/vets-service/docker,mysql";

/// What a round measured.
#[derive(Clone, Copy, Debug)]
struct Measured {
    per_second: f64,
    cpu_micros: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(body) = std::env::var_os("VORTEX_BENCH_BARE") {
        serve_bare(std::fs::read(body).unwrap()).await;
        return;
    }
    let compared = async {
        for mode in [Mode::One, Mode::Many] {
            compare(mode).await;
        }
    };
    tokio::task::LocalSet::new().run_until(compared).await;
}

async fn compare(mode: Mode) {
    let mesh = Rc::new(Mesh::start(mode, &Options::default()));
    write_petclinic(&mesh).await;
    let body = mesh.get(PATH).await.body;
    println!("{mode:?}: {} bytes an answer", body.len());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &body).unwrap();
    let bare = Bare::start(file.path());
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let reference = load(bare.address, "/", &[bare.child.id()]).await;
        let writing = Writing::start(mesh.clone());
        let ids: Vec<u32> = mesh
            .processes
            .iter()
            .map(vortex_tests::Process::id)
            .collect();
        let ours = load(mesh.http, PATH, &ids).await;
        let writes = writing.stop().await;
        let ratio = ours.per_second / reference.per_second;
        println!(
            "  round {round}: bare axum {:.0}/s, {:.1} µs CPU; vortex {:.0}/s, {:.1} µs CPU; \
             rate ratio {ratio:.2}, CPU ratio {:.2}; {writes} writes read back, none stale",
            reference.per_second,
            reference.cpu_micros,
            ours.per_second,
            ours.cpu_micros,
            reference.cpu_micros / ours.cpu_micros,
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("  median rate ratio {:.2}\n", ratios[ROUNDS / 2]);
}

async fn write_petclinic(mesh: &Mesh) {
    let repository = bundle("petclinic-config.bundle");
    let file = |path: &str| repository.git(&["show", &format!("main:{path}")]);
    let documents: Vec<_> = ["application.yml", "vets-service.yml"]
        .map(|path| json!({"path": path, "content": file(path)}))
        .into();
    let written = mesh
        .post("/api/changes", &json!({"documents": documents}))
        .await;
    assert_eq!(written.status, 201, "{}", written.text());
}

/// Writes what is read ten times a second, and reads each answer back.
struct Writing {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<u64>,
}

impl Writing {
    fn start(mesh: Rc<Mesh>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let task = tokio::task::spawn_local(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(100));
            let mut writes = 0;
            while !told.load(Ordering::Relaxed) {
                ticks.tick().await;
                writes += 1;
                let written = mesh
                    .put(
                        "/api/configs/vets-service/mysql",
                        &format!("written: {writes}\n"),
                    )
                    .await;
                assert!(written.status < 300, "{}", written.text());
                let read = mesh.get(PATH).await.json();
                let source = &read["propertySources"][0]["source"];
                assert_eq!(source["written"], writes, "a stale answer: {read}");
            }
            writes
        });
        Self { stop, task }
    }

    async fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}

async fn load(address: SocketAddr, path: &str, servers: &[u32]) -> Measured {
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            tokio::spawn(connection(
                address,
                path.to_owned(),
                stop.clone(),
                count.clone(),
            ))
        })
        .collect();
    tokio::time::sleep(WARM_UP).await;
    let (began, counted, cpu) = (Instant::now(), count.load(Ordering::Relaxed), cpu(servers));
    tokio::time::sleep(ROUND).await;
    let answered = (count.load(Ordering::Relaxed) - counted) as f64;
    let spent = self::cpu(servers) - cpu;
    let measured = Measured {
        per_second: answered / began.elapsed().as_secs_f64(),
        cpu_micros: spent.as_secs_f64() * 1e6 / answered,
    };
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    measured
}

/// One keep-alive connection that asks again as soon as it is answered.
async fn connection(
    address: SocketAddr,
    path: String,
    stop: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut buffer = vec![0; 64 << 10];
    while !stop.load(Ordering::Relaxed) {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut read = 0;
        loop {
            read += stream.read(&mut buffer[read..]).await.unwrap();
            assert!(read > 0, "the connection was closed");
            if whole(&buffer[..read]) {
                break;
            }
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Whether an answer is there to its last byte.
fn whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(answer)
    );
    let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .expect("a length");
    answer.len() == head + 4 + length.parse::<usize>().unwrap()
}

/// CPU time of processes, user and system.
fn cpu(ids: &[u32]) -> Duration {
    ids.iter().map(|id| cpu_time(*id)).sum()
}

/// A bare axum server in a process of its own.
struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    fn start(body: &std::path::Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env("VORTEX_BENCH_BARE", body)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut output, &mut line).unwrap();
        Self {
            child,
            address: line.trim().parse().unwrap(),
        }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn serve_bare(body: Vec<u8>) {
    // as many threads as the mesh has: a runtime of its own beside this one
    let serving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let body = bytes::Bytes::from(body);
            let answer = move || {
                let body = body.clone();
                async move { ([("content-type", "application/json")], body) }
            };
            let router = axum::Router::new().route("/", axum::routing::get(answer));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            println!("{}", listener.local_addr().unwrap());
            axum::serve(listener, router).await.unwrap();
        });
    });
    serving.join().unwrap();
}
