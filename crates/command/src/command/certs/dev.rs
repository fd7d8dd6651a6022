//! `vortex certs dev`.

use std::{fmt::Write as _, path::PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    folder::Folder,
    issue::{Authority, Host, Issued, Validity},
};
use crate::{
    console::{Console, Format},
    error::Error,
};

/// Programs that show a certificate where they call: each has one of its own.
const CALLERS: [&str; 6] = [
    "config-svc",
    "drift-svc",
    "rollout-svc",
    "heartbeat-ingest",
    "gateway",
    "vortex",
];
/// Where a server is called on this machine, and by what name in a network of containers.
const HOSTS: [&str; 8] = [
    "localhost",
    "127.0.0.1",
    "::1",
    "config-svc",
    "drift-svc",
    "rollout-svc",
    "heartbeat-ingest",
    "gateway",
];
/// For clocks that are behind.
const SKEW: SignedDuration = SignedDuration::from_hours(1);

/// Make a certificate authority and certificates, to develop and to try things with.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
ca.crt is the authority; its key is not kept, so that nobody can issue more in its name. server.crt
and server.key are for all ports. Each of config-svc, drift-svc, rollout-svc, heartbeat-ingest,
gateway and vortex (this command) has a certificate to show to a server with --tls-client-ca. For
other names, make all of them again with --force; processes that use them take the new ones up
within 10 s.

Examples:
  vortex certs dev --out certs
  vortex certs dev --out certs --name config.example.org --name 192.0.2.7 --days 30
  vortex up --tls-cert certs/server.crt --tls-key certs/server.key")]
pub(crate) struct Args {
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A further name or address of the server; may be repeated
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<Host>,
    /// Days that all of them are valid
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
    /// Replace what is in the folder
    #[arg(long)]
    force: bool,
}

impl Args {
    pub(super) fn run(self, console: &mut Console) -> Result<(), Error> {
        let now = Timestamp::now();
        let days = SignedDuration::from_hours(24 * i64::from(self.days));
        let validity = Validity {
            from: now - SKEW,
            until: now + days,
        };
        let hosts = self.hosts();
        let issued = issue(&hosts, &validity)
            .map_err(|error| Error::Setup(format!("no certificate can be made: {error}")))?;
        let folder = Folder::new(&self.out);
        let files = folder.write(&issued, self.force)?;
        let made = Made {
            folder: &folder,
            hosts: hosts.iter().map(ToString::to_string).collect(),
            until: validity.until,
        };
        match console.format() {
            Format::Table => console.write(made.told().as_bytes())?,
            Format::Json | Format::Yaml => console.data(&json!({
                "folder": self.out.display().to_string(),
                "files": files,
                "hosts": made.hosts,
                "not_after": validity.until.to_string(),
            }))?,
        }
        console.flush()
    }

    fn hosts(&self) -> Vec<Host> {
        let ours = HOSTS.iter().filter_map(|host| host.parse().ok());
        let mut hosts: Vec<Host> = Vec::new();
        for host in ours.chain(self.names.iter().cloned()) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }
}

/// All certificates, of an authority that is made for them.
fn issue(hosts: &[Host], validity: &Validity) -> Result<Vec<Issued>, rcgen::Error> {
    let (authority, certificate) = Authority::make(validity)?;
    let mut issued = vec![certificate, authority.server("server", hosts, validity)?];
    for name in CALLERS {
        issued.push(authority.caller(name, validity)?);
    }
    Ok(issued)
}

struct Made<'f> {
    folder: &'f Folder,
    hosts: Vec<String>,
    until: Timestamp,
}

impl Made<'_> {
    /// What was made, and what may be done with it.
    fn told(&self) -> String {
        let file = |name: &str| self.folder.file(name).display().to_string();
        let (ca, cert, key) = (file("ca.crt"), file("server.crt"), file("server.key"));
        let until = self.until.strftime("%Y-%m-%d %H:%M UTC");
        let mut told = String::new();
        let lines = [
            format!("valid until {until}:"),
            String::new(),
            format!("  {ca}  the authority, which callers are to trust; its key was not kept"),
            format!("  {cert}, {key}  for {}", self.hosts.join(", ")),
            format!(
                "  {} (and .key)  of the caller of that name, to be shown to a server with \
                 --tls-client-ca",
                CALLERS.map(|name| file(&format!("{name}.crt"))).join(", ")
            ),
            String::new(),
            "Try next:".to_owned(),
            String::new(),
            format!("  vortex up --tls-cert {cert} --tls-key {key}"),
            format!("  export VORTEX_CA={ca} VORTEX_SERVER=https://127.0.0.1:8080"),
            "  vortex config list".to_owned(),
            format!("  curl --cacert {ca} https://127.0.0.1:8080/health"),
        ];
        for line in lines {
            // writing to a string does not fail
            let _ = writeln!(told, "{line}");
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_given_twice_is_there_once() {
        let args = Args {
            out: PathBuf::new(),
            names: vec!["localhost".parse().unwrap(), "a.example".parse().unwrap()],
            days: 1,
            force: false,
        };
        let hosts = args.hosts();
        assert_eq!(hosts.len(), HOSTS.len() + 1);
        assert_eq!(hosts.last().unwrap().to_string(), "a.example");
    }
}
