//! Load of HTTP/1.1 reads for benchmarks, and what a server spends on it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::TlsConnector;

use crate::cpu_time;

const CONNECTIONS: usize = 32;
const WARM_UP: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(4);

/// Reads of one path, over and over, over several connections at once.
#[derive(Clone)]
pub struct Load {
    /// Where the server is.
    pub address: SocketAddr,
    /// What is read.
    pub path: String,
    /// A header of each request, such as `x-api-key: …`; empty for none.
    pub header: String,
    /// Speaks TLS by this.
    pub tls: Option<Arc<ClientConfig>>,
    /// Whether each read has a connection of its own.
    pub reconnects: bool,
}

/// What a round measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Answers a second.
    pub per_second: f64,
    /// The CPU time of the servers for an answer, in microseconds.
    pub cpu_micros: f64,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Load {
    /// Reads of a path over connections that are kept, in plain.
    pub fn of(address: SocketAddr, path: &str) -> Self {
        Self {
            address,
            path: path.to_owned(),
            header: String::new(),
            tls: None,
            reconnects: false,
        }
    }

    /// Runs it for some seconds, and measures what these processes spend on it.
    pub async fn run(&self, servers: &[u32]) -> Measured {
        let stop = Arc::new(AtomicBool::new(false));
        let count = Arc::new(AtomicU64::new(0));
        let tasks: Vec<_> = (0..CONNECTIONS)
            .map(|_| tokio::spawn(self.clone().read(stop.clone(), count.clone())))
            .collect();
        tokio::time::sleep(WARM_UP).await;
        let (began, counted, before) =
            (Instant::now(), count.load(Ordering::Relaxed), cpu(servers));
        tokio::time::sleep(ROUND).await;
        let answered = (count.load(Ordering::Relaxed) - counted) as f64;
        let spent = cpu(servers) - before;
        let measured = Measured {
            per_second: answered / began.elapsed().as_secs_f64(),
            cpu_micros: spent.as_secs_f64() * 1e6 / answered,
        };
        stop.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.expect("a connection that is served");
        }
        measured
    }

    /// One connection that asks again as soon as it is answered.
    async fn read(self, stop: Arc<AtomicBool>, count: Arc<AtomicU64>) {
        let header = match self.header.as_str() {
            "" => String::new(),
            header => format!("{header}\r\n"),
        };
        let path = &self.path;
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{header}\r\n");
        let mut buffer = vec![0; 64 << 10];
        let mut stream = self.connect().await;
        while !stop.load(Ordering::Relaxed) {
            if self.reconnects {
                stream = self.connect().await;
            }
            let written = stream.write_all(request.as_bytes()).await;
            written.expect("a server that reads");
            let mut read = 0;
            loop {
                read += stream
                    .read(&mut buffer[read..])
                    .await
                    .expect("a server that answers");
                assert!(read > 0, "the connection was closed");
                if whole(&buffer[..read]) {
                    break;
                }
            }
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn connect(&self) -> Box<dyn Stream> {
        let stream = TcpStream::connect(self.address).await;
        let stream = stream.expect("a server that listens");
        stream.set_nodelay(true).expect("an open connection");
        let Some(config) = &self.tls else {
            return Box::new(stream);
        };
        let name = ServerName::try_from("localhost").expect("a name");
        let shaken = TlsConnector::from(config.clone()).connect(name, stream);
        Box::new(shaken.await.expect("a handshake"))
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
    answer.len() == head + 4 + length.parse::<usize>().expect("a number")
}

/// CPU time of processes, user and system.
fn cpu(ids: &[u32]) -> Duration {
    ids.iter().map(|id| cpu_time(*id)).sum()
}
