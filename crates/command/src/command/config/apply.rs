//! `vortex config apply`: many documents as one change set.

mod folder;
mod plan;

use std::path::PathBuf;

use serde_json::{Map, Value, json};
use vortex_rest::AppliedChange;

use super::{Record, on};
use crate::{
    client::{self, Call},
    console::short,
    error::Error,
    session::Session,
};

use plan::{Deed, Plan};

/// Write many documents at once, all or nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Of a folder its .yml, .yaml, .json and .properties files are taken, not those below it; a
document's path is its file's name. On a terminal, deletions are asked about unless --yes is given.

Examples:
  vortex config apply -f config/
  vortex config apply -f config/ --dry-run
  vortex config apply -f orders.yml -f billing.yml --delete legacy.yml --version release-7
  vortex config apply -f config/ --prune --yes   # what the folder lacks is deleted")]
pub(crate) struct Args {
    /// A file, or a folder of files; may be given several times
    #[arg(short, long, value_name = "PATH", required_unless_present = "delete")]
    file: Vec<PathBuf>,
    #[command(flatten)]
    record: Record,
    /// A document to delete; may be given several times
    #[arg(long, value_name = "DOCUMENT")]
    delete: Vec<String>,
    /// Delete what is on the label and not among the files; takes --yes
    #[arg(long)]
    prune: bool,
    /// Ask nothing
    #[arg(short, long)]
    yes: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        if self.prune && !self.yes && !self.dry_run {
            let message = "--prune deletes what is not among the files: say --yes too, or look \
                           at it first with --dry-run";
            return Err(Error::Usage(message.to_owned()));
        }
        let files = folder::read(&self.file, session.console.notes())?;
        let mut plan = Plan::new(files, self.delete.clone())?;
        if self.prune || self.dry_run {
            plan.compare(session, self.prune).await?;
        }
        if self.dry_run {
            return plan.show(session).await;
        }
        self.confirm(session, &plan)?;
        self.send(session, plan).await
    }

    fn confirm(&self, session: &mut Session, plan: &Plan) -> Result<(), Error> {
        let deleted = plan.deleted().collect::<Vec<_>>();
        if self.yes || deleted.is_empty() {
            return Ok(());
        }
        let question = format!("delete {}?", deleted.join(", "));
        match session.console.confirm(&question)? {
            Some(false) => Err(Error::Declined),
            Some(true) | None => Ok(()),
        }
    }

    async fn send(self, session: &mut Session, plan: Plan) -> Result<(), Error> {
        if plan.is_empty() {
            return Err(Error::Usage("there is nothing to apply".to_owned()));
        }
        let notes = session.console.notes();
        let (written, deleted) = (plan.written(), plan.deleted().count());
        notes.progress(format_args!(
            "writing {written}, deleting {deleted} documents"
        ));
        let (label, staged) = (session.label_or_main().to_owned(), self.record.stage);
        let body = self.body(session.label.as_deref(), plan);
        let call = Call::post(["api", "changes"]).json(&body);
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.told(&reply, |reply| {
            let applied: AppliedChange = client::read(reply, server)?;
            Ok(sentence(&applied, &label, staged))
        })
    }

    /// What is posted: only members that say something.
    fn body(self, label: Option<&str>, plan: Plan) -> Value {
        let texts = [
            ("label", label.map(str::to_owned)),
            ("version", self.record.version),
            ("message", self.record.message),
            ("author", self.record.author),
        ];
        let texts = texts.into_iter();
        let mut body: Map<String, Value> = texts
            .filter_map(|(name, text)| Some((name.to_owned(), text?.into())))
            .collect();
        if self.record.stage {
            body.insert("stage_only".to_owned(), true.into());
        }
        body.insert(
            "documents".to_owned(),
            plan.into_deeds().map(document).collect(),
        );
        body.into()
    }
}

fn document((path, deed): (String, Deed)) -> Value {
    match deed {
        Deed::Write(content) => json!({ "path": path, "content": content }),
        Deed::Delete => json!({ "path": path, "delete": true }),
    }
}

/// What was done, and what may be done next.
fn sentence(applied: &AppliedChange, label: &str, staged: bool) -> String {
    let deleted = applied.documents.iter().filter(|document| document.deleted);
    let deleted = deleted.count();
    let written = applied.documents.len() - deleted;
    let change = short(&applied.change);
    let what = format!("change set {change} on {label}: {written} written, {deleted} deleted");
    match (applied.created, staged) {
        (false, _) => format!("{what}; it was there already, and nothing changed"),
        (true, false) => format!("{what}, stable"),
        (true, true) => format!(
            "{what}, staged; `vortex changes release {change}{}` gives it to everybody",
            on(label)
        ),
    }
}
