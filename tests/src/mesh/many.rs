//! The mesh as a process for each service.

use std::{
    fs::OpenOptions, io::Write as _, net::SocketAddr, os::unix::fs::OpenOptionsExt as _, path::Path,
};

use vortex_service::{PerService, ServiceName};

use super::{
    Mesh, Options, Place, Twin,
    one::ALL_IN_ONE,
    options::SUPERSEDE,
    processes::{listening, serving},
    text, texts,
};
use crate::process::{Process, run};

/// Those that are started, and how others are told of them.
struct Starting<'a> {
    data: &'a Path,
    options: &'a Options,
    /// What each process is told of callers.
    guard: Vec<String>,
    places: Vec<(ServiceName, Place)>,
    processes: Vec<Process>,
}

/// Starts them.
pub(super) fn start(data: &Path, options: &Options) -> Mesh {
    let mut starting = Starting {
        data,
        options,
        guard: guard(data, options),
        places: Vec::new(),
        processes: Vec::new(),
    };
    let services = PerService::from_fn(|service| {
        let place = starting.service(service);
        starting.places.push((service, place));
        place
    });
    let second = options.twin.then(|| starting.service(ServiceName::Ingest));
    let http = starting.gateway(services[ServiceName::Ingest]);
    let twin = second.map(|ingest| Twin {
        http: starting.gateway(ingest),
        ingest,
    });
    let mesh = Mesh::new(http, services, starting.processes);
    Mesh { twin, ..mesh }
}

impl Starting<'_> {
    /// Starts a service.
    fn service(&mut self, service: ServiceName) -> Place {
        let store = format!("embedded:{}", self.data.join(service.as_str()).display());
        let mut arguments = vec!["--grpc", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
        arguments.extend(["--log-format", "json"]);
        if service != ServiceName::Ingest {
            arguments.extend(["--store", &store]);
        }
        arguments.extend(["--log", self.options.log.unwrap_or("info")]);
        let mut more = own_arguments(service, self.options);
        let near = self.places.iter();
        let near = near.filter(|(name, _)| neighbours(service).contains(name));
        more.extend(near.flat_map(|(name, place)| self.reached(service, *name, place.grpc)));
        arguments.extend(more.iter().chain(&self.guard).map(String::as_str));
        let mut process = Process::start(service.as_str(), &arguments);
        let place = serving(&mut process);
        self.processes.push(process);
        place
    }

    /// Starts a gateway that reports to this ingest.
    fn gateway(&mut self, ingest: Place) -> SocketAddr {
        let mut arguments = vec!["--http", "127.0.0.1:0", "--log-format", "json"];
        arguments.extend(["--log", self.options.log.unwrap_or("info")]);
        arguments.extend(self.options.access_log.then_some("--access-log"));
        let places = self.places.iter().map(|(name, place)| match name {
            ServiceName::Ingest => told(*name, ingest.grpc),
            _ => told(*name, place.grpc),
        });
        let reach: Vec<String> = places.flatten().collect();
        arguments.extend(reach.iter().chain(&self.guard).map(String::as_str));
        let mut gateway = Process::start("gateway", &arguments);
        let http = listening(&mut gateway, "serving REST");
        self.processes.push(gateway);
        http
    }

    /// How a service is told where another one is: behind a link, if it has one.
    fn reached(&self, by: ServiceName, name: ServiceName, at: SocketAddr) -> [String; 2] {
        let mut links = self.options.links.iter();
        let link = links.find(|(to, _)| by == ServiceName::Ingest && *to == name);
        match link {
            Some((_, link)) => {
                link.lead_to(at);
                told(name, link.address())
            }
            None => told(name, at),
        }
    }
}

/// What each process is told of callers.
fn guard(data: &Path, options: &Options) -> Vec<String> {
    let mut guard = match options.secure {
        true => guarded(data),
        false => Vec::new(),
    };
    let oidc = texts(options.oidc.as_ref()).into_iter();
    guard.extend(oidc.flat_map(|file| ["--oidc".to_owned(), file]));
    guard
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
fn told(service: ServiceName, at: SocketAddr) -> [String; 2] {
    [format!("--{service}"), format!("http://{at}")]
}

/// What only this service is told.
fn own_arguments(service: ServiceName, options: &Options) -> Vec<String> {
    let mut arguments = Vec::new();
    match service {
        ServiceName::Config => {
            arguments.extend(["--git-poll".to_owned(), "200ms".to_owned()]);
            let git = texts(options.git.as_ref()).into_iter();
            arguments.extend(git.flat_map(|git| ["--git".to_owned(), git]));
            let release = options.release.map(str::to_owned).into_iter();
            arguments.extend(release.flat_map(|policy| ["--git-release".to_owned(), policy]));
            let paths = options.search_paths.map(str::to_owned).into_iter();
            arguments.extend(paths.flat_map(|paths| ["--git-search-paths".to_owned(), paths]));
            let overrides = texts(options.overrides.as_ref()).into_iter();
            arguments.extend(overrides.flat_map(|file| ["--overrides-file".to_owned(), file]));
        }
        ServiceName::Rollout => {
            arguments.extend(options.supersede.then(|| SUPERSEDE.to_owned()));
            let gates = texts(options.gates.as_ref()).into_iter();
            arguments.extend(gates.flat_map(|file| ["--gates".to_owned(), file]));
        }
        ServiceName::Drift | ServiceName::Ingest => {}
    }
    let settings = options.settings_of(service);
    arguments.extend(settings.flat_map(|(name, value)| [format!("--{name}"), value.to_owned()]));
    let is_telling = matches!(service, ServiceName::Drift | ServiceName::Rollout);
    let notify = texts(options.notify.as_ref().filter(|_| is_telling)).into_iter();
    arguments.extend(notify.flat_map(|file| ["--notify".to_owned(), file]));
    arguments
}
