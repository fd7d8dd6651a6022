//! The mesh, started.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use reqwest::{
    Client, RequestBuilder,
    header::{HeaderName, HeaderValue},
};
use serde_json::Value;
use tempfile::TempDir;
use vortex_service::{PerService, ServiceName};

use crate::process::{GLANCE, PATIENCE, Process, run};

/// The program that runs all services in one process.
const ALL_IN_ONE: &str = "vortex";

/// The setting of [`Options::supersede`].
const SUPERSEDE: &str = "--source-supersede";

/// The settings of [`Options::quick`].
const QUICK: &[(ServiceName, &str, &str)] = &[
    (ServiceName::Ingest, "interval", "1s"),
    (ServiceName::Ingest, "window", "200ms"),
    (ServiceName::Drift, "grace", "6s"),
    (ServiceName::Drift, "ttl", "10s"),
    (ServiceName::Drift, "alert-for", "1s"),
    (ServiceName::Drift, "alert-threshold", "4"),
];

/// How a setting of a service is called where all are one process.
fn prefixed(service: ServiceName, name: &str) -> String {
    match service {
        ServiceName::Ingest => format!("--heartbeat-{name}"),
        _ => format!("--drift-{name}"),
    }
}

/// How the mesh runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All services in one process, by `vortex up`.
    One,
    /// A process each.
    Many,
}

/// How a mesh is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The repository that feeds it.
    pub git: Option<PathBuf>,
    /// Where it keeps everything; a folder that goes with it by default.
    pub data: Option<PathBuf>,
    /// Where the repository is searched beside its top.
    pub search_paths: Option<&'static str>,
    /// The file of values that are above all.
    pub overrides: Option<PathBuf>,
    /// What becomes of commits: `auto` by default.
    pub release: Option<&'static str>,
    /// Whether a newer commit takes the place of the one that is being rolled out.
    pub supersede: bool,
    /// What is logged: `info` by default.
    pub log: Option<&'static str>,
    /// Whether a gateway of its own logs every request.
    pub access_log: bool,
    /// Whether callers have to say who they are.
    pub secure: bool,
    /// The file of the identity provider whose tokens are taken.
    pub oidc: Option<PathBuf>,
    /// Whether instances report every second, and drift is told of after a few.
    pub quick: bool,
    /// The file of those who are told of what happens.
    pub notify: Option<PathBuf>,
}

/// A mesh that serves.
pub struct Mesh {
    /// Where REST is.
    pub http: SocketAddr,
    /// Where each service serves gRPC, health and metrics.
    pub services: PerService<Place>,
    /// Its processes: one for each service in their order and the gateway's, or one of all.
    pub processes: Vec<Process>,
    /// The key that requests are made with: one that may do everything, where one is needed.
    pub key: Option<String>,
    client: Client,
    _data: Option<TempDir>,
}

/// Where a service is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where it serves gRPC.
    pub grpc: SocketAddr,
    /// Where it serves health and metrics.
    pub admin: SocketAddr,
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or_default())
    }
}

impl Mesh {
    /// Starts a mesh and waits until it serves.
    pub fn start(mode: Mode, options: &Options) -> Self {
        let temporary = options
            .data
            .is_none()
            .then(|| tempfile::tempdir().expect("a folder"));
        let data = match (&options.data, &temporary) {
            (Some(data), _) => data.clone(),
            (None, Some(data)) => data.path().to_owned(),
            (None, None) => unreachable!("one of them is there"),
        };
        let mut mesh = match mode {
            Mode::One => one(&data, options),
            Mode::Many => many(&data, options),
        };
        mesh._data = temporary;
        if options.secure {
            mesh.show(&read(&data.join("bootstrap-key")));
        }
        mesh
    }

    /// Makes requests with this key from now on.
    pub fn show(&mut self, key: &str) {
        self.key = Some(key.to_owned());
        self.client = client(self.key.as_deref());
    }

    /// Makes requests without a key from now on.
    pub fn show_nothing(&mut self) {
        self.key = None;
        self.client = client(None);
    }

    /// A request to the gateway.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().expect("a method");
        self.client
            .request(method, format!("http://{}{path}", self.http))
    }

    /// GETs a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    /// Writes a document in YAML.
    pub async fn put(&self, path: &str, yaml: &str) -> Answer {
        let request = self
            .request("PUT", path)
            .header("content-type", "application/yaml");
        self.send(request.body(yaml.to_owned())).await
    }

    /// POSTs JSON.
    pub async fn post(&self, path: &str, json: &Value) -> Answer {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json");
        self.send(request.body(json.to_string())).await
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.timeout(PATIENCE).send().await.expect("an answer");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.expect("a whole answer").to_vec(),
        }
    }

    /// GETs a path until `done`, however often that takes.
    pub async fn get_until(&self, path: &str, done: impl Fn(&Answer) -> bool) -> Answer {
        self.until(&format!("http://{}{path}", self.http), done)
            .await
    }

    async fn until(&self, url: &str, done: impl Fn(&Answer) -> bool) -> Answer {
        let waited = async {
            loop {
                let answer = self.send(self.client.get(url)).await;
                if done(&answer) {
                    return answer;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waited).await {
            Ok(answer) => answer,
            Err(_) => {
                let last = self.send(self.client.get(url)).await;
                panic!("{url} is still {last:?}");
            }
        }
    }

    /// GETs from a service's admin port until `done`.
    pub async fn admin_until(
        &self,
        service: ServiceName,
        path: &str,
        done: impl Fn(&Answer) -> bool,
    ) -> Answer {
        let admin = self.services[service].admin;
        self.until(&format!("http://{admin}{path}"), done).await
    }

    /// GETs from a service's admin port.
    pub async fn admin(&self, service: ServiceName, path: &str) -> Answer {
        let admin = self.services[service].admin;
        self.send(self.client.get(format!("http://{admin}{path}")))
            .await
    }

    /// The process a service runs in.
    pub fn process(&self, service: ServiceName) -> &Process {
        &self.processes[self.index(service)]
    }

    /// The process a service runs in, to do something to it.
    pub fn process_mut(&mut self, service: ServiceName) -> &mut Process {
        let index = self.index(service);
        &mut self.processes[index]
    }

    /// Kills the process of a service, as a crash would.
    pub fn kill(&mut self, service: ServiceName) {
        self.process_mut(service).kill();
    }

    /// Starts the process of a service again that was killed, where it was.
    pub fn start_again(&mut self, service: ServiceName) {
        // what it had were connections to what is gone
        self.client = client(self.key.as_deref());
        let (http, place) = (self.http.to_string(), self.services[service]);
        let process = self.process_mut(service);
        if process.name() == ALL_IN_ONE {
            process.start_again(&[("--http", &http)]);
            let (_, services) = banner(process);
            self.services = services;
            return;
        }
        let (grpc, admin) = (place.grpc.to_string(), place.admin.to_string());
        process.start_again(&[("--grpc", &grpc), ("--admin", &admin)]);
        serving(process);
    }

    fn index(&self, service: ServiceName) -> usize {
        let own = |process: &Process| process.name() == service.as_str();
        self.processes.iter().position(own).unwrap_or(0)
    }

    /// Asks all processes to end, gateway first, and checks that they do in order.
    pub fn stop(mut self) {
        self.end();
    }

    /// As [`Mesh::stop`]; answers with what each process printed, by its name.
    pub fn stop_and_tell(mut self) -> Vec<(String, String)> {
        self.end();
        let processes = self.processes.iter_mut();
        let told = processes.map(|process| (process.name().to_owned(), process.said()));
        told.collect()
    }

    fn end(&mut self) {
        for process in self.processes.iter_mut().rev() {
            let status = process.terminate();
            assert!(status.success(), "it ended with {status}");
        }
    }
}

fn one(data: &Path, options: &Options) -> Mesh {
    let data = text(data);
    let mut arguments = vec![
        "up",
        "-o",
        "json",
        "--http",
        "127.0.0.1:0",
        "--grpc-base",
        "0",
    ];
    arguments.extend(["--data", &data, "--log-format", "json", "--poll", "200ms"]);
    arguments.extend(["--log", options.log.unwrap_or("info")]);
    let git = options.git.as_deref().map(text);
    arguments.extend(git.iter().flat_map(|git| ["--git", git]));
    arguments.extend(
        options
            .release
            .iter()
            .flat_map(|policy| ["--release", policy]),
    );
    let search_paths = options.search_paths.iter();
    arguments.extend(search_paths.flat_map(|paths| ["--search-paths", paths]));
    let overrides = options.overrides.as_deref().map(text);
    arguments.extend(overrides.iter().flat_map(|file| ["--overrides-file", file]));
    arguments.extend(options.supersede.then_some(SUPERSEDE));
    arguments.extend(options.secure.then_some("--secure"));
    let oidc = options.oidc.as_deref().map(text);
    arguments.extend(oidc.iter().flat_map(|file| ["--oidc", file]));
    let quick = options.quick.then_some(QUICK).into_iter().flatten();
    let quick: Vec<String> = quick
        .flat_map(|(service, name, value)| [prefixed(*service, name), (*value).to_owned()])
        .collect();
    arguments.extend(quick.iter().map(String::as_str));
    let notify = options.notify.as_deref().map(text);
    arguments.extend(notify.iter().flat_map(|file| ["--notify", file]));
    let mut process = Process::start(ALL_IN_ONE, &arguments);
    let (http, services) = banner(&mut process);
    mesh(http, services, vec![process])
}

/// Waits until `vortex up` says where everything is.
fn banner(process: &mut Process) -> (SocketAddr, PerService<Place>) {
    let banner = process.wait_for("where it is", |json| {
        json.get("http").is_some().then(|| json.clone())
    });
    let services = PerService::from_fn(|service| Place {
        grpc: address(&banner["grpc"][service.as_str()]),
        admin: address(&banner["admin"][service.as_str()]),
    });
    (address(&banner["http"]), services)
}

fn many(data: &Path, options: &Options) -> Mesh {
    let mut processes = Vec::new();
    let mut guard = match options.secure {
        true => guarded(data),
        false => Vec::new(),
    };
    let oidc = options.oidc.as_deref().map(text);
    guard.extend(
        oidc.into_iter()
            .flat_map(|file| ["--oidc".to_owned(), file]),
    );
    let mut reach = Vec::new();
    let services = PerService::from_fn(|service| {
        let mut arguments = own_arguments(service, options);
        let near = reach
            .iter()
            .filter(|(name, _)| neighbours(service).contains(name));
        arguments.extend(near.flat_map(|(name, place)| told(*name, place)));
        arguments.extend(guard.iter().cloned());
        let (process, place) = start(service, data, options, &arguments);
        processes.push(process);
        reach.push((service, place));
        place
    });
    let mut arguments = vec!["--http", "127.0.0.1:0", "--log-format", "json"];
    arguments.extend(["--log", options.log.unwrap_or("info")]);
    arguments.extend(options.access_log.then_some("--access-log"));
    let reach = reach.iter().flat_map(|(name, place)| told(*name, place));
    let reach: Vec<String> = reach.collect();
    arguments.extend(reach.iter().chain(&guard).map(String::as_str));
    let mut gateway = Process::start("gateway", &arguments);
    let http = listening(&mut gateway, "serving REST");
    processes.push(gateway);
    mesh(http, services, processes)
}

/// What each process is told where callers have to say who they are: the same key for all.
fn guarded(data: &Path) -> Vec<String> {
    let file = data.join("service-key");
    if !file.exists() {
        let made = run(ALL_IN_ONE, &["key", "generate"]);
        assert_eq!(made.code, 0, "{made:?}");
        write_private(&file, &made.out);
    }
    let file = text(&file);
    ["--require-keys", "--service-key-file", &file]
        .map(str::to_owned)
        .into()
}

/// Writes a file that nobody else can read.
fn write_private(file: &Path, text: &str) {
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut to = options.open(file).expect("a file");
    to.write_all(text.as_bytes()).expect("room for a file");
}

fn read(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a file");
    text.trim().to_owned()
}

/// Those that a service calls, of those that are started before it.
fn neighbours(service: ServiceName) -> &'static [ServiceName] {
    match service {
        ServiceName::Config => &[],
        ServiceName::Drift => &[ServiceName::Config],
        ServiceName::Rollout => &[ServiceName::Config, ServiceName::Drift],
        ServiceName::Ingest => &[
            ServiceName::Config,
            ServiceName::Drift,
            ServiceName::Rollout,
        ],
    }
}

/// How a process is told where a service is.
fn told(service: ServiceName, place: &Place) -> [String; 2] {
    [format!("--{service}"), format!("http://{}", place.grpc)]
}

/// What only this service is told.
fn own_arguments(service: ServiceName, options: &Options) -> Vec<String> {
    let mut arguments = Vec::new();
    match service {
        ServiceName::Config => {
            arguments.extend(["--git-poll".to_owned(), "200ms".to_owned()]);
            let git = options.git.as_deref().map(text);
            arguments.extend(git.into_iter().flat_map(|git| ["--git".to_owned(), git]));
            let release = options.release.map(str::to_owned).into_iter();
            arguments.extend(release.flat_map(|policy| ["--git-release".to_owned(), policy]));
            let paths = options.search_paths.map(str::to_owned).into_iter();
            arguments.extend(paths.flat_map(|paths| ["--git-search-paths".to_owned(), paths]));
            let overrides = options.overrides.as_deref().map(text).into_iter();
            arguments.extend(overrides.flat_map(|file| ["--overrides-file".to_owned(), file]));
        }
        ServiceName::Rollout => {
            arguments.extend(options.supersede.then(|| SUPERSEDE.to_owned()));
        }
        ServiceName::Drift | ServiceName::Ingest => {}
    }
    let quick = options.quick.then_some(QUICK).into_iter().flatten();
    let quick = quick.filter(|(of, ..)| *of == service);
    arguments.extend(quick.flat_map(|(_, name, value)| [format!("--{name}"), (*value).to_owned()]));
    let is_telling = matches!(service, ServiceName::Drift | ServiceName::Rollout);
    let notify = options.notify.as_deref().filter(|_| is_telling).map(text);
    arguments.extend(
        notify
            .into_iter()
            .flat_map(|file| ["--notify".to_owned(), file]),
    );
    arguments
}

/// Starts a service.
fn start(
    service: ServiceName,
    data: &Path,
    options: &Options,
    more: &[String],
) -> (Process, Place) {
    let store = format!("embedded:{}", data.join(service.as_str()).display());
    let mut arguments = vec!["--grpc", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    arguments.extend(["--log-format", "json"]);
    if service != ServiceName::Ingest {
        arguments.extend(["--store", &store]);
    }
    arguments.extend(["--log", options.log.unwrap_or("info")]);
    arguments.extend(more.iter().map(String::as_str));
    let mut process = Process::start(service.as_str(), &arguments);
    let place = serving(&mut process);
    (process, place)
}

/// Waits until a service serves.
fn serving(process: &mut Process) -> Place {
    let admin = listening(process, "serving health and metrics");
    let grpc = listening(process, "serving gRPC");
    Place { grpc, admin }
}

fn mesh(http: SocketAddr, services: PerService<Place>, processes: Vec<Process>) -> Mesh {
    // installed once a process; every further time says that it is there
    drop(rustls::crypto::ring::default_provider().install_default());
    Mesh {
        http,
        services,
        processes,
        key: None,
        client: client(None),
        _data: None,
    }
}

fn client(key: Option<&str>) -> Client {
    let header = key.map(|key| {
        let value = HeaderValue::from_str(key).expect("a key");
        (HeaderName::from_static("x-api-key"), value)
    });
    let client = Client::builder().no_proxy();
    let client = client.default_headers(header.into_iter().collect());
    client.build().expect("a client")
}

fn listening(process: &mut Process, what: &str) -> SocketAddr {
    process.wait_for(what, |json| {
        let said = json["message"].as_str()? == what;
        said.then(|| address(&json["address"]))
    })
}

fn address(json: &Value) -> SocketAddr {
    json.as_str()
        .and_then(|text| text.parse().ok())
        .expect("an address")
}

fn text(path: &Path) -> String {
    path.to_str().expect("test folders are UTF-8").to_owned()
}
