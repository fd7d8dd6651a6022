//! Why a repository can't be read, in words that tell the operator what to do.

use std::io;

use super::Cause;

/// What is wrong with a repository's own files.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryFault {
    /// The system does not let them be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Its packed references end in the middle of a line.
    #[error(
        "its file packed-refs is cut off, as a power cut can leave it; restore it, or fetch the \
         repository again"
    )]
    PackedRefsCutOff,
    /// Its packed references have a line that is not valid.
    #[error(
        "line {line} of its file packed-refs is damaged; restore it, or fetch the repository again"
    )]
    PackedRefsDamaged {
        /// The line, from 1.
        line: usize,
    },
    /// It is in a form that is not supported.
    #[error("it uses a feature of Git that is not supported, such as reftable")]
    Unsupported(Cause),
    /// Something else.
    #[error("its configuration or its references are damaged; `git fsck` says more")]
    Damaged(Cause),
}

impl From<gix::Error> for RepositoryFault {
    fn from(cause: gix::Error) -> Self {
        let system = cause
            .downcast_any_ref::<io::Error>()
            .filter(|error| error.raw_os_error().is_some());
        match system {
            Some(error) => Self::Io(error.kind().into()),
            None if cause.is_unsupported() => Self::Unsupported(Cause::new(cause)),
            None => Self::Damaged(Cause::new(cause)),
        }
    }
}

/// The obstacles on the way to a remote.
#[derive(Debug, thiserror::Error)]
pub enum UnreachableReason {
    /// Nothing listens there.
    #[error("the connection was refused; check the host and the port, and that the server runs")]
    ConnectionRefused,
    /// The host or the network is not there.
    #[error("no connection could be made; check the host's name, its port and the network")]
    NoConnection,
    /// It was silent for too long.
    #[error("it did not answer in time")]
    Silent,
    /// It is not who it should be.
    #[error(
        "its certificate is not trusted ({0}); the file that SSL_CERT_FILE names holds the \
         authorities that are"
    )]
    CertificateRefused(String),
    /// It answered with an error.
    #[error("it answered with the HTTP status {0}")]
    Status(u16),
    /// Its answer is not Git's protocol.
    #[error("what answers there is not a Git server; check the URL's path")]
    NotGit(Cause),
    /// The connection ended in mid-answer.
    #[error("the connection broke off")]
    BrokenOff(Cause),
    /// `ssh` brought no answer.
    #[error(
        "`ssh` got no answer; try it by hand: it uses its own settings for host, key and known hosts"
    )]
    Ssh(Cause),
    /// The fetch could not be run.
    #[error("the fetch could not be run: {0}")]
    NotRun(io::Error),
}

/// The credentials that a remote asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Credentials, and the URL has none.
    #[error(
        "it asks for a user and a password, and the URL has none; write them into it, as in \
         https://USER:TOKEN@HOST/PATH"
    )]
    CredentialsMissing,
    /// Other credentials than those of the URL.
    #[error("it does not accept the user and the password, or token, in the URL")]
    CredentialsWrong,
    /// More rights than the credentials give.
    #[error("the user in the URL, or an anonymous user if there is none, may not read it")]
    Forbidden,
    /// A key that it knows.
    #[error("it does not accept the keys of `ssh`; try it by hand")]
    Key,
}
