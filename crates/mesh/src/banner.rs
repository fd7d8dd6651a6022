//! Prints what a user needs once everything serves: the addresses, and what to try next.

use std::{fmt, net::SocketAddr, path::PathBuf};

use serde::Serialize;
use vortex_service::{PerService, ServiceName};

use crate::{Data, Settings};

/// How the ports are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// By TLS.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

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
    /// `https` where all ports speak TLS, else `http`.
    pub scheme: Scheme,
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
            scheme: Scheme::Http,
            git: settings.git.as_ref().map(ToString::to_string),
        }
    }

    /// The same, called so.
    pub(crate) fn over(self, scheme: Scheme) -> Self {
        Self { scheme, ..self }
    }
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme;
        let http = format!("{scheme}://{}", self.http);
        writeln!(f, "Vortex Config {} is up\n", env!("CARGO_PKG_VERSION"))?;
        writeln!(
            f,
            "  REST             {http}  (API: /api/openapi.json, health: /health, metrics: /metrics)"
        )?;
        for (service, grpc) in self.grpc.iter() {
            let admin = self.admin[service];
            writeln!(f, "  {service:<16} {grpc} (gRPC, with reflection)")?;
            writeln!(f, "                   {scheme}://{admin} (health, metrics)")?;
        }
        let fate = if self.ephemeral {
            "  (gone when this ends)"
        } else {
            ""
        };
        writeln!(f, "  data             {}{fate}", self.data.display())?;
        if let Some(git) = &self.git {
            writeln!(f, "  git              {git}")?;
        }
        writeln!(f, "\nTry next, in another terminal:\n")?;
        let ca = match scheme {
            Scheme::Https => {
                writeln!(
                    f,
                    "  export VORTEX_CA=ca.crt    # the authority of --tls-cert"
                )?;
                " --cacert $VORTEX_CA"
            }
            Scheme::Http => "",
        };
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
                "  curl{ca}{key} {http}/api/sources\n  curl{ca}{key} {http}/application/default"
            )?,
            None => writeln!(
                f,
                "  curl{ca}{key} -X PUT {http}/api/configs/demo/default -H 'content-type: application/yaml' --data-binary 'greeting: hello'\n  curl{ca}{key} {http}/demo/default\n  curl{ca}{key} -N {http}/api/watch/demo/default"
            )?,
        }
        writeln!(f, "  vortex config list --server {http}")?;
        writeln!(
            f,
            "  grpcurl{}{} {} list\n",
            match scheme {
                Scheme::Https => " -cacert $VORTEX_CA",
                Scheme::Http => " -plaintext",
            },
            match self.secure {
                true => " -H \"authorization: Bearer $VORTEX_KEY\"",
                false => "",
            },
            self.grpc[ServiceName::Config]
        )?;
        write!(f, "Ctrl-C ends it.")
    }
}
