//! TLS by rustls, with ring as its one provider, from certificates and keys in PEM files.
//!
//! What is loaded is checked at once: a certificate that has expired, that is not valid yet or that
//! is not of its key is refused before anybody meets it. Files are looked at again and again
//! ([`Current`]), and what they hold now is used for new connections.

mod certificate;
mod client;
mod contents;
mod current;
mod error;
mod explain;
mod pem;
mod readers;
mod server;

pub use certificate::{Certificate, Name};
pub use client::{ClientFiles, ClientSide, Identity, trusting_nobody};
pub use contents::Contents;
pub use current::{Current, Look, Source};
pub use error::{Error, Fault};
pub use explain::explain;
pub use readers::is_open_to_others;
pub use server::{ServerFiles, ServerSide};

use std::sync::Arc;

use rustls::{SupportedProtocolVersion, crypto::CryptoProvider, version};

/// What HTTP/2 is called in a handshake.
pub const HTTP2: &[u8] = b"h2";
/// What HTTP/1.1 is called there.
pub const HTTP1: &[u8] = b"http/1.1";

/// A server's files, and what they held last.
pub type Server = Current<ServerFiles>;
/// A client's files, and what they held last.
pub type Client = Current<ClientFiles>;

const VERSIONS: &[&SupportedProtocolVersion] = &[&version::TLS13, &version::TLS12];

/// ring, always given and never installed: what else is in the process can't choose another.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
