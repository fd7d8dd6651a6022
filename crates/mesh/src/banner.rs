//! What is said once everything serves: where it is, and what to try next.

use crate::{Data, Settings};
use serde::Serialize;
use std::{fmt, net::SocketAddr, path::PathBuf};

/// Where everything is. Displays for people; serializes for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Banner {
    /// Where REST, health and metrics are served.
    pub http: SocketAddr,
    /// Where each service serves gRPC.
    pub grpc: Addresses,
    /// Where each service serves its own health and metrics.
    pub admin: Addresses,
    /// Where everything is kept.
    pub data: PathBuf,
    /// Whether it goes with the process.
    pub ephemeral: bool,
    /// The repository that feeds labels.
    pub git: Option<String>,
}

/// An address of each service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Addresses {
    /// The configuration service's.
    #[serde(rename = "config-svc")]
    pub config_svc: SocketAddr,
    /// The rollout service's.
    #[serde(rename = "rollout-svc")]
    pub rollout_svc: SocketAddr,
}

impl Banner {
    pub(crate) fn new(
        http: SocketAddr,
        grpc: Addresses,
        admin: Addresses,
        settings: &Settings,
        data: &Data,
    ) -> Self {
        Self {
            http,
            grpc,
            admin,
            data: data.path().to_owned(),
            ephemeral: settings.ephemeral,
            git: settings.git.as_ref().map(ToString::to_string),
        }
    }
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            http, grpc, admin, ..
        } = self;
        writeln!(f, "Vortex Config {} is up\n", env!("CARGO_PKG_VERSION"))?;
        writeln!(
            f,
            "  REST        http://{http}  (API: /api/openapi.json, health: /health, metrics: /metrics)"
        )?;
        let services = [
            ("config-svc ", grpc.config_svc, admin.config_svc),
            ("rollout-svc", grpc.rollout_svc, admin.rollout_svc),
        ];
        for (name, grpc, admin) in services {
            writeln!(
                f,
                "  {name} {grpc} (gRPC, with reflection)\n              http://{admin} (health, metrics)"
            )?;
        }
        let fate = if self.ephemeral {
            "  (gone when this ends)"
        } else {
            ""
        };
        writeln!(f, "  data        {}{fate}", self.data.display())?;
        if let Some(git) = &self.git {
            writeln!(f, "  git         {git}")?;
        }
        writeln!(f, "\nTry next, in another terminal:\n")?;
        match &self.git {
            Some(_) => writeln!(
                f,
                "  curl http://{http}/api/sources\n  curl http://{http}/application/default"
            )?,
            None => writeln!(
                f,
                "  curl -X PUT http://{http}/api/configs/demo/default -H 'content-type: application/yaml' --data-binary 'greeting: hello'\n  curl http://{http}/demo/default\n  curl -N http://{http}/api/watch/demo/default"
            )?,
        }
        writeln!(f, "  vortex config list --server http://{http}")?;
        writeln!(f, "  grpcurl -plaintext {} list\n", grpc.config_svc)?;
        write!(f, "Ctrl-C ends it.")
    }
}
