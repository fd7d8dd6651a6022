//! The webhooks that may be called.

use std::{fmt, time::Duration};

use reqwest::Client;
use vortex_kit::{settings::Secret, yaml::Fields};

use super::{
    Why, Wrong,
    provider::{timeout, trust},
    secret::Secrets,
};
use crate::gates::{
    hosts::{Addresses, Allowed, Hosts},
    http,
};

/// The fields of webhooks.
pub(super) const FIELDS: &[&str] = &["hosts", "secret_file", "ca", "timeout"];
/// The most hosts: each may be a degradation of the service.
const MAX_HOSTS: usize = 64;
/// Bytes of a secret that requests are signed with.
const SECRET: usize = 16;

/// Which webhooks may be called, and how.
pub(crate) struct WebhookSettings {
    pub hosts: Hosts,
    /// What requests are signed with, if they are.
    pub secret: Option<Secret>,
    pub http: Client,
    pub timeout: Duration,
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSettings")
            .field("hosts", &self.hosts)
            .field("is_signed", &self.secret.is_some())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl WebhookSettings {
    pub(super) fn new(fields: &mut Fields, secrets: &mut Secrets) -> Result<Self, Why> {
        let line = fields.line();
        let hosts = hosts(fields)?;
        let secret = match fields.text("secret_file")? {
            Some(file) => Some(secrets.read(&file, SECRET)?),
            None => None,
        };
        let http = http::client(trust(fields, secrets)?).dns_resolver(Addresses);
        Ok(Self {
            hosts,
            secret,
            http: http
                .build()
                .map_err(|error| Wrong::Client(error).at(line))?,
            timeout: timeout(fields)?,
        })
    }
}

fn hosts(fields: &mut Fields) -> Result<Hosts, Why> {
    let line = fields.line_of("hosts");
    let given = fields.texts("hosts")?.unwrap_or_default();
    if given.is_empty() || given.len() > MAX_HOSTS {
        return Err(Wrong::Hosts.at(line));
    }
    let hosts = given.into_iter().map(|host| {
        let allowed = host.text.parse::<Allowed>();
        allowed.map_err(|error| Wrong::from(error).at(host.line))
    });
    Ok(Hosts::new(hosts.collect::<Result<_, _>>()?))
}
