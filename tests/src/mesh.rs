//! The mesh, started.

use crate::process::{GLANCE, PATIENCE, Process};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// How the mesh runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All services in one process, by `vortex up`.
    One,
    /// A process each.
    Many,
}

/// Where config-svc is among the processes of a mesh of many.
pub const CONFIG_SVC: usize = 0;
/// Where rollout-svc is among them.
pub const ROLLOUT_SVC: usize = 1;

/// How a mesh is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The repository that feeds it.
    pub git: Option<PathBuf>,
    /// Where it keeps everything; a folder that goes with it by default.
    pub data: Option<PathBuf>,
    /// What becomes of commits: `auto` by default.
    pub release: Option<&'static str>,
    /// What is logged: `info` by default.
    pub log: Option<&'static str>,
}

/// A mesh that serves.
pub struct Mesh {
    /// Where REST is.
    pub http: SocketAddr,
    /// Where config-svc serves gRPC.
    pub grpc: SocketAddr,
    /// Where config-svc serves health and metrics.
    pub admin: SocketAddr,
    /// Where rollout-svc serves gRPC.
    pub rollout_grpc: SocketAddr,
    /// Where rollout-svc serves health and metrics.
    pub rollout_admin: SocketAddr,
    /// Its processes: config-svc, rollout-svc and the gateway, or all in one.
    pub processes: Vec<Process>,
    client: Client,
    _data: Option<TempDir>,
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
        mesh
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
        let waited = async {
            loop {
                let answer = self.get(path).await;
                if done(&answer) {
                    return answer;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waited).await {
            Ok(answer) => answer,
            Err(_) => panic!("{path} is still {:?}", self.get(path).await),
        }
    }

    /// GETs from config-svc's admin port.
    pub async fn admin(&self, path: &str) -> Answer {
        self.send(self.client.get(format!("http://{}{path}", self.admin)))
            .await
    }

    /// Kills one of its processes, as a crash would.
    pub fn kill(&mut self, index: usize) {
        self.processes[index].kill();
    }

    /// Starts a process again that was killed, where it was: config-svc or
    /// rollout-svc of a mesh of many, or all in one.
    pub fn start_again(&mut self, index: usize) {
        // what it had were connections to what is gone
        self.client = client();
        let process = &mut self.processes[index];
        if process.name() == "vortex" {
            let http = self.http.to_string();
            process.start_again(&[("--http", &http)]);
            let (_, config, rollout) = banner(process);
            (self.grpc, self.admin) = (config.grpc, config.admin);
            (self.rollout_grpc, self.rollout_admin) = (rollout.grpc, rollout.admin);
            return;
        }
        let (grpc, admin) = match index {
            CONFIG_SVC => (self.grpc, self.admin),
            ROLLOUT_SVC => (self.rollout_grpc, self.rollout_admin),
            _ => panic!("process {index} keeps nothing"),
        };
        let (grpc, admin) = (grpc.to_string(), admin.to_string());
        process.start_again(&[("--grpc", &grpc), ("--admin", &admin)]);
        serving(process);
    }

    /// Asks all processes to end, gateway first, and checks that they do in order.
    pub fn stop(mut self) {
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
    let mut process = Process::start("vortex", &arguments);
    let (http, config, rollout) = banner(&mut process);
    mesh(http, config, rollout, vec![process])
}

/// Waits until `vortex up` says where everything is.
fn banner(process: &mut Process) -> (SocketAddr, Service, Service) {
    let banner = process.wait_for("where it is", |json| {
        json.get("http").is_some().then(|| json.clone())
    });
    let service = |name| Service {
        grpc: address(&banner["grpc"][name]),
        admin: address(&banner["admin"][name]),
    };
    let (config, rollout) = (service("config-svc"), service("rollout-svc"));
    (address(&banner["http"]), config, rollout)
}

fn many(data: &Path, options: &Options) -> Mesh {
    let mut arguments = vec!["--git-poll", "200ms"];
    let git = options.git.as_deref().map(text);
    arguments.extend(git.iter().flat_map(|git| ["--git", git]));
    arguments.extend(
        options
            .release
            .iter()
            .flat_map(|policy| ["--git-release", policy]),
    );
    let (config_process, config) = service("config-svc", data, options, &arguments);
    let config_url = format!("http://{}", config.grpc);
    let arguments = ["--config-svc", &config_url];
    let (rollout_process, rollout) = service("rollout-svc", data, options, &arguments);
    let rollout_url = format!("http://{}", rollout.grpc);
    let mut arguments = vec!["--http", "127.0.0.1:0", "--log-format", "json"];
    arguments.extend(["--config-svc", &config_url, "--rollout-svc", &rollout_url]);
    let mut gateway = Process::start("gateway", &arguments);
    let http = listening(&mut gateway, "serving REST");
    let processes = vec![config_process, rollout_process, gateway];
    mesh(http, config, rollout, processes)
}

/// Where a service is.
#[derive(Clone, Copy)]
struct Service {
    grpc: SocketAddr,
    admin: SocketAddr,
}

/// Starts a service that keeps something.
fn service(name: &str, data: &Path, options: &Options, more: &[&str]) -> (Process, Service) {
    let store = format!("embedded:{}", data.join(name).display());
    let mut arguments = vec!["--grpc", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    arguments.extend(["--log-format", "json", "--store", &store]);
    arguments.extend(["--log", options.log.unwrap_or("info")]);
    arguments.extend(more);
    let mut process = Process::start(name, &arguments);
    let service = serving(&mut process);
    (process, service)
}

/// Waits until a service serves.
fn serving(process: &mut Process) -> Service {
    let admin = listening(process, "serving health and metrics");
    let grpc = listening(process, "serving gRPC");
    Service { grpc, admin }
}

fn mesh(http: SocketAddr, config: Service, rollout: Service, processes: Vec<Process>) -> Mesh {
    // installed once a process; every further time says that it is there
    drop(rustls::crypto::ring::default_provider().install_default());
    Mesh {
        http,
        grpc: config.grpc,
        admin: config.admin,
        rollout_grpc: rollout.grpc,
        rollout_admin: rollout.admin,
        processes,
        client: client(),
        _data: None,
    }
}

fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
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
