//! The means to reach a remote: programs, credentials, time limits.

use std::{
    env,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use ::reqwest::header::{AUTHORIZATION, HeaderValue};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use gix::{
    credentials::{
        helper::{Action, NextAction},
        protocol::Outcome,
    },
    error::ResultExt,
    protocol::transport::client::blocking_io::http::{Options, reqwest},
    sec::identity::Account,
};

use crate::{
    Error, Location, Result,
    location::{Credentials, Place},
};

const CONNECT: Duration = Duration::from_secs(10);
/// For each read or write: a server that prepares a large pack says so every few seconds.
const SILENCE: Duration = Duration::from_secs(30);

/// Fails when a program is needed that is not installed.
pub(super) fn require(location: &Location) -> Result<()> {
    match location.0 {
        Place::Ssh(_) if !is_installed("ssh") => Err(Error::ProgramMissing {
            program: "ssh",
            location: location.clone(),
        }),
        Place::Http(ref remote) if remote.url.starts_with("https:") && !has_certificates() => {
            Err(Error::CertificatesMissing(location.clone()))
        }
        Place::Ssh(_) | Place::Http(_) | Place::Path(_) => Ok(()),
    }
}

/// Whether this machine has certificate authorities, as an image without an operating system may not.
fn has_certificates() -> bool {
    !rustls_native_certs::load_native_certs().certs.is_empty()
}

/// The settings of the HTTP transport; others ignore them.
pub(super) fn transport(location: &Location) -> Box<dyn std::any::Any> {
    // Another part of the process may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Options {
        configure_client: Some(Box::new(|client| {
            let client = client.connect_timeout(CONNECT).timeout(SILENCE);
            // The client would refuse to start, for a URL that may need no certificate at all.
            Ok(match has_certificates() {
                true => client,
                false => client.tls_certs_only([]),
            })
        })),
        configure_request: clear_text_credentials(location).map(authorize),
    };
    Box::new(Options {
        backend: Some(Arc::new(Mutex::new(client))),
        ..Options::default()
    })
}

/// The transport gives credentials to `https` alone. Somebody who writes them into an `http` URL
/// means it, as inside a cluster; with them set here it follows no redirect.
fn clear_text_credentials(location: &Location) -> Option<Credentials> {
    match &location.0 {
        Place::Http(remote) if remote.url.starts_with("http:") => remote.credentials.clone(),
        Place::Http(_) | Place::Ssh(_) | Place::Path(_) => None,
    }
}

fn authorize(credentials: Credentials) -> Box<reqwest::ConfigureRequestFn> {
    let Credentials { user, password } = credentials;
    let value = format!("Basic {}", BASE64.encode(format!("{user}:{password}")));
    Box::new(move |request| {
        let mut value = HeaderValue::try_from(&value).or_error()?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    })
}

/// Answers a remote's question for credentials from the URL alone: no helper program, no prompt.
pub(super) fn credentials(
    location: &Location,
) -> impl FnMut(Action) -> gix::Result<Option<Outcome>> + use<> {
    let known = match &location.0 {
        Place::Http(remote) if remote.url.starts_with("https:") => remote
            .credentials
            .clone()
            .map(|credentials| (origin(&remote.url), credentials)),
        Place::Http(_) | Place::Ssh(_) | Place::Path(_) => None,
    };
    move |action| {
        let (Action::Get(context), Some((origin_known, credentials))) = (action, &known) else {
            return Ok(None);
        };
        // A redirect must not carry them to another host.
        let asked = context.url.as_ref().map(|url| origin(&url.to_string()));
        let next = NextAction::from(context);
        Ok((asked.as_ref() == Some(origin_known)).then(|| answer(credentials, next)))
    }
}

fn answer(credentials: &Credentials, next: NextAction) -> Outcome {
    let Credentials { user, password } = credentials.clone();
    Outcome {
        identity: Account {
            username: user,
            password,
            oauth_refresh_token: None,
        },
        next,
    }
}

fn origin(url: &str) -> Option<url::Origin> {
    url::Url::parse(url).ok().map(|url| url.origin())
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .any(|folder: std::path::PathBuf| Path::new(&folder).join(program).is_file())
}
