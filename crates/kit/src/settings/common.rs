//! The settings every process has.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::{AccessSettings, ClientTls, DumpFormat, ServerTls, TraceSettings};
use crate::{http::Address, telemetry::LogFormat};

/// Settings every process has. The defaults of the admin address and of what is logged are each
/// program's own: see [`About`](super::About).
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Process")]
pub struct Common {
    /// Address to serve health and metrics on, over HTTP
    #[arg(long, value_name = "ADDR")]
    pub admin: Option<Address>,

    /// YAML file with settings
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Format of log lines
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// What to log: a level, or a list such as warn,vortex_kit=debug
    #[arg(long, value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// Serve callers beyond this machine without knowing who they are
    #[arg(long)]
    pub insecure: bool,

    /// The certificate of its ports
    #[command(flatten)]
    pub tls: ServerTls,

    /// Time between saying "not ready" and closing the ports
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = super::duration)]
    pub drain_delay: Duration,

    /// Time for calls under way to end, and streams to move elsewhere
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = super::duration)]
    pub drain_timeout: Duration,

    /// Print the settings in force, and where each came from, and exit
    #[arg(
        long,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "table"
    )]
    pub dump_config: Option<DumpFormat>,

    /// Where traces of calls go.
    #[command(flatten)]
    pub traces: TraceSettings,

    /// Who is let in.
    #[command(flatten)]
    pub access: AccessSettings,
}

/// An address beyond this machine, without leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "refusing to listen on {}: anyone who reaches it could change configuration; let nobody in \
     without a key by --require-keys, listen on 127.0.0.1, or pass --insecure if the network is \
     guarded otherwise",
    self.named()
)]
pub struct NotLoopback {
    /// The address as given.
    pub given: Address,
    /// What of it other machines may reach.
    pub open: SocketAddr,
}

impl NotLoopback {
    /// The address as given, and of a name what it stands for.
    fn named(&self) -> String {
        let (given, open) = (self.given.to_string(), self.open.to_string());
        match given == open {
            true => given,
            false => format!("{given} ({open})"),
        }
    }
}

/// Settings that say where a service listens.
pub trait Listens {
    /// The addresses its callers reach it at.
    fn addresses(&self) -> Vec<&Address>;

    /// Whom it trusts of those that it calls by TLS, if it calls any.
    fn calls(&self) -> Option<&ClientTls> {
        None
    }
}

impl Common {
    /// Checks that no port, of the process' own or of the service's, is open beyond this machine,
    /// unless callers have to say who they are or `--insecure` allows it.
    ///
    /// # Errors
    /// Names the first address that is.
    pub fn check(&self, service: &impl Listens) -> Result<(), NotLoopback> {
        match self.open_port(service) {
            Some(refused) if !self.insecure && !self.access.require_keys => Err(refused),
            _ => Ok(()),
        }
    }

    /// Warns where callers show credentials to a port that is open beyond this machine, over which
    /// they travel as they are.
    pub fn warn_of_clear_text(&self, service: &impl Listens) {
        if let Some(port) = self.in_clear(service) {
            tracing::warn!(
                address = %port.named(),
                "keys and tokens are sent to this port without encryption: whoever sees the \
                 network's traffic can use them; give it a certificate by --tls-cert and --tls-key, \
                 unless the network is guarded otherwise"
            );
        }
    }

    /// The first port at which callers from other machines show credentials in clear.
    pub fn in_clear(&self, service: &impl Listens) -> Option<NotLoopback> {
        let port = self.open_port(service)?;
        let is_clear = self.tls.tls_cert.is_none();
        (self.access.require_keys && is_clear).then_some(port)
    }

    /// The first port that is open beyond this machine.
    fn open_port(&self, service: &impl Listens) -> Option<NotLoopback> {
        let mut addresses = service.addresses().into_iter().chain(&self.admin);
        addresses.find_map(|given| {
            let open = given.beyond_loopback()?;
            let given = given.clone();
            Some(NotLoopback { given, open })
        })
    }
}
