//! `vortex sources`: repositories that feed labels.

use clap::Subcommand;
use serde_json::{Value, json};
use vortex_rest::{Detached, Source, SourceLabel, SourceState, Sources};

use crate::{
    client::{self, Call, collect},
    console::{Format, Table, moment, short},
    error::Error,
    session::Session,
};

/// More sources than a mesh has.
const LIMIT: usize = 10_000;

/// Repositories that feed labels.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List sources and how they stand
    #[command(after_help = "\
Examples:
  vortex sources list
  vortex sources list -o json | jq -r '.sources[] | select(.error != \"\").name'")]
    List,
    /// Show a source: its labels, what waits, and files that are not served
    #[command(after_help = "\
Examples:
  vortex sources show main-repository")]
    Show(Name),
    /// Read a source now, and wait until that is done
    #[command(after_help = "\
Examples:
  vortex sources sync main-repository --timeout 5m")]
    Sync(Name),
    /// Let a commit through that waits because it removes more than half of a label
    #[command(after_help = "\
Examples:
  vortex sources show main-repository                        # says which commit waits
  vortex sources approve main-repository --commit 5baad18… --label main")]
    Approve(Approve),
    /// Let the labels go of a source that is no longer configured
    ///
    /// They keep their documents, and take other writes from then on.
    #[command(after_help = "\
Examples:
  vortex sources list                                        # says which is not configured
  vortex sources detach main-repository")]
    Detach(Name),
}

/// Which source is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Name {
    /// The source's name
    name: String,
}

/// What an operator lets through.
#[derive(Debug, clap::Args)]
pub(crate) struct Approve {
    #[command(flatten)]
    source: Name,
    /// The commit that waits, whole, so that no other is let through
    #[arg(long, value_name = "COMMIT")]
    commit: String,
}

impl Command {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = match self {
            Self::List => return list(session).await,
            Self::Detach(Name { name }) => return detach(session, &name).await,
            Self::Show(Name { name }) => Call::get(["api", "sources", &name]),
            Self::Sync(Name { name }) => {
                let notes = session.console.notes();
                notes.progress(format_args!("{name} is being read"));
                Call::post(["api", "sources", &name, "sync"])
            }
            Self::Approve(approve) => return approve.run(session).await,
        };
        let reply = session.client.send(call).await?.json()?;
        show(session, &reply)
    }
}

impl Approve {
    async fn run(self, session: &mut Session) -> Result<(), Error> {
        let (name, commit) = (self.source.name, self.commit);
        let label = session.label_or_main().to_owned();
        let body = json!({ "label": label, "commit": commit });
        let call = Call::post(["api", "sources", &name, "approve"]).json(&body);
        let reply = session.client.send(call).await?.json()?;
        session.console.told(&reply, |_| {
            Ok(format!(
                "{name} has imported {} into {label}; `vortex sources show {name}` says how it \
                 stands",
                short(&commit)
            ))
        })
    }
}

async fn detach(session: &mut Session, name: &str) -> Result<(), Error> {
    let call = Call::post(["api", "sources", name, "detach"]);
    let reply = session.client.send(call).await?.json()?;
    let server = session.client.server();
    session.console.told(&reply, |reply| {
        let detached: Detached = client::read(reply, server)?;
        let labels = detached.labels.join(", ");
        Ok(format!(
            "{name} is detached from {labels}, which take other writes now"
        ))
    })
}

async fn list(session: &mut Session) -> Result<(), Error> {
    let list = collect(
        &session.client,
        Call::get(["api", "sources"]),
        "sources",
        LIMIT,
    )
    .await?;
    let server = session.client.server();
    session.console.print(&list, |list| {
        let list: Sources = client::read(list, server)?;
        let table = Table::new([
            "NAME",
            "KIND",
            "LABELS",
            "STATE",
            "LAST SUCCESS",
            "RELEASE",
            "LOCATION",
        ]);
        Ok(table.with(list.sources.into_iter().map(|source| {
            let labels: Vec<_> = source.labels.iter().map(|label| &*label.label).collect();
            [
                source.name.clone(),
                source.kind.clone(),
                labels.join(","),
                state(&source),
                moment(source.last_success.as_deref()),
                source.release.to_string(),
                source.location.clone(),
            ]
        })))
    })
}

fn state(source: &Source) -> String {
    let waits = source
        .labels
        .iter()
        .find(|label| !label.pending_reason.is_empty());
    match waits {
        _ if source.state == SourceState::NotConfigured => "not configured".to_owned(),
        _ if !source.error.is_empty() => format!("failed: {}", source.error),
        Some(label) => format!("waits: {}", label.pending_reason),
        None if source.labels.iter().any(|label| label.awaits_rollout) => {
            "waits: to be rolled out".to_owned()
        }
        None if !source.defects.is_empty() => "defects".to_owned(),
        None => "ok".to_owned(),
    }
}

fn show(session: &mut Session, reply: &Value) -> Result<(), Error> {
    if session.console.format() != Format::Table {
        return session.console.data(reply);
    }
    let source: Source = client::read(reply, session.client.server())?;
    let summary = Table::new([
        "NAME",
        "KIND",
        "STATE",
        "LAST SUCCESS",
        "RELEASE",
        "LOCATION",
    ]);
    let summary = summary.with([[
        source.name.clone(),
        source.kind.clone(),
        state(&source),
        moment(source.last_success.as_deref()),
        source.release.to_string(),
        source.location.clone(),
    ]]);
    let labels = Table::new(["LABEL", "IMPORTED", "IS", "WAITS", "WHY", "DETAIL"]);
    let labels = labels.with(source.labels.into_iter().map(label_row));
    if source.defects.is_empty() {
        return session.console.tables([summary, labels]);
    }
    let defects = Table::new(["LABEL", "NOT SERVED", "REASON", "DETAIL"]);
    let defects = defects.with(
        source
            .defects
            .into_iter()
            .map(|defect| [defect.label, defect.path, defect.reason, defect.detail]),
    );
    session.console.tables([summary, labels, defects])?;
    match source.more_defects {
        0 => Ok(()),
        more => session
            .console
            .note(format_args!("{more} more are not served")),
    }
}

/// Commits stand whole here, so that one can be copied to `approve`.
fn label_row(label: SourceLabel) -> [String; 6] {
    let standing = match label.awaits_rollout {
        _ if label.commit.is_empty() => "never imported",
        true => "to be rolled out",
        false if label.served_commit == label.commit => "stable",
        false => "not stable",
    };
    [
        label.label,
        short(&label.commit),
        standing.to_owned(),
        label.pending_commit,
        label.pending_reason,
        label.pending_detail,
    ]
}
