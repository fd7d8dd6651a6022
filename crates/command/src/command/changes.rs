//! `vortex changes`: change sets.

mod ended;
mod list;

use clap::Subcommand;
use reqwest::header::IF_MATCH;
use serde_json::Value;
use vortex_rest::{Change, ChangeAnswer, ChangeState, ChangedDocument};

use crate::{
    client::{self, Call, entity_tag},
    console::{Format, Table, short},
    error::Error,
    session::Session,
};

/// Change sets: documents that change together.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List change sets, newest first
    List(list::Args),
    /// Show a change set and its documents
    #[command(after_help = "\
Examples:
  vortex changes show release-7
  vortex changes show v2 --path orders-prod.yml   # where several have the name")]
    Show(Named),
    /// Make a change set stable: a staged one, or one released before
    #[command(after_help = "\
Examples:
  vortex changes release release-7
  vortex changes release release-6   # go back
  vortex changes release v2 --path orders-prod.yml --if-match 3f2a…
  vortex changes release v3 --hotfix --reason 'orders are lost'   # ahead of a rollout
  vortex changes release v2 --force --reason 'it was the database'   # after a rollback")]
    Release(Release),
    /// Give up a staged change set; its name stays taken
    #[command(after_help = "\
Examples:
  vortex changes discard release-8")]
    Discard(Named),
}

/// Which change set is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// The change set's name
    name: String,
    /// A path it holds, where several change sets have the name; the newest otherwise
    #[arg(long, value_name = "DOCUMENT")]
    path: Option<String>,
}

impl Named {
    fn on(&self, call: Call) -> Call {
        call.query("path", self.path.as_deref())
    }
}

/// A release.
#[derive(Debug, clap::Args)]
pub(crate) struct Release {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    force: Force,
    #[command(flatten)]
    trace: Trace,
    /// Only if the stable version of --path has this digest
    #[arg(long, value_name = "DIGEST", requires = "path")]
    if_match: Option<String>,
}

/// Whether what stands in the way of a release is overruled.
#[derive(Debug, clap::Args)]
pub(crate) struct Force {
    /// Even while a rollout holds one of the documents, which ends it, or though it was rolled
    /// back, which needs a --reason
    #[arg(long)]
    force: bool,
    /// Go ahead of the rollout that holds one of the documents, which ends it: as --force, but
    /// always for a --reason
    #[arg(long, requires = "reason", conflicts_with = "force")]
    hotfix: bool,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Force {
    pub(crate) fn on(&self, call: Call) -> Call {
        call.flag("force", self.force || self.hotfix)
            .query("reason", self.reason.as_deref())
    }
}

/// What the history says of a release, beside who was logged in.
#[derive(Debug, clap::Args)]
pub(crate) struct Trace {
    /// What for, for people
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Who releases it
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
}

impl Trace {
    pub(crate) fn on(&self, call: Call) -> Call {
        call.query("message", self.message.as_deref())
            .query("author", self.author.as_deref())
    }
}

impl Command {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = match self {
            Self::List(args) => return args.run(session).await,
            Self::Show(named) => {
                let call = named.on(Call::get(["api", "changes", &named.name]));
                let reply = session.client.send(session.labelled(call)).await?.json()?;
                return print(session, &reply);
            }
            Self::Discard(named) => {
                named.on(Call::post(["api", "changes", &named.name, "discard"]))
            }
            Self::Release(release) => {
                let call = session.labelled(release.call()?);
                let reply = session.client.send(call).await?.json()?;
                return tell_release(session, &reply).await;
            }
        };
        let reply = session.client.send(session.labelled(call)).await?.json()?;
        tell(session, &reply)
    }
}

impl Release {
    fn call(&self) -> Result<Call, Error> {
        let if_match = self.if_match.as_deref().map(entity_tag);
        let call = Call::post(["api", "changes", &self.named.name, "release"]);
        let call = self.trace.on(self.force.on(self.named.on(call)));
        call.header(IF_MATCH, if_match.as_deref())
    }
}

/// Says what became of a released change set, and which rollouts that ended.
pub(crate) async fn tell_release(session: &mut Session, reply: &Value) -> Result<(), Error> {
    tell(session, reply)?;
    ended::tell(session, reply).await
}

/// Says what became of a change set.
pub(crate) fn tell(session: &mut Session, reply: &Value) -> Result<(), Error> {
    let server = session.client.server();
    let moved = reply.get("moved").and_then(Value::as_bool);
    session.console.told(reply, |reply| {
        let answer: ChangeAnswer = client::read(reply, server)?;
        Ok(sentence(&answer.change, moved))
    })
}

/// Where it stands; `moved` is whether a release moved anything.
fn sentence(change: &Change, moved: Option<bool>) -> String {
    let (name, label) = (short(&change.change), &change.label);
    let documents = match change.documents.as_slice() {
        [only] if change.document_count <= 1 => only.path.clone(),
        _ => format!("{} documents", change.document_count),
    };
    match moved {
        Some(true) => format!(
            "{name} is stable on {label} ({documents}); to go back, release the version before"
        ),
        Some(false) => format!("{name} was stable on {label} already ({documents})"),
        None => format!(
            "{name} is {} on {label} ({documents})",
            state(&change.state, &change.rolled_back_by)
        ),
    }
}

/// Prints a change set and its documents.
fn print(session: &mut Session, reply: &Value) -> Result<(), Error> {
    let server = session.client.server();
    session.console.print(reply, |reply| {
        let answer: ChangeAnswer = client::read(reply, server)?;
        let change = answer.change;
        let table = Table::new(["CHANGE", "LABEL", "STATE", "PATH", "VERSION", "DIGEST"]);
        let state = state(&change.state, &change.rolled_back_by);
        let (name, label) = (short(&change.change), change.label);
        Ok(table.with(change.documents.into_iter().map(|document| {
            let [path, version, digest] = document_cells(document);
            [
                name.clone(),
                label.clone(),
                state.clone(),
                path,
                version,
                digest,
            ]
        })))
    })?;
    if session.console.format() == Format::Table {
        let answer: ChangeAnswer = client::read(reply, server)?;
        note(session, &answer.change)?;
    }
    Ok(())
}

/// Where a change set stands, with the rollout that it was rolled back with.
pub(crate) fn state(state: &ChangeState, rolled_back_by: &str) -> String {
    match rolled_back_by {
        "" => state.to_string(),
        rollout => format!("{state} ({rollout})"),
    }
}

/// Says what a table leaves out.
fn note(session: &mut Session, change: &Change) -> Result<(), Error> {
    let console = &mut session.console;
    let (shown, all) = (change.documents.len(), change.document_count);
    if shown < all as usize {
        console.note(format_args!("{shown} of {all} documents are shown"))?;
    }
    match change.message.as_str() {
        "" => Ok(()),
        message => console.note(format_args!("{message}")),
    }
}

fn document_cells(document: ChangedDocument) -> [String; 3] {
    let digest = match document.deleted {
        true => "(deleted)".to_owned(),
        false => short(&document.digest),
    };
    [document.path, short(&document.version), digest]
}
