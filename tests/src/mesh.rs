//! The mesh, started.

mod answer;
mod many;
mod one;
mod options;
mod processes;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use reqwest::{
    Client, RequestBuilder,
    header::{HeaderName, HeaderValue},
};
use serde_json::Value;
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};
use vortex_service::{PerService, ServiceName};

pub use answer::Answer;
pub use options::{Mode, Options};

use crate::process::{GLANCE, PATIENCE, Process};

/// A mesh that serves.
pub struct Mesh {
    /// Where REST is.
    pub http: SocketAddr,
    /// Where each service serves gRPC, health and metrics.
    pub services: PerService<Place>,
    /// The second gateway, and the ingest that it alone reports to.
    pub twin: Option<Twin>,
    /// Its processes: one for each service in their order and the gateways', or one of all.
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

impl Place {
    /// A channel to its gRPC, connected when it is used.
    pub fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.grpc));
        endpoint.expect("an address").connect_lazy()
    }
}

/// A second gateway, with an ingest of its own.
#[derive(Clone, Copy, Debug)]
pub struct Twin {
    /// Where its REST is.
    pub http: SocketAddr,
    /// Where its ingest is.
    pub ingest: Place,
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
            Mode::One => one::start(&data, options),
            Mode::Many => many::start(&data, options),
        };
        mesh._data = temporary;
        if options.secure {
            mesh.show(&read(&data.join("bootstrap-key")));
        }
        mesh
    }

    fn new(http: SocketAddr, services: PerService<Place>, processes: Vec<Process>) -> Self {
        // installed once a process; every further time says that it is there
        drop(rustls::crypto::ring::default_provider().install_default());
        Self {
            http,
            services,
            twin: None,
            processes,
            key: None,
            client: client(None),
            _data: None,
        }
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

    /// Where the gateways serve REST: one, or two.
    pub fn gateways(&self) -> Vec<SocketAddr> {
        let twin = self.twin.map(|twin| twin.http);
        [self.http].into_iter().chain(twin).collect()
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

fn read(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a file");
    text.trim().to_owned()
}

fn text(path: &Path) -> String {
    path.to_str().expect("test folders are UTF-8").to_owned()
}

fn texts(path: Option<&PathBuf>) -> Option<String> {
    path.map(|path| text(path))
}
