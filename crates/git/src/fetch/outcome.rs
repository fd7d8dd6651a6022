//! Classifies why a fetch failed.

use std::{error, io};

use gix::protocol::transport::client;
use reqwest::StatusCode;

use crate::{Error, Location, Refusal, UnreachableReason as Reason, error::Cause, location::Place};

pub(super) fn classify(location: &Location, cause: gix::Error) -> Error {
    let location = location.clone();
    let http = cause.downcast_any_ref::<reqwest::Error>();
    let status = http.and_then(reqwest::Error::status);
    if cause.is_cancelled() {
        return Error::Interrupted(location);
    }
    if status == Some(StatusCode::NOT_FOUND) {
        return Error::RepositoryMissing(location);
    }
    if status == Some(StatusCode::FORBIDDEN) {
        let why = Refusal::Forbidden;
        return Error::AccessRefused { location, why };
    }
    if status == Some(StatusCode::UNAUTHORIZED) || cause.is_unauthenticated() {
        let why = refusal(&location);
        return Error::AccessRefused { location, why };
    }
    let why = match status {
        Some(status) => Reason::Status(status.as_u16()),
        None => reason(&location, cause),
    };
    Error::Unreachable { location, why }
}

fn refusal(location: &Location) -> Refusal {
    match &location.0 {
        Place::Http(remote) if remote.credentials.is_none() => Refusal::CredentialsMissing,
        Place::Http(_) | Place::Path(_) => Refusal::CredentialsWrong,
        Place::Ssh(_) => Refusal::Key,
    }
}

fn reason(location: &Location, cause: gix::Error) -> Reason {
    if let Place::Ssh(_) = location.0 {
        return Reason::Ssh(Cause::new(cause));
    }
    let below = below(&cause);
    if let Some(refused) = first::<rustls::Error>(&below) {
        return Reason::CertificateRefused(told(refused));
    }
    let mut system = below
        .iter()
        .filter_map(|error| error.downcast_ref::<io::Error>());
    if system.any(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
        return Reason::ConnectionRefused;
    }
    match first::<reqwest::Error>(&below) {
        Some(http) if http.is_timeout() => Reason::Silent,
        Some(http) if http.is_connect() => Reason::NoConnection,
        Some(_) => Reason::BrokenOff(Cause::new(cause)),
        None if speaks_otherwise(&cause) => Reason::NotGit(Cause::new(cause)),
        None => Reason::BrokenOff(Cause::new(cause)),
    }
}

/// Whether what was answered is not Git's protocol.
fn speaks_otherwise(cause: &gix::Error) -> bool {
    let client = cause.downcast_any_ref::<client::Error>();
    cause.is_corrupted() || client.is_some_and(|error| !matches!(error, client::Error::Io(_)))
}

/// Why a certificate is refused, for those reasons that an operator meets.
fn told(refused: &rustls::Error) -> String {
    use rustls::CertificateError as Why;
    let why = match refused {
        rustls::Error::InvalidCertificate(Why::UnknownIssuer) => "its authority is not known",
        rustls::Error::InvalidCertificate(
            Why::NotValidForName | Why::NotValidForNameContext { .. },
        ) => "it is for another name",
        rustls::Error::InvalidCertificate(Why::Expired | Why::ExpiredContext { .. }) => {
            "it has expired"
        }
        other => return other.to_string(),
    };
    why.to_owned()
}

/// Every error below, also those that the system's errors carry: their `source` skips these.
fn below(cause: &gix::Error) -> Vec<&(dyn error::Error + 'static)> {
    let mut found = Vec::new();
    for error in cause.iter_errors() {
        let mut next = Some(error);
        while let Some(error) = next {
            found.push(error);
            let carried = error
                .downcast_ref::<io::Error>()
                .and_then(io::Error::get_ref);
            next = match carried {
                Some(carried) => Some(carried),
                None => error.source(),
            };
        }
    }
    found
}

fn first<'a, E: error::Error + 'static>(
    below: &[&'a (dyn error::Error + 'static)],
) -> Option<&'a E> {
    below.iter().find_map(|error| error.downcast_ref())
}
