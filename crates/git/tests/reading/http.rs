//! A real Git server on loopback: `git http-backend` behind a few lines of HTTP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread,
};

/// How the server behaves, to be changed at any time.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Serves everybody.
    Open,
    /// Serves `me` with the password `s3cret`.
    Protected,
    /// Takes connections and says nothing.
    Silent,
    /// Sends a byte now and then, for ever.
    Dripping,
    /// Answers as a web server without Git would.
    Web,
    /// Says that it speaks Git, and does not.
    Babbling,
    /// Fails.
    Broken,
}

const MOODS: [Mood; 7] = [
    Mood::Open,
    Mood::Protected,
    Mood::Silent,
    Mood::Dripping,
    Mood::Web,
    Mood::Babbling,
    Mood::Broken,
];

const ADVERTISEMENT: &str = "content-type: application/x-git-upload-pack-advertisement\r\n";
const BABBLE: &str = "001e# service=git-upload-pack\n0000000dI am Git!0000";

pub(crate) struct Server {
    scheme: &'static str,
    pub(crate) port: u16,
    mood: Arc<AtomicU8>,
}

impl Server {
    /// Serves the repositories below `root` until the test process ends.
    pub(crate) fn start(root: &Path) -> Self {
        Self::over("http", root, |stream| stream)
    }

    /// The same over what `wrap` makes of each connection.
    pub(crate) fn over<C: Read + Write>(
        scheme: &'static str,
        root: &Path,
        wrap: impl Fn(TcpStream) -> C + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mood = Arc::new(AtomicU8::new(0));
        let (root, shared) = (root.to_owned(), mood.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (root, mood) = (root.clone(), MOODS[shared.load(Ordering::SeqCst) as usize]);
                let wrap = wrap.clone();
                thread::spawn(move || serve(wrap(stream.unwrap()), &root, mood));
            }
        });
        Self { scheme, port, mood }
    }

    pub(crate) fn set(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}/{path}", self.scheme, self.port)
    }
}

struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }
}

fn serve(mut stream: impl Read + Write, root: &Path, mood: Mood) {
    let Some(request) = read(&mut stream) else {
        return;
    };
    let text = |status: &str, extra: &str| {
        format!("HTTP/1.1 {status}\r\n{extra}connection: close\r\n\r\n")
    };
    let answer = match mood {
        Mood::Open => backend(&request, root),
        // "me:s3cret"
        Mood::Protected if request.header("authorization") == "Basic bWU6czNjcmV0" => {
            backend(&request, root)
        }
        Mood::Protected => text(
            "401 Unauthorized",
            "www-authenticate: Basic realm=\"x\"\r\n",
        )
        .into(),
        Mood::Web => format!("{}<html>", text("200 OK", "content-type: text/html\r\n")).into(),
        Mood::Babbling => format!("{}{BABBLE}", text("200 OK", ADVERTISEMENT)).into(),
        Mood::Broken => text("503 Service Unavailable", "").into(),
        Mood::Silent => return wait_for_end(&mut stream),
        Mood::Dripping => return drip(&mut stream),
    };
    let _ = stream.write_all(&answer);
}

fn read(stream: &mut impl Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request {
        method,
        target,
        headers,
        body: Vec::new(),
    };
    request.body = body(&mut reader, &request);
    Some(request)
}

fn body(reader: &mut impl BufRead, request: &Request) -> Vec<u8> {
    let mut body = vec![0; request.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    while request.header("transfer-encoding") == "chunked" {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let mut chunk = vec![0; usize::from_str_radix(line.trim(), 16).unwrap() + 2];
        reader.read_exact(&mut chunk).unwrap();
        if chunk.len() == 2 {
            break;
        }
        body.extend_from_slice(&chunk[..chunk.len() - 2]);
    }
    body
}

/// Runs the server's side of Git for one request, as CGI has it.
fn backend(request: &Request, root: &Path) -> Vec<u8> {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let mut backend = Command::new("git")
        .args([
            "-c",
            "safe.directory=*",
            "-c",
            "uploadpack.allowFilter=true",
            "http-backend",
        ])
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = backend.stdin.take().unwrap().write_all(&request.body);
    let output = backend.wait_with_output().unwrap().stdout;
    let status = output
        .strip_prefix(b"Status: ")
        .map_or(&b"200 OK"[..], |rest| {
            rest.split(|b| *b == b'\r').next().unwrap()
        });
    [b"HTTP/1.1 ", status, b"\r\nconnection: close\r\n", &output].concat()
}

fn wait_for_end(stream: &mut impl Read) {
    let _ = stream.read(&mut [0; 1]);
}

fn drip(stream: &mut impl Write) {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-git-upload-pack-advertisement\r\n\r\n";
    let _ = stream.write_all(head.as_bytes());
    let line = b"001e# service=git-upload-pack\n";
    for byte in line.iter().cycle() {
        // The pace of a slow server, not a wait for something to happen.
        let sent = stream.write_all(&[*byte]);
        thread::park_timeout(std::time::Duration::from_millis(100));
        if sent.is_err() {
            return;
        }
    }
}

/// A bare clone of `work` below `root`, and its path.
pub(crate) fn publish(work: &crate::work::Work) -> PathBuf {
    let root = work.folder.path().join("served");
    std::fs::create_dir_all(&root).unwrap();
    crate::work::git(
        &root,
        &[
            "clone",
            "-q",
            "--mirror",
            work.path.to_str().unwrap(),
            "config.git",
        ],
    );
    let allow_all = ["config", "receive.denyDeleteCurrent", "ignore"];
    crate::work::git(&root.join("config.git"), &allow_all);
    work.git(&[
        "remote",
        "add",
        "served",
        root.join("config.git").to_str().unwrap(),
    ]);
    root
}
