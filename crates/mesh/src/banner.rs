//! Prints what a user needs once everything serves: the addresses, and what to try next.

use std::{fmt, net::SocketAddr, path::PathBuf};

use serde::Serialize;
use vortex_service::{PerService, ServiceName};

use crate::{Data, Settings};

/// Where everything is. Displays for people; serializes for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Banner {
    /// Where REST, health and metrics are served.
    pub http: SocketAddr,
    /// Where each service serves gRPC.
    pub grpc: PerService<SocketAddr>,
    /// Where each service serves its own health and metrics.
    pub admin: PerService<SocketAddr>,
    /// Where everything is kept.
    pub data: PathBuf,
    /// Whether it goes with the process.
    pub ephemeral: bool,
    /// Whether callers are asked for keys.
    pub secure: bool,
    /// The repository that feeds labels.
    pub git: Option<String>,
}

impl Banner {
    pub(crate) fn new(
        http: SocketAddr,
        grpc: PerService<SocketAddr>,
        admin: PerService<SocketAddr>,
        settings: &Settings,
        data: &Data,
        secure: bool,
    ) -> Self {
        Self {
            http,
            grpc,
            admin,
            data: data.path().to_owned(),
            ephemeral: settings.ephemeral,
            secure,
            git: settings.git.as_ref().map(ToString::to_string),
        }
    }
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let http = self.http;
        writeln!(f, "Vortex Config {} is up\n", env!("CARGO_PKG_VERSION"))?;
        writeln!(
            f,
            "  REST        http://{http}  (API: /api/openapi.json, health: /health, metrics: /metrics)"
        )?;
        for (service, grpc) in self.grpc.iter() {
            let admin = self.admin[service];
            writeln!(f, "  {service:<11} {grpc} (gRPC, with reflection)")?;
            writeln!(f, "              http://{admin} (health, metrics)")?;
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
        let key = match self.secure {
            true => {
                let file = self.data.join("bootstrap-key");
                writeln!(f, "  export VORTEX_KEY=$(cat {})", file.display())?;
                " -H \"X-API-Key: $VORTEX_KEY\""
            }
            false => "",
        };
        match &self.git {
            Some(_) => writeln!(
                f,
                "  curl{key} http://{http}/api/sources\n  curl{key} http://{http}/application/default"
            )?,
            None => writeln!(
                f,
                "  curl{key} -X PUT http://{http}/api/configs/demo/default -H 'content-type: application/yaml' --data-binary 'greeting: hello'\n  curl{key} http://{http}/demo/default\n  curl{key} -N http://{http}/api/watch/demo/default"
            )?,
        }
        writeln!(f, "  vortex config list --server http://{http}")?;
        writeln!(
            f,
            "  grpcurl{} -plaintext {} list\n",
            match self.secure {
                true => " -H \"authorization: Bearer $VORTEX_KEY\"",
                false => "",
            },
            self.grpc[ServiceName::Config]
        )?;
        write!(f, "Ctrl-C ends it.")
    }
}
