//! The processes of a mesh, and what is done to them.

use std::net::SocketAddr;

use serde_json::Value;
use vortex_service::ServiceName;

use super::{
    Mesh, Place, client,
    one::{ALL_IN_ONE, banner},
};
use crate::process::Process;

impl Mesh {
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

    /// Asks the process of a service to end, and checks that it does in order.
    pub fn terminate(&mut self, service: ServiceName) {
        let status = self.process_mut(service).terminate();
        assert!(status.success(), "{service} ended with {status}");
    }

    /// Starts the process of a service again that ended, where it was.
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

    /// Asks all processes to end, gateways first, and checks that they do in order.
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

/// Waits until a service serves.
pub(super) fn serving(process: &mut Process) -> Place {
    let admin = listening(process, "serving health and metrics");
    let grpc = listening(process, "serving gRPC");
    Place { grpc, admin }
}

/// Waits until a process says that it serves something, and answers where.
pub(super) fn listening(process: &mut Process, what: &str) -> SocketAddr {
    process.wait_for(what, |json| {
        let said = json["message"].as_str()? == what;
        said.then(|| address(&json["address"]))
    })
}

pub(super) fn address(json: &Value) -> SocketAddr {
    json.as_str()
        .and_then(|text| text.parse().ok())
        .expect("an address")
}
