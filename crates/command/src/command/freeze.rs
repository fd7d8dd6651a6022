//! `vortex freeze`: times in which readers get nothing new.

use clap::Subcommand;
use serde_json::Value;
use vortex_rest::{Freeze, FreezeSet, Freezes, NewFreeze};

use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    console::{Table, moment},
    error::Error,
    session::Session,
};

/// Let nothing new through to readers for some time.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
While a freeze is in force, releases, starts and promotions of what it concerns are refused (FROZEN),
also by force, and commits of sources wait. Going back still works: a rollback, and a release of what
was stable before.

Examples:
  vortex freeze orders billing --reason 'the audit' --until 2h
  vortex freeze --all --reason 'incident 4711'
  vortex freeze list
  vortex unfreeze --all"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    scope: Scope,
    /// Why: whoever meets the freeze reads it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who sets it; the server knows who called in any case
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// When it ends by itself: how long it lasts, such as 2h, or a time such as 2026-01-02T03:04:05Z
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the freezes in force
    #[command(after_help = "\
Examples:
  vortex freeze list
  vortex freeze list --app orders -o json | jq '.freezes | length'")]
    List(List),
}

/// Which freezes are listed.
#[derive(Debug, clap::Args)]
struct List {
    /// Only those that concern this application
    #[arg(long)]
    app: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

/// What a freeze concerns.
#[derive(Debug, clap::Args)]
pub(super) struct Scope {
    /// The applications
    #[arg(value_name = "APP", conflicts_with = "all")]
    pub(super) apps: Vec<String>,
    /// Everything
    #[arg(long)]
    pub(super) all: bool,
}

impl Args {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match self.command {
            Some(Command::List(list)) => list.run(session).await,
            None => self.set(session).await,
        }
    }

    async fn set(self, session: &mut Session) -> Result<(), Error> {
        let Scope { apps, all } = self.scope;
        if apps.is_empty() && !all {
            return Err(Error::Usage(
                "name the applications to freeze, or --all; `vortex freeze list` shows what is \
                 frozen"
                    .to_owned(),
            ));
        }
        let Some(reason) = self.reason else {
            return Err(Error::Usage(
                "--reason is needed: whoever meets the freeze reads it".to_owned(),
            ));
        };
        let new = NewFreeze {
            all: all.then_some(true),
            apps: (!apps.is_empty()).then_some(apps),
            label: session.label.clone(),
            reason,
            author: self.author,
            until: self.until,
            request_id: None,
        };
        let body = serde_json::to_value(new).map_err(|error| Error::Usage(error.to_string()))?;
        let call = Call::post(["api", "freezes"]).json(&without_nulls(body));
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.told(&reply, |reply| {
            let set: FreezeSet = client::read(reply, server)?;
            Ok(sentence(&set.freeze))
        })
    }
}

/// The members that say something.
fn without_nulls(body: Value) -> Value {
    match body {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        other => other,
    }
}

impl List {
    async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = session
            .labelled(Call::get(["api", "freezes"]))
            .query("app", self.app);
        let list = collect(&session.client, call, "freezes", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Freezes = client::read(list, server)?;
            let table = Table::new(["ID", "FROZEN", "UNTIL", "BY", "REASON"]);
            Ok(table.with(list.freezes.into_iter().map(|freeze| {
                [
                    freeze.id.clone(),
                    scope(&freeze),
                    until(&freeze),
                    by(&freeze),
                    freeze.reason,
                ]
            })))
        })?;
        note_more(session, &list)
    }
}

/// What is frozen, and what ends that.
fn sentence(freeze: &Freeze) -> String {
    let ends = match &freeze.until {
        Some(until) => format!("until {}", moment(Some(until))),
        None => "until that is ended".to_owned(),
    };
    let (id, scope) = (&freeze.id, scope(freeze));
    format!("{scope}: frozen as {id} {ends}; next: `vortex unfreeze {id}` ends it")
}

fn scope(freeze: &Freeze) -> String {
    let what = match freeze.all {
        true => "everything".to_owned(),
        false => freeze.apps.join(","),
    };
    match freeze.label.as_str() {
        "" => what,
        label => format!("{what} on {label}"),
    }
}

fn until(freeze: &Freeze) -> String {
    match &freeze.until {
        Some(until) => moment(Some(until)),
        None => "unfreeze".to_owned(),
    }
}

fn by(freeze: &Freeze) -> String {
    match freeze.author.as_str() {
        "" => freeze.principal.clone(),
        author => author.to_owned(),
    }
}
