//! `vortex config`: documents, and the configuration that applications get from them.

mod apply;
mod delete;
mod diff;
mod explain;
mod get;
mod list;
mod overrides;
mod put;
mod release;
mod undo;
mod versions;
mod watch;

use clap::Subcommand;

use crate::{client::Call, error::Error, session::Session};

pub(crate) use list::{limit, note_more};

/// Documents and what applications make of them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the document of an application and profile
    Put(put::Args),
    /// Read a document, or what an application gets
    Get(get::Args),
    /// Delete the document of an application and profile
    Delete(delete::Args),
    /// List documents
    List(list::Args),
    /// List the versions kept of a document
    Versions(versions::Args),
    /// Show what differs between two versions, or between a file and what is served
    Diff(diff::Args),
    /// Make a version of a document stable: a staged one, or an earlier one
    Release(release::Args),
    /// Take back what made a document's version stable, or a change set
    Undo(undo::Args),
    /// Follow an effective configuration
    Watch(watch::Args),
    /// Show where each value comes from, and what it hides
    Explain(explain::Args),
    /// Put values above all documents for some time
    Override(overrides::Args),
    /// Write many documents at once, all or nothing
    Apply(apply::Args),
}

impl Command {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match self {
            Self::Put(args) => args.run(session).await,
            Self::Get(args) => args.run(session).await,
            Self::Delete(args) => args.run(session).await,
            Self::List(args) => args.run(session).await,
            Self::Versions(args) => args.run(session).await,
            Self::Diff(args) => args.run(session).await,
            Self::Release(args) => args.run(session).await,
            Self::Undo(args) => args.run(session).await,
            Self::Watch(args) => args.run(session).await,
            Self::Explain(args) => args.run(session).await,
            Self::Override(args) => args.run(session).await,
            Self::Apply(args) => args.run(session).await,
        }
    }
}

/// An application and one profile: a document.
#[derive(Debug, clap::Args)]
struct Target {
    /// The application
    app: String,
    /// The profile
    #[arg(default_value = "default")]
    profile: String,
}

impl Target {
    /// Its address, and what is below.
    fn path<'a>(&'a self, below: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        let path = ["api", "configs", &self.app, &self.profile];
        path.into_iter().chain(below.iter().copied())
    }
}

/// A document on the command line: `orders prod`.
fn target(app: &str, profile: &str) -> String {
    match profile {
        "default" => app.to_owned(),
        profile => format!("{app} {profile}"),
    }
}

/// The option that names a label, which `main` does not need.
pub(crate) fn on(label: &str) -> String {
    match label {
        "main" => String::new(),
        label => format!(" --label {label}"),
    }
}

/// An application and its profiles: a configuration.
#[derive(Debug, clap::Args)]
struct View {
    /// The application
    app: String,
    /// The profiles, separated by commas; the last is highest
    #[arg(default_value = "default")]
    profiles: String,
}

/// Who reads a configuration.
#[derive(Debug, clap::Args)]
struct Reader {
    /// As this instance
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// As on behalf of this subject: a user, a session, a request
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

impl Reader {
    fn on(&self, call: Call) -> Call {
        call.query("instance", self.instance.as_deref())
            .query("key", self.key.as_deref())
    }
}

/// How a write is recorded.
#[derive(Debug, clap::Args)]
struct Record {
    /// The version's name; the server makes one of the content otherwise
    #[arg(long, value_name = "NAME")]
    version: Option<String>,
    /// Why, for people
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Who, for people
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Store it without releasing: readers keep what they have
    #[arg(long)]
    stage: bool,
}

impl Record {
    fn on(&self, call: Call) -> Call {
        call.query("version", self.version.as_deref())
            .query("message", self.message.as_deref())
            .query("author", self.author.as_deref())
            .flag("stage_only", self.stage)
    }
}
