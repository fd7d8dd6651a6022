//! A provider's web server, which answers as it is told.

use std::{
    io::{self, BufRead as _, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With this, and 200.
    Body(String),
    /// With an error.
    Status(u16),
    /// With a body of ten million bytes.
    Huge,
    /// With another place.
    Redirect(String),
    /// With a byte now and then, without an end.
    Slowly,
}

/// Answers every request at its address the same way. Ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    answer: Mutex<Answer>,
    asked: AtomicUsize,
    ended: AtomicBool,
}

impl Server {
    pub(crate) fn start(answer: Answer) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::over("http", any, answer, |stream| stream)
    }

    /// At an address that was another's before.
    pub(crate) fn start_at(address: SocketAddr, answer: Answer) -> Self {
        Self::over("http", address, answer, |stream| stream)
    }

    pub(crate) fn start_tls(config: Arc<ServerConfig>, answer: Answer) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::over("https", any, answer, move |stream| {
            StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream)
        })
    }

    fn over<S: Read + Write>(
        scheme: &'static str,
        address: SocketAddr,
        answer: Answer,
        wrap: impl Fn(TcpStream) -> S + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            answer: Mutex::new(answer),
            asked: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let accepted = shared.clone();
        let accepting = thread::spawn(move || {
            let wrap = &wrap;
            thread::scope(|scope| {
                for stream in listener.incoming() {
                    if accepted.ended.load(Ordering::SeqCst) {
                        return;
                    }
                    let shared = &accepted;
                    // a caller may go away in the middle
                    scope.spawn(move || shared.serve(wrap(stream.unwrap())).is_ok());
                }
            });
        });
        Self {
            address,
            scheme,
            shared,
            accepting: Some(accepting),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}/keys", self.scheme, self.address)
    }

    pub(crate) fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// How many requests have come.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn serve(&self, stream: impl Read + Write) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line)? > 2 {
            line.clear();
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answer.lock().unwrap().clone();
        let stream = stream.get_mut();
        match answer {
            Answer::Body(body) => {
                head(stream, "200 OK", &format!("Content-Length: {}", body.len()))?;
                stream.write_all(body.as_bytes())?;
            }
            Answer::Status(status) => head(stream, &format!("{status} No"), "Content-Length: 0")?,
            Answer::Redirect(to) => {
                let fields = format!("Location: {to}\r\nContent-Length: 0");
                head(stream, "302 Found", &fields)?;
            }
            Answer::Huge => {
                head(stream, "200 OK", "Content-Length: 10000000")?;
                for _ in 0..1_000 {
                    stream.write_all(&[b' '; 10_000])?;
                }
            }
            Answer::Slowly => {
                head(stream, "200 OK", "Content-Length: 10000000")?;
                while !self.ended.load(Ordering::SeqCst) {
                    stream.write_all(b" ")?;
                    stream.flush()?;
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
        stream.flush()
    }
}

fn head(stream: &mut impl Write, status: &str, fields: &str) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{fields}\r\nConnection: close\r\n\r\n"
    )
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}
